"""No program of the corpus gets out of either tier, and the host is as it was afterwards."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reasoning_chains.sandbox import Limits, run
from reasoning_chains.sandbox.result import STATUSES
from reasoning_chains.sandbox.running import Python
from tests.sandbox.canaries import ESCAPES, Canaries, Payload, payloads, planted, unguarded

QUICK = Limits(cpu_seconds=1, wall_seconds=20, memory_mb=64, output_bytes=20_000)
SLOW = Limits(cpu_seconds=0.25, wall_seconds=1, memory_mb=64, output_bytes=20_000)
TIERS: tuple[Python, ...] = ("monty", "cpython")


@pytest.fixture(scope="module")
def canaries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canaries]:
    with planted(tmp_path_factory.mktemp("canary")) as planted_ones:
        yield planted_ones


def escaped(canaries: Canaries, payload: Payload, tier: Python) -> str:
    """Run a payload and say what is wrong with what came back, or give an empty text."""
    limits = SLOW if payload.slow else QUICK
    result = run(canaries.aimed(payload.code), {"given": "input"}, limits, tier)
    value = json.dumps(result.value)
    wrong = ""
    if canaries.leaked(result.stdout, value, result.error):
        wrong = "a secret came back"
    elif canaries.marked(result.stdout, value):
        wrong = f"it says that it got through: {result.stdout[:200]!r}"
    elif payload.ends and result.status not in ("error", "timeout", *payload.ends):
        wrong = f"it ended {result.status}: {result.error[:200]}"
    elif result.status not in STATUSES or result.tier != tier:
        wrong = f"{result.status} on {result.tier}"
    elif len(result.stdout) > 20_000 or len(value) > 20_002 or len(result.error) > 3_000:
        wrong = "more came back than may"
    return f"{payload.name}: {wrong}" if wrong else ""


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("page", ESCAPES, ids=[page.stem for page in ESCAPES])
def test_no_payload_escapes(page: Path, tier: Python, canaries: Canaries) -> None:
    with ThreadPoolExecutor(4) as threads:
        found = threads.map(lambda one: escaped(canaries, one, tier), payloads(page))
    assert not [wrong for wrong in found if wrong]
    assert canaries.harmed() == ""
    assert run("1 + 1", python=tier).value == 2


def test_the_corpus_is_large() -> None:
    read = [payload for page in ESCAPES for payload in payloads(page)]
    assert len({payload.name for payload in read}) == len(read) >= 150


def test_the_payloads_that_steal_do_steal_without_a_sandbox(canaries: Canaries) -> None:
    thieves = [one for page in ESCAPES for one in payloads(page) if one.leaks][::2]
    with ThreadPoolExecutor(4) as threads:
        found = threads.map(lambda one: unguarded(canaries, one), thieves)
    harmless = [
        one.name for one, text in zip(thieves, found, strict=True) if not canaries.leaked(text)
    ]
    assert len(thieves) >= 20
    assert not harmless
    assert canaries.harmed() == ""


def test_nothing_is_left_running() -> None:
    mine = os.getpid()
    left = []
    for entry in Path("/proc").iterdir() if Path("/proc").is_dir() else ():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes()
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            except (OSError, IndexError):
                continue
            if b"child.py" in line and int(parent) in (mine, 1):
                left.append(line)
    assert not left
