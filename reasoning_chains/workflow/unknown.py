"""A value that only a run would bring: a dry run tries both ways of what is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from reasoning_chains.templates.preview import Gap

__all__ = ["Unknown", "deciding", "told"]

deciding: ContextVar[Callable[[str, str], bool]] = ContextVar("reasoning_chains_deciding")
"""Takes a condition and what holds first, `yes` or `no`, and says whether it holds this time."""


def told(value: object) -> str:
    """Write a value as a condition names it."""
    return value.strip("⟨⟩") if isinstance(value, Unknown) else repr(value)


class Unknown(Gap):
    """Stands for a reply, an input or a field; comparing it asks which way is tried."""

    __slots__ = ()

    def holds(self, condition: str, first: str = "yes") -> bool:
        """Say whether a condition on it holds this time."""
        return deciding.get()(condition, first)

    def __getattr__(self, name: str) -> Unknown:
        return Unknown(super().__getattr__(name))

    def __bool__(self) -> bool:
        return self.holds(told(self))

    def __contains__(self, item: object) -> bool:
        return self.holds(f"{told(item)} in {told(self)}")

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return self.holds(f"{told(self)} == {told(other)}")

    def __ne__(self, other: object) -> bool:
        return not self.__eq__(other)

    def __lt__(self, other: object) -> bool:
        return self.holds(f"{told(self)} < {told(other)}")

    def __le__(self, other: object) -> bool:
        return self.holds(f"{told(self)} <= {told(other)}")

    def __gt__(self, other: object) -> bool:
        return self.holds(f"{told(self)} > {told(other)}")

    def __ge__(self, other: object) -> bool:
        return self.holds(f"{told(self)} >= {told(other)}")

    def __add__(self, other: object) -> Unknown:
        return Unknown(f"⟨{told(self)} + {told(other)}⟩")

    def __radd__(self, other: object) -> Unknown:
        return Unknown(f"⟨{told(other)} + {told(self)}⟩")

    def __sub__(self, other: object) -> Unknown:
        return Unknown(f"⟨{told(self)} - {told(other)}⟩")

    def __rsub__(self, other: object) -> Unknown:
        return Unknown(f"⟨{told(other)} - {told(self)}⟩")

    def __mul__(self, other: object) -> Unknown:
        return Unknown(f"⟨{told(self)} * {told(other)}⟩")

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Unknown:
        return Unknown(f"⟨{told(self)} / {told(other)}⟩")
