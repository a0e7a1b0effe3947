"""Where model-written code runs, and never in this process; it knows no model and no chain."""

from __future__ import annotations

TYPE_CHECKING = False  # without `typing`: the child imports this package, and starts fast
if TYPE_CHECKING:
    from typing import Any

    from reasoning_chains.sandbox.limits import Limits
    from reasoning_chains.sandbox.result import Result
    from reasoning_chains.sandbox.running import arun, run

__all__ = ["Limits", "Result", "arun", "run"]


def __getattr__(name: str) -> Any:
    """Enter a room when its name is first used."""
    home: Any
    if name == "Limits":
        from reasoning_chains.sandbox import limits as home
    elif name == "Result":
        from reasoning_chains.sandbox import result as home
    elif name in ("arun", "run"):
        from reasoning_chains.sandbox import running as home
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(home, name)
