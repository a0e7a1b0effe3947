"""What makes a file no workflow, found when it is read: nothing of it has run then."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PureWindowsPath
from typing import Any

from jinja2 import nodes

from reasoning_chains.content import safe_name
from reasoning_chains.errors import TemplateMistake, UserMistake, near
from reasoning_chains.names import TOOLS
from reasoning_chains.spelling import parse_chain
from reasoning_chains.types import KINDS
from reasoning_chains.workflow.options import check_alone, check_choices, check_values
from reasoning_chains.workflow.shapes import shaped
from reasoning_chains.workflow.tags import options_of, tag_of

__all__ = ["OF_DICTIONARIES", "RESERVED", "SEEN", "bound_names", "checked", "name_of", "steps_of"]

SEEN = frozenset({"question", "context", "choices", "kind", "schema", "lang", "thinks"})
"""The variables that every workflow sees."""
_OF_JINJA = frozenset({"caller", "kwargs", "loop", "self", "super", "varargs"})
OF_DICTIONARIES = frozenset({"clear", "copy", "get", "items", "keys", "pop", "update", "values"})
_GLOBALS = frozenset({"cycler", "dict", "joiner", "lipsum", "namespace", "range"})
"""What Jinja has under these names would be gone."""
_CONSTANTS = frozenset({"False", "None", "True", "false", "none", "true"})
RESERVED = SEEN | _OF_JINJA | _GLOBALS | _CONSTANTS | {"input", "steps"}
"""The names that no step and no input may have."""
_TAKEN = RESERVED | OF_DICTIONARIES
_ALONE: Mapping[str, tuple[str, ...]] = {
    "tool": ("chain", "choices", "history", "kind", "max_tokens", "samples", "schema",
             "temperature", "input"),
    "schema": ("choices", "kind"),
    "choices": ("kind",),
}  # fmt: skip
"""What has no meaning beside an option."""
_OTHERWISE = {"choice": 'choices=["…", "…"]', "json": 'schema={"…": "text"}'}


def bound_names(tree: nodes.Template) -> frozenset[str]:
    """Give the names that Jinja itself binds somewhere in a file: loops, sets, macros, imports."""
    found = set(_OF_JINJA)
    for node in tree.find_all((nodes.Name, nodes.Macro, nodes.Import, nodes.FromImport)):
        if (isinstance(node, nodes.Name) and node.ctx != "load") or isinstance(node, nodes.Macro):
            found.add(node.name)
        elif isinstance(node, nodes.Import):
            found.add(node.target)
        elif isinstance(node, nodes.FromImport):
            found |= {name if isinstance(name, str) else name[1] for name in node.names}
    return frozenset(found)


def steps_of(tree: nodes.Node) -> Iterator[nodes.CallBlock]:
    """Give the steps of a file, as they stand."""
    for node in tree.find_all(nodes.CallBlock):
        if tag_of(node) == "step":
            yield node


def name_of(step: nodes.CallBlock) -> str:
    """Give a step's name."""
    name = step.call.args[0]
    return str(name.value) if isinstance(name, nodes.Const) else ""


def checked(tree: nodes.Template, file: str) -> nodes.Template:
    """Give the tree of a workflow back.

    Raises:
        TemplateMistake: It names a step twice, or one as a variable; has an option that cannot be,
            or text that belongs to no step.
    """
    bound = bound_names(tree)
    for step in steps_of(tree):
        name, place = name_of(step), f"{file}, line {step.lineno}, step {name_of(step)}"
        if name in bound | _TAKEN:
            raise TemplateMistake(
                f"{place}: {name!r} means something else: give the step another name"
            )
        if any(tag_of(node) for node in step.find_all(nodes.CallBlock) if node is not step):
            raise TemplateMistake(f"{place}: it holds another tag: end it by {{% endstep %}} first")
        _check_options(step, place)
    _check_parallel(tree, file)
    _once(tree.body, file)
    extends = any(isinstance(node, nodes.Extends) for node in tree.body)
    if extends or any(True for _ in steps_of(tree)):
        _check_loose(tree.body, file, extends)
    return tree


