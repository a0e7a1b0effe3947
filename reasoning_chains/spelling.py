"""The one-line spelling of chains, `self_consistency(zero_shot_cot, samples=8)`, both ways.

It is read with `ast` and never run; names come from the closed table only.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_type_hints

from reasoning_chains.errors import UnknownName, UserMistake, shown, wanted
from reasoning_chains.names import CHAINS, RULES, chain_class
from reasoning_chains.project_code import project_instance

if TYPE_CHECKING:
    from reasoning_chains.chain import Chain

__all__ = ["open_chain", "parse_chain", "spell"]

_LONGEST = 2000
_DEEPEST = 20
_HOW = "write it like self_consistency(zero_shot_cot, samples=8)"
_SIMPLE = (bool, int, float, str)


def parse_chain(text: str) -> Chain:
    """Read a chain from its spelling.

    Raises:
        UnknownName: A chain or an argument is not known; the message lists near ones.
        UserMistake: It is too long or too deep, or is no spelling of a chain.
    """
    wanted("the spelling of a chain", text, str)
    if len(text) > _LONGEST:
        raise UserMistake(f"a chain of {len(text):,} characters: at most {_LONGEST:,} are read")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        own = " (a chain of yours stands alone: build the whole in its module, and name that)"
        told = own if ":" in text and "(" in text else ""
        raise UserMistake(f"{text[:80]!r} is no chain: {_HOW}{told}") from None
    chain = _read(tree, 0)
    if not hasattr(chain, "solve"):
        raise UserMistake(f"{text[:80]!r} is no chain: {_HOW}")
    made: Chain = chain
    return made


def open_chain(text: str, project: str | Path | None = None) -> Chain:
    """Read a chain from its spelling, or from `module:Name` of the user's own project.

    Only what the user wrote may be read so: a module is executed.

    Raises:
        UnknownName: A chain or an argument is not known; the message lists near ones.
        UserMistake: There is no such module or name, or it is no chain.
    """
    from reasoning_chains.chain import Chain
    from reasoning_chains.project import project_folder

    module, colon, _ = text.partition(":")
    if not colon or not module.strip().replace(".", "").isidentifier():
        return parse_chain(text)
    made = project_instance(text.strip(), project_folder(project), "chain")
    own = getattr(type(made), "solve", None)
    if own is None or own is Chain.solve:
        raise UserMistake(f"{text!r} must be a Chain or a class of one, found {shown(made)}")
    return cast("Chain", made)


def _read(node: ast.expr, depth: int) -> Any:
    if depth > _DEEPEST:
        raise UserMistake(f"a chain nested more than {_DEEPEST} deep: {_HOW}")
    if isinstance(node, ast.Name):
        return _bare(node.id, depth)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        positional = tuple(_read(item, depth + 1) for item in node.args)
        names = [item.arg or "**" for item in node.keywords]
        _once(node.func.id, names)
        values = [_read(item.value, depth + 1) for item in node.keywords]
        return _made(node.func.id, positional, dict(zip(names, values, strict=True)))
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(_read(item, depth + 1) for item in node.elts)
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, _SIMPLE)):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _read(node.operand, depth + 1)
        if isinstance(value, int | float):
            return -value
    raise UserMistake(f"{_source(node)!r} has no place in a chain: {_HOW}")


def _bare(name: str, depth: int) -> Any:
    """Read a name without brackets: a chain, since a text stands in quotes."""
    try:
        return _made(name, (), {})
    except UnknownName as error:
        if not depth:
            raise
        raise UserMistake(f"{error}. A text stands in quotes: {name!r}") from None


_WRITTEN = {
    "workflow": "write workflow('NAME')",
    "retrieve": "write retrieve(direct, 'notes/')",
}


def _source(node: ast.expr) -> str:
    try:
        return ast.unparse(node)[:80]
    except RecursionError:
        return "…"


def _once(name: str, arguments: Sequence[str]) -> None:
    for place, argument in enumerate(arguments):
        if argument in arguments[:place]:
            raise UserMistake(f"{name} is given {argument} twice: leave one out")


def _made(name: str, positional: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
    cls = chain_class(name)
    known = [field.name for field in fields(cls)]
    if len(positional) > len(known):
        raise UserMistake(f"{name} takes at most {len(known)} arguments: {', '.join(known)}")
    _once(name, [*known[: len(positional)], *named])
    arguments = {**dict(zip(known, positional, strict=False)), **named}
    hints = get_type_hints(cls)
    if hasattr(arguments.get("chains"), "solve"):
        raise UserMistake(f"{name} takes its chains as one list: {name}((direct, zero_shot_cot))")
    for key, value in arguments.items():
        if key not in known:
            raise UnknownName(f"argument of {name}", key, known)
        _check(f"{name}({key}=…)", value, hints[key])
    for field in fields(cls):
        if field.name not in arguments and field.default is field.default_factory is MISSING:
            how = _WRITTEN.get(name, _HOW)
            raise UserMistake(f"{name} needs {field.name}=…: {how}")
    return cls(**arguments)


def _check(where: str, value: Any, hint: Any) -> None:
    for plain in _SIMPLE:
        if hint is plain:
            wanted(where, value, plain)
    if getattr(hint, "__name__", "") == "Chain" and not hasattr(value, "solve"):
        raise UserMistake(f"{where} must be a chain, found {shown(value)}")


def spell(chain: Any) -> str:
    """Write a chain as one line that `parse_chain` reads back.

    Raises:
        UserMistake: It holds something that has no spelling, such as a chain of one's own.
    """
    cls = type(chain)
    names = {path: name for name, path in {**CHAINS, **RULES}.items()}
    name = names.get(f"{cls.__module__}:{cls.__qualname__}")
    if name is None or not is_dataclass(chain):
        raise UserMistake(f"{cls.__name__} has no spelling: it is not in the table of chains")
    told = [
        f"{field.name}={_spelled(getattr(chain, field.name))}"
        for field in fields(chain)
        if getattr(chain, field.name) != _default(field)
    ]
    return f"{name}({', '.join(told)})" if told else name


def _default(field: Field[Any]) -> Any:
    return field.default if field.default is not MISSING else MISSING


def _spelled(value: Any) -> str:
    if is_dataclass(value) and not isinstance(value, type):
        return spell(value)
    if isinstance(value, tuple):
        inner = ", ".join(_spelled(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if value is None or isinstance(value, _SIMPLE):
        return repr(value)
    raise UserMistake(f"{type(value).__name__} has no spelling")
