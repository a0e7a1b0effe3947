"""R-09: whatever agents do at once, and whatever is lost or broken off, no budget is exceeded."""

from __future__ import annotations

import asyncio

from tests.soak.spending import many


def test_random_agents_never_spend_more_than_they_may() -> None:
    outcome = asyncio.run(many(300))
    assert outcome.runs == 300
    assert outcome.over == 0
    assert outcome.unbilled == 0  # bills are what was sold, to the token
    assert min(outcome.spent, outcome.broken_off, outcome.lost) > 20  # it was put to the test


def test_a_server_that_writes_on_costs_its_excess_in_flight_and_no_more() -> None:
    outcome = asyncio.run(many(150, greedy=True))
    assert outcome.over > 10
    assert outcome.over_more == 0
