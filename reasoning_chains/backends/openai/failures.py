"""What can go wrong at an address, in words that help; it knows no HTTP library."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from reasoning_chains.backends.openai.address import Address
from reasoning_chains.errors import HostedError
from reasoning_chains.secrets import Secret

__all__ = ["Answer", "Refusal", "Teller", "host_of", "retry_after"]

_QUOTED = 300  # characters of a server's own words in an error: enough to tell, one line long
_PASSING = frozenset({408, 409, 425, 429})
_LASTING = frozenset({501, 505})
_REFUSED = 300
"""From this status on nothing was made, so nothing is billed."""
_UNPAID = ("insufficient_quota", "billing")


class Answer(NamedTuple):
    """A server's answer, whole and without keys; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Refusal(NamedTuple):
    """What a refusing server says, in its own words, and the field that it names."""

    message: str
    field: str
    code: str

    @classmethod
    def of(cls, data: object, text: str) -> Refusal:
        """Read an error body of any shape: OpenAI's, FastAPI's or plain text."""
        error: object = data.get("error", data) if isinstance(data, Mapping) else text
        if not isinstance(error, Mapping):
            return cls(str(error), "", "")
        detail = error.get("detail")
        words = error.get("message") or detail or text
        fields = [str(error.get("param") or "")]
        if isinstance(detail, list):
            places = [part.get("loc") for part in detail if isinstance(part, Mapping)]
            fields += [str(place[-1]) for place in places if isinstance(place, list) and place]
        kind = f"{error.get('code') or ''} {error.get('type') or ''}"
        return cls(str(words), next(filter(None, fields), ""), kind.strip())


@dataclass(frozen=True, slots=True)
class Teller:
    """Words failures at one address, and keeps its keys out of them."""

    address: Address
    secrets: tuple[Secret, ...]
    key_from: str

    def clean(self, text: str) -> str:
        """Make a server's words fit for one line of an error: short, printable, without keys."""
        for secret in self.secrets:
            text = secret.scrub_error(text[:20_000])
        line = " ".join(text[:4_000].split())
        line = "".join(letter for letter in line if letter.isprintable())
        return line if len(line) <= _QUOTED else line[:_QUOTED] + " …"

    def without_keys(self, body: bytes, *, error: bool = False) -> bytes:
        """Take the keys out of a body that repeats them: completions are stored and shown.

        Args:
            body: What the server sent.
            error: Whether it is an error's, which may repeat the ends of a key.
        """
        for secret in self.secrets:
            if error:
                body = secret.scrub_error(body.decode(errors="replace")).encode()
            elif secret.shows_in(body):
                body = secret.scrub(body.decode(errors="replace")).encode()
        return body

    def cleared(self, text: str) -> str:
        """Take the keys out of a text as a reader sees it, whatever spelled it on the wire."""
        for secret in self.secrets:
            text = secret.scrub(text)
        return text

    def begun_in(self, text: str) -> int:
        """Give how many letters at a text's end may be the beginning of a key."""
        return max((secret.begun_in(text) for secret in self.secrets), default=0)

    def failed(self, said: str, *, retryable: bool, status: int | None = None) -> HostedError:
        """Make an error that begins with the address."""
        error = HostedError(f"{self.address.base} {said}", retryable=retryable, status=status)
        error.lost = status is None or status < _REFUSED
        return error

    def unreachable(self, reason: str, *, retryable: bool) -> HostedError:
        """The address cannot be connected to."""
        error = self.failed(
            f"cannot be reached ({self.clean(reason)}): is base_url right and the server running?",
            retryable=retryable,
        )
        error.lost = False
        return error

    def timed_out(self, seconds: float) -> HostedError:
        """Nothing, or not everything, came in time."""
        return self.failed(
            f"did not answer within {seconds:g} s: try later, or give a longer timeout",
            retryable=True,
        )

    def stalled(self, seconds: float) -> HostedError:
        """It sent nothing for much longer than it ever did before."""
        return self.failed(
            f"sent nothing for {seconds:.3g} s, much longer than before: try later, or set "
            "learned_timeouts=False",
            retryable=True,
        )

    def cut(self, reason: str) -> HostedError:
        """The connection ended inside the reply."""
        return self.failed(f"broke off its reply ({self.clean(reason)})", retryable=True)

    def too_large(self, what: str) -> HostedError:
        """The server sends more than any reply has."""
        return self.failed(
            f"sent {what}, which no reply needs: it was not read further", retryable=False
        )

    def refused(self, answer: Answer, refusal: Refusal, model: str) -> HostedError:
        """The server answered with an error status."""
        said = self._words(answer, refusal, model)
        error = self.failed(said, retryable=_retryable(answer, refusal), status=answer.status)
        error.retry_after = retry_after(answer.headers)
        return error

    def _words(self, answer: Answer, refusal: Refusal, model: str) -> str:
        status = answer.status
        if status in (401, 403):
            # The server's own words are left out: many repeat a part of the key.
            return f"refused the key (HTTP {status}): {self.key_from}"
        if 300 <= status < 400:
            place = answer.headers.get("location", "nowhere")
            return (
                f"answers with a redirect (HTTP {status}) to {place}, which is "
                "not followed, since the key belongs to this address: correct base_url"
            )
        quote = self.clean(refusal.message) or "it gave no reason"
        if status == 404:
            return (
                f"has no such endpoint or no model {model!r} (HTTP 404: {quote}): "
                "base_url usually ends with /v1"
            )
        wait = retry_after(answer.headers)
        asks = "" if wait is None else f"; it asks to wait {wait:g} s"
        return f"answered HTTP {status}: {quote}{asks}"


def _retryable(answer: Answer, refusal: Refusal) -> bool:
    told = answer.headers.get("x-should-retry", "").lower()
    if told in ("true", "false"):
        return told == "true"
    if answer.status == 429 and any(word in refusal.code for word in _UNPAID):
        return False
    return answer.status in _PASSING or (answer.status >= 500 and answer.status not in _LASTING)


def host_of(url: str) -> str:
    """Give the host that a redirect names."""
    try:
        return urlsplit(url).hostname or "another path"
    except ValueError:
        return "another place"


def retry_after(headers: Mapping[str, Any]) -> float | None:
    """Read how many seconds a server wants waited: milliseconds, seconds or a date.

    What is negative, not a number or not understood counts as not said.
    """
    text = str(headers.get("retry-after", "")).strip()
    try:
        if "retry-after-ms" in headers:
            seconds = float(headers["retry-after-ms"]) / 1000
        else:
            seconds = float(text)
    except ValueError:
        seconds = _until(text)
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _until(text: str) -> float:
    from email.utils import parsedate_to_datetime  # slow to load, and seldom needed

    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except (ValueError, OverflowError):
        return math.nan
