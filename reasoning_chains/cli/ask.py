"""`reasoning-chains ask`: one question to one answer."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from reasoning_chains.budget import Budget
from reasoning_chains.cli.inputs import check_inputs
from reasoning_chains.cli.options import INPUTS, given_inputs, with_options
from reasoning_chains.cli.printing import print_json, print_solution, progress, solution_data
from reasoning_chains.cli.tools import Person, opened_tools
from reasoning_chains.content import read_text
from reasoning_chains.errors import Caught, UserMistake
from reasoning_chains.names import open_backend
from reasoning_chains.solution import Solution
from reasoning_chains.spelling import open_chain
from reasoning_chains.templates import language_of
from reasoning_chains.tools.giving import with_tools
from reasoning_chains.types import Kind, Problem, Sampling

__all__ = ["ask", "option", "read_question"]

_LONGEST = 8_000_000


def option(text: str, *names: str) -> Any:
    """Make an option of a command, with its help."""
    return typer.Option(*names, help=text)


@dataclass(frozen=True, slots=True)
class AskOptions:
    """What `ask` takes."""

    question: Annotated[str, typer.Argument(help="The question, or - for standard input.")]
    chain: Annotated[str, option("As `chains` lists them, or module:Name.", "--chain", "-c")] = (
        "zero_shot_cot"
    )
    backend: Annotated[str, option("embedded, openai:MODEL, …", "--backend", "-b")] = "embedded"
    tools: Annotated[str, option("calculator,lookup:notes/, for react.", "--tools")] = ""
    kind: Annotated[str, option("The answer: number, choice, …", "--kind", "-k")] = "text"
    choice: Annotated[list[str] | None, option("One of the choices; repeat it.")] = None
    context: Annotated[str, option("A text that the question is about, or a file.")] = ""
    inputs: Annotated[list[str] | None, option(INPUTS, "--input")] = None
    as_json: Annotated[bool, option("Print one JSON object.", "--json")] = False
    trace: Annotated[bool, option("Show every prompt and reply.", "--trace")] = False
    budget_tokens: Annotated[int | None, option("The most tokens.", "--budget-tokens")] = None
    budget_calls: Annotated[int | None, option("The most samples.", "--budget-calls")] = None
    budget_seconds: Annotated[float | None, option("The most time.", "--budget-seconds")] = None
    budget_money: Annotated[float | None, option("The most money.", "--budget-money")] = None
    ledger: Annotated[str | None, option("A file: the money is for all runs that name it.")] = None
    temperature: Annotated[float | None, option("Of the sampling.")] = None
    max_tokens: Annotated[int | None, option("The most tokens of each reply.")] = None
    seed: Annotated[int, option("Another seed gives other samples.")] = 0
    lang: Annotated[str | None, option("en or zh; else by the question's script.")] = None
    store: Annotated[str | None, option("A file that keeps replies, to buy none twice.")] = None
    offline: Annotated[bool, option("Answer from the store alone.", "--offline")] = False
    base_url: Annotated[str | None, option("The address of an openai backend.")] = None
    api_key_env: Annotated[str | None, option("The variable that holds its key.")] = None

    def problem(self) -> Problem:
        """Make the problem that is asked."""
        kind = "choice" if self.choice and self.kind == "text" else self.kind
        return Problem(
            read_question(self.question),
            cast(Kind, kind),
            tuple(self.choice or ()),
            context=_text_or_file(self.context),
            inputs=given_inputs(self.inputs),
        )

    def budget(self) -> Budget:
        """Make the limits of the run."""
        return Budget(
            self.budget_tokens,
            self.budget_calls,
            self.budget_seconds,
            money=self.budget_money,
            ledger=self.ledger,
        )


@with_options(AskOptions)
def ask(options: AskOptions) -> None:
    """Answer one question and show the reasoning, the votes and the cost."""
    chain, person = open_chain(options.chain), Person()
    if options.tools:
        chain = with_tools(chain, opened_tools(options.tools, person), "--tools")
    problem = options.problem()
    check_inputs(chain, problem.inputs, options.lang or language_of(problem.question))
    given: dict[str, Any] = {
        "base_url": options.base_url,
        "api_key_env": options.api_key_env,
        "store": options.store,
        "offline": options.offline,
    }
    opened = open_backend(options.backend, **{k: v for k, v in given.items() if v})
    with progress("thinking …") as person.spinner:
        solution: Solution = chain.invoke(
            problem,
            backend=opened,
            budget=options.budget(),
            sampling=Sampling(temperature=options.temperature, max_tokens=options.max_tokens),
            seed=options.seed,
            lang=options.lang,
            ask_user=person,
        )
    if options.as_json:
        print_json(solution_data(solution, trace=options.trace))
    else:
        print_solution(solution, trace=options.trace)


def _text_or_file(given: str) -> str:
    """Read a context where it names a file that is there."""
    with Caught(OSError, ValueError):  # too long for a name, or none
        if given and Path(given).is_file():
            return read_text(Path(given))
    return given


def read_question(text: str) -> str:
    """Take a question as given, or read standard input where it is `-`.

    Raises:
        UserMistake: It is empty, not UTF-8, or standard input is closed or larger than 8 MB.
    """
    found = _standard_input() if text == "-" else text
    if any("\ud800" <= char <= "\udfff" for char in found):
        raise UserMistake("the question is not UTF-8: give it in UTF-8")
    if not found.strip():
        raise UserMistake("the question is empty: write it in quotes, or - to read standard input")
    return found


def _standard_input() -> str:
    if sys.stdin is None:  # closed by the shell: <&-
        raise UserMistake("standard input is closed: write the question in quotes")
    data = sys.stdin.buffer.read(_LONGEST + 1)
    if len(data) > _LONGEST:
        raise UserMistake(f"the question is larger than {_LONGEST:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserMistake(f"standard input is not UTF-8 at byte {error.start}") from None
