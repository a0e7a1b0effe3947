"""`evals`: which suites there are, what one asks and how it is scored, and whether one is whole."""

from __future__ import annotations

import inspect
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from reasoning_chains.cli.printing import console, counted, print_table, safe
from reasoning_chains.content import Library, is_there
from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.card import Card, read_card
from reasoning_chains.evals.checking import Checked, check
from reasoning_chains.evals.item import Item
from reasoning_chains.evals.suite import FILE, Suite, load_suite, suite_at, suite_names

__all__ = ["evals_commands"]

evals_commands = typer.Typer(
    invoke_without_command=True, help="List the suites of evals; show one, check one."
)
_Data = Annotated[Path | None, typer.Option(help="Its rows, where they are not in the package.")]
_HEADS = ("suite", "problems", "answers", "verified", "source", "licence")


@evals_commands.callback()
def evals(context: typer.Context) -> None:
    """List the suites of evals: of the project, and the bundled ones."""
    if context.invoked_subcommand is None:
        library = Library.of()
        print_table(_HEADS, [_row(library, name) for name in suite_names()])


def _row(library: Library, name: str) -> tuple[str, ...]:
    path = library.find("evals", f"{name}/{FILE}")
    try:
        card = read_card(path) if path is not None else None
    except UserMistake as error:  # one that is broken is told, the others listed
        return name, "", "", "", safe(str(error)), ""
    if card is None:
        return name, "", "", "", "", ""
    shown = f"{name}:TASK, {counted(len(card.tasks), 'task', 'tasks')}" if card.tasks else name
    told = (shown, _sizes(card), _kind(card), card.verified, card.source, card.licence)
    return tuple(safe(" ".join(part.split())) for part in told)


def _sizes(card: Card) -> str:
    if card.sizes:
        return ", ".join(f"{size:,}" for size in card.sizes)
    number = card.data.size or card.data.most
    return f"{number:,}" if number is not None else "by its rows"


def _kind(card: Card) -> str:
    of_tasks = {task.kind for task in card.tasks.values() if task.kind is not None}
    if of_tasks:
        return ", ".join(sorted(of_tasks))
    return card.kind or ("as each asks" if card.data.generator else "text")


@evals_commands.command()
def show(
    name: Annotated[str, typer.Argument(help="As `evals` lists them; with a task, bbh:TASK.")],
    data: _Data = None,
) -> None:
    """Show three items of a suite, and what is scored how."""
    suite = load_suite(name, data=data)
    card, out = suite.card, console()
    out.print(safe(f"{suite.name}: {' '.join(card.description.split())}"), style="bold")
    out.print(
        safe(f"Source: {card.source} ({card.licence}), {card.verified}. {card.paper}".strip())
    )
    out.print(safe(f"Problems: {_sizes(card)}. Groups: {', '.join(card.groups) or 'none'}."))
    out.print(safe(f"Scored by {card.scorer}: {_does(suite)}"))
    out.print(safe(f"Counted: {', '.join(card.metrics)}."))
    out.print(safe(f"Examples: {_examples(suite)}."))
    for item in islice(suite, 3):
        _show_item(item)


def _does(suite: Suite) -> str:
    about = inspect.getdoc(type(suite.scorer)) or ""
    return " ".join(about.partition("\n\n")[0].split())


def _examples(suite: Suite) -> str:
    named, found = suite.card.exemplars, suite.exemplars
    shots = f", {suite.card.shots} in the paper" if suite.card.shots is not None else ""
    if named is not None and found is None:
        return f"{named} is not beside the rows{shots}"
    return f"{found or 'none'}{shots}"


def _show_item(item: Item) -> None:
    out, problem = console(), item.problem
    level = "" if item.level is None else f", level {item.level}"
    out.print(safe(f"\n{item.id} ({problem.kind}{level})"), style="bold")
    if problem.context:
        out.print(safe(problem.context), style="dim")
    out.print(safe(problem.question))
    for letter, choice in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", problem.choices, strict=False):
        out.print(safe(f"({letter}) {choice}"))
    out.print(safe(f"right: {item.target}"))


@evals_commands.command("check")
def check_suite(
    path: Annotated[
        str, typer.Argument(help="A suite's name, its folder, its eval.yaml, or a task file.")
    ],
    data: _Data = None,
    most: Annotated[int | None, typer.Option(help="End after so many problems.")] = None,
) -> None:
    """Go through a suite: every row must be whole, and its scorer must accept its own answers."""
    suite = _found(path, data)
    _tell(suite, check(suite, most))


def _found(path: str, data: Path | None) -> Suite:
    """Open the suite of a folder or a file that is there, else by its name."""
    place = Path(path)
    if is_there(place) and (place.is_file() or (place / FILE).is_file()):
        return suite_at(place, data=data)
    if is_there(place) and path not in suite_names():
        raise UserMistake(f"{path} holds no {FILE}: name a folder that does, or a suite")
    return load_suite(path, data=data)


def _tell(suite: Suite, checked: Checked) -> None:
    out = console()
    whole = f"{suite.name}: {counted(checked.items, 'problem', 'problems')}, no mistake found"
    out.print(safe(whole), style="bold")
    out.print(safe(f"answers: {_counts(checked.kinds)}"))
    if set(checked.levels) != {""}:
        out.print(safe(f"levels: {_counts(checked.levels)}"))
    if not checked.scored:
        out.print(safe(f"{suite.card.scorer} was not tried: it needs more than an answer"))
    if checked.note:
        out.print(safe(checked.note))


def _counts(counts: Any) -> str:
    return ", ".join(f"{name or 'none'} × {number:,}" for name, number in counts.items())
