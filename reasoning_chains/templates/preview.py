"""A template rendered for a question without a model: what is not known yet is shown as a gap."""

from __future__ import annotations

from typing import Any

from reasoning_chains.templates.render import Prompt, Templates

__all__ = ["preview"]


def preview(templates: Templates, name: str, question: str, lang: str) -> Prompt:
    """Render a template for a question; an input that only a chain knows is shown as its name."""
    head = templates.head(templates.file(name, lang))
    gaps: dict[str, Any] = {key: f"⟨{key}⟩" for key in head.inputs if key != "exemplars"}
    known = {
        "question": question,
        "context": "",
        "choices": [],
        "kind": "text",
        "schema": "",
        "lang": lang,
    }
    return templates.render(name, {**gaps, **known}, lang)
