"""Messages to one text by a model's own chat template, in a sandbox; it knows no tokens."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from reasoning_chains.backends.engine.shape import read_json
from reasoning_chains.errors import BackendError, UserMistake
from reasoning_chains.types import Message, ToolSpec

__all__ = ["ChatTemplate", "read_chat_template"]

LIMIT = 16 << 20
"""Characters that a rendered chat may have: a template of others must not fill the memory."""


_FAULTS = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError, RecursionError)
"""What plain Python raises inside a template that does not fit its data."""


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """A chat template's source, and the control tokens that it may name (bos_token, ...).

    `seconds` is how long a render may take: a template of others must not stop the engine.
    """

    source: str
    tokens: tuple[tuple[str, str], ...] = ()
    seconds: float = 5.0

    @property
    def speaks_tools(self) -> bool:
        """Whether the template shows tools to the model."""
        from jinja2 import meta

        environment = _environment()
        return "tools" in meta.find_undeclared_variables(environment.parse(self.source))

    def render(self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Any]) -> str:
        """Render plain data, up to where the model's reply begins.

        Raises:
            BackendError: The template refuses these messages, or fails.
        """
        from jinja2 import TemplateError

        from reasoning_chains.templates.metering import metered

        values = {**dict(self.tokens), "messages": list(messages), "add_generation_prompt": True}
        parts: list[str] = []
        size = 0
        try:
            template = _compiled(self.source)
            with metered(self.seconds):
                for part in template.generate(**values, tools=list(tools) or None, documents=None):
                    size += len(part)
                    if size > LIMIT:
                        raise BackendError(
                            f"the model's chat template wrote more than {LIMIT} characters"
                        )
                    parts.append(part)
        except (TemplateError, *_FAULTS) as error:
            raise BackendError(
                f"the model's chat template does not render these messages: {error}"
            ) from error
        return "".join(parts)


def plain_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Write messages as the plain data that chat templates expect."""
    return [_plain_message(message) for message in messages]


def plain_tools(tools: Sequence[ToolSpec]) -> list[dict[str, Any]]:
    """Write tools as the plain data that chat templates expect."""
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": json.loads(json.dumps(tool.parameters, default=dict)),
            },
        }
        for tool in tools
    ]


def _plain_message(message: Message) -> dict[str, Any]:
    data: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.reasoning:
        data["reasoning_content"] = message.reasoning
    if message.tool_calls:
        data["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": _arguments(call.arguments)},
            }
            for call in message.tool_calls
        ]
    if message.tool_call_id:
        data["tool_call_id"] = message.tool_call_id
    return data


def _arguments(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def read_chat_template(folder: Path) -> ChatTemplate | None:
    """Read the chat template of a model folder, or `None` for a model without one."""
    path = folder / "tokenizer_config.json"
    config = read_json(path) if path.is_file() else {}
    beside = folder / "chat_template.jinja"
    source = beside.read_text(encoding="utf-8") if beside.is_file() else config.get("chat_template")
    if isinstance(source, list):  # several, by name
        named = {entry.get("name"): entry.get("template") for entry in source}
        source = named.get("default") or named.get("tool_use")
    if source is None:
        return None
    if not isinstance(source, str):
        raise UserMistake(f"{path.name}: chat_template is a {type(source).__name__}, not a text")
    tokens = {name: _content(value) for name, value in config.items() if name.endswith("_token")}
    return ChatTemplate(source, tuple((name, text) for name, text in tokens.items() if text))


def _content(value: Any) -> str:
    found = value.get("content", "") if isinstance(value, dict) else value
    return found if isinstance(found, str) else ""


def _environment() -> Any:
    from jinja2.ext import loopcontrols

    from reasoning_chains.templates.metering import MeteredEnvironment

    # trim and lstrip as transformers sets them; undefined names stay lenient, since templates
    # ask `if tools` of a variable that may not be there
    environment = MeteredEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols, _generation()]
    )
    environment.filters["tojson"] = _tojson
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    return environment


def _generation() -> Any:
    from jinja2.ext import Extension

    class Generation(Extension):
        """Reads `{% generation %}`, which marks what is trained on, as its own body."""

        tags = {"generation"}  # noqa: RUF012  jinja2 declares it so

        def parse(self, parser: Any) -> Any:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    return Generation


@lru_cache(maxsize=16)
def _compiled(source: str) -> Any:
    return _environment().from_string(source)


def _tojson(value: Any, indent: int | None = None, **_: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(message: str) -> NoReturn:
    from jinja2 import TemplateError

    raise TemplateError(message)
