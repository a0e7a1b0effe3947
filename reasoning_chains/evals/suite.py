"""A suite: the problems of an eval as a stream, with its scorer; it runs no chain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from reasoning_chains.content import Library, is_there, safe_name
from reasoning_chains.errors import UnknownName, UserMistake, ranged, wanted
from reasoning_chains.evals.card import Card, read_card
from reasoning_chains.evals.item import Item
from reasoning_chains.evals.making import Maker
from reasoning_chains.evals.score import Scorer
from reasoning_chains.evals.scorers.opening import open_scorer
from reasoning_chains.evals.sharding import Shard
from reasoning_chains.evals.sources.opening import open_source
from reasoning_chains.evals.sources.row import Source
from reasoning_chains.evals.stream import Stream

if TYPE_CHECKING:
    from reasoning_chains.evals.done import Done
    from reasoning_chains.evals.harness.task import Task

__all__ = ["FILE", "Suite", "groups_of", "load_suite", "suite_at", "suite_names"]

FILE = "eval.yaml"
_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Suite:
    """The problems of an eval: `for item in suite` begins anew every time.

    Args:
        name: As it was asked for; a task of several stands after a colon.
        card: What its file says.
        folder: Where that file lies.
        project: Where modules and templates are looked up.
        scorer: Says what a solution is worth.
        source: Gives the rows.
        size: How many problems at most; None means all that there are.
        shard: Which part of them; None means all.
        task: The task of lm-evaluation-harness that it is, if it is one.
    """

    name: str
    card: Card
    folder: Path
    project: Path
    scorer: Scorer
    source: Source
    size: int | None = None
    shard: Shard | None = None
    task: Task | None = None

    def __iter__(self) -> Iterator[Item]:
        """Give the items one after the other, in constant memory.

        Raises:
            UserMistake: A row is wrong, an id stands twice, or there is no row at all; the file
                and the row are named.
        """
        return (item for item in Stream(self) if item is not None)

    def items(self, done: Done) -> Iterator[Item | None]:
        """Give the items that are not done, and None now and then, while others are passed over."""
        return iter(Stream(self, done))

    def sized(self, size: int | None, seed: int | None = None) -> Suite:
        """Give the suite with another number of problems, or made from another seed.

        Raises:
            UserMistake: The size is less than 1, or a seed is given for what is not generated.
        """
        if size is not None:
            ranged("size of a suite", size, int, 1)
        changed = replace(self, size=size)
        if seed is None:
            return changed
        wanted("seed of a suite", seed, int)
        if not self.card.data.generator:
            raise UserMistake(f"{self.name} is not generated: its rows have no seed")
        data = self.card.data.model_copy(update={"seed": seed})
        card = self.card.model_copy(update={"data": data})
        return replace(changed, card=card, source=open_source(data, self.folder))

    @property
    def count(self) -> int | None:
        """How many problems there will be, where that is known without reading them."""
        most = self.card.data.most
        told = [number for number in (self.size, most) if number is not None]
        known = most is not None or bool(self.card.data.generator)
        if not told or not known:
            return None
        return min(told) if self.shard is None else self.shard.count(min(told))

    @property
    def note(self) -> str:
        """What to know of its size: empty unless more was asked for than there is."""
        most = self.card.data.most
        if most is None or self.size is None or self.size <= most:
            return ""
        return f"{self.name}: {self.size:,} were asked for, there are {most:,}: all are taken"

    @property
    def exemplars(self) -> str | None:
        """The worked examples for `FewShotCoT(exemplars=…)`: a set, or the path of a file.

        None where the eval names none, or a file that is not there.
        """
        named = self.card.exemplars
        if named is None or "." not in named:
            return named
        file, mark, key = named.replace("{task}", self.name.partition(":")[2]).partition("#")
        beside = (self.folder / file, Path(self.source.name).parent / file, self.project / file)
        return next((f"{path}{mark}{key}" for path in beside if is_there(path)), None)


def load_suite(
    name: str,
    project: str | Path | None = None,
    *,
    size: int | None = None,
    data: str | Path | None = None,
    exemplars: str | None = None,
) -> Suite:
    """Open a suite by its name: the project's `evals/NAME/eval.yaml`, else the bundled one.

    Args:
        name: `last_letters`; with a task, `bbh:word_sorting`; or the path of an `eval.yaml` or of
            a task file of lm-evaluation-harness, `gsm8k.yaml`, with a filter, `gsm8k.yaml:strict`.
        project: The folder where it is looked up; the current one if left out.
        size: How many problems; else what the file says, else all.
        data: The rows of a suite that has them not in the package: a file or a folder.
        exemplars: Other worked examples: a set, or a file of the project.

    Raises:
        UnknownName: There is no such suite, task, or scorer; the message lists near ones.
        UserMistake: The file has an unknown key, or a value that cannot be.
    """
    wanted("name of a suite", name, str)
    wanted("project", project, str, PathLike, type(None))
    library = Library.of(project)
    bare, _, task = name.partition(":")
    path = library.find("evals", f"{bare}/{FILE}") if safe_name(bare) else None
    if path is None and bare.endswith(_ENDINGS):
        path = Path(bare)
    if path is None:
        raise UnknownName("suite", bare, suite_names(project))
    suite = suite_at(path, project, task=task, data=data)
    suite = suite if suite.task is None else replace(suite, name=name)
    if exemplars is not None:
        suite = _shown(suite, exemplars)
    return suite if size is None else suite.sized(size)


def groups_of(suite: Suite, item: Item) -> dict[str, str]:
    """Give what an item's results are told apart by: the columns that the suite names."""
    found = {name: item.meta.get(name) for name in suite.card.groups}
    if item.level is not None and "level" in found:
        found["level"] = item.level
    return {name: str(value) for name, value in found.items() if value is not None}


