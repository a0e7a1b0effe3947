"""What is kept is there again, as it was; what cannot be opened says why, and stays as it is."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from reasoning_chains import UserMistake
from reasoning_chains.store.managing import counted_by_backend, merged
from reasoning_chains.store.store import Store
from reasoning_chains.types import Completion, SampleKey, TokenLogprob, ToolCall, Usage
from tests.backends.guard.flaky import CONTENT, landed

FULL = Completion(
    "The answer is “7”.\n\u2028",
    reasoning="3 + 4",
    tool_calls=(ToolCall("c1", "calc", '{"x": 1}'),),
    logprobs=(TokenLogprob("7", -0.25, (("7", -0.25), ("8", -1.5))),),
    finish="length",
    stop_text="\n",
    usage=Usage(1, 1, 10, 5, reasoning_tokens=3),
    bill=Usage(1, 1, 10, 5, 0.25, 3),
    notes=("by house",),
)


def key(number: int, backend: str = "b") -> SampleKey:
    """Give the key of a sample."""
    return SampleKey(backend, CONTENT.digest, (0, "öne", number), number % 2)


def keep(store: Store, *kept: tuple[SampleKey, Completion]) -> None:
    """Keep replies, all at once."""

    async def story() -> None:
        await asyncio.gather(*(store.keep(name, CONTENT, reply) for name, reply in kept))

    asyncio.run(story())


def test_a_reply_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "store.db"
    store = Store(path)
    keep(store, (key(1), FULL), *((key(n), landed(n)) for n in range(2, 200)))
    assert store.find([key(1), key(999), key(3)]) == {key(1): FULL, key(3): landed(3)}
    store.close()
    again = Store(path)
    assert len(again.find([key(n) for n in range(300)])) == 199
    assert again.find([key(1, "other"), SampleKey("b", CONTENT.digest)]) == {}
    again.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_first_reply_of_a_key_stays(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    keep(store, (key(1), landed(1)))
    keep(store, (key(1), landed(2)))
    assert store.find([key(1)]) == {key(1): landed(1)}
    store.close()


def spoiled(path: Path, how: str) -> None:
    """Make a file that is no store that this library can use."""
    if how == "newer":
        with sqlite3.connect(path) as base:
            base.execute("PRAGMA user_version = 99")
    elif how == "other":
        with sqlite3.connect(path) as base:
            base.execute("CREATE TABLE mine (x)")
    elif how == "text":
        path.write_text("no database " * 100)
    elif how == "folder":
        path.mkdir()
    elif how == "below a file":
        path.parent.joinpath("file").write_text("x")


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("newer", "is a store of version 99, and this library knows 3: bring the library up"),
        ("other", "is a database and no store: name another file"),
        ("text", "is damaged, or no store .*move it away"),
        ("folder", "cannot be written"),
    ],
)
def test_what_cannot_be_opened_is_told_and_stays_as_it_is(
    tmp_path: Path, how: str, told: str
) -> None:
    path = tmp_path / "s.db"
    spoiled(path, how)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(UserMistake, match=told):
        Store(path)
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_store_that_was_damaged_in_the_middle_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    store = Store(path)
    keep(store, *((key(n), FULL) for n in range(300)))
    store.close()
    data = bytearray(path.read_bytes())
    data[4096:-4096] = os.urandom(len(data) - 8192)
    path.write_bytes(data)
    store = Store(path)
    with pytest.raises(UserMistake, match="is damaged"):
        store.find([key(number) for number in range(300)])


def test_a_reply_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    keep(store, (key(1), FULL))
    with sqlite3.connect(tmp_path / "s.db") as base:
        base.execute("UPDATE samples SET reply = '{}'")
    with pytest.raises(UserMistake, match="holds a reply that cannot be read"):
        store.find([key(1)])


WRITER = """
import asyncio, sys
from reasoning_chains.store.store import Store
from tests.backends.guard.flaky import CONTENT, landed
from tests.store.test_store import key

first, count = int(sys.argv[2]), int(sys.argv[3])
store = Store(sys.argv[1])

async def one(number):
    await store.keep(key(number), CONTENT, landed(number))
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()

async def main():
    for at in range(first, first + count, 8):
        await asyncio.gather(*(one(number) for number in range(at, at + 8)))

asyncio.run(main())
store.close()
"""
ROOT = Path(__file__).parents[2]


def begun(path: Path, first: int, count: int = 100_000) -> subprocess.Popen[str]:
    """Start a process that keeps replies and tells each that is safe."""
    given = [sys.executable, "-c", WRITER, str(path), str(first), str(count)]
    return subprocess.Popen(given, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_what_was_told_to_be_safe_is_there_after_a_kill(tmp_path: Path) -> None:
    path, rng, safe = tmp_path / "s.db", random.Random(0), set[int]()
    for turn in range(6):
        process = begun(path, turn * 100_000)
        assert process.stdout is not None
        for _ in range(rng.randint(1, 60)):
            safe.add(int(process.stdout.readline()))
        process.kill()
        safe |= {int(line) for line in process.stdout.read().split("\n")[:-1]}
        process.wait()
        process.stdout.close()
        with sqlite3.connect(path) as base:
            assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store = Store(path)
    found = store.find([key(number) for number in sorted(safe)])
    assert found == {key(number): landed(number) for number in safe}
    assert len(safe) > 60
    store.close()


def test_several_processes_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    writers = [begun(path, first, 80) for first in (0, 1000, 2000)]
    for process in writers:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        assert len(out.split()) == 80
    store = Store(path)
    assert len(store.find([key(number) for number in range(3000)])) == 240
    store.close()


FULL_DISK = """
import asyncio, logging, os, resource, sys, threading, time
from reasoning_chains.store.store import Store
from tests.backends.guard.flaky import CONTENT, landed
from tests.store.test_store import key