def _check_parallel(tree: nodes.Template, file: str) -> None:
    for block in tree.find_all(nodes.CallBlock):
        inner = list(map(tag_of, block.find_all(nodes.CallBlock)))
        if tag_of(block) == "system" and any(inner):
            raise TemplateMistake(
                f"{file}, line {block.lineno}: {{% system %}} holds another tag, which would be "
                "lost: end it by {% endsystem %} first"
            )
        if tag_of(block) == "parallel" and "answer" in inner:
            raise TemplateMistake(
                f"{file}, line {block.lineno}: an {{% answer %}} stands in {{% parallel %}}, whose "
                "steps would be lost: put it behind {% endparallel %}"
            )


def _check_options(step: nodes.CallBlock, place: str) -> None:
    options = options_of(step)
    for option, others in _ALONE.items():
        for other in others:
            if option in options and other in options:
                raise TemplateMistake(f"{place}: {option} and {other} do not go together")
    _check_text(step, place)
    known = {name: value for name, value in map(_known, options.items()) if value is not _OPEN}
    try:
        for option in ("chain", "kind", "schema", "tool"):
            if option in options:
                _check_literal(place, option, options[option])
        if "choices" in known:
            check_choices(place, known["choices"])
        check_values(place, known)
    except UserMistake as error:
        told = str(error)
        raise TemplateMistake(told if told.startswith(place) else f"{place}: {told}") from None


def _check_fields(place: str, schema: nodes.Expr) -> None:
    """Refuse a field that stands twice: the first one would be lost."""
    tables = [schema] if isinstance(schema, nodes.Dict) else []
    for table in (*tables, *schema.find_all(nodes.Dict)):
        keys = [pair.key.value for pair in table.items if isinstance(pair.key, nodes.Const)]
        for k, key in enumerate(keys):
            if key in keys[:k]:
                raise TemplateMistake(f"{place}: schema has the field {key!r} twice: leave one out")


def _check_text(step: nodes.CallBlock, place: str) -> None:
    """Refuse a step that says nothing, or says what nobody was asked."""
    options = set(options_of(step))
    if not any(map(_says, step.body)):
        if not options & {"input", "tool"}:
            raise TemplateMistake(f"{place}: it has no text: write what the model is asked")
        check_alone(place, options)
    if "input" not in options and "input" in map(_named, step.find_all(nodes.Name)):
        raise TemplateMistake(
            f'{place}: {{{{ input }}}} is what the person says: write input="the question"'
        )


def _named(node: nodes.Name) -> str:
    return node.name


_OPEN: Any = object()
"""Stands for the value of an option that is known only when its step is reached."""


def _known(option: tuple[str, nodes.Expr]) -> tuple[str, Any]:
    try:
        return option[0], option[1].as_const()
    except nodes.Impossible:
        return option[0], _OPEN


def _says(node: nodes.Node) -> bool:
    """Tell whether a part of a step's body may give text."""
    if isinstance(node, nodes.Output):
        return any(_written(part).strip() or isinstance(part, nodes.Call) for part in node.nodes)
    return True


def _literal(place: str, option: str, expression: nodes.Expr) -> Any:
    """Read what must stand in the file itself: no reply of a model chooses a chain or a tool."""
    try:
        return expression.as_const()
    except nodes.Impossible:
        raise TemplateMistake(f"{place}: {option} must be written out, without variables") from None


