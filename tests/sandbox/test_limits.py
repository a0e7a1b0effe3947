"""Each limit holds, with what was printed so far, and the next program runs."""

from __future__ import annotations

import pytest

from reasoning_chains.sandbox import Limits, run
from reasoning_chains.sandbox.running import Python

TIERS: tuple[Python, ...] = ("monty", "cpython")


@pytest.mark.parametrize("tier", TIERS)
def test_computing_ends(tier: Python) -> None:
    limits = Limits(cpu_seconds=0.3, wall_seconds=20)
    result = run("print('so far')\nwhile True:\n    pass", limits=limits, python=tier)
    assert (result.status, result.stdout) == ("timeout", "so far\n")
    assert "0.3 s" in result.error
    assert run("1 + 1", python=tier).value == 2


def test_sleep_is_stopped_or_takes_no_time() -> None:
    limits = Limits(cpu_seconds=5, wall_seconds=0.7)
    asleep = run("import time\nprint(1)\ntime.sleep(60)", limits=limits, python="cpython")
    assert (asleep.status, asleep.stdout) == ("timeout", "1\n")
    assert asleep.seconds < 30
    awake = run("import time\ntime.sleep(60)\n1", limits=limits, python="monty")
    assert (awake.status, awake.value) == ("ok", 1)


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize(
    "code", ["x = 'a' * (200 << 20)", "x = []\nwhile True:\n    x += [1] * 10000"]
)
def test_memory_ends(tier: Python, code: str) -> None:
    result = run(code, limits=Limits(20, 20, memory_mb=32), python=tier)
    assert result.status == "memory"
    assert "32 MiB" in result.error
    small = run("len('a' * (8 << 20))", limits=Limits(20, 20, memory_mb=32), python=tier)
    assert small.value == 8 << 20


@pytest.mark.parametrize("tier", TIERS)
def test_output_ends_and_is_kept(tier: Python) -> None:
    limits = Limits(10, 20, output_bytes=1_000)
    result = run("while True:\n    print('é' * 9)", limits=limits, python=tier)
    assert result.status == "output"
    assert 990 <= len(result.stdout.encode()) <= 1_003
    assert result.stdout.startswith("é" * 9 + "\n")
    exact = run("print('x' * 999)\n1", limits=limits, python=tier)
    assert (exact.status, exact.value) == ("ok", 1)


@pytest.mark.parametrize("tier", TIERS)
def test_a_long_value_is_output_too(tier: Python) -> None:
    result = run("'x' * 2000", limits=Limits(10, 20, output_bytes=1_000), python=tier)
    assert (result.status, result.value) == ("output", None)


def test_ignoring_the_signals_does_not_help() -> None:
    code = (
        "import signal\nsignal.signal(signal.SIGPROF, signal.SIG_IGN)\n"
        "signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True:\n    pass"
    )
    result = run(code, limits=Limits(cpu_seconds=0.5, wall_seconds=60), python="cpython")
    assert result.status == "timeout"


def test_the_host_does_not_grow_with_a_huge_value() -> None:
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for code in ("[[]] * 10 ** 6", "'x' * 10 ** 8", "raise ValueError('x' * 10 ** 6)"):
        for tier in TIERS:
            assert run(code, limits=Limits(0.4, 20), python=tier).status != "ok"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10
