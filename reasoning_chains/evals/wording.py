"""The templates of an eval's file, rendered over the columns of a row; it asks no model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from reasoning_chains.content import Library
from reasoning_chains.errors import TemplateMistake
from reasoning_chains.templates.environment import plain_data
from reasoning_chains.templates.metering import metered
from reasoning_chains.templates.render import RENDERING, line_of, templates_of

if TYPE_CHECKING:
    from jinja2.environment import Template

__all__ = ["Wording"]


class Wording:
    """One template of a key of `eval.yaml`, in the sandbox of all templates."""

    def __init__(self, text: str, key: str, project: Path) -> None:
        self.key = key
        environment = templates_of(Library.of(project)).environment
        try:
            self._template: Template = environment.from_string(text)
        except (jinja2.TemplateSyntaxError, RecursionError) as error:
            raise TemplateMistake(f"key {key!r} is no template: {error}") from None

    def __call__(self, values: Mapping[str, Any]) -> str:
        """Render it; the template sees every column by its name, and all of them as `row`.

        Raises:
            TemplateMistake: It uses what the row has not.
        """
        try:
            data = {str(name): plain_data(value) for name, value in values.items()}
            with metered():
                return self._template.render({**data, "row": data}).strip()
        except (jinja2.TemplateError, *RENDERING) as error:
            raise TemplateMistake(f"key {self.key!r}{line_of(error)}: {error}") from None
