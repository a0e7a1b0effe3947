"""Crashes, threads, event loops, cancelling, forks, and the walls that stand around a worker."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import reasoning_chains
from reasoning_chains.sandbox import Limits, arun, run
from reasoning_chains.sandbox.calculator import calculator
from reasoning_chains.sandbox.running import Python
from reasoning_chains.sandbox.workers import workers

TIERS: tuple[Python, ...] = ("monty", "cpython")
ENDLESS = "while True:\n    pass"
LONG = Limits(cpu_seconds=60, wall_seconds=60)


def children(of: int) -> list[int]:
    """Give the processes that a process started and that still live."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(stat[1]) == of and stat[0] != "Z":
                found.append(int(entry.name))
    return found


def worker() -> int:
    with workers().checkout() as session:
        assert session.worker_pid is not None
        return session.worker_pid


@pytest.mark.skipif(sys.platform != "linux", reason="the second wall is Linux")
def test_a_worker_stands_behind_two_walls_and_has_nothing() -> None:
    process = Path(f"/proc/{worker()}")
    status = dict(
        line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line
    )
    assert status["Seccomp"].strip() == "2"
    assert status["NoNewPrivs"].strip() == "1"
    assert (process / "environ").read_bytes() == b""
    assert sorted(int(entry.name) for entry in (process / "fd").iterdir()) == [0, 1, 2]
    assert b"Max core file size        0" in (process / "limits").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="the second wall is Linux")
def test_the_wall_of_a_worker_holds_without_monty() -> None:
    program = (
        "import os, sys\n"
        f"sys.path[:0] = {sys.path!r}\n"
        "from reasoning_chains.sandbox.lock import lock\n"
        "from reasoning_chains.sandbox.landlock import READ\n"
        "import socket, threading\n"
        "lock({'/usr/lib': READ}, worker=True)\n"
        "tries = [lambda: open('/etc/passwd'), lambda: os.listdir('/'), os.fork, socket.socket,\n"
        "         lambda: os.kill(os.getppid(), 0), lambda: os.execv('/bin/true', ['true']),\n"
        "         lambda: open('/tmp/sandbox_mark', 'w')]\n"
        "for number, attempt in enumerate(tries):\n"
        "    try:\n"
        "        attempt()\n"
        "        print('through', number)\n"
        "    except PermissionError:\n"
        "        pass\n"
        "thread = threading.Thread(target=lambda: print('a thread'))\n"
        "thread.start(); thread.join()\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (told.stdout, told.stderr) == ("a thread\n", "")


def test_a_dead_worker_is_replaced() -> None:
    for _ in range(3):
        dead = worker()
        os.kill(dead, signal.SIGKILL)
        assert run("1 + 1").status in ("ok", "crashed")
        assert run("1 + 1").value == 2
        assert worker() != dead


@pytest.mark.parametrize("tier", TIERS)
def test_a_worker_that_dies_while_it_runs_is_told(tier: Python) -> None:
    pid = os.getpid()
    before = set(children(pid))
    if tier == "monty":
        before -= {worker()}

    def shoot() -> None:
        while not (found := set(children(pid)) - before):
            time.sleep(0.05)
        time.sleep(0.3)
        for process in found:
            os.kill(process, signal.SIGKILL)

    thread = threading.Thread(target=shoot)
    thread.start()
    result = run(ENDLESS, limits=LONG, python=tier)
    thread.join()
    assert result.status == "crashed"
    assert run("2", python=tier).value == 2


@pytest.mark.parametrize("tier", TIERS)
def test_eight_threads_at_once(tier: Python) -> None:
    times = 20 if tier == "monty" else 2

    def work(number: int) -> list[object]:
        return [
            run("print(n)\nn * k", {"n": number, "k": k}, python=tier).value for k in range(times)
        ]

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(work, range(8)))
    assert found == [[number * k for k in range(times)] for number in range(8)]


def test_two_event_loops_at_once() -> None:
    async def several(first: int) -> list[object]:
        results = await asyncio.gather(
            *(arun("x + 1", {"x": first + number}) for number in range(10)),
            arun("import fractions\nprint(x)\nx", {"x": first}),
        )
        return [result.value for result in results]

    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(lambda first: asyncio.run(several(first)), (0, 100)))
    assert found == [[*range(1, 11), 0], [*range(101, 111), 100]]


@pytest.mark.parametrize("tier", TIERS)
def test_cancelling_kills_what_runs(tier: Python) -> None:
    async def cancelled() -> float:
        task = asyncio.create_task(arun(ENDLESS, limits=LONG, python=tier))
        await asyncio.sleep(0.6)
        start = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - start

    worker()
    pid = os.getpid()
    assert asyncio.run(cancelled()) < 5  # at once; the machine may be busy
    for _ in range(100):
        busy = [one for one in children(pid) if one_is_busy(one)]
        if not busy:
            break
        time.sleep(0.05)
    assert not busy
    assert run("1 + 1", python=tier).value == 2


