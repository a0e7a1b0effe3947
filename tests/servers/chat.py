"""An OpenAI-compatible chat server that counts its requests and what it billed for them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Literal, TypeAlias

from aiohttp import web

from tests.servers.loopback import Loopback
from tests.servers.replies import Body, Model, billed

Fault: TypeAlias = Callable[[web.Request, Body], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Manner:
    """How the server behaves where nothing is at fault.

    Args:
        n: Whether it takes n, refuses it (400), silently gives one choice, or at most `most`.
        most: The most choices for n="some".
        rejects: Fields that it does not know and answers with 400.
        key: The key that it wants, if any.
        delay: Seconds before an answer.
        usage: Whether it tells the usage.
        end_mark: Whether streams end with [DONE].
    """

    n: Literal["takes", "refuses", "one", "some"] = "takes"
    most: int = 2
    rejects: tuple[str, ...] = ()
    key: str = ""
    delay: float = 0.0
    usage: bool = True
    end_mark: bool = True


@dataclass
class Ledger:
    """What the server saw and billed."""

    bodies: list[Body] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    connections: set[tuple[Any, ...]] = field(default_factory=set)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    answered: int = 0
    broken_off: int = 0
    open: int = 0
    most_open: int = 0

    def bill(self, usage: Body) -> None:
        """Add a reply's usage."""
        self.prompt_tokens += usage["prompt_tokens"]
        self.completion_tokens += usage["completion_tokens"]
        self.answered += 1


class ChatServer:
    """Serves /v1/chat/completions while its block runs.

    `fault(number, body)` may give another way to answer a request, numbered from 0.
    """

    def __init__(
        self,
        manner: Manner = Manner(),
        model: Model = Model(),  # noqa: B008 - frozen
        fault: Callable[[int, Body], Fault | None] = lambda number, body: None,
        port: int = 0,
    ) -> None:
        self.manner, self.model, self.fault = manner, model, fault
        self.ledger = Ledger()
        application = web.Application(client_max_size=64 * 2**20)
        application.router.add_post("/v1/chat/completions", self._answer)
        self._loopback = Loopback(application, port)

    def __enter__(self) -> ChatServer:
        self._loopback.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loopback.__exit__(kind, error, trace)

    @property
    def origin(self) -> str:
        """The address without a path."""
        return self._loopback.origin

    @property
    def url(self) -> str:
        """What a client takes as base_url."""
        return f"{self.origin}/v1"

    @property
    def connected(self) -> int:
        """How many connections are open now."""
        return self._loopback.connected

    def behave(self, **changes: Any) -> None:
        """Change the manner from now on."""
        self.manner = replace(self.manner, **changes)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        ledger, body = self.ledger, await request.json()
        number = len(ledger.bodies)
        ledger.bodies.append(body)
        ledger.headers.append({name.lower(): value for name, value in request.headers.items()})
        if request.transport is not None:
            ledger.connections.add(request.transport.get_extra_info("peername"))
        ledger.open += 1
        ledger.most_open = max(ledger.most_open, ledger.open)
        try:
            await asyncio.sleep(self.manner.delay)
            fault = self.fault(number, body)
            return await (fault(request, body) if fault else self._reply(request, body, number))
        except (asyncio.CancelledError, ConnectionError):
            ledger.broken_off += 1
            raise
        finally:
            ledger.open -= 1

    async def _reply(self, request: web.Request, body: Body, number: int) -> web.StreamResponse:
        refusal = self._refusal(request, body)
        if refusal is not None:
            return refusal
        wanted: int = body.get("n", 1)
        capped = {"one": 1, "some": min(wanted, self.manner.most)}
        given: int = capped.get(self.manner.n, wanted)
        choices = [self.model.choice(body, number, index) for index in range(given)]
        usage = billed(body, choices)
        self.ledger.bill(usage)
        if body.get("stream"):
            return await self._stream(request, body, choices, usage)
        whole: Body = {"id": f"chat-{number}", "object": "chat.completion", "choices": choices}
        whole |= {"usage": usage} if self.manner.usage else {}
        return web.json_response(whole)

    def _refusal(self, request: web.Request, body: Body) -> web.Response | None:
        key = self.manner.key
        if key and request.headers.get("Authorization") != f"Bearer {key}":
            given = request.headers.get("Authorization", "")
            return refuse(401, f"Incorrect API key provided: {given}", code="invalid_api_key")
        for name in self.manner.rejects:
            if name in body:
                return refuse(400, f"Unsupported parameter: '{name}'", param=name)
        if self.manner.n == "refuses" and body.get("n", 1) > 1:
            return refuse(400, "'n' must be 1", param="n")
        return None

    async def _stream(
        self, request: web.Request, body: Body, choices: list[Body], usage: Body
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for chunk in chunks(choices):
            await response.write(event(chunk))
        if self.manner.usage and body.get("stream_options", {}).get("include_usage"):
            await response.write(event({"choices": [], "usage": usage}))
        if self.manner.end_mark:
            await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
        return response


def refuse(status: int, message: str, **fields: Any) -> web.Response:
    """Answer with an error as OpenAI spells it."""
    return web.json_response({"error": {"message": message, **fields}}, status=status)


def event(data: object) -> bytes:
    """Spell one server-sent event."""
    return b"data: " + json.dumps(data).encode() + b"\n\n"


def chunks(choices: list[Body]) -> list[Body]:
    """Cut choices into the chunks of a stream, the choices interleaved."""
    rows = [_pieces(choice) for choice in choices]
    longest = max(map(len, rows))
    return [{"choices": [row[at]]} for at in range(longest) for row in rows if at < len(row)]


def _pieces(choice: Body) -> list[Body]:
    message, index = choice["message"], choice["index"]
    pieces: list[Body] = [{"index": index, "delta": {"role": "assistant", "content": ""}}]
    for name in ("reasoning_content", "reasoning", "content"):
        text = message.get(name) or ""
        cuts = [text[at : at + 5] for at in range(0, len(text), 5)]
        pieces += [{"index": index, "delta": {name: cut}} for cut in cuts]
    for at, call in enumerate(message.get("tool_calls", ())):
        arguments = call["function"]["arguments"]
        head = {**call, "index": at, "function": {**call["function"], "arguments": ""}}
        pieces.append({"index": index, "delta": {"tool_calls": [head]}})
        for cut in (arguments[:4], arguments[4:]):
            tail = {"index": at, "function": {"arguments": cut}}
            pieces.append({"index": index, "delta": {"tool_calls": [tail]}})
    end: Body = {"index": index, "delta": {}, "finish_reason": choice["finish_reason"]}
    if "logprobs" in choice:
        end["logprobs"] = choice["logprobs"]
    return [*pieces, end]
