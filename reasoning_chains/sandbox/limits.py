"""How much a program may use; it knows no program."""

from __future__ import annotations

from dataclasses import dataclass

from reasoning_chains.errors import ranged

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use before it is stopped.

    Args:
        cpu_seconds: Time of computing. Monty counts it by the clock; the CPython child by CPU time.
        wall_seconds: Time by the clock, sleeping included.
        memory_mb: MiB that the program takes beyond the interpreter's own.
        output_bytes: Bytes of printed text, and of the value written as JSON.
    """

    cpu_seconds: float = 2.0
    wall_seconds: float = 5.0
    memory_mb: int = 256
    output_bytes: int = 64_000

    def __post_init__(self) -> None:
        """Refuse limits out of their ranges, and None: there is no program without limits."""
        for name, kind, low, high in _RANGES:
            value = getattr(self, name)
            ranged(f"Limits({name}=…)", value, kind, low, high)


_RANGES: tuple[tuple[str, type, float, float], ...] = (
    ("cpu_seconds", float, 0.01, 3600),
    ("wall_seconds", float, 0.01, 3600),
    ("memory_mb", int, 8, 65_536),
    ("output_bytes", int, 0, 16_000_000),
)
