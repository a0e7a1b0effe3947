"""How fast an account is asked: by its limits, by what it tells of them, by what it answers."""

from __future__ import annotations

import pytest

from reasoning_chains import UserMistake
from reasoning_chains.backends.guard.pace import Meter, Pace
from reasoning_chains.backends.guard.told import Allowance, allowances
from tests.backends.guard.simulation import Server, Told, simulated


def test_a_meter_lets_a_burst_pass_and_then_its_rate() -> None:
    meter = Meter(rate=10, burst=3)
    assert [round(meter.take(0.0), 6) for _ in range(6)] == [0, 0, 0, 0, 0.1, 0.2]
    assert meter.take(100.0, 5) == 0
    meter.give(5)
    assert [round(meter.take(100.0), 6) for _ in range(5)] == [0, 0, 0, 0, 0.1]
    meter.hold(200.0)
    assert meter.take(100.0) == 100


def test_who_waits_keeps_its_turn_at_another_rate() -> None:
    meter = Meter(rate=10, burst=0)
    assert [meter.take(0.0) for _ in range(3)] == pytest.approx([0, 0.1, 0.2])
    meter.change(20, 0.0)
    assert meter.take(0.0) == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (
            {
                "x-ratelimit-limit-requests": "60",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "6m0s",
            },
            [Allowance("requests", 60, 0, 360)],
        ),
        (
            {"x-ratelimit-limit-tokens": "90000", "x-ratelimit-reset-tokens": "20ms"},
            [Allowance("tokens", 90000, None, 0.02)],
        ),
        (
            {
                "anthropic-ratelimit-tokens-limit": "10",
                "anthropic-ratelimit-tokens-reset": "1970-01-01T00:01:40Z",
            },
            [Allowance("tokens", 10, None, 90)],
        ),
        ({"x-ratelimit-reset-requests": "1.5"}, [Allowance("requests", reset=1.5)]),
        ({"x-ratelimit-reset-requests": "1h2m3.5s"}, [Allowance("requests", reset=3723.5)]),
        ({"x-ratelimit-limit-requests": "many"}, [Allowance("requests")]),
        ({"x-ratelimit-limit-requests": "nan"}, [Allowance("requests")]),
        ({"x-ratelimit-limit-requests": "-3"}, [Allowance("requests")]),
        ({"x-ratelimit-limit-requests": "0"}, [Allowance("requests")]),
        ({"x-ratelimit-reset-requests": "5 parsecs"}, [Allowance("requests")]),
        ({"x-ratelimit-reset-requests": "99T"}, [Allowance("requests")]),
        ({"x-ratelimit-reset-requests": "9" * 5000}, [Allowance("requests")]),
        ({"content-type": "application/json"}, []),
    ],
)
def test_limits_are_read_from_headers(headers: dict[str, str], told: list[Allowance]) -> None:
    assert allowances(headers, 10.0) == told


@pytest.mark.parametrize("wrong", [{"requests": 0}, {"tokens": "x"}, {"concurrency": 0}])
def test_numbers_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UserMistake, match=f"pace {next(iter(wrong))}"):
        Pace(**wrong)  # type: ignore[arg-type]


def landed(told: list[Told], first: int, last: int) -> float:
    """Give how many landed a second, in these seconds."""
    return sum(second.landed for second in told[first:last]) / (last - first)


def refused(told: list[Told], first: int, last: int) -> float:
    """Give the share that was refused."""
    starts = sum(second.starts for second in told[first:last])
    return sum(second.throttled for second in told[first:last]) / starts


def test_refusals_by_chance_slow_nothing_down() -> None:
    server = Server(lambda now: 1e9, refuses=0.05, fails=0.065)
    free = simulated(server, 60, adaptive=False)
    paced = simulated(server, 60)
    assert landed(paced, 0, 60) > 0.95 * landed(free, 0, 60)
    assert refused(paced, 10, 60) < 0.06
    often = Server(lambda now: 1e9, refuses=0.2)
    assert landed(simulated(often, 60), 10, 60) > 0.95 * landed(
        simulated(often, 60, adaptive=False), 10, 60
    )


def test_a_server_that_is_asked_too_much_is_asked_what_it_answers() -> None:
    server = Server(lambda now: 150.0)
    assert refused(simulated(server, 60, adaptive=False), 10, 60) > 0.9
    for seed in range(3):
        paced = simulated(server, 100, seed=seed)
        assert landed(paced, 10, 100) > 0.97 * 150
        assert refused(paced, 10, 100) <= 0.03


def test_the_rate_follows_a_capacity_that_changes() -> None:
    server = Server(lambda now: 50.0 if now < 40 else 200.0 if now < 100 else 30.0)
    for seed in range(3):
        told = simulated(server, 160, seed=seed)
        assert landed(told, 60, 64) >= 0.85 * 200
        assert landed(told, 64, 100) >= 0.95 * 200
        assert landed(told, 120, 160) >= 0.9 * 30
        assert refused(told, 64, 100) <= 0.03
        assert refused(told, 110, 160) <= 0.05
