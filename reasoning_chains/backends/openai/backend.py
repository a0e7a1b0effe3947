"""The hosted backend: any OpenAI-compatible address; it knows nothing of chains or budgets."""

from __future__ import annotations

import asyncio
import copy
import os
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Literal, get_args

from reasoning_chains.backends.openai.address import OFFICIAL, Address, Dialect, Spelling
from reasoning_chains.backends.openai.asking import Asking
from reasoning_chains.backends.openai.exchange import Exchange
from reasoning_chains.backends.openai.failures import Teller
from reasoning_chains.backends.openai.patience import Patience
from reasoning_chains.backends.openai.sharing import NativeN
from reasoning_chains.backends.openai.to_wire import check
from reasoning_chains.backends.openai.transport import Caller, Limits, Transport
from reasoning_chains.errors import MissingPackage, UnknownName, UserMistake, shown, wanted
from reasoning_chains.pricing import Price, listed
from reasoning_chains.protocols import Emit
from reasoning_chains.secrets import Secret
from reasoning_chains.types import Capabilities, Content, Request, Sampling

__all__ = ["OpenAIBackend"]

_MOST_CHOICES = 128  # OpenAI's own limit for n
_KEY = "OPENAI_API_KEY"
_KINDS: Mapping[str, tuple[type, ...]] = {
    "base_url": (str,),
    "api_key_env": (str, type(None)),
    "n": (bool, type(None)),
    "streaming": (bool,),
    "thinking": (bool,),
    "allow_http": (bool,),
    "defaults": (Sampling,),
    "timeout": (float,),
    "connect_timeout": (float,),
    "connections": (int,),
    "learned_timeouts": (bool,),
}
_TOKEN = frozenset(string.ascii_letters + string.digits + "-_")
_OURS = frozenset({"host", "content-length", "content-type", "transfer-encoding", "connection"})


