"""Every exception of the library; it knows nothing of what raises them.

ReasoningChainsError
├── UserMistake            what the caller asked for cannot be: exit code 2, no traceback
│   ├── UnknownName        a name that is in no table; the message lists the near ones
│   ├── TemplateMistake    a template that does not render or breaks its contract
│   ├── MissingPackage     an optional package is not installed; the message has the pip line
│   ├── CapabilityMissing  a chain needs what the backend does not declare
│   └── SandboxUnavailable a program's sandbox needs what this machine does not have
├── BackendError           the world's fault: exit code 1; `.retryable`, `.status`
│   ├── HostedError        a hosted address gave no completion; `.retry_after`, `.received`
│   └── ToolChanged        a tool is no longer what the run was offered; it ends the run
└── BudgetSpent            ends a run's asking; verbs and `run.solve` make a Solution of it
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

__all__ = [
    "BackendError",
    "BudgetSpent",
    "CapabilityMissing",
    "Caught",
    "HostedError",
    "MissingPackage",
    "ReasoningChainsError",
    "SandboxUnavailable",
    "TemplateMistake",
    "ToolChanged",
    "UnknownName",
    "UserMistake",
    "listed",
    "named",
    "near",
    "ranged",
    "shown",
    "wanted",
]

_T = TypeVar("_T")
_WORDS = {
    bool: "True or False",
    float: "a number",
    int: "a whole number",
    str: "text",
    type(None): "None",
    Mapping: "a mapping",
}


_LARGEST = 2**63 - 1
"""The largest number of any setting: larger ones break what is written in other languages."""


class ReasoningChainsError(Exception):
    """Root of all errors that this library raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Let an error be copied, and travel between processes, whatever its constructor takes."""
        return _revived, (type(self), self.args, dict(self.__dict__))


def _revived(
    cls: type[ReasoningChainsError], args: tuple[object, ...], state: Mapping[str, object]
) -> ReasoningChainsError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class UserMistake(ReasoningChainsError):
    """What the caller asked for cannot be done as asked."""


class UnknownName(UserMistake):
    """A name was looked up in a closed table and is not there."""

    def __init__(self, what: str, name: object, known: Iterable[str]) -> None:
        told = near(name if isinstance(name, str) else "", known)
        super().__init__(f"unknown {what} {shown(name)}: {told}")


class TemplateMistake(UserMistake):
    """A template cannot be found, parsed, or rendered, or its reply contract is broken."""


class MissingPackage(UserMistake):
    """An optional package is needed and not installed."""

    def __init__(self, what: str, package: str, extra: str) -> None:
        super().__init__(
            f"{what} needs the package {package}, which is not installed. "
            f"Run: pip install 'reasoning-chains[{extra}]'"
        )


class CapabilityMissing(UserMistake):
    """A chain or a problem needs something that the backend does not declare."""

    def __init__(self, need: str, backend: str, instead: str) -> None:
        super().__init__(f"{need} is needed, and backend {backend!r} does not give it: {instead}")


class SandboxUnavailable(UserMistake):
    """Model-written code cannot be run safely on this machine, and is not run otherwise."""

    def __init__(self, what: str, missing: str) -> None:
        super().__init__(
            f"{what} needs {missing}. Code that a model wrote is not run without its sandbox"
        )
        self.what, self.missing = what, missing


class BackendError(ReasoningChainsError):
    """A backend could not give a completion.

    Args:
        message: What was asked, what came back, and what mends it; never a key.
        retryable: Whether the same request may succeed later.
        status: The HTTP status, where there was one.

    `lost` tells whether a reply may have been made, and billed, that did not arrive; `told`,
    whether who pays was told of it.
    """

    lost: bool = False
    told: bool = False

    def __init__(self, message: str, *, retryable: bool = False, status: int | None = None) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.status = status


class HostedError(BackendError):
    """A hosted address gave no completion.

    `retry_after` is in seconds, where the server said it; `received` is the part of a reply that
    came before it was cut.
    """

    retry_after: float | None = None
    received: str = ""


class ToolChanged(BackendError):
    """A tool's description or arguments are no longer what the run was offered."""


