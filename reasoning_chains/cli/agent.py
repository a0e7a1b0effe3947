"""`reasoning-chains agent NAME`: one question to an agent, or a conversation with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from reasoning_chains.agents.agent import Agent, agent_names, folder_names, load_agent
from reasoning_chains.cli.ask import option, read_question
from reasoning_chains.cli.inputs import check_inputs
from reasoning_chains.cli.options import INPUTS, given_inputs, with_options
from reasoning_chains.cli.printing import (
    console,
    print_json,
    print_solution,
    print_table,
    progress,
    safe,
    solution_data,
)
from reasoning_chains.cli.tools import Person
from reasoning_chains.content import read_text
from reasoning_chains.errors import UserMistake
from reasoning_chains.names import open_backend
from reasoning_chains.project import project_folder
from reasoning_chains.solution import Solution
from reasoning_chains.types import Kind, Message, Problem

__all__ = ["agent", "agents"]


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """What `agent` takes."""

    name: Annotated[str, typer.Argument(help="As `agents` lists them.")]
    question: Annotated[
        str | None, typer.Argument(help="The question, - for standard input, or nothing: a chat.")
    ] = None
    backend: Annotated[str | None, option("Another than its own.", "--backend", "-b")] = None
    context: Annotated[Path | None, option("A file that the question is about.")] = None
    inputs: Annotated[list[str] | None, option(INPUTS, "--input")] = None
    kind: Annotated[str, option("The answer: number, text, …", "--kind", "-k")] = "text"
    as_json: Annotated[bool, option("Print one JSON object a question.", "--json")] = False
    trace: Annotated[bool, option("Show every prompt and reply.", "--trace")] = False
    seed: Annotated[int, option("Another seed gives other samples.")] = 0
    lang: Annotated[str | None, option("en or zh; else by the question's script.")] = None


@with_options(AgentOptions)
def agent(options: AgentOptions) -> None:
    """Ask an agent; without a question its answers go on from one another, line by line."""
    asked, person = load_agent(options.name), Person()
    inputs = given_inputs(options.inputs)
    check_inputs(asked, inputs, options.lang or "en")
    context = read_text(options.context) if options.context else ""
    backend: Any = open_backend(options.backend or asked.home)
    history: tuple[Message, ...] = ()
    for question in _questions(options.question, asked):
        kind = cast(Kind, options.kind)
        problem = Problem(question, kind, context=context, history=history, inputs=inputs)
        with progress("thinking …") as person.spinner:
            solution: Solution = asked.invoke(
                problem, backend, seed=options.seed, lang=options.lang, ask_user=person
            )
        _show(solution, options)
        said = solution.answer if solution.answer is not None else solution.text
        history += (Message("user", question), Message("assistant", said))


def _questions(given: str | None, asked: Agent) -> Iterator[str]:
    """Give the one question, or each line of standard input."""
    if given is not None:
        yield read_question(given)
        return
    chatting = sys.stdin is not None and sys.stdin.isatty()
    if chatting:
        console().print(safe(f"{asked.name}: {asked.description} (Ctrl-D ends)"))
    if sys.stdin is None:
        raise UserMistake("standard input is closed: write the question in quotes")
    while True:
        if chatting:
            sys.stderr.write("> ")
            sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            return
        if line.strip():
            yield read_question(line.strip())


def _show(solution: Solution, options: AgentOptions) -> None:
    if options.as_json:
        print_json(solution_data(solution, trace=options.trace))
    else:
        print_solution(solution, trace=options.trace)


def agents() -> None:
    """List the agents, the project's laid over the bundled ones."""
    names = {*agent_names(), *folder_names(project_folder() / "agents")}
    print_table(("agent", "what it does"), [_row(name) for name in sorted(names)])


def lint_agents(folder: Path) -> Iterator[str]:
    """Give one line for each folder of a project's agents that cannot be loaded."""
    for name in folder_names(folder / "agents"):
        try:
            load_agent(name, folder)
        except UserMistake as error:
            yield str(error)


def _row(name: str) -> tuple[str, str]:
    try:
        return name, load_agent(name).description
    except UserMistake as error:  # one that is broken does not hide the others
        return safe(name), safe(str(error))
