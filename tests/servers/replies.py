"""Replies that are a pure function of what is asked: the "model" behind the chat server."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Body: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Model:
    """How replies look.

    Without `honours_seeds` every choice of every request differs, as a server's own draw would.
    """

    honours_seeds: bool = True
    thinking: Literal["none", "reasoning_content", "reasoning", "tags"] = "none"
    text: str | None = None
    finish: str = "stop"

    def choice(self, body: Body, request: int, index: int) -> Body:
        """Give the choice at an index of a request's reply."""
        seed = body.get("seed") if self.honours_seeds else None
        draw: object = (request, index) if seed is None else (seed, index)
        if body.get("temperature") == 0:
            draw = 0
        number = _number(body["messages"], draw)
        text = self.text if self.text is not None else f"I drew {number}. The answer is {number}."
        if "response_format" in body:
            text = json.dumps({"answer": number})
        message: Body = {"role": "assistant", "content": text}
        thought = f"Let me think of {number}."
        if self.thinking == "tags":
            message["content"] = f"<think>{thought}</think>\n\n{text}"
        elif self.thinking != "none":
            message[self.thinking] = thought
        choice: Body = {"index": index, "message": message, "finish_reason": self.finish}
        if body.get("tools"):
            message["content"] = None
            message["tool_calls"] = [_call(body["tools"][0], number)]
            choice["finish_reason"] = "tool_calls"
        if body.get("logprobs"):
            choice["logprobs"] = {"content": _logprobs(text, body.get("top_logprobs", 0))}
        return choice


def _number(messages: object, draw: object) -> int:
    text = json.dumps([messages, draw])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 1_000_000


def _call(tool: Body, number: int) -> Body:
    arguments = json.dumps({"expression": str(number)})
    function = {"name": tool["function"]["name"], "arguments": arguments}
    return {"id": f"call-{number}", "type": "function", "function": function}


def _logprobs(text: str, top: int) -> list[Body]:
    words = [word + " " for word in text.split()]
    others = [{"token": f"other{rank} ", "logprob": -2.0 - rank} for rank in range(top)]
    return [{"token": word, "logprob": -0.25, "top_logprobs": others} for word in words]


def tokens(text: str | None) -> int:
    """Count tokens as this model does: words."""
    return len((text or "").split())


def billed(body: Body, choices: list[Body]) -> Body:
    """Give the usage of a reply: the prompt once, the completions of all choices."""
    prompt = sum(tokens(message.get("content")) for message in body["messages"])
    completion = 0
    for choice in choices:
        message = choice["message"]
        words = [message.get(name) for name in ("content", "reasoning_content", "reasoning")]
        calls = [call["function"]["arguments"] for call in message.get("tool_calls", ())]
        completion += sum(tokens(text) for text in (*words, *calls))
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
