"""The records of one cell, counted: some bytes an item, so that a million fit; it reads no file."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from hashlib import blake2b

from reasoning_chains.evals.record import Record
from reasoning_chains.evals.score import OUTCOMES
from reasoning_chains.usage import Usage

__all__ = ["Table", "key_of_item"]

_PLACES = {outcome: place for place, outcome in enumerate(OUTCOMES)}


def key_of_item(name: str) -> int:
    """Give a number for an id: of a million ids, two share one with a chance of 1 in 10^7."""
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


class Table:
    """What a report needs of the records, in whatever order they come.

    Sums are of whole numbers, or exact, so that the order changes nothing.
    """

    __slots__ = (
        "_bought",
        "_calls",
        "_completion",
        "_money",
        "_prompt",
        "_reasoning",
        "_requests",
        "groups",
        "keys",
        "lost",
        "outcomes",
        "scoring",
        "seconds",
        "values",
    )

    def __init__(self) -> None:
        self.keys = array("Q")
        self.values = array("d")
        self.outcomes = bytearray()
        self.groups: dict[tuple[str, str], Counter[str]] = {}
        self._calls = self._requests = self._prompt = self._completion = 0
        self._reasoning = 0
        self._money, self._bought = array("d"), array("d")
        self.seconds = 0.0
        self.scoring = self.lost = 0

    def add(self, record: Record) -> None:
        """Count one; each id comes once."""
        self.keys.append(key_of_item(record.id))
        self.values.append(record.value)
        self.outcomes.append(_PLACES[record.outcome])
        for group in record.groups.items():
            if group not in self.groups:
                self.groups[group] = Counter()
            self.groups[group][record.outcome] += 1
        bill = record.bill
        self._calls += record.calls
        self._requests += bill.requests
        self._prompt += record.prompt_tokens
        self._completion += record.completion_tokens
        self._reasoning += record.reasoning_tokens
        if record.money:
            self._money.append(record.money)
        if bill.money:
            self._bought.append(bill.money)
        self.seconds += record.seconds
        self.scoring += record.scoring_tokens
        self.lost += bill.lost

    def __len__(self) -> int:
        return len(self.keys)

    def counted(self) -> dict[str, int]:
        """Give how many there are of each outcome."""
        return {name: self.outcomes.count(place) for name, place in _PLACES.items()}

    @property
    def usage(self) -> Usage:
        """What the reasoning used, and the requests that were sent for it."""
        counts = self._calls, self._requests, self._prompt, self._completion
        return Usage(*counts, reasoning_tokens=self._reasoning)

    @property
    def money(self) -> float:
        """What the reasoning costs, each sample counted as if asked alone."""
        return math.fsum(self._money)

    @property
    def bought(self) -> float:
        """The money of all bills."""
        return math.fsum(self._bought)
