"""A key that shows itself to its own origin only; it knows nothing of how requests are sent."""

from __future__ import annotations

import base64
import ipaddress
import json
import os
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit

from reasoning_chains.errors import UserMistake

__all__ = ["Origin", "Secret", "held_back"]

_HIDDEN = "[key removed]"
_HOST = frozenset(string.ascii_lowercase + string.digits + ".-_")
_PLAIN = frozenset(string.ascii_uppercase + string.digits + "_")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of an address: what a key is bound to."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Origin:
        """Read the origin of an http or https URL.

        Hosts are held to plain letters, so that no two URL parsers can see two hosts in one text.
        """
        try:
            parts = urlsplit(url.strip())
            scheme, host, port = parts.scheme.lower(), (parts.hostname or "").lower(), parts.port
        except ValueError:
            raise _not_a_url() from None
        if scheme not in _PORTS or not host or "\\" in parts.netloc:
            raise _not_a_url()
        if "@" in parts.netloc:
            raise UserMistake(
                "the address holds a user name or password: give the key as api_key, not in the URL"
            )
        if not (_HOST.issuperset(host) or _is_ipv6(host)):
            raise _not_a_url()
        return cls(scheme, host, _PORTS[scheme] if port is None else port)

    @property
    def loopback(self) -> bool:
        """Whether the host is this machine itself."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (
            "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        )


class Secret:
    """A key bound to one origin; no repr, text, JSON, pickle or copy of it shows the key.

    Args:
        text: The key itself; spaces and line ends around it are dropped.
        origin: The only origin that it may be sent to, or a URL of it.
        source: Where the key came from, told in errors: never the key.
    """

    __slots__ = ("_coded", "_forms", "_open", "origin", "source")
    _open: Callable[[], str]
    _forms: Callable[[], tuple[str, ...]]
    _coded: Callable[[], tuple[bytes, ...]]
    origin: Origin
    source: str

    def __init__(
        self, text: str, origin: Origin | str, source: str = "the argument api_key"
    ) -> None:
        key = text.strip() if isinstance(text, str) else ""
        if not key or not all(33 <= ord(letter) <= 126 or letter == " " for letter in key):
            raise UserMistake(
                f"the key from {source} is empty or has characters that no key has: "
                "copy it again, without quotes or line ends"
            )
        # A closure is seen by neither vars(), dataclasses, copy nor a debugger's list of fields.
        forms = _forms(key)
        coded = tuple(form.encode() for form in forms)
        object.__setattr__(self, "_open", lambda: key)
        object.__setattr__(self, "_forms", lambda: forms)
        object.__setattr__(self, "_coded", lambda: coded)
        bound = origin if isinstance(origin, Origin) else Origin.of(origin)
        object.__setattr__(self, "origin", bound)
        object.__setattr__(self, "source", source)

    @classmethod
    def from_env(cls, variable: str, origin: Origin | str) -> Secret:
        """Take the key from an environment variable, which errors will name."""
        plain = variable and _PLAIN.issuperset(variable)
        if not plain and not os.environ.get(variable, "").strip():
            raise UserMistake(  # not shown: it may well be the key itself
                "api_key_env is not the name of a variable that is set: name the variable that "
                "holds the key, such as OPENAI_API_KEY, and not the key"
            )
        if not os.environ.get(variable, "").strip():
            raise UserMistake(
                f"no key: the environment variable {variable} is not set. "
                f"Run: export {variable}=..., or give api_key"
            )
        return cls(os.environ[variable], origin, f"the environment variable {variable}")

    def reveal(self, origin: Origin | str) -> str:
        """Give the key to its own origin; any other is refused."""
        asking = origin if isinstance(origin, Origin) else Origin.of(origin)
        if asking != self.origin:
            raise UserMistake(
                f"the key from {self.source} belongs to {self.origin} and is not sent to {asking}: "
                "give a key for that address"
            )
        return self._open()

    def scrub(self, text: str) -> str:
        """Take every full spelling of the key out of a text, however it was encoded."""
        for form in self._forms():
            text = text.replace(form, _HIDDEN)
        return text

    def shows_in(self, data: bytes) -> bool:
        """Whether any full spelling of the key stands in some bytes."""
        return any(form in data for form in self._coded())

    def begun_in(self, text: str) -> int:
        """Give how many letters at a text's end may be the beginning of the key."""
        return held_back(text, self._forms())

    def scrub_error(self, text: str) -> str:
        """Take the key out of a text that is an error's; its beginning and end go too."""
        text, key = self.scrub(text), self._open()
        if len(key) >= 20:  # shorter keys have beginnings that ordinary words have too
            text = text.replace(key[:8], _HIDDEN).replace(key[-8:], _HIDDEN)
        return text

    def __repr__(self) -> str:
        return f"Secret(***, from {self.source}, for {self.origin})"

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Secret does not change: make a new one")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __getstate__(self) -> NoReturn:
        raise TypeError("a Secret is not stored: name the variable that holds the key instead")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        self.__getstate__()


def held_back(text: str, marks: Iterable[str]) -> int:
    """Give how many letters at a text's end may be the beginning of one of these marks."""
    most = 0
    for mark in marks:
        at = text.find(mark[0], max(0, len(text) - len(mark) + 1))
        while at != -1 and not mark.startswith(text[at:]):
            at = text.find(mark[0], at + 1)
        most = max(most, len(text) - at) if at != -1 else most
    return most


def _forms(key: str) -> tuple[str, ...]:
    if len(key) < 6:  # "EMPTY" or "x", the usual stand-ins, are words and no secrets
        return ()
    coded = base64.b64encode(key.encode()).decode().rstrip("=")
    return tuple(dict.fromkeys((key, quote(key, safe=""), json.dumps(key)[1:-1], coded)))


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


def _not_a_url() -> UserMistake:
    # The text is not repeated: what is not a URL may well be a key in the wrong place.
    return UserMistake(
        "the address is not a URL: it must look like https://host/v1 or http://127.0.0.1:8000/v1"
    )
