"""The one closed table of names to objects: chains, rules, backends, tools, scorers.

It alone turns a name into an import: from its own table, never from what a model or a file wrote.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, TypeAlias

from reasoning_chains.errors import UnknownName, UserMistake, wanted
from reasoning_chains.protocols import Backend

if TYPE_CHECKING:
    from pathlib import Path

    from reasoning_chains.toolbox import Tool

__all__ = [
    "BACKENDS",
    "CHAINS",
    "RULES",
    "SCORERS",
    "TOOLS",
    "chain_class",
    "check_backend",
    "load",
    "open_backend",
    "open_tool",
]

CHAINS: Mapping[str, str] = {
    "analogical": "reasoning_chains.chains.analogical:Analogical",
    "as_given": "reasoning_chains.chains.as_given:AsGiven",
    "cascade": "reasoning_chains.chains.cascade:Cascade",
    "direct": "reasoning_chains.chains.direct:Direct",
    "ensemble": "reasoning_chains.chains.ensemble:Ensemble",
    "fallback": "reasoning_chains.chains.fallback:Fallback",
    "few_shot_cot": "reasoning_chains.chains.few_shot_cot:FewShotCoT",
    "least_to_most": "reasoning_chains.chains.least_to_most:LeastToMost",
    "on": "reasoning_chains.chains.on:On",
    "plan_and_solve": "reasoning_chains.chains.plan_and_solve:PlanAndSolve",
    "program_of_thought": "reasoning_chains.chains.program_of_thought:ProgramOfThought",
    "react": "reasoning_chains.chains.react:ReAct",
    "refine": "reasoning_chains.chains.refine:Refine",
    "retrieve": "reasoning_chains.chains.retrieve:Retrieve",
    "self_ask": "reasoning_chains.chains.self_ask:SelfAsk",
    "self_consistency": "reasoning_chains.chains.self_consistency:SelfConsistency",
    "step_back": "reasoning_chains.chains.step_back:StepBack",
    "workflow": "reasoning_chains.workflow:Workflow",
    "universal_self_consistency": "reasoning_chains.chains.universal:UniversalSelfConsistency",
    "zero_shot_cot": "reasoning_chains.chains.zero_shot_cot:ZeroShotCoT",
}

RULES: Mapping[str, str] = {
    "beta_rule": "reasoning_chains.voting:BetaRule",
    "unanimous_window": "reasoning_chains.voting:UnanimousWindow",
}
"""What may stand beside chains in the spelling of a chain."""

BACKENDS: Mapping[str, str] = {
    "embedded": "reasoning_chains.backends.embedded:EmbeddedBackend",
    "langchain": "reasoning_chains.backends.langchain:opened",
    "openai": "reasoning_chains.backends.openai:OpenAIBackend",
    "replay": "reasoning_chains.backends.replay:ReplayBackend",
    "transformers": "reasoning_chains.backends.local:TransformersBackend",
}
"""What stands before the colon of a backend's name; after it stands a model, path or file."""
_AFTER: Mapping[str, str] = {
    "langchain": "PROVIDER:MODEL",
    "openai": "MODEL",
    "replay": "FILE",
    "transformers": "PATH",
}
_FILES = ("replay", "transformers")
_HOSTED = ("langchain", "openai")


