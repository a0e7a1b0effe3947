"""Templates that stay as they were first found, for work that must not change half-way."""

from __future__ import annotations

from reasoning_chains.content import Library
from reasoning_chains.templates.exemplars import Exemplar
from reasoning_chains.templates.front_matter import FrontMatter
from reasoning_chains.templates.render import Templates

__all__ = ["StillTemplates"]


class StillTemplates(Templates):
    """Templates of which each file is looked for once; what is changed later is not seen."""

    def __init__(self, library: Library) -> None:
        super().__init__(library)
        self.environment.auto_reload = False
        self._files: dict[tuple[str, str], str] = {}
        self._first: dict[str, FrontMatter] = {}
        self._shown: dict[tuple[str, str], tuple[Exemplar, ...]] = {}

    def file(self, name: str, lang: str) -> str:
        """Give the file that a name means in a language; see `Templates.file`."""
        if (name, lang) not in self._files:
            self._files[name, lang] = super().file(name, lang)
        return self._files[name, lang]

    def head(self, file: str, depth: int = 0) -> FrontMatter:
        """Read the head of a template file; see `Templates.head`."""
        if file not in self._first:
            self._first[file] = super().head(file, depth)
        return self._first[file]

    def exemplars(self, name: str, lang: str) -> tuple[Exemplar, ...]:
        """Give the worked examples of a set; see `Templates.exemplars`."""
        if (name, lang) not in self._shown:
            self._shown[name, lang] = super().exemplars(name, lang)
        return self._shown[name, lang]