def one_is_busy(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "R"
    except OSError:
        return False


def test_many_that_are_cancelled_leave_the_rest_alone() -> None:
    async def mixed() -> list[object]:
        doomed = [asyncio.create_task(arun(ENDLESS, limits=LONG)) for _ in range(6)]
        await asyncio.sleep(0.3)
        for task in doomed:
            task.cancel()
        await asyncio.gather(*doomed, return_exceptions=True)
        good = await asyncio.gather(*(arun("n", {"n": n}) for n in range(6)))
        return [result.value for result in good]

    assert asyncio.run(mixed()) == list(range(6))


def test_the_event_loop_goes_on_meanwhile() -> None:
    async def beats() -> int:
        task = asyncio.create_task(
            arun(ENDLESS, limits=Limits(cpu_seconds=0.5, wall_seconds=20), python="monty")
        )
        count = 0
        while not task.done():
            await asyncio.sleep(0.01)
            count += 1
        assert (await task).status == "timeout"
        return count

    assert asyncio.run(beats()) >= 10


FORKED = """
import os, sys
sys.path[:0] = {path!r}
from reasoning_chains.sandbox import run
from reasoning_chains.sandbox.calculator import calculator
from reasoning_chains.sandbox.workers import workers
def worker():
    with workers().checkout() as session:
        return session.worker_pid
assert run("1 + 1").value == 2
mine = worker()
child = os.fork()
if not child:
    assert run("x + 2", {{"x": 2}}).value == 4
    assert run("def g():\\n yield 5\\nlist(g())").value == [5]
    assert run("1 / 0").error == "ZeroDivisionError: division by zero (line 1: 1 / 0)"
    assert calculator("2 * 3") == "6"
    sys.exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert worker() == mine
assert run("3 + 3").value == 6
print("well")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_fork_has_workers_of_its_own() -> None:
    told = subprocess.run(
        [sys.executable, "-c", FORKED.format(path=sys.path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert (told.stdout, told.stderr, told.returncode) == ("well\n", "", 0)


def test_nothing_stays_when_the_process_ends(tmp_path: Path) -> None:
    code = (
        f"import sys\nsys.path[:0] = {sys.path!r}\n"
        "from reasoning_chains.sandbox import run\n"
        "from reasoning_chains.sandbox.workers import workers\n"
        "run('1', python='cpython')\n"
        "with workers().checkout() as session:\n    print(session.worker_pid)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert list(tmp_path.iterdir()) == []
    for _ in range(100):
        if not Path(f"/proc/{told.stdout.strip()}").exists():
            break
        time.sleep(0.05)
    assert not Path(f"/proc/{told.stdout.strip()}").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the folder is for the second wall")
def test_the_folder_of_a_killed_process_is_removed_by_the_next(tmp_path: Path) -> None:
    code = (
        f"import os, sys\nsys.path[:0] = {sys.path!r}\n"
        "from reasoning_chains.sandbox import run\nrun('1')\n"
        "print(os.listdir(os.environ['TMPDIR']))\n"
        "if sys.argv[1:]:\n    os.kill(os.getpid(), 9)\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    mine = [sys.executable, "-u", "-c", code]
    subprocess.run([*mine, "die"], env=environment, check=False, stdout=subprocess.DEVNULL)
    (left,) = tmp_path.iterdir()
    os.utime(left, (0, 0))
    second = subprocess.run(mine, env=environment, check=True, capture_output=True, text=True)
    assert left.name not in second.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_missing_worker_is_named(tmp_path: Path) -> None:
    code = (
        f"import sys\nsys.path[:0] = {sys.path!r}\n"
        "from reasoning_chains.errors import SandboxUnavailable\n"
        "from reasoning_chains.sandbox import run\n"
        "try:\n    run('1', python='monty')\n"
        "except SandboxUnavailable as error:\n    print(error)\n"
    )
    for program in (tmp_path / "absent", Path("/bin/false")):
        told = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "MONTY_BIN": str(program)},
        )
        assert "a worker, which did not start" in told.stdout


def test_a_missing_package_is_named() -> None:
    root = str(Path(reasoning_chains.__file__).parent.parent)
    code = (
        f"import sys\nsys.path[:0] = [{root!r}]\n"
        "from reasoning_chains.errors import SandboxUnavailable\n"
        "from reasoning_chains.sandbox import run\n"
        "for tier in ('monty', 'auto'):\n"
        "    try:\n        run('1', python=tier)\n"
        "    except SandboxUnavailable as error:\n        print(error)\n"
    )
    told = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True
    )
    assert told.stdout.count("pip install pydantic-monty") == 2


def test_the_calculator_from_many_threads() -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda n: calculator(f"{n} * 2 / 4"), range(40)))
    assert found[:4] == ["0", "0.5", "1", "1.5"]