TOOLS: Mapping[str, str] = {
    "ask_user": "reasoning_chains.tools.ask_user:ask_user",
    "calculator": "reasoning_chains.tools.calculator:calculator",
    "lookup": "reasoning_chains.tools.lookup:lookup",
    "python": "reasoning_chains.tools.python:python",
    "sqlite": "reasoning_chains.tools.sqlite:sqlite",
}
"""The bundled tools; after the colon of some stands what `_OF_PATH` says."""
SCORERS: Mapping[str, str] = {
    "actions": "reasoning_chains.evals.scorers.actions:Actions",
    "choice": "reasoning_chains.evals.scorers.choice:Choice",
    "code": "reasoning_chains.evals.scorers.code:Code",
    "em": "reasoning_chains.evals.scorers.em:ExactMatch",
    "exact": "reasoning_chains.evals.scorers.exact:Exact",
    "expression": "reasoning_chains.evals.scorers.expression:Expression",
    "f1": "reasoning_chains.evals.scorers.f1:F1",
    "game24": "reasoning_chains.evals.scorers.game24:Game24",
    "judge": "reasoning_chains.evals.scorers.judge:Judge",
    "list": "reasoning_chains.evals.scorers.lists:Listing",
    "number": "reasoning_chains.evals.scorers.number:Number",
    "pairwise": "reasoning_chains.evals.scorers.judge:Pairwise",
    "set": "reasoning_chains.evals.scorers.sets:Set",
}
"""How an eval says what a solution is worth; `open_scorer` reads them with their arguments."""
_OF_PATH: Mapping[str, str] = {
    "lookup": "lookup:PATH, a file or folder",
    "sqlite": "sqlite:FILE, a database",
}


def load(table: Mapping[str, str], what: str, name: str) -> Any:
    """Give the object that a table means by a name.

    Raises:
        UnknownName: It is not in the table.
    """
    if name not in table:
        raise UnknownName(what, name, table)
    module, _, attribute = table[name].partition(":")
    return getattr(importlib.import_module(module), attribute)


def chain_class(name: str) -> Any:
    """Give the class of a chain, or of a rule that stands in one, by its name."""
    return load(RULES if name in RULES else CHAINS, "chain", name)


def open_backend(name: str, *, project: str | None = None, **options: Any) -> Backend:
    """Open a backend by its name.

    Args:
        name: `embedded`, `openai:MODEL`, `transformers:PATH`, `replay:FILE`,
            `langchain:PROVIDER:MODEL`, or the name of a table in the project's `reasoning.toml`,
            which may be a route to others.
        project: The folder where `reasoning.toml` lies, if not the current one.
        **options: What its constructor takes, such as `base_url` and `api_key`; and `retry`,
            `pace`, `account`, `store` and `offline`, which are put around it.

    Raises:
        UnknownName: There is no such backend; the message lists near ones.
        UserMistake: An option is unknown, or what stands after the colon is missing.
    """
    wanted("the backend's name", name, str)
    wanted("project", project, str, PathLike, type(None))
    from reasoning_chains.backends.guard.guarding import KEPT, kept_by
    from reasoning_chains.project import backend_table, project_folder

    kept = {key: options.pop(key) for key in KEPT if key in options}
    kind, _, rest = name.partition(":")
    if kind in BACKENDS:
        made = _made(kind, rest, {**_priced(kind, rest, project), **options})
    else:
        tables = backend_table(project, taken=BACKENDS)
        if name not in tables:
            raise UnknownName("backend", name, [*BACKENDS, *tables])
        kept = {**{key: tables[name][key] for key in KEPT if key in tables[name]}, **kept}
        made = _declared(name, tables, project, options)
    return kept_by(made, kept, project_folder(project)) if kept else made


_Tables: TypeAlias = Mapping[str, Mapping[str, Any]]


def _declared(
    name: str, tables: _Tables, project: str | None, options: Mapping[str, Any]
) -> Backend:
    """Open the backend of a table, without its store."""
    from reasoning_chains.backends.guard.guarding import KEPT
    from reasoning_chains.project import project_folder

    declared = {key: value for key, value in tables[name].items() if key not in KEPT}
    if "route" in declared:
        return _routed(name, tables, project, options)
    if "api_key" in declared:
        raise UserMistake(f"[backends.{name}] holds a key: name its variable with api_key_env")
    kind, _, rest = str(declared.pop("use")).partition(":")
    if kind not in BACKENDS:
        raise UnknownName(f"backend (in reasoning.toml, table {name!r})", kind, BACKENDS)
    if kind in _FILES and rest:
        rest = _placed(kind, rest, project_folder(project))
    return _made(kind, rest, {**_priced(kind, rest, project), **declared, **options})


