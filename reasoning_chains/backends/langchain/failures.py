"""What a chat model raises, in words that help and hold no key; it knows no provider's package."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence

from reasoning_chains.errors import BackendError, HostedError

__all__ = ["failed", "worded"]

_QUOTED = 300  # characters of others' words in an error
_PASSING = frozenset({408, 409, 425, 429})
_LASTING = frozenset({501, 505})
_UNPAID = ("insufficient_quota", "billing")
_ENDINGS = ("ConnectionError", "ConnectError", "TransportError", "TimeoutError", "Timeout")


def failed(error: BaseException, name: str, secrets: Sequence[str]) -> BackendError:
    """Make the error of a sample: with the status, where there was one, and without keys.

    Args:
        error: What the chat model raised.
        name: The backend's name.
        secrets: What must not be repeated.
    """
    status = _status(error)
    if status in (401, 403):
        # The provider's own words are left out: many repeat a part of the key.
        said = f"refused the key (HTTP {status}): is it right, and allowed this model?"
    else:
        at = f" (HTTP {status})" if status is not None else ""
        said = f"failed{at}: {worded(error, secrets)}"
    made = HostedError(f"{name} {said}", retryable=_retryable(error, status), status=status)
    made.retry_after = _retry_after(error)
    made.lost = status is None and made.retryable and "Connect" not in type(error).__name__
    if not hasattr(error, "request") and not hasattr(error, "response"):
        made.__cause__ = error  # others hold the headers that were sent
    return made


def worded(error: BaseException, secrets: Sequence[str]) -> str:
    """Give an error's type and words on one short line."""
    listed = getattr(error, "errors", None)
    text = str(error)
    if callable(listed) and hasattr(error, "title"):  # pydantic's, which repeats what it was given
        text = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in listed())
    for secret in secrets:
        if secret:
            text = text.replace(secret, "…")
    line = " ".join(text[:4_000].split())
    line = "".join(letter for letter in line if letter.isprintable())
    line = line if len(line) <= _QUOTED else line[:_QUOTED] + " …"
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def _status(error: BaseException) -> int | None:
    for source in (error, getattr(error, "response", None)):
        for name in ("status_code", "code", "status"):
            value = getattr(source, name, None)
            if isinstance(value, int) and 400 <= value <= 599:
                return int(value)
    return None


def _retryable(error: BaseException, status: int | None) -> bool:
    code = f"{getattr(error, 'code', '')} {getattr(error, 'type', '')}"
    if status == 429 and any(word in code for word in _UNPAID):
        return False
    if status is not None:
        return status in _PASSING or (status >= 500 and status not in _LASTING)
    said = getattr(error, "is_retryable", None)  # of langchain_core's ModelError
    if isinstance(said, bool) and said:
        return True
    names = [kind.__name__ for kind in type(error).__mro__]
    return any(name.endswith(_ENDINGS) for name in names)


def _retry_after(error: BaseException) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", None)
    if headers is None:
        return None
    with contextlib.suppress(ValueError, TypeError, AttributeError):
        seconds = float(headers.get("retry-after"))
        return seconds if math.isfinite(seconds) and seconds >= 0 else None
    return None
