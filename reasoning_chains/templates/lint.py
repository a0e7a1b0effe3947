"""What is wrong in a folder of templates, found without rendering them for a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import jinja2
from jinja2 import meta, nodes

from reasoning_chains.content import Library, read_text
from reasoning_chains.errors import TemplateMistake, UserMistake
from reasoning_chains.templates.environment import ENDING
from reasoning_chains.templates.exemplars import read_exemplars
from reasoning_chains.templates.front_matter import has_steps
from reasoning_chains.templates.inheriting import lost_blocks
from reasoning_chains.templates.language import LANGUAGES
from reasoning_chains.templates.preview import preview
from reasoning_chains.templates.render import Templates

__all__ = ["STANDARD", "lint_folder"]

STANDARD = frozenset({"question", "context", "choices", "kind", "schema", "lang", "thinks"})
"""The variables that every template sees."""


_SHAPE = ("stands outside of its role blocks", "gives no user message")
"""What a render without a model finds; the rest may come of what only a chain knows."""


def lint_folder(folder: Path, readers: Mapping[str, str] | None = None) -> list[str]:
    """Give one line a finding: the file, the line where known, and what is wrong.

    Workflows are left out: `workflow.lint` reads them.

    Args:
        folder: The folder of a project.
        readers: The reader that a template must declare, by the template's name.

    Raises:
        UserMistake: There is no folder `templates` in it.
    """
    root = folder / "templates"
    if not root.is_dir():
        raise UserMistake(f"{folder} has no folder templates: name the folder of a project")
    library = Library((folder.resolve(), *Library.of().roots[-1:]))
    templates = Templates(library)
    found = _broken_sets(root)
    for path in sorted(root.rglob(f"*{ENDING}")):
        name = path.relative_to(root).as_posix()
        try:
            if has_steps(read_text(path), library):
                continue
            found += [f"{name}{finding}" for finding in _findings(templates, name)]
            found += [f"{name}: {finding}" for finding in _broken(templates, name, readers or {})]
        except UserMistake as error:
            found.append(str(error) if name in str(error) else f"{name}: {error}")
    return found


def _broken_sets(root: Path) -> list[str]:
    """Read every set of worked examples, whether a template names it or not."""
    found: list[str] = []
    for path in sorted((root / "exemplars").rglob("*.yaml")):
        name = path.relative_to(root).as_posix()
        try:
            read_exemplars(name, read_text(path))
        except UserMistake as error:
            found.append(str(error))
    return found


def _broken(templates: Templates, name: str, readers: Mapping[str, str]) -> Iterator[str]:
    """Give what breaks between a template and those who use it."""
    bare = name.removesuffix(ENDING)
    lang = next((lang for lang in LANGUAGES if bare.endswith(f".{lang}")), "")
    bare = bare.removesuffix(f".{lang}") if lang else bare
    head = templates.head(name)
    reader = readers.get(bare, head.parse)
    if head.parse != reader:
        yield f"it declares parse: {head.parse}, and the chains that use it need parse: {reader}"
    if head.exemplars:
        templates.exemplars(head.exemplars, lang or "en")
    if not name.startswith("parts/"):
        try:
            preview(templates, bare, "?", lang or "en")
        except TemplateMistake as error:
            if any(shape in str(error) for shape in _SHAPE):
                yield str(error)


def _findings(templates: Templates, name: str) -> Iterator[str]:
    head = templates.head(name)
    lines = _variables(templates, name)
    used = set(lines)
    for line, told in lost_blocks(_tree(templates, name), partial(_tree, templates)):
        yield f", line {line}: {told}"
    declared = set(head.inputs) | ({"exemplars"} if head.exemplars else set())
    for variable in sorted(used - declared - STANDARD):
        yield f", {lines[variable]}: variable {variable!r} is used and not declared in inputs"
    for variable in sorted(set(head.inputs) - used):
        yield f": input {variable!r} is declared and not used"
    if not name.startswith("parts/") and not head.description:
        yield ": it has no description in its head"


def _tree(templates: Templates, name: str) -> nodes.Template:
    return templates.environment.parse(templates.body(name))


def _variables(templates: Templates, name: str) -> dict[str, str]:
    """Give the free variables of a template and of all that it includes or extends.

    Beside each stands where it is used first. What one of them sets, the others see.
    """
    seen: set[str] = set()
    used: dict[str, str] = {}
    put: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        try:
            tree = _tree(templates, current)
            free = meta.find_undeclared_variables(tree)
        except jinja2.TemplateNotFound:
            raise UserMistake(f"{name}: it includes {current!r}, which is not there") from None
        except jinja2.TemplateSyntaxError as error:
            raise UserMistake(f"{current}, line {error.lineno}: {error.message}") from None
        put.update(name.name for node in tree.body if isinstance(node, nodes.Assign)
                   for name in node.find_all(nodes.Name) if name.ctx == "store")  # fmt: skip
        inside = "" if current == name else f"{current}, "
        for found in tree.find_all(nodes.Name):
            if found.name in free and found.ctx == "load":
                used.setdefault(found.name, f"{inside}line {found.lineno}")
        waiting += [other for other in meta.find_referenced_templates(tree) if other]
    return {variable: place for variable, place in used.items() if variable not in put}