def _priced(kind: str, model: str, project: str | None) -> dict[str, Any]:
    """Give the price of a model that the project's `[prices]` tell."""
    from reasoning_chains.project import price_table

    prices = price_table(project) if kind == "openai" else {}
    return {"price": prices[model]} if model in prices else {}


def _routed(name: str, tables: _Tables, project: str | None, options: object) -> Backend:
    """Open a route: each target is tried once, the last one as often as its retries say."""
    from reasoning_chains.backends.guard.routing import Router

    if options:
        raise UserMistake(f"{name!r} is a route, which takes no options: give them to its targets")
    table = tables[name]
    *first, last = table["route"]
    once = {one: {} if "retry" in tables.get(one, {}) else {"retry": False} for one in first}
    targets = {
        one: open_backend(one, project=project, **({} if _is_route(one, tables) else once[one]))
        for one in first
    }
    targets[last] = open_backend(last, project=project)
    return Router(targets, table.get("rule", "order"), table.get("weights"), name)


def _is_route(name: str, tables: _Tables) -> bool:
    return "route" in tables.get(name, {})


def check_backend(name: str, project: str | Path | None = None) -> None:
    """Refuse the name of no backend; whether it answers is seen when it is asked.

    Raises:
        UnknownName: It is none; the message lists near ones.
    """
    if name.partition(":")[0] in BACKENDS:
        return
    from reasoning_chains.project import backend_table

    tables = backend_table(project, taken=BACKENDS)
    if name not in tables:
        raise UnknownName("backend", name, [*BACKENDS, *tables])


def _placed(kind: str, written: str, folder: Path) -> str:
    """Read a path from the project's folder on; what is not there may be a model's name."""
    from reasoning_chains.content import is_there

    try:
        path = folder / type(folder)(written).expanduser()  # an absolute path stays as it is
    except RuntimeError:
        raise UserMistake(f"{written}: this machine has no such home folder") from None
    named = kind == "transformers" and not written.startswith("~") and not is_there(path)
    return written if named else str(path)


def _made(kind: str, rest: str, options: Mapping[str, Any]) -> Backend:
    cls = load(BACKENDS, "backend", kind)
    if kind != "embedded" and not rest:
        raise UserMistake(f"backend {kind!r} needs more: write {kind}:{_AFTER[kind]}")
    arguments = (rest,) if rest else ()
    from inspect import signature

    from reasoning_chains.backends.guard.guarding import GUARDS, guarded_by

    taken = signature(cls).parameters
    takes_all = any(each.kind is each.VAR_KEYWORD for each in taken.values())
    own = {name: value for name, value in options.items() if name not in GUARDS}
    for option in own:
        if option not in taken and not takes_all:
            raise UnknownName(f"option of backend {kind!r}", option, [*taken, *GUARDS])
    try:
        backend: Backend = cls(*arguments, **own)
    except TypeError as error:
        raise UserMistake(f"backend {kind!r} does not take this: {error}") from None
    return guarded_by(backend, options, hosted=kind in _HOSTED)


def open_tool(name: str) -> Tool:
    """Open a bundled tool by its name.

    Args:
        name: `calculator`, `python`, or with a path of the user's `lookup:PATH`, `sqlite:FILE`.

    Raises:
        UnknownName: There is no such tool; the message lists near ones.
        UserMistake: What stands after the colon is missing, or has no place there.
    """
    wanted("name of a tool", name, str)
    kind, colon, rest = name.strip().partition(":")
    make = load(TOOLS, "tool", kind)
    if kind in _OF_PATH and not rest:
        raise UserMistake(f"tool {kind!r} needs more: write {_OF_PATH[kind]}")
    if kind not in _OF_PATH and colon:
        raise UserMistake(f"tool {kind!r} takes nothing after a colon: write {kind}")
    made: Tool = make(rest) if rest else make()
    return made
