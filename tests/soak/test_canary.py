"""S-07: a key that servers repeat, logs follow and stores keep is in no byte that is written."""

from __future__ import annotations

import base64
import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from reasoning_chains import BackendError, Direct, Problem, Retry, close_backend, guarded, stored
from reasoning_chains.backends.guard.recalling import Recalling
from reasoning_chains.backends.openai import OpenAIBackend
from reasoning_chains.store.managing import written_out
from tests.backends.openai.asked import KEY
from tests.backends.openai.test_keys import FAULTS
from tests.servers.chat import ChatServer, Manner

ROOT = Path(__file__).parents[2]
QUICK = Retry(attempts=2, first=0.01, throttled=0.01)


def spellings(key: str) -> dict[str, list[bytes]]:
    """Spell a key as it might stand in a file; of base64 and hexadecimal what is always there."""
    raw = key.encode()
    shifted = [base64.b64encode(b" " * shift + raw)[4:24] for shift in range(3)]
    return {
        "plain": [raw, raw[3:], raw[:12], raw[-8:]],
        "base64": shifted,
        "hexadecimal": [raw.hex().encode(), raw.hex().upper().encode()],
        "of an address": [quote(key, safe="").encode(), "".join(f"%{b:02x}" for b in raw).encode()],
        "of JSON": ["".join(f"\\u{b:04x}" for b in raw).encode()],
        "of two bytes": [key.encode("utf-16-le"), key.encode("utf-16-be")],
    }


def found(folder: Path) -> list[tuple[str, str]]:
    """Search every byte of every file; give where a spelling stands, and which."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    assert files
    seen = [(path, path.read_bytes()) for path in files]
    return [
        (path.name, name)
        for (path, data), (name, forms) in product(seen, spellings(KEY).items())
        if any(form in data for form in forms)
    ]


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Path]:
    """Write all that anybody logs into a file."""
    root, path = logging.getLogger(), tmp_path / "log"
    handler, before = logging.FileHandler(path), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield path
    root.setLevel(before)
    root.removeHandler(handler)
    handler.close()


def failed(folder: Path, name: str, transport: Any, *, streaming: bool) -> str:
    """Ask once with everything that is written switched on; give what could be shown of it."""
    with ChatServer(Manner(), fault=lambda number, body: FAULTS[name]) as server:
        options: dict[str, Any] = {"transport": transport, "streaming": streaming, "timeout": 0.3}
        plain = OpenAIBackend("m", f"{server.url}?key={KEY}", KEY, headers={"x": KEY}, **options)
        backend = stored(guarded(plain, retry=QUICK, pace=False), folder / "s.db")
        assert isinstance(backend, Recalling)
        problem = Problem(f"What is {name}, {transport}, {streaming}?")
        try:
            solution = Direct().invoke(problem, backend)
            told = repr(asdict(solution))
        except BackendError as error:
            shown = traceback.TracebackException.from_exception(error, capture_locals=True)
            told = "".join(shown.format(chain=True)) + repr(vars(error))
        close_backend(backend)
        assert server.ledger.headers[0]["x"] == KEY  # it was really sent
        return told + repr(backend) + repr(plain)


def test_no_byte_of_it_is_written_in_any_spelling(tmp_path: Path, logs: Path) -> None:
    failures = list(product(FAULTS, ("aiohttp", "sdk"), (False, True)))
    assert len(failures) > 40
    with (tmp_path / "shown").open("w") as shown:
        for name, transport, streaming in failures:
            shown.write(failed(tmp_path, name, transport, streaming=streaming))
    (tmp_path / "exported").write_text("\n".join(written_out(tmp_path / "s.db")))
    assert logs.stat().st_size > 1000
    assert found(tmp_path) == []


def test_nor_by_the_command_line(tmp_path: Path) -> None:
    told = {**os.environ, "OPENAI_API_KEY": KEY}
    for number, name in enumerate(("echo 401", "echo 422", "repeats", "page")):
        with ChatServer(Manner(), fault=lambda _, body, name=name: FAULTS[name]) as server:  # type: ignore[misc]
            given = [sys.executable, "-m", "reasoning_chains", "ask", "q", "--store", "s.db"]
            given += ["-b", "openai:m", "--base-url", server.url, "--json"]
            with (tmp_path / f"out{number}").open("wb") as out:
                subprocess.run(
                    given, cwd=tmp_path, env=told, stdout=out, stderr=out, check=False, timeout=100
                )
            assert server.ledger.headers
    assert found(tmp_path) == []


def test_it_would_be_found(tmp_path: Path) -> None:
    for forms in spellings(KEY).values():
        for at, form in enumerate(forms):
            (tmp_path / f"f{at}").write_bytes(b"x" * at + form)
        assert {name for name, _ in found(tmp_path)} == {f"f{at}" for at in range(len(forms))}
        for path in tmp_path.iterdir():
            path.unlink()
