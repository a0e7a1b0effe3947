"""The tags of a workflow, `step`, `parallel`, `answer` and `system`, as a tree; it runs nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from reasoning_chains.errors import near
from reasoning_chains.workflow.progress import current

__all__ = ["OPTIONS", "Tags", "options_of", "tag_of"]

OPTIONS = (
    "chain",
    "choices",
    "history",
    "input",
    "kind",
    "max_tokens",
    "samples",
    "schema",
    "temperature",
    "tool",
)
"""What may stand behind the name of a step."""


class Tags(Extension):
    """`{% step name, option=value %}…{% endstep %}`, and the three tags around steps."""

    tags = {"step", "parallel", "answer", "system"}  # noqa: RUF012 - the base class declares it so

    def parse(self, parser: Parser) -> nodes.Node:
        """Turn a tag with its body into a call that is told what the body renders to."""
        tag = next(parser.stream)
        given: list[nodes.Expr] = []
        options: list[nodes.Keyword] = []
        if tag.value == "step":
            name = parser.stream.expect("name").value
            given = [nodes.Const(name), nodes.Const(f"{parser.name}, line {tag.lineno}")]
            options = list(_options(parser))
        body = parser.parse_statements((f"name:end{tag.value}",), drop_needle=True)
        call = self.call_method(f"_{tag.value}", given, options, lineno=tag.lineno)
        return nodes.CallBlock(call, [], [], body).set_lineno(tag.lineno)

    async def _system(self, caller: Callable[[], Awaitable[str]]) -> str:
        current().system = (await caller()).strip()
        return ""

    async def _step(
        self, name: str, place: str, caller: Callable[[], Awaitable[str]], **options: Any
    ) -> str:
        progress = current()
        said = ""
        if "input" in options:
            said = await progress.consult(name, place, options["input"])
        text = (await caller()).strip()
        await progress.take(name, place, text, {**options, "said": said})
        return ""

    async def _parallel(self, caller: Callable[[], Awaitable[str]]) -> str:
        progress = current()
        outer = progress.open()
        await caller()
        await progress.join(outer)
        return ""

    async def _answer(self, caller: Callable[[], Awaitable[str]]) -> str:
        current().conclude((await caller()).strip())
        return ""


def _options(parser: Parser) -> Iterator[nodes.Keyword]:
    """Read `, key=value` up to the end of the tag."""
    seen: set[str] = set()
    while parser.stream.current.type != "block_end":
        parser.stream.skip_if("comma")
        key = parser.stream.expect("name")
        if key.value not in OPTIONS:
            parser.fail(f"unknown option {key.value!r} of a step: {near(key.value, OPTIONS)}")
        if key.value in seen:
            parser.fail(f"option {key.value!r} of a step stands twice")
        seen.add(key.value)
        parser.stream.expect("assign")
        yield nodes.Keyword(key.value, parser.parse_expression(), lineno=key.lineno)


def tag_of(node: nodes.Node) -> str:
    """Give which tag of a workflow a node is; "" for all others."""
    if not isinstance(node, nodes.CallBlock):
        return ""
    called = node.call.node
    if not isinstance(called, nodes.ExtensionAttribute) or called.identifier != Tags.identifier:
        return ""
    return called.name.removeprefix("_")


def options_of(node: nodes.CallBlock) -> dict[str, nodes.Expr]:
    """Give the options of a step as they are written."""
    return {keyword.key: keyword.value for keyword in node.call.kwargs}
