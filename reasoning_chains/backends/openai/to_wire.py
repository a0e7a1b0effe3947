"""Content to the JSON body of /chat/completions; it knows neither address nor connection."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from reasoning_chains.backends.openai.address import Spelling
from reasoning_chains.errors import CapabilityMissing
from reasoning_chains.types import Content, Json, Message, SampleKey, Sampling, ToolSpec

__all__ = ["Body", "check", "to_wire", "wire_seed"]

Body: TypeAlias = dict[str, Any]
_PLAIN = Spelling()
_NAME = frozenset(string.ascii_letters + string.digits + "_-")


def to_wire(
    content: Content,
    samples: Sequence[SampleKey],
    model: str,
    spelling: Spelling = _PLAIN,
    *,
    stream: bool = False,
) -> Body:
    """Spell a content and the samples wanted of it as one request body.

    Raises:
        CapabilityMissing: The content needs what this address does not declare.
    """
    check(content, spelling)
    body: Body = {"model": model, "messages": _messages(content, spelling)}
    if len(samples) > 1:
        body["n"] = len(samples)
    body |= _sampling(content.sampling, spelling)
    body |= {"seed": wire_seed(samples[0])} if samples else {}
    if content.tools:
        body["tools"] = [_tool(tool) for tool in content.tools]
    if content.schema is not None:
        body["response_format"] = _schema(content.schema)
    if content.prefill:
        body |= {"continue_final_message": True, "add_generation_prompt": False}
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    for name in spelling.dropped:
        body.pop(name, None)
    return body


def check(content: Content, spelling: Spelling) -> None:
    """Refuse, before anything is paid, what this address does not declare.

    Raises:
        CapabilityMissing: It names the need and what mends it.
    """
    here, declare = f"openai ({spelling.dialect})", "declare dialect='vllm' or 'sglang'"
    if content.prefill and not spelling.continues:
        raise CapabilityMissing("a prefilled reply", here, declare)
    if not isinstance(content.prefill, str) and content.prefill:
        raise CapabilityMissing("a prefill of token ids", here, "give the prefill as text")
    if content.sampling.top_k is not None and not spelling.continues:
        raise CapabilityMissing("top_k", here, f"use top_p, or {declare}")


def wire_seed(key: SampleKey) -> int:
    """Give the seed that is sent for a sample: 31 bits, since some servers take no wider ones."""
    return key.seed >> 32


def _messages(content: Content, spelling: Spelling) -> list[Body]:
    turns = content.messages
    loop = max((at for at, turn in enumerate(turns) if turn.role == "user"), default=-1)
    wire = [_message(turn, spelling.continues and at > loop) for at, turn in enumerate(turns)]
    return [*wire, {"role": "assistant", "content": content.prefill}] if content.prefill else wire


def _message(turn: Message, in_tool_loop: bool) -> Body:
    if turn.role == "tool":
        return {"role": "tool", "tool_call_id": turn.tool_call_id, "content": turn.content}
    wire: Body = {"role": turn.role, "content": turn.content}
    if turn.tool_calls:
        wire["content"] = turn.content or None
        wire["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in turn.tool_calls
        ]
        # Thinking goes back only inside a tool loop: elsewhere it costs tokens or is refused.
        if turn.reasoning and in_tool_loop:
            wire["reasoning_content"] = turn.reasoning
    return wire


def _tool(tool: ToolSpec) -> Body:
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
    }
    return {"type": "function", "function": function}


def _sampling(sampling: Sampling, spelling: Spelling) -> Body:
    body: Body = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,  # no field of OpenAI's own: `check` let it through
        spelling.max_tokens: sampling.max_tokens,
        "stop": list(sampling.stop) if sampling.stop else None,
    }
    if sampling.logprobs is not None:
        body["logprobs"] = True
        body["top_logprobs"] = sampling.logprobs or None
    return {name: value for name, value in body.items() if value is not None}


def _schema(schema: Mapping[str, Json]) -> Body:
    title = schema.get("title")
    name = "".join(letter for letter in str(title or "") if letter in _NAME)[:64] or "reply"
    wire: Body = {"name": name, "schema": schema, "strict": _is_strict(schema)}
    return {"type": "json_schema", "json_schema": wire}


def _is_strict(schema: Json) -> bool:
    """Whether every object names all of its keys, which OpenAI demands of a strict schema."""
    pending: list[Json] = [schema]
    while pending:
        part = pending.pop()
        if isinstance(part, Mapping):
            if "properties" in part or part.get("type") == "object":
                keys, required = part.get("properties"), part.get("required")
                named = set(keys) if isinstance(keys, Mapping) else set()
                wanted = set(map(str, required)) if isinstance(required, Sequence) else set()
                if part.get("additionalProperties") is not False or named != wanted:
                    return False
            pending.extend(part.values())
        elif isinstance(part, Sequence) and not isinstance(part, str):
            pending.extend(part)
    return True
