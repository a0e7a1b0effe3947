"""A Jinja sandbox that also limits time and size; it knows no prompt and no role.

Jinja's own sandbox stops a template from reaching objects, not from running for ever or filling the
memory. Here the clock is looked at with every call, filter, inclusion and item of a loop, and what
an operator, a method or a filter would make is measured before it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

from jinja2 import Template, nodes, pass_context
from jinja2.exceptions import SecurityError, TemplateSyntaxError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from reasoning_chains.templates.meter import (
    ITEM,
    SECONDS,
    allow,
    charge,
    check_clock,
    counted,
    metered,
    size_as_text,
)
from reasoning_chains.templates.sizes import (
    LAZY,
    REFUSED,
    filter_size,
    method_size,
    operator_size,
)

__all__ = ["SECONDS", "MeteredEnvironment", "metered"]

_LOOP, _JOIN, _MADE, _SIDE = "metered_loop", "metered_join", "metered_made", "metered_side"
_HTML = ("forceescape", "striptags", "urlize", "wordwrap", "xmlattr", "pprint")
"""Filters for web pages, and such as meet a text with backtracking expressions."""
_COMPARING = ("eq", "ne", "lt", "le", "gt", "ge", "in")


class MeteredEnvironment(ImmutableSandboxedEnvironment):
    """Renders within limits; one that passes them ends with a SecurityError."""

    intercepted_binops = frozenset({"+", "*", "**", "%", "//"})

    def __init__(self, **options: Any) -> None:
        # Constants are not computed beforehand: that would happen outside of every limit.
        super().__init__(**options, optimized=False, finalize=_finalized)
        self.globals.pop("lipsum", None)
        own: dict[str, Callable[..., Any]] = {
            _LOOP: counted,
            _JOIN: _joined,
            _MADE: charge,
            _SIDE: _side,
        }
        bundled: dict[str, Any] = {
            name: _plain(made) for name, made in self.filters.items() if name not in _HTML
        }
        self.filters = _Filters(own, bundled)
        for name, test in list(self.tests.items()):
            if any(self.tests[other] is test for other in _COMPARING):
                self.tests[name] = _compared(cast(Callable[..., bool], test))

    def concat(self, parts: Iterable[str]) -> str:
        """Join what a template, a block or a macro gives."""
        check_clock()
        return _whole(list(parts))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = _Rewriting(name, filename).visit(
            super()._parse(source, name, filename)
        )
        return tree

    def _load_template(self, name: str, globals: Any) -> Template:
        check_clock()
        return super()._load_template(name, globals)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse sums, products, powers and formats that are out of proportion."""
        allow(operator_size(operator, left, right))
        return charge(super().call_binop(context, operator, left, right))

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Refuse formats whose result is out of proportion."""
        wrapped = super().wrap_str_format(value)
        if wrapped is None:
            return None
        text, made = value.__self__, wrapped

        def measured(*args: Any, **kwargs: Any) -> str:
            allow(method_size("format", text, (*args, *kwargs.values())))
            return made(*args, **kwargs)

        return measured

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Look at the clock, and refuse methods whose result is out of proportion."""
        check_clock()
        if isinstance(obj, LoopContext):
            args = (counted(args[0]), *args[1:]) if args else args
        owner = getattr(obj, "__self__", None)
        if isinstance(owner, str | bytes | int | list | tuple):
            args = tuple(map(_held, args))
            allow(_call_size(owner, getattr(obj, "__name__", ""), (*args, *kwargs.values())))
        return charge(super().call(context, obj, *args, **kwargs))