def _shown(suite: Suite, exemplars: str) -> Suite:
    """Give the suite with other worked examples."""
    wanted("exemplars of a suite", exemplars, str)
    changed = replace(suite, card=suite.card.model_copy(update={"exemplars": exemplars}))
    if changed.exemplars is None:
        places = f"beside {suite.folder / FILE}, beside its rows, or in {suite.project}"
        raise UserMistake(f"the exemplars {exemplars} are not there: put them {places}")
    return changed


def suite_at(
    path: str | Path,
    project: str | Path | None = None,
    *,
    task: str = "",
    data: str | Path | None = None,
) -> Suite:
    """Open the suite of an `eval.yaml` that lies anywhere, or of the folder that holds one.

    A YAML file with another name is a task of lm-evaluation-harness.

    Raises:
        UserMistake: As `load_suite`.
    """
    wanted("path of a suite", path, str, PathLike)
    wanted("data", data, str, PathLike, type(None))
    file = Path(path) / FILE if Path(path).is_dir() else Path(path)
    given = None if data is None else Path(data).expanduser()
    if file.name.endswith(_ENDINGS) and file.name != FILE:
        from reasoning_chains.evals.harness.task import open_task

        return open_task(file, project, task=task, data=given)
    card, folder = read_card(file), file.resolve().parent
    roots = Library.of(project).roots
    name = f"{folder.name}:{task}" if task else folder.name
    try:
        card = _of_task(card, folder.name, task, given)
        scorer = open_scorer(card.scorer, roots[0])
        source = open_source(card.data, folder, task, given)
        Maker(card, scorer, roots[0])  # its templates are read now, not at the first row
    except UserMistake as error:
        told = str(error)
        raise UserMistake(told if str(file) in told else f"{file}: {told}") from None
    return Suite(name, card, folder, roots[0], scorer, source, card.data.size)


def _of_task(card: Card, name: str, task: str, given: Path | None) -> Card:
    """Lay what a task says over what the eval says; how many rows the user gives is not known."""
    if given is not None:
        card = card.model_copy(update={"data": card.data.model_copy(update={"most": None})})
    if not card.tasks and not task:
        return card
    if task not in card.tasks:
        if not task:
            raise UserMistake(f"{name} has several tasks: write {name}:{next(iter(card.tasks))}")
        raise UnknownName(f"task of {name}", task, card.tasks)
    told = card.tasks[task].model_dump(exclude_none=True)
    return card.model_copy(update={**told, "tasks": {}})


def suite_names(project: str | Path | None = None) -> list[str]:
    """List the suites of the project and the bundled ones."""
    names = Library.of(project).names("evals", f"/{FILE}")
    return [name for name in names if "/" not in name]
