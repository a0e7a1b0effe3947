"""Backends that answer sums of a suite that is written in the test."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from reasoning_chains import BackendError, ScriptedBackend
from reasoning_chains.evals.suite import Suite
from reasoning_chains.types import Content, SampleKey
from tests.evals.writing import opened

Wrong = Callable[[int, SampleKey], bool]


def sums(folder: Path, count: int, **changed: object) -> Suite:
    """Write a suite of so many sums, `0 + 1?` and so on; levels go round from 1 to 3."""
    rows = [
        {"id": f"s{n}", "question": f"{n} + 1?", "answer": n + 1, "level": n % 3 + 1}
        for n in range(count)
    ]
    text = "\n".join(json.dumps(row) for row in rows) + "\n"
    return opened(folder, text, **{"groups": "level", **changed})


def number(content: Content) -> int:
    """Find the number of a sum in what is asked."""
    asked = content.messages[-1].content
    return int(asked.partition(" + 1?")[0].split()[-1])


def adder(wrong: Wrong = lambda n, key: False, broken: Wrong = lambda n, key: False) -> Adder:
    """Make a backend that adds, wrongly or not at all where it is told so."""
    return Adder(wrong, broken)


class Adder(ScriptedBackend):
    """Adds; `asked` counts how often each sum was bought."""

    def __init__(
        self, wrong: Wrong = lambda n, key: False, broken: Wrong = lambda n, key: False
    ) -> None:
        self.asked = Counter[int]()

        def reply(content: Content, key: SampleKey) -> str | BackendError:
            n = number(content)
            self.asked[n] += 1
            if broken(n, key):
                return BackendError(f"no reply to {n}")
            return f"The answer is {n + 2 if wrong(n, key) else n + 1}."

        super().__init__(reply)
