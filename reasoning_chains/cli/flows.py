"""Workflows on the command line: their steps as they would be sent, and what is odd in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from reasoning_chains.cli.printing import console, safe
from reasoning_chains.content import Library, is_there, read_text
from reasoning_chains.errors import UserMistake
from reasoning_chains.loop import run_sync
from reasoning_chains.templates import templates_of
from reasoning_chains.templates.environment import ENDING
from reasoning_chains.templates.front_matter import has_steps
from reasoning_chains.types import Message, Problem
from reasoning_chains.workflow.dry import Outline, messages, outlined
from reasoning_chains.workflow.flow import flow_at
from reasoning_chains.workflow.lint import findings

__all__ = ["is_workflow", "lint_workflows", "show_workflow"]


def is_workflow(name: str, lang: str) -> bool:
    """Say whether a name or a path is that of a file with steps."""
    library = Library.of()
    if name.endswith(ENDING):
        return is_there(Path(name)) and has_steps(read_text(Path(name)), library)
    for file in (f"{name}.{lang}{ENDING}", f"{name}{ENDING}"):
        path = library.find("templates", file)
        if path is not None:
            return has_steps(read_text(path), library)
    return False


def show_workflow(name: str, problem: Problem, lang: str) -> None:
    """Print every step with what it would send; a gap stands for what is not known yet."""
    library = Library.of()
    outlines = run_sync(outlined(flow_at(library, name, lang), problem))
    for outline in outlines.steps:
        _show(outline, messages(outline.step, templates_of(library), lang))
    for line in outlines.left_out:
        console().print(safe(line))


_SHOWN = ("chain", "kind", "choices", "samples", "temperature", "max_tokens")


def _show(outline: Outline, sent: Sequence[Message]) -> None:
    out, step = console(), outline.step
    where = ", ".join(f"{name} is {choice}" for name, choice in outline.where.items())
    out.print(safe(f"step {step.name}{where and f' (where {where})'}"), style="bold")
    if "input" in step.options:
        out.print(safe(f"[to the person]\n{step.options['input']}"))
    if step.text and "tool" in step.options:
        out.print(safe(f"[to the tool {step.options['tool']}]\n{step.text}"))
    elif step.text:
        for message in sent:
            out.print(safe(f"[{message.role}]\n{message.content}"))
    for option in _SHOWN:
        if option in step.options:
            out.print(safe(f"[{option}] {step.options[option]}"))


def lint_workflows(folder: Path) -> Iterator[str]:
    """Give one line a finding in the workflows of a project's folder."""
    library = Library((folder.resolve(), *Library.of().roots[-1:]))
    for path in sorted((folder / "templates").rglob(f"*{ENDING}")):
        try:
            if has_steps(read_text(path), library):
                yield from findings(flow_at(library, str(path), "en"))
        except UserMistake as error:
            yield str(error)
