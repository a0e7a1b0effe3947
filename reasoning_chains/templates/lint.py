"""What is wrong in a folder of templates, found without rendering them for a model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jinja2
from jinja2 import meta

from reasoning_chains.content import Library
from reasoning_chains.errors import UserMistake
from reasoning_chains.templates.environment import ENDING
from reasoning_chains.templates.render import Templates

__all__ = ["STANDARD", "lint_folder"]

STANDARD = frozenset({"question", "context", "choices", "kind", "schema", "lang"})
"""The variables that every template sees."""


def lint_folder(folder: Path) -> list[str]:
    """Give one line a finding: the file, the line where known, and what is wrong.

    Raises:
        UserMistake: There is no folder `templates` in it.
    """
    root = folder / "templates"
    if not root.is_dir():
        raise UserMistake(f"{folder} has no folder templates: name the folder of a project")
    library = Library((folder.resolve(), *Library.of().roots[-1:]))
    templates = Templates(library)
    found: list[str] = []
    for path in sorted(root.rglob(f"*{ENDING}")):
        name = path.relative_to(root).as_posix()
        try:
            found += [f"{name}: {finding}" for finding in _findings(templates, name, path)]
        except UserMistake as error:
            found.append(str(error))
    return found


def _findings(templates: Templates, name: str, path: Path) -> Iterator[str]:
    head = templates.head(name)
    used = _variables(templates, name, path)
    declared = set(head.inputs) | ({"exemplars"} if head.exemplars else set())
    for variable in sorted(used - declared - STANDARD):
        yield f"variable {variable!r} is used and not declared in inputs"
    partial = name.startswith("parts/")
    for variable in sorted(set(head.inputs) - used):
        yield f"input {variable!r} is declared and not used"
    if not partial and not head.description:
        yield "it has no description in its head"


def _variables(templates: Templates, name: str, path: Path) -> set[str]:
    """Give the free variables of a template and of all that it includes or extends."""
    environment = templates.environment
    seen: set[str] = set()
    used: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        try:
            tree = environment.parse(templates.body(current))
        except jinja2.TemplateNotFound:
            raise UserMistake(f"{name}: it includes {current!r}, which is not there") from None
        except jinja2.TemplateSyntaxError as error:
            raise UserMistake(f"{current}, line {error.lineno}: {error.message}") from None
        used |= meta.find_undeclared_variables(tree)
        waiting += [other for other in meta.find_referenced_templates(tree) if other]
    return used