logging.basicConfig(stream=sys.stdout, format="%(message)s")
store = Store(sys.argv[1])
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (24_000, hard))

async def main():
    keeping = asyncio.gather(*(store.keep(key(n), CONTENT, landed(n)) for n in range(2000)))
    while not store.paused:
        await asyncio.sleep(0.01)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    await keeping

asyncio.run(main())
store.close()
store = Store(sys.argv[1])
assert len(store.find([key(n) for n in range(2000)])) == 2000
print("all there")
"""


def test_a_full_disk_pauses_and_nothing_is_lost(tmp_path: Path) -> None:
    given = [sys.executable, "-c", FULL_DISK, str(tmp_path / "s.db")]
    done = subprocess.run(given, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    first, last = done.stdout.splitlines()
    assert "cannot be written" in first
    assert "kept in memory" in first
    assert last == "all there"


FORKED = """
import os, sys
from reasoning_chains.store.store import Store
from tests.backends.guard.flaky import landed
from tests.store.test_store import keep, key

store = Store(sys.argv[1])
keep(store, (key(1), landed(1)))
child = os.fork()
if child == 0:
    keep(store, (key(2), landed(2)))
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
keep(store, (key(3), landed(3)))
assert len(store.find([key(1), key(2), key(3)])) == 3
store.close()
"""


def test_a_forked_child_keeps_replies_too(tmp_path: Path) -> None:
    given = [sys.executable, "-W", "ignore", "-c", FORKED, str(tmp_path / "s.db")]
    done = subprocess.run(given, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_halves_of_letters_are_kept_as_they_came(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    keep(store, (key(1), Completion("half \ud83d")), (key(2), landed(2)))
    assert store.find([key(1)])[key(1)].text == "half \ud83d"
    store.close()


def test_a_store_that_was_taken_away_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    store = Store(path)
    keep(store, (key(1), landed(1)))
    path.unlink()
    keep(store, (key(2), landed(2)))
    store.close()
    again = Store(path)
    assert again.find([key(1), key(2)]) == {key(2): landed(2)}
    again.close()


def test_chances_that_are_no_finite_numbers_come_back_and_can_be_counted(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    never = TokenLogprob("7", float("-inf"), (("7", float("-inf")), ("8", -1.5)))
    reply = Completion("7", logprobs=(never,), bill=Usage(1, 1, 2, 3))
    store = Store(path)
    keep(store, (key(1), reply))
    store.close()
    again = Store(path)
    assert again.find([key(1)]) == {key(1): reply}
    again.close()
    assert [count.replies for count in counted_by_backend(path)] == [1]


def test_a_store_of_an_earlier_version_is_brought_up(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    store = Store(path)
    keep(store, (key(1), landed(1)))
    store.close()
    base = sqlite3.connect(path)
    base.execute("DROP TABLE spending")
    base.execute(  # no reply of that time told its thinking
        "UPDATE samples SET reply = "
        "json_remove(reply, '$.usage.reasoning_tokens', '$.bill.reasoning_tokens', "
        "'$.usage.lost', '$.bill.lost')"
    )
    base.execute("PRAGMA user_version = 1")
    base.commit()
    base.close()
    again = Store(path)
    assert again.find([key(1)]) == {key(1): landed(1)}
    again.close()
    base = sqlite3.connect(path)
    assert base.execute("PRAGMA user_version").fetchone() == (3,)
    assert base.execute("SELECT count(*) FROM spending").fetchone() == (0,)
    base.close()


def test_stores_are_merged_whole_or_not_at_all(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.db" for name in "abc"]
    for at, path in enumerate(paths):
        store = Store(path)
        keep(store, *((key(number), landed(number)) for number in range(at, at + 300)))
        store.close()
    assert merged(paths[0], paths[1:2]) == 1
    assert merged(paths[0], paths[1:2]) == 0
    linked = tmp_path / "link.db"
    linked.hardlink_to(paths[0])
    with pytest.raises(UserMistake, match=r"link.db cannot be merged into itself"):
        merged(paths[0], [linked])
    data = bytearray(paths[2].read_bytes())
    data[8192:20480] = b"x" * 12288
    paths[2].write_bytes(data)
    with pytest.raises(UserMistake, match=r"c.db is damaged"):
        merged(paths[0], [paths[2]])
    store = Store(paths[0])
    assert len(store.find([key(number) for number in range(400)])) == 301
    store.close()