class BudgetSpent(ReasoningChainsError):
    """A reservation did not fit and nothing is in flight that could free room."""


class Caught:
    """Keeps what goes wrong within a `with`, for a border where it belongs to somebody else.

    Whoever writes such a `with` hands `error` on: nothing is dropped. Ctrl-C and a cancelled task
    go through, unless `kinds` hold `BaseException`.
    """

    def __init__(self, *kinds: type[BaseException]) -> None:
        self._kinds = kinds or (Exception,)
        self.error: BaseException | None = None

    def __enter__(self) -> Caught:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        self.error = error if isinstance(error, self._kinds) else None
        return self.error is not None


def near(name: str, known: Iterable[str]) -> str:
    """Say which known names look like `name`, or list them all (at most twenty)."""
    import difflib  # it loads regular expressions

    names = sorted(known)
    close = difflib.get_close_matches(name[:100], names, n=3, cutoff=0.5)
    if close:
        return "did you mean " + " or ".join(close) + "?"
    listed = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
    return f"known are {listed}" if names else "none are known here"


def wanted(name: str, value: object, *kinds: type, hint: str = "") -> None:
    """Refuse a value that is of none of these types; True and False are no numbers.

    Raises:
        UserMistake: It says what was wanted, what was found, and the hint.
    """
    allowed = (*kinds, int) if float in kinds else kinds
    odd = isinstance(value, bool) and bool not in kinds
    if odd or not isinstance(value, allowed):
        words = " or ".join(_WORDS.get(kind, f"a {kind.__name__}") for kind in kinds)
        raise UserMistake(f"{name} must be {words}, found {shown(value)}{hint and ': ' + hint}")
    if isinstance(value, str) and not value.isascii():
        _spelled(name, value)


def _spelled(name: str, text: str) -> None:
    """Refuse halves of surrogate pairs: they come of bytes that were no UTF-8, and are no text."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UserMistake(
            f"{name} holds what is no text at character {error.start + 1}: read it as UTF-8"
        ) from None


def ranged(name: str, value: Any, kind: type, low: float, high: float = math.inf) -> None:
    """Refuse what is no finite number of this type from `low` to `high`.

    Raises:
        UserMistake: It says what was wanted and what was found.
    """
    wanted(name, value, kind)
    top = min(high, _LARGEST)
    if not low <= value <= top:
        most = f" and at most {top:g}" if high < math.inf or value > top else ""
        raise UserMistake(f"{name}={shown(value)}: it must be at least {low:g}{most}")


def listed(name: str, values: Iterable[_T], kind: type[_T], hint: str = "") -> tuple[_T, ...]:
    """Make a tuple of a list of one type; a text is no list of its letters.

    Raises:
        UserMistake: It is no list, or holds another type.
    """
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        written = f"write [{shown(values)}]" if isinstance(values, kind) else "write [...]"
        raise UserMistake(f"{name} must be a list, found {shown(values)}: {written}")
    made = tuple(values)
    for value in made:
        wanted(f"each of {name}", value, kind, hint=hint)
    return made


def named(name: str, values: Mapping[str, _T]) -> dict[str, _T]:
    """Copy values by name; each name can stand in a template.

    Raises:
        UserMistake: It is no mapping, or a name is none.
    """
    wanted(name, values, Mapping, hint='write {"name": …}')
    for key in values:
        wanted(f"each name of {name}", key, str)
        if not key.isidentifier():
            raise UserMistake(f"{name} holds the name {shown(key)}: write letters, digits and _")
    return dict(values)


def shown(value: object) -> str:
    """Name a value in a few words: a short one is quoted, another is named by what it is."""
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:59] + "…")
    if value is None or isinstance(value, float):
        return repr(value)
    if isinstance(value, int):
        return repr(value) if value.bit_length() < 200 else "a number of more than 60 digits"
    if isinstance(value, type):
        return f"the class {value.__name__}: write {value.__name__}(...)"
    if callable(value) and hasattr(value, "__name__"):
        return f"the function {value.__name__}"
    kind = type(value).__name__
    return f"an {kind}" if kind[0] in "aeiouAEIOU" else f"a {kind}"
