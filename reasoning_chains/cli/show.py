"""`chains`, `templates`, `backends`, `render` and `lint`: what there is, without asking a model."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from reasoning_chains.cli.ask import read_question
from reasoning_chains.cli.printing import console, safe
from reasoning_chains.content import Library
from reasoning_chains.errors import UserMistake
from reasoning_chains.names import BACKENDS, CHAINS, chain_class
from reasoning_chains.project import backend_table
from reasoning_chains.templates import language_of, templates_of
from reasoning_chains.templates.environment import ENDING
from reasoning_chains.templates.lint import lint_folder
from reasoning_chains.templates.preview import preview

__all__ = ["backends", "chains", "lint", "render", "templates"]

_ABOUT = {
    "embedded": "the small model in the package; no key, no network",
    "openai": "openai:MODEL, any OpenAI-compatible address",
    "replay": "replay:FILE, recorded replies in JSON lines",
    "transformers": "transformers:PATH, a local model folder",
}


def chains() -> None:
    """List the chains, with what each does."""
    _print_table(
        ("chain", "what it does"),
        [(name, (chain_class(name).__doc__ or "").splitlines()[0]) for name in sorted(CHAINS)],
    )


def templates() -> None:
    """List the templates, the project's laid over the bundled ones."""
    library = Library.of()
    made = templates_of(library)
    names = [name for name in library.names("templates", ENDING) if not name.startswith("parts/")]
    _print_table(
        ("template", "reads", "what it asks"),
        [
            (name, head.parse, head.description)
            for name in names
            for head in [made.head(name + ENDING)]
        ],
    )


def backends() -> None:
    """List the backends, with those that reasoning.toml declares."""
    declared = [
        (name, f"{table['use']} (reasoning.toml)") for name, table in backend_table().items()
    ]
    _print_table(("backend", "what it is"), [(name, _ABOUT[name]) for name in BACKENDS] + declared)


def render(
    template: Annotated[str, typer.Argument(help="A template's name.")],
    question: Annotated[str, typer.Argument(help="The question, or - for standard input.")],
    lang: Annotated[str | None, typer.Option(help="en or zh; else by the question.")] = None,
) -> None:
    """Show the messages that a template gives for a question, without a model."""
    asked = read_question(question)
    if not asked.strip():
        raise UserMistake("the question is empty: give some text")
    prompt = preview(templates_of(Library.of()), template, asked, lang or language_of(asked))
    out = console()
    for message in prompt.messages:
        out.print(f"[{message.role}]", style="bold")
        out.print(safe(message.content))
    if prompt.prefill:
        out.print("[assistant begins]", style="bold")
        out.print(safe(prompt.prefill))


def lint(
    folder: Annotated[Path, typer.Argument(help="A project folder.")] = Path(),
) -> None:
    """Check the templates of a folder: undefined variables, broken contracts."""
    found = lint_folder(folder)
    for line in found:
        console().print(safe(line))
    if found:
        raise UserMistake(f"{len(found)} findings in {folder}")
    console().print("no findings")


def _print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    out = console()
    if not out.is_terminal:
        sys.stdout.writelines("\t".join(row) + "\n" for row in rows)
        return
    table = Table(*head)
    for row in rows:
        table.add_row(*row)
    out.print(table)
