"""All about one chain: what it does, its paper, its cost, and its prompts as they are rendered."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from reasoning_chains.cli.printing import console, safe
from reasoning_chains.content import Library
from reasoning_chains.errors import TemplateMistake, UnknownName
from reasoning_chains.names import CHAINS, load
from reasoning_chains.templates import templates_of
from reasoning_chains.templates.language import LANGUAGES
from reasoning_chains.templates.preview import preview

__all__ = ["readers", "settings_of", "show_chain", "templates_of_chain"]


def show_chain(name: str, lang: str) -> None:
    """Print all about a chain of the table.

    Raises:
        UnknownName: There is no such chain, or no such language.
    """
    cls = load(CHAINS, "chain", name)
    if lang not in LANGUAGES:
        raise UnknownName("language", lang, LANGUAGES)
    out = console()
    about, _, _ = inspect.cleandoc(cls.__doc__ or "").partition("\nExample:")
    out.print(safe(f"{name}\n\n{about.strip()}\n"))
    out.print(safe(f"Settings: {_settings(cls)}"))
    out.print(safe(f"Cost: {cls.asks}"))
    for template, reader in templates_of_chain(cls).items():
        try:
            prompt = preview(
                templates_of(Library.of()), template, "⟨question⟩", lang, settings_of(cls)
            )
        except TemplateMistake as error:  # one that a project broke is told, the others shown
            out.print(safe(f"\n{template}: {error}"))
            continue
        out.print(safe(f"\nTemplate {template}, read as {reader}:"), style="bold")
        for message in prompt.messages:
            out.print(safe(f"[{message.role}]\n{message.content}"))
        if prompt.prefill:
            out.print(safe(f"[assistant begins]\n{prompt.prefill}"))


def readers() -> dict[str, str]:
    """Give the reader that the chains of the table rely on, by the template's name."""
    found: dict[str, str] = {}
    for name in CHAINS:
        found |= templates_of_chain(load(CHAINS, "chain", name))
    return found


def templates_of_chain(cls: Any) -> dict[str, str]:
    """Give the templates of a chain's class with the reader of each."""
    default = {field.name: field.default for field in fields(cls)}.get("template")
    delivers: Mapping[str, str] = cls.delivers
    return {
        f"{default}/{part}" if part else str(default): reader for part, reader in delivers.items()
    }


def settings_of(cls: Any) -> dict[str, Any]:
    """Give what a chain is set to where it is told nothing else, as templates see it."""
    told = [each for each in fields(cls) if each.name not in ("template", "exemplars")]
    known = {each.name: each.default for each in told if isinstance(each.default, bool | int | str)}
    return {**known, "exemplars": ()} if known.get("shots") == 0 else known


def _settings(cls: Any) -> str:
    return ", ".join(_setting(field) for field in fields(cls)) or "none"


def _setting(field: Field[Any]) -> str:
    if field.default is not MISSING:
        return f"{field.name}={field.default!r}"
    return field.name if field.default_factory is MISSING else f"{field.name}=…"
