"""From the spelling of a scorer, `number(tolerance=0.01)`, to the scorer; it scores nothing."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

from reasoning_chains.errors import UnknownName, UserMistake, shown, wanted
from reasoning_chains.evals.score import Scorer
from reasoning_chains.evals.scorers.function import Function
from reasoning_chains.names import SCORERS, load
from reasoning_chains.project_code import project_object

__all__ = ["open_scorer"]

_HOW = "write it like number, number(tolerance=0.01) or module:function"
_LONGEST = 4_000


def open_scorer(text: str, folder: Path) -> Scorer:
    """Read a scorer from its spelling; it is read with `ast` and never run.

    Args:
        text: A name of the table with its arguments, or `module:function` of the user's project.
        folder: The project, where such a module is looked up.

    Raises:
        UnknownName: There is no such scorer or argument; the message lists near ones.
        UserMistake: It is no spelling of a scorer.
    """
    wanted("scorer", text, str)
    module, colon, _ = text.strip().partition(":")
    if colon and module.replace(".", "").isidentifier():
        made = project_object(text.strip(), folder, "scorer")
        if hasattr(made, "score") and hasattr(made, "reference"):
            found: Scorer = made() if isinstance(made, type) else made
            return found
        if not callable(made):
            raise UserMistake(f"scorer {text!r} must be a function, found {shown(made)}")
        return Function(made, text.strip())
    name, arguments = _parts(text)
    cls = load(SCORERS, "scorer", name)
    return _made(name, cls, arguments)


def _parts(text: str) -> tuple[str, dict[str, Any]]:
    mistake = UserMistake(f"{text[:80]!r} is no scorer: {_HOW}")
    try:
        node = ast.parse(text.strip()[:_LONGEST], mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise mistake from None
    if isinstance(node, ast.Name):
        return node.id, {}
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.args:
        raise mistake
    arguments: dict[str, Any] = {}
    for word in node.keywords:
        value = _constant(word.value)
        if word.arg is None or not isinstance(value, bool | int | float | str):
            raise mistake
        arguments[word.arg] = value
    return node.func.id, arguments


def _constant(node: ast.expr) -> Any:
    """Give a text, a number, True or False; None where it is something else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _constant(node.operand)
        return -value if isinstance(value, int | float) else None
    return node.value if isinstance(node, ast.Constant) else None


def _made(name: str, cls: Any, arguments: dict[str, Any]) -> Scorer:
    hints = get_type_hints(cls)
    known = [field.name for field in fields(cls)]
    for key, value in arguments.items():
        if key not in known:
            raise UnknownName(f"argument of {name}", key, known)
        if hints[key] in (bool, int, float, str):
            wanted(f"{name}({key}=…)", value, hints[key])
    made: Scorer = cls(**arguments)
    return made