def _check_literal(place: str, option: str, expression: nodes.Expr) -> None:
    value = _literal(place, option, expression)
    if option == "schema":
        _check_fields(place, expression)
        shaped(place.rpartition(" ")[2], value)
    elif not isinstance(value, str):
        raise TemplateMistake(f"{place}: {option}={value!r} must be text in quotes")
    elif option == "chain":
        parse_chain(value)
        texts = (node.value for node in ast.walk(ast.parse(value.strip(), mode="eval").body)
                 if isinstance(node, ast.Constant) and isinstance(node.value, str))  # fmt: skip
        if outside := next(filter(_leaves, texts), ""):
            raise TemplateMistake(f"{place}: the path {outside!r} leaves the project")
    elif option == "tool" and ":" in value and not safe_name(value.partition(":")[2].rstrip("/")):
        raise TemplateMistake(
            f"{place}: the path of {value!r} leaves the project: give the tool in tools=[…]"
        )
    elif option == "kind" and value not in KINDS:
        raise TemplateMistake(f"{place}: unknown kind {value!r}: {near(value, KINDS)}")
    elif option == "kind" and value in _OTHERWISE:
        raise TemplateMistake(f"{place}: for kind={value!r} write {_OTHERWISE[value]}")


def _leaves(text: str) -> bool:
    """Tell whether a text of a chain, such as `lookup:notes/`, may be a path out of the project."""
    kind, colon, rest = text.partition(":")
    path = PureWindowsPath(rest if colon and kind in TOOLS else text)  # knows both kinds of slashes
    return bool(path.anchor) or ".." in path.parts or text.startswith("~") or rest.startswith("~")


def _once(body: Iterable[nodes.Node], file: str) -> dict[str, int]:
    """Give the steps that may be behind one who has passed, and where; each name once."""
    passed: dict[str, int] = {}
    ended = False
    for node in body:
        for name, line in _passed(node, file).items():
            if name in passed:
                raise TemplateMistake(
                    f"{file}, line {line}, step {name}: a step of this name stands in line "
                    f"{passed[name]} already: give it another name, or put both into a loop"
                )
            passed[name] = line
        ended = ended or tag_of(node) == "answer"
    return {} if ended else passed


def _passed(node: nodes.Node, file: str) -> dict[str, int]:
    if tag_of(node) == "step" and isinstance(node, nodes.CallBlock):
        return {name_of(node): node.lineno}
    if isinstance(node, nodes.If):
        found: dict[str, int] = {}
        for branch in (node.body, *(other.body for other in node.elif_), node.else_):
            found |= _once(branch, file)
        return found
    return _once(node.iter_child_nodes(), file)


def _check_loose(body: Iterable[nodes.Node], file: str, extends: bool) -> None:
    """Refuse text that would be lost: it stands in no step, no system and no answer."""
    for node in body:
        if isinstance(node, nodes.Output):
            _check_output(node, file, extends)
        elif extends and tag_of(node):
            raise TemplateMistake(
                f"{file}, line {node.lineno}: in a file that extends another, "
                f"{{% {tag_of(node)} %}} must stand in a {{% block %}}"
            )
        elif isinstance(node, nodes.If | nodes.For | nodes.With | nodes.Scope):
            _check_loose(_bodies(node), file, extends)
        elif isinstance(node, nodes.Block) and any(True for _ in steps_of(node)):
            _check_loose(node.body, file, False)
        elif tag_of(node) == "parallel":
            _check_loose(getattr(node, "body", ()), file, extends)


def _check_output(node: nodes.Output, file: str, extends: bool) -> None:
    said = [text for text in map(_written, node.nodes) if text.strip()]
    if not said:
        return
    place = "step: put it into {% step name %}…{% endstep %}, {% system %} or {% answer %}"
    if extends:
        place = "block: put it into a {% block %} of the file that is extended"
    line = node.lineno + _blank_lines(said[0])
    raise TemplateMistake(f"{file}, line {line}: {said[0].strip()[:60]!r} stands in no {place}")


def _bodies(node: nodes.Node) -> list[nodes.Node]:
    found: list[nodes.Node] = list(getattr(node, "body", ()))
    for other in getattr(node, "elif_", ()):
        found += _bodies(other)
    return found + list(getattr(node, "else_", ()))


def _blank_lines(text: str) -> int:
    return text[: len(text) - len(text.lstrip())].count("\n")


def _written(part: nodes.Node) -> str:
    if isinstance(part, nodes.TemplateData):
        return part.data
    return "" if isinstance(part, nodes.Call) else "{{ … }}"