@dataclass(eq=False)
class OpenAIBackend:
    """Completions from an OpenAI-compatible address.

    Args:
        model: The model's name at that address.
        base_url: Up to and including /v1; a query is kept.
        api_key: A key, bound here to the address; without one the environment is read.
        api_key_env: The variable that holds the key. Unset, OPENAI_API_KEY is read for OpenAI's own
            address and for this machine; for any other address it must be named, so that a
            project's file cannot send that key elsewhere.
        transport: The library's own over aiohttp, or the `openai` package.
        dialect: What the address is declared to be; vLLM and SGLang continue a prefilled reply.
        n: Whether the address gives several samples a request; learned where it is not said.
        price: Of a million tokens; left out, what a model at OpenAI's own address was told to cost.
        streaming: Whether replies are streamed, so that deltas are emitted.
        thinking: Whether the model thinks by itself: prompts then leave out what asks for steps.
        timeout: Seconds for a whole reply.
        connect_timeout: Seconds for a connection.
        learned_timeouts: Whether an answer is given up that is much slower than the address's
            others, before `timeout` is over.
        connections: The most connections at once; waiting for one is no part of `timeout`.
        headers: Further headers, hidden like keys.
        allow_http: Whether plain http may leave this machine.
        defaults: What a request's sampling lies over.
        price: What a million tokens cost, such as `{"input": 0.15, "output": 0.6}`; a budget of
            money needs it.
    """

    model: str
    base_url: str = field(default=OFFICIAL, repr=False)
    api_key: Secret | str | None = field(default=None, repr=False)
    api_key_env: str | None = None
    transport: Literal["aiohttp", "sdk"] = "aiohttp"
    dialect: Dialect = "openai"
    n: bool | None = None
    streaming: bool = False
    thinking: bool = False
    timeout: float = 600.0
    connect_timeout: float = 10.0
    connections: int = 100
    learned_timeouts: bool = True
    headers: Mapping[str, str | Secret] = field(default_factory=dict, repr=False)
    allow_http: bool = False
    defaults: Sampling = Sampling(max_tokens=4096)
    price: Price | Mapping[str, float] | None = None
    name: str = field(init=False)
    limits: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check what can be checked without a connection, and hide the keys."""
        self._check()
        address = Address.of(self.base_url, allow_http=self.allow_http)
        self.price = Price.read(self.price) or (listed(self.model) if address.official else None)
        self.api_key = self._key(address)
        hidden = {name: _header(name, value, address) for name, value in self.headers.items()}
        self.headers = hidden
        secrets = tuple(_keys(self.api_key, hidden, address))
        teller = Teller(address, secrets, self._key_from())
        caller = Caller(address, self.api_key, hidden, teller)
        self.limits = caller.limits
        name = "max_completion_tokens" if address.official else "max_tokens"
        self.name = f"openai:{self.model}" + (
            "" if address.base == OFFICIAL else f"@{address.base}"
        )
        self._native = NativeN(self.n)
        names = (one.name for one in fields(Sampling))
        self._defaulted = [name for name in names if getattr(self.defaults, name) is not None]
        self._exchange = Exchange(
            self.model, self._transport(caller), teller, Spelling(self.dialect, name)
        )

    def _check(self) -> None:
        if not isinstance(self.model, str) or not self.model.strip():
            raise UserMistake("no model is named: give openai:MODEL, as in openai:gpt-4o-mini")
        for name, kinds in _KINDS.items():
            wanted(name, getattr(self, name), *kinds)
        if not isinstance(self.headers, Mapping):  # not shown: it may well hold a key
            raise UserMistake("headers must be names with values, such as {'X-Team': 'blue'}")
        for what, value, known in (
            ("dialect", self.dialect, get_args(Dialect)),
            ("transport", self.transport, ("aiohttp", "sdk")),
        ):
            if value not in known:
                raise UnknownName(what, value, known)
        for what, limit in (
            ("timeout", self.timeout),
            ("connect_timeout", self.connect_timeout),
            ("connections", self.connections),
        ):
            if not limit > 0:
                raise UserMistake(f"{what}={shown(limit)}: it must be more than 0")

    def _key(self, address: Address) -> Secret | None:
        if isinstance(self.api_key, Secret):
            self.api_key.reveal(address.origin)
            return self.api_key
        if self.api_key is not None:
            return Secret(self.api_key, address.origin)
        if self.api_key_env is not None:
            return Secret.from_env(self.api_key_env, address.origin)
        if address.official or (address.origin.loopback and os.environ.get(_KEY, "").strip()):
            return Secret.from_env(_KEY, address.origin)
        return None

    def _key_from(self) -> str:
        if isinstance(self.api_key, Secret):
            return f"it came from {self.api_key.source}; is it right, and allowed this model?"
        return (
            "none was sent; give api_key=..., or api_key_env='NAME' of the variable that holds it"
        )

    def _transport(self, caller: Caller) -> Transport:
        patience = Patience() if self.learned_timeouts else None
        limits = Limits(self.timeout, self.connect_timeout, self.connections, patience)
        if self.transport == "aiohttp":
            from reasoning_chains.backends.openai.aiohttp_transport import AiohttpTransport

            return AiohttpTransport(caller, limits)
        try:
            from reasoning_chains.backends.openai.sdk_transport import SdkTransport
        except ImportError:
            raise MissingPackage(
                "backend 'openai' with transport='sdk'", "openai>=3", "openai"
            ) from None
        return SdkTransport(caller, limits)

    @property
    def capabilities(self) -> Capabilities:
        """What the address can do, by what is declared and what was learned by now."""
        spelling, takes_n = self._exchange.spelling, self._native.takes is not False
        return Capabilities(
            n=takes_n,
            logprobs=True,
            top_logprobs=20,
            prefill=spelling.continues,
            seed="none" if "seed" in spelling.dropped else "request" if takes_n else "row",
            tools=True,
            json_schema=True,
            thinking=self.thinking,
            stream=True,
        )

    def streamed(self) -> OpenAIBackend:
        """Give the same backend with deltas; connections and all that is learned are shared."""
        view = copy.copy(self)
        view.streaming = True
        return view

    async def complete(self, request: Request, emit: Emit) -> None:
        """Buy a request's samples; each is emitted as soon as it is there.

        Raises:
            CapabilityMissing: The content needs what the address does not declare.
        """
        content = self._filled(request.content)
        check(content, self._exchange.spelling)
        asking = Asking(
            self._exchange, self._native, content, request.samples, emit, self.streaming
        )
        if request.n == 1:
            await asking.single(0)
        elif 1 < request.n <= _MOST_CHOICES:
            await asking.together(range(request.n))
        else:
            async with asyncio.TaskGroup() as group:
                for at in range(0, request.n, _MOST_CHOICES):
                    group.create_task(
                        asking.together(range(at, min(at + _MOST_CHOICES, request.n)))
                    )

    def _filled(self, content: Content) -> Content:
        given = content.sampling
        if all(getattr(given, name) is not None for name in self._defaulted):
            return content  # as the run lays it out already
        return replace(content, sampling=given.over(self.defaults))

    async def aclose(self) -> None:
        """Close all connections; the next request opens new ones."""
        await self._exchange.transport.aclose()


def _header(name: str, value: str | Secret, address: Address) -> Secret:
    if not _TOKEN.issuperset(name) or name.lower() in _OURS:
        raise UserMistake(f"header {name[:40]!r} cannot be set: it is ours or no header's name")
    if not isinstance(value, Secret):
        return Secret(value, address.origin, f"the header {name}")
    value.reveal(address.origin)
    return value


def _keys(
    api_key: Secret | None, headers: Mapping[str, Secret], address: Address
) -> Iterator[Secret]:
    """Give what must never be shown: the key, and headers that are named like one.

    Other headers are sent as they are, but their words may stand in any reply.
    """
    if api_key is not None:
        yield api_key
    for name, value in headers.items():
        if any(part in name.lower() for part in ("key", "auth", "token", "secret", "cookie")):
            yield value
            yield Secret(value.reveal(address.origin).split()[-1], address.origin, value.source)
