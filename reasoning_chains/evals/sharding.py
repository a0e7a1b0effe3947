"""Which problems of a suite belong to which part of a run; it runs none of them."""

from __future__ import annotations

from dataclasses import dataclass

from reasoning_chains.errors import UserMistake, ranged, shown

__all__ = ["Shard"]

_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `number` of `of`, counted from 1: every `of`-th problem, beginning with that one.

    All chains and backends of a run meet a problem in the same shard, so that they share samples.
    """

    number: int
    of: int

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        ranged("number of shards", self.of, int, 1, _MOST)
        ranged("shard", self.number, int, 1, self.of)

    @classmethod
    def read(cls, told: Shard | str) -> Shard:
        """Read a shard, written as `2/8`.

        Raises:
            UserMistake: It is none.
        """
        if isinstance(told, Shard):
            return told
        parts = told.split("/") if isinstance(told, str) else []
        if len(parts) != 2 or not all(_is_number(part) for part in parts):
            raise UserMistake(f"shard {shown(told)}: write its number and how many there are, 2/8")
        return cls(int(parts[0]), int(parts[1]))

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @property
    def place(self) -> str:
        """Its name where a file or a folder is called after it."""
        return f"{self.number}-of-{self.of}"

    def owns(self, place: int) -> bool:
        """Tell whether the problem in a place, counted from 1, is one of its part."""
        return (place - self.number) % self.of == 0

    def count(self, whole: int) -> int:
        """Give how many of so many are its own."""
        return max(0, whole - self.number + self.of) // self.of


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9
