"""Where an OpenAI-compatible server lies and how it spells; it knows nothing of sending."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from urllib.parse import urlsplit, urlunsplit

from reasoning_chains.errors import UserMistake
from reasoning_chains.secrets import Origin

__all__ = ["OFFICIAL", "Address", "Dialect", "Spelling"]

Dialect: TypeAlias = Literal["openai", "vllm", "sglang"]
OFFICIAL = "https://api.openai.com/v1"
_END = "/chat/completions"


@dataclass(frozen=True, slots=True)
class Address:
    """One server's chat endpoint.

    `url` is posted to; `base` is the same without endpoint and query, and is what errors show,
    since a query may hold a key.
    """

    url: str = field(repr=False)
    base: str
    origin: Origin

    @classmethod
    def of(cls, base_url: str, *, allow_http: bool = False) -> Address:
        """Read a base URL, and refuse a plain connection that leaves this machine."""
        origin = Origin.of(base_url)
        parts = urlsplit(base_url.strip())
        if origin.scheme == "http" and not origin.loopback and not allow_http:
            raise UserMistake(
                f"{origin} is a plain http address on another machine, which would show key and "
                "questions to the network between: use https, or give allow_http=True"
            )
        path = parts.path.rstrip("/").removesuffix(_END)
        host = f"[{origin.host}]" if ":" in origin.host else origin.host
        place = f"{host}:{parts.port}" if parts.port is not None else host
        base = urlunsplit((origin.scheme, place, path, "", ""))
        url = urlunsplit((origin.scheme, place, path + _END, parts.query, ""))
        return cls(url, base, origin)

    @property
    def official(self) -> bool:
        """Whether this is OpenAI's own server."""
        return self.origin == Origin.of(OFFICIAL)


@dataclass(frozen=True, slots=True)
class Spelling:
    """How an address wants a request spelled: declared, or learned from its refusals.

    `dropped` names the fields that it refuses and that a reply can do without.
    """

    dialect: Dialect = "openai"
    max_tokens: str = "max_tokens"
    dropped: frozenset[str] = frozenset()

    @property
    def continues(self) -> bool:
        """Whether a reply's beginning can be given."""
        return self.dialect in ("vllm", "sglang")
