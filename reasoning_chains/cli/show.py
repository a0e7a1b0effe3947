"""`chains`, `templates`, `backends`, `render` and `lint`: what there is, without asking a model."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.table import Table

from reasoning_chains.cli.ask import read_question
from reasoning_chains.cli.options import with_options
from reasoning_chains.cli.printing import console, safe
from reasoning_chains.content import Library
from reasoning_chains.errors import UserMistake
from reasoning_chains.names import BACKENDS, CHAINS, chain_class
from reasoning_chains.project import backend_table
from reasoning_chains.templates import language_of, templates_of
from reasoning_chains.templates.environment import ENDING
from reasoning_chains.templates.lint import lint_folder
from reasoning_chains.templates.preview import preview
from reasoning_chains.types import Kind, Problem

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
        (name, f"{table['use']} (reasoning.toml)")
        for name, table in backend_table(taken=BACKENDS).items()
    ]
    _print_table(("backend", "what it is"), [(name, _ABOUT[name]) for name in BACKENDS] + declared)


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """What `render` takes."""

    template: Annotated[str, typer.Argument(help="A template's name.")]
    question: Annotated[str, typer.Argument(help="The question, or - for standard input.")]
    kind: Annotated[str, typer.Option("--kind", "-k", help="The answer: number, …")] = "text"
    choice: Annotated[list[str] | None, typer.Option(help="A choice; repeat it.")] = None
    context: Annotated[str, typer.Option(help="Text that the question is about.")] = ""
    lang: Annotated[str | None, typer.Option(help="en or zh; else by the question.")] = None


@with_options(RenderOptions)
def render(options: RenderOptions) -> None:
    """Show the messages that a template gives for a question, without a model."""
    kind = "choice" if options.choice and options.kind == "text" else options.kind
    asked, choices = read_question(options.question), tuple(options.choice or ())
    problem = Problem(asked, cast(Kind, kind), choices, context=options.context)
    lang = options.lang or language_of(asked)
    prompt = preview(templates_of(Library.of()), options.template, problem, lang)
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
    found = lint_folder(folder, _readers())
    for line in found:
        console().print(safe(line))
    if found:
        raise UserMistake(f"{len(found)} findings in {folder}")
    console().print("no findings")


def _readers() -> dict[str, str]:
    """Give the reader that the chains of the table rely on, by the template's name."""
    found: dict[str, str] = {}
    for name in CHAINS:
        cls = chain_class(name)
        default = {field.name: field.default for field in fields(cls)}.get("template")
        for part, reader in cls.delivers.items():
            found[f"{default}/{part}" if part else str(default)] = reader
    return found


def _print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    out = console()
    if not out.is_terminal:
        sys.stdout.writelines("\t".join(row) + "\n" for row in rows)
        return
    table = Table(*head)
    for row in rows:
        table.add_row(*row)
    out.print(table)