class _Rewriting(NodeTransformer):
    """Puts the meters into a template's tree where Jinja has no hook for them."""

    def __init__(self, name: str | None, filename: str | None) -> None:
        self._name, self._filename = name, filename

    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        texts = sum(1 for _ in node.find_all(nodes.TemplateData))
        node.iter = _filtered(node.iter, _LOOP, nodes.Const(ITEM + 8 * texts))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        node.nodes = [_filtered(nodes.List(list(node.nodes), lineno=node.lineno), _JOIN)]
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        self.generic_visit(node)
        sliced = isinstance(node.arg, nodes.Slice) and node.ctx == "load"
        return _filtered(node, _MADE) if sliced else node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        self.generic_visit(node)
        sides = [node.expr, *(operand.expr for operand in node.ops)]
        if not any(isinstance(side, nodes.Const) for side in sides):
            node.expr = _filtered(node.expr, _SIDE)
            for operand in node.ops:
                operand.expr = _filtered(operand.expr, _SIDE)
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        if node.dyn_args is not None:
            node.dyn_args = _filtered(node.dyn_args, _LOOP)
        return node

    visit_Filter = visit_Test = visit_Call

    def visit_ScopedEvalContextModifier(self, node: nodes.ScopedEvalContextModifier) -> nodes.Node:
        raise TemplateSyntaxError(
            "a prompt is no web page: autoescape has no place in it",
            node.lineno,
            self._name,
            self._filename,
        )


def _plain(made: Any) -> Any:
    """Give the plain form of a filter that also has one which waits: values never need it."""
    return made.__wrapped__ if getattr(made, "jinja_async_variant", False) else made


class _Filters(dict[str, Callable[..., Any]]):
    """The filters by name; each is metered as it comes in."""

    def __init__(
        self, own: Mapping[str, Callable[..., Any]], others: Mapping[str, Callable[..., Any]]
    ) -> None:
        super().__init__(own)
        for name, made in others.items():
            self[name] = made

    def __setitem__(self, name: str, made: Callable[..., Any]) -> None:
        super().__setitem__(name, _metered_filter(name, made))


def _metered_filter(name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
    mark = getattr(inner, "jinja_pass_arg", None)
    first = 0 if mark is None else 1

    def filtered(*args: Any, **kwargs: Any) -> Any:
        check_clock()
        if name not in LAZY:
            args = (*args[:first], *map(_held, args[first:]))
        named = [kwargs[key] for key in sorted(kwargs, key=lambda key: key != "old")]
        allow(filter_size(name, (*args[first:], *named)))
        made = inner(*args, **kwargs)
        return charge(str(made) if isinstance(made, Markup) else made)  # a prompt is plain text

    if mark is not None:
        filtered.jinja_pass_arg = mark  # type: ignore[attr-defined]
    return filtered


def _compared(test: Callable[..., bool]) -> Callable[..., bool]:
    def compared(*args: Any) -> bool:
        return test(*map(_side, args))

    return compared


def _call_size(owner: Any, name: str, given: tuple[Any, ...]) -> int:
    if isinstance(owner, str | bytes):
        return method_size(name, owner, given)
    if name in REFUSED:
        raise SecurityError(f"{name} has no place in a template")
    return size_as_text((owner, given)) if isinstance(owner, list | tuple) and given else 0


def _filtered(node: Any, name: str, *given: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(given), [], None, None, lineno=node.lineno)


def _held(value: Any) -> Any:
    """Make a list of what is given one by one, so that it can be measured."""
    return list(counted(value)) if isinstance(value, Iterator) else value


def _side(value: Any) -> Any:
    """Measure what is compared: lists of lists take long."""
    if not isinstance(value, str | int | float):
        size_as_text(value)
    return value


def _joined(items: list[Any]) -> str:
    check_clock()
    return _whole([item if isinstance(item, str) else _text(item) for item in items])


def _whole(texts: list[str]) -> str:
    plain = all(map(str.isascii, texts))
    allow(sum(map(len, texts)) * (1 if plain else 4))
    whole: str = charge("".join(texts))
    return whole


def _text(value: Any) -> str:
    allow(size_as_text(value))
    return str(value)


@pass_context
def _finalized(context: Context, value: Any) -> str:
    return value if isinstance(value, str) else _text(value)
