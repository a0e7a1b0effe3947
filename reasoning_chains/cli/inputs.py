"""`--input` held against a chain: what none of its templates sees is told; it renders none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from reasoning_chains.agents import Agent
from reasoning_chains.cli.about import templates_of_chain
from reasoning_chains.content import Library
from reasoning_chains.errors import UserMistake, near
from reasoning_chains.templates import Templates, templates_of
from reasoning_chains.workflow import Workflow

__all__ = ["check_inputs"]


def check_inputs(chain: Any, given: Mapping[str, Any], lang: str) -> None:
    """Refuse an input that nothing in a chain would see; a workflow refuses its own itself.

    Raises:
        UserMistake: It names the input, and those that there are.
    """
    parts = list(_parts(chain))
    if not given or any(isinstance(part, Workflow) or _is_own(part) for part in parts):
        return
    templates = templates_of(Library.of())
    seen = {name for part in parts for name in _seen(part, templates, lang)}
    for name in given:
        if name not in seen:
            known = near(name, seen) if seen else "take a workflow, or a template with inputs"
            raise UserMistake(
                f"--input {name} has no use here: no template of {_called(chain)} declares "
                f"it in inputs: {known}"
            )


def _parts(chain: Any) -> Iterator[Any]:
    """Give a chain and all chains inside of it."""
    yield chain
    for field in fields(chain) if is_dataclass(chain) else ():
        value = getattr(chain, field.name)
        for inner in value if isinstance(value, tuple) else (value,):
            if hasattr(inner, "solve") and not isinstance(inner, type):
                yield from _parts(inner)


def _is_own(chain: Any) -> bool:
    """Tell whether a chain is the user's: it may read its inputs in Python."""
    return not type(chain).__module__.startswith("reasoning_chains.")


def _seen(chain: Any, templates: Templates, lang: str) -> Iterator[str]:
    """Give the inputs that a chain's templates declare beside those that it gives itself."""
    if not isinstance(getattr(chain, "template", None), str):
        return
    bundled = templates_of(Library(templates.library.roots[-1:]))
    usual = templates_of_chain(type(chain))
    own = {name for other in usual for name in bundled.head(bundled.file(other, lang)).inputs}
    for part in chain.contracts():
        file = templates.file(f"{chain.template}/{part}" if part else chain.template, lang)
        yield from set(templates.head(file).inputs) - own


def _called(chain: Any) -> str:
    return f"the agent {chain.name}" if isinstance(chain, Agent) else type(chain).__name__
