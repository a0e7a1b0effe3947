"""`chains`, `templates`, `backends`, `render` and `lint`: what there is, without asking a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

import typer

from reasoning_chains.cli.about import readers, show_chain
from reasoning_chains.cli.agent import lint_agents
from reasoning_chains.cli.ask import read_question
from reasoning_chains.cli.flows import is_workflow, lint_workflows, show_workflow
from reasoning_chains.cli.options import INPUTS, given_inputs, with_options
from reasoning_chains.cli.printing import console, counted, print_table, safe
from reasoning_chains.content import Library
from reasoning_chains.errors import UnknownName, UserMistake
from reasoning_chains.loop import run_sync
from reasoning_chains.names import BACKENDS, CHAINS, chain_class
from reasoning_chains.project import backend_table
from reasoning_chains.templates import Templates, language_of, templates_of
from reasoning_chains.templates.environment import ENDING
from reasoning_chains.templates.front_matter import has_steps
from reasoning_chains.templates.language import check_language
from reasoning_chains.templates.lint import lint_folder
from reasoning_chains.templates.preview import preview
from reasoning_chains.types import Kind, Problem
from reasoning_chains.workflow.flow import flow_at

__all__ = ["backends", "chains", "lint", "render", "templates"]

_ABOUT = {
    "embedded": "the small model in the package; no key, no network",
    "langchain": "langchain:PROVIDER:MODEL, any chat model of LangChain",
    "openai": "openai:MODEL, any OpenAI-compatible address",
    "replay": "replay:FILE, recorded replies in JSON lines",
    "transformers": "transformers:PATH, a local model folder",
}


@dataclass(frozen=True, slots=True)
class ChainsOptions:
    """What `chains` takes."""

    action: Annotated[str | None, typer.Argument(help="show, or nothing for the list.")] = None
    name: Annotated[str | None, typer.Argument(help="The chain to show, as in: show react.")] = None
    lang: Annotated[str, typer.Option(help="The language of the templates: en or zh.")] = "en"


@with_options(ChainsOptions)
def chains(options: ChainsOptions) -> None:
    """List the chains; `chains show NAME` tells all about one: paper, cost, prompts."""
    if options.action not in (None, "show"):
        raise UnknownName("action of chains", options.action, ("show",))
    if options.action == "show":
        if options.name is None:
            raise UserMistake("which chain? write one of the list, as in: chains show react")
        show_chain(options.name, options.lang)
        return
    print_table(
        ("chain", "what it does"),
        [(name, (chain_class(name).__doc__ or "").splitlines()[0]) for name in sorted(CHAINS)],
    )


def templates() -> None:
    """List the templates, the project's laid over the bundled ones."""
    library = Library.of()
    made = templates_of(library)
    names = [name for name in library.names("templates", ENDING) if not name.startswith("parts/")]
    print_table(
        ("template", "reads", "what it asks"),
        [_row(made, name) for name in names],
    )


def _row(made: Templates, name: str) -> tuple[str, str, str]:
    try:
        if has_steps(made.library.read("templates", name + ENDING), made.library):
            return name, "steps", flow_at(made.library, name, "en").head.description
        head = made.head(name + ENDING)
    except UserMistake as error:  # one that is broken does not hide the others
        return name, "broken", safe(str(error))
    return name, head.parse, head.description


def backends(
    check: Annotated[
        bool, typer.Option("--check", help="Ask each that reasoning.toml declares once.")
    ] = False,
) -> None:
    """List the backends, with those that reasoning.toml declares; `--check` tries these."""
    tables = backend_table(taken=BACKENDS)
    if not check:
        declared = [
            (name, f"{table.get('use') or ' → '.join(table['route'])} (reasoning.toml)")
            for name, table in tables.items()
        ]
        print_table(
            ("backend", "what it is"), [(name, _ABOUT[name]) for name in BACKENDS] + declared
        )
        return
    from reasoning_chains.cli.checking import HEADS, tried_all

    rows = run_sync(tried_all(tables or {"embedded": {}}))
    print_table(HEADS, rows)
    if silent := [row[0] for row in rows if row[1] != "yes"]:
        raise UserMistake(f"{', '.join(silent)}: no answer")


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """What `render` takes."""

    template: Annotated[str, typer.Argument(help="A template's name, or the file of a workflow.")]
    question: Annotated[str, typer.Argument(help="The question, or - for standard input.")]
    kind: Annotated[str, typer.Option("--kind", "-k", help="The answer: number, …")] = "text"
    choice: Annotated[list[str] | None, typer.Option(help="A choice; repeat it.")] = None
    context: Annotated[str, typer.Option(help="Text that the question is about.")] = ""
    inputs: Annotated[list[str] | None, typer.Option("--input", help=INPUTS)] = None
    lang: Annotated[str | None, typer.Option(help="en or zh; else by the question.")] = None


@with_options(RenderOptions)
def render(options: RenderOptions) -> None:
    """Show what a template, or each step of a workflow, sends for a question, without a model."""
    kind = "choice" if options.choice and options.kind == "text" else options.kind
    asked, choices = read_question(options.question), tuple(options.choice or ())
    given = given_inputs(options.inputs)
    problem = Problem(asked, cast(Kind, kind), choices, context=options.context, inputs=given)
    check_language(options.lang)
    lang = options.lang or language_of(asked)
    if is_workflow(options.template, lang):
        show_workflow(options.template, problem, lang)
        return
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
    """Check the templates, workflows and agents of a folder: undefined variables and more."""
    found = [*lint_agents(folder)]
    if (folder / "templates").is_dir() or not (folder / "agents").is_dir():
        found = [*lint_folder(folder, readers()), *lint_workflows(folder), *found]
    for line in found:
        console().print(safe(line))
    if found:
        raise UserMistake(f"{counted(len(found), 'finding', 'findings')} in {folder}")
    console().print("no findings")
