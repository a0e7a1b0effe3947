"""The tree of what happened in a run, as data; it knows nothing of how it is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reasoning_chains.types import Json

__all__ = ["Span", "Trace"]


@dataclass(slots=True)
class Span:
    """One thing that happened, with what happened inside of it, in order of its start.

    `kind` is `solve`, `step`, `ask`, `act`, `vote`, `propose` or `note`; it grows only while
    its run goes on.
    """

    kind: str
    label: str
    data: dict[str, Json] = field(default_factory=dict)
    children: list[Span] = field(default_factory=list)

    def add(self, kind: str, label: str, **data: Json) -> Span:
        """Open a span inside of this one."""
        child = Span(kind, label, data)
        self.children.append(child)
        return child

    def walk(self) -> Iterator[Span]:
        """Give this span and everything inside of it, parents first."""
        stack = [self]
        while stack:
            span = stack.pop()
            yield span
            stack.extend(reversed(span.children))

    def to_dict(self) -> dict[str, Json]:
        """Give plain data, ready for JSON."""
        return {
            "kind": self.kind,
            "label": self.label,
            "data": self.data,
            "children": [child.to_dict() for child in self.children],
        }


@dataclass(frozen=True, slots=True)
class Trace:
    """What happened in one run: `root` is the span of the chain that was called."""

    root: Span

    def spans(self, kind: str | None = None) -> tuple[Span, ...]:
        """Give all spans in order, or only those of one kind."""
        return tuple(span for span in self.root.walk() if kind is None or span.kind == kind)

    @property
    def asks(self) -> tuple[Span, ...]:
        """Every ask, with its template, messages and reply in `data`."""
        return self.spans("ask")

    def to_dict(self) -> dict[str, Json]:
        """Give plain data, ready for JSON."""
        return self.root.to_dict()

    @property
    def acts(self) -> tuple[Span, ...]:
        """Every tool call and program, with thought, arguments and observation in `data`."""
        return self.spans("act")

    @property
    def stopped(self) -> str:
        """What ended the run before its time, in words: a budget or a failure; else nothing."""
        ends = [n.data for n in self.spans("note") if n.label in ("budget", "failed", "stopped")]
        return str(ends[-1].get("reason") or ends[-1].get("error", "")) if ends else ""

    @property
    def steps(self) -> dict[str, list[Json]]:
        """What each step of a workflow gave, by its name and in order."""
        found: dict[str, list[Json]] = {}
        for span in self.spans("step"):
            found.setdefault(str(span.data["step"]), []).append(span.data.get("value"))
        return found

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Trace:
        """Read what `to_dict` gave."""
        return cls(_span(data))


def _span(data: Mapping[str, Any]) -> Span:
    children = [_span(child) for child in data["children"]]
    return Span(str(data["kind"]), str(data["label"]), dict(data["data"]), children)
