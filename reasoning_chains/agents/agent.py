"""An agent: a chain with its tools, its limits and its backend, under one name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from reasoning_chains.agents.card import Card, read_card
from reasoning_chains.agents.sources import opened
from reasoning_chains.budget import Budget
from reasoning_chains.chain import Chain
from reasoning_chains.chains.retrieve import Retrieve
from reasoning_chains.content import Library, is_there, safe_name
from reasoning_chains.errors import UnknownName, UserMistake, wanted
from reasoning_chains.names import check_backend
from reasoning_chains.spelling import open_chain
from reasoning_chains.templates import templates_of
from reasoning_chains.tools.giving import rebuilt, with_tools
from reasoning_chains.workflow import Workflow
from reasoning_chains.workflow.flow import flow_at

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Kind, Problem

__all__ = ["Agent", "agent_names", "folder_names", "load_agent"]

_FILE = "agent.yaml"


@dataclass(frozen=True, slots=True)
class Agent(Chain):
    """A chain that is ready to be asked: `load_agent("researcher").invoke("…")`.

    Args:
        name: The name of its folder.
        description: What it does, for people and for an agent that may call it.
        chain: How it reasons, its tools within.
        limits: What it may spend on one question.
        backend: What it asks where the caller names nothing else.
        kind: The kind of answer that it gives to a question of no kind.
        project: The folder where its backend and its templates are looked up.
    """

    name: str
    description: str
    chain: Chain
    limits: Budget = Budget()
    backend: str | None = None
    kind: Kind = "text"
    project: str | None = None
    asks: ClassVar[str] = "what its chain asks, within its limits"

    @property
    def home(self) -> str:
        """The backend that is asked where the caller names none."""
        return self.backend or "embedded"

    def requires(self) -> tuple[str, ...]:
        """Give what its chain needs."""
        return self.chain.requires()

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Let the chain solve it, within the limits."""
        bare = problem.kind == "text" and not problem.choices
        asked = replace(problem, kind=self.kind) if bare else problem
        return await run.solve(self.chain, asked, self.name, budget=self.limits)


def load_agent(name: str, project: str | Path | None = None) -> Agent:
    """Read `agents/NAME/agent.yaml`, the project's over the bundled one.

    Raises:
        UnknownName: There is no such agent, chain or tool; the message lists near ones.
        UserMistake: The file has an unknown key, or a value that cannot be.
    """
    wanted("name of an agent", name, str)
    wanted("project", project, str, PathLike, type(None))
    library = Library.of(project)
    path = library.find("agents", f"{name}/{_FILE}") if safe_name(name) else None
    if path is None:
        _check_folder(name, library.roots[0] / "agents")
        raise UnknownName("agent", name, agent_names(project))
    card = read_card(path)
    try:
        chain, limits = _chain(card, path.parent, library), _limits(card, path.parent)
        if card.backend is not None:
            check_backend(card.backend, library.roots[0])
    except UserMistake as error:
        told = str(error)
        raise UserMistake(told if str(path) in told else f"{path}: {told}") from None
    place = None if project is None else str(project)
    return Agent(name, card.description, chain, limits, card.backend, card.kind, place)


def _check_folder(name: str, agents: Path) -> None:
    """Say what is wrong with a folder that is there, and is no agent's."""
    if name not in folder_names(agents):
        return
    folder = agents / name
    if not safe_name(name):
        raise UserMistake(
            f"{folder} cannot be an agent's: name the folder with letters, digits, _, - and ."
        )
    if not (folder / _FILE).is_file():
        held = ", ".join(sorted(path.name for path in folder.iterdir())[:5]) or "nothing"
        raise UserMistake(f"{folder} has no {_FILE}, which makes an agent of it: it holds {held}")


def folder_names(agents: Path) -> list[str]:
    """List the folders of a project's agents, also those that cannot be one."""
    if not agents.is_dir():
        return []
    return sorted(
        path.name
        for path in agents.iterdir()
        if path.is_dir() and not path.name.startswith((".", "__"))
    )


def _limits(card: Card, folder: Path) -> Budget:
    told = card.limits
    return Budget(
        tokens=told.tokens,
        seconds=told.seconds,
        steps=told.tool_calls,
        repeats=told.repeats,
        money=told.money,
        ledger=None if told.ledger is None else folder / told.ledger,
    )


def agent_names(project: str | Path | None = None) -> list[str]:
    """List the agents of the project and the bundled ones."""
    ending = f"/{_FILE}"
    return [name for name in Library.of(project).names("agents", ending) if "/" not in name]


def _chain(card: Card, folder: Path, library: Library) -> Chain:
    chain = _spelled(card, folder, library)
    if card.tools:
        chain = with_tools(chain, opened(card.tools, folder, library), "tools")
    changed: dict[str, Any] = {}
    fields = getattr(type(chain), "__dataclass_fields__", {})
    if card.limits.steps is not None:
        if "max_steps" not in fields:
            raise UserMistake(f"limits.steps has no use: {type(chain).__name__} takes no steps")
        changed["max_steps"] = card.limits.steps
    if card.template is not None and not isinstance(chain, Workflow):
        if "template" not in fields:
            raise UserMistake(f"template has no use: {type(chain).__name__} has none")
        templates_of(library).file(card.template, "en")
        changed["template"] = card.template
    return replace(chain, **changed) if changed else chain  # type: ignore[type-var]


def _placed(folder: Path, chain: Any) -> Any:
    """Let a chain that retrieves find its file in the agent's own folder."""
    if isinstance(chain, Retrieve) and isinstance(chain.source, str):
        own = folder / chain.source
        return replace(chain, source=str(own)) if is_there(own) else chain
    return chain


def _spelled(card: Card, folder: Path, library: Library) -> Chain:
    """Read the chain; a workflow may be a file in the agent's own folder."""
    if card.chain.strip() != "workflow":
        made: Chain = rebuilt(open_chain(card.chain, library.roots[0]), partial(_placed, folder))
        return made
    if card.template is None:
        raise UserMistake("a workflow needs its file: write template: NAME")
    own = folder / card.template
    path = str(own) if is_there(own) else card.template
    flow_at(library, path, "en").check()
    return Workflow(path)
