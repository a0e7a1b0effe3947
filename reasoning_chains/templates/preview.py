"""A template rendered for a problem without a model: what is not known yet is shown as a gap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reasoning_chains.errors import UnknownName
from reasoning_chains.templates.render import Prompt, Templates
from reasoning_chains.types import Problem

__all__ = ["Gap", "preview"]


class Gap(str):
    """Stands for an input that only a chain knows: prints its name, has any field, loops once."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Gap:
        if name.startswith("__"):  # what Python asks for, such as __aiter__, is no field
            raise AttributeError(name)
        return Gap(f"⟨{self.strip('⟨⟩')}.{name}⟩")

    def __getitem__(self, key: Any) -> Gap:
        return self

    def __iter__(self) -> Iterator[str]:
        return iter((self,))


def preview(
    templates: Templates,
    name: str,
    problem: Problem | str,
    lang: str,
    settings: Mapping[str, Any] | None = None,
) -> Prompt:
    """Render a template for a problem; an input that only a chain knows is shown as its name.

    `settings` are those of a chain: they stand for inputs of the same name.

    Raises:
        UnknownName: The problem has an input that the template does not declare.
    """
    asked = Problem(problem) if isinstance(problem, str) else problem
    head = templates.head(templates.file(name, lang))
    read = {"exemplars"} if head.exemplars else set()
    gaps: dict[str, Any] = {key: Gap(f"⟨{key}⟩") for key in head.inputs if key not in read}
    known = {
        "question": asked.question,
        "context": asked.context,
        "choices": list(asked.choices),
        "kind": asked.kind,
        "schema": "",
        "lang": lang,
        "thinks": False,
    }
    told = {key: value for key, value in (settings or {}).items() if key in gaps}
    for key in asked.inputs:
        if key not in gaps:
            raise UnknownName(f"input of template {name!r}", key, gaps)
    told.update(asked.inputs)
    return templates.render(name, {**gaps, **told, **known}, lang)
