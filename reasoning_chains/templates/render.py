"""A template and its variables to messages; it knows neither backends nor chains."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.environment import Environment

from reasoning_chains.content import Library, read_text
from reasoning_chains.errors import TemplateMistake, near
from reasoning_chains.templates.environment import ENDING, collected, make_environment, plain_data
from reasoning_chains.templates.exemplars import ENDINGS, Exemplar, read_exemplars
from reasoning_chains.templates.front_matter import FrontMatter, split_source
from reasoning_chains.templates.metering import metered
from reasoning_chains.types import Message

__all__ = ["RENDERING", "Prompt", "Templates", "line_of", "syntax_mistake", "templates_of"]

RENDERING = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a template rendered to; `prefill` begins the reply."""

    messages: tuple[Message, ...]
    prefill: str
    head: FrontMatter


class _NotThere(TemplateMistake):
    """A file is not there; which one wanted it is told above."""


class Templates:
    """The templates of one library: looked up by name and language, compiled once."""

    def __init__(self, library: Library, environment: Environment | None = None) -> None:
        self.library = library
        self.environment = environment or make_environment(library)
        self._heads: dict[str, tuple[int, FrontMatter]] = {}
        self._sets: dict[str, tuple[int, tuple[Exemplar, ...]]] = {}

    def file(self, name: str, lang: str) -> str:
        """Give the file that a template name means in a language; the project's file wins.

        Raises:
            TemplateMistake: There is none; the message lists near names.
        """
        wanted = [f"{name}.{lang}{ENDING}", f"{name}{ENDING}"]
        for root in self.library.roots:
            for file in wanted:
                if Library((root,)).find("templates", file):
                    return file
        known = self.library.names("templates", ENDING)
        raise TemplateMistake(f"unknown template {name!r}: {near(name, known)}")

    def head(self, file: str, depth: int = 0) -> FrontMatter:
        """Read the head of a template file, laid over those of the templates that it extends."""
        library = self.library
        if file.startswith("bundled/"):
            library = Library(library.roots[-1:])
        path = library.find("templates", file.removeprefix("bundled/"))
        if path is None:
            raise _NotThere(f"template {file!r} is not there")
        return self.head_of(file, path, depth)

    def head_of(self, file: str, path: Path, depth: int = 0) -> FrontMatter:
        """Read the head of a file that lies anywhere; see `head`."""
        stamp = path.stat().st_mtime_ns
        known = self._heads.get(str(path))
        if known is None or known[0] != stamp:
            head = self._inherited(file, path, depth)
            self._heads[str(path)] = known = (stamp, head)
        return known[1]

    def body(self, file: str) -> str:
        """Read the body of a template file; jinja2.TemplateNotFound where there is none."""
        loader = self.environment.loader
        if loader is None:
            raise jinja2.TemplateNotFound(file)
        return loader.get_source(self.environment, file)[0]

    def exemplars(self, name: str, lang: str) -> tuple[Exemplar, ...]:
        """Give the worked examples of a set, in a language where there is such a form.

        A name with an ending is the path of a file of the user's: YAML, JSONL, a prompt's text, or
        `FILE.json#KEY` for one of several prompts; it is looked up in the project's folder.
        """
        file, key, _ = name.partition("#")
        if file.endswith((*ENDINGS, ".json" if key else ENDINGS[0])):
            return self._set(name, self.library.roots[0] / file)
        for file in (f"exemplars/{name}.{lang}.yaml", f"exemplars/{name}.yaml"):
            path = self.library.find("templates", file)
            if path is not None:
                return self._set(file, path)
        known = self.library.names("templates/exemplars", ".yaml")
        raise TemplateMistake(f"unknown exemplars {name!r}: {near(name, known)}")

    def _set(self, file: str, path: Path) -> tuple[Exemplar, ...]:
        """Read a set, or take it as it was read where the file is the same."""
        stamp = path.stat().st_mtime_ns if path.is_file() else -1
        if self._sets.get(file, (0, ()))[0] != stamp:
            self._sets[file] = (stamp, read_exemplars(file, read_text(path)))
        return self._sets[file][1]

    def _inherited(self, file: str, path: Path, depth: int) -> FrontMatter:
        source = split_source(file, read_text(path))
        try:
            tree = self.environment.parse(source.body, file)
        except jinja2.TemplateSyntaxError as error:
            raise syntax_mistake(file, error) from None
        except RecursionError:
            raise TemplateMistake(f"template {file!r} is nested too deep") from None
        parent = next(tree.find_all(nodes.Extends), None)
        if parent is None or not isinstance(parent.template, nodes.Const):
            return source.head
        if depth > 8:
            raise TemplateMistake(f"template {file!r} extends more than 8 others, or itself")
        above = str(parent.template.value)
        try:
            return source.head.over(self.head(above, depth + 1))
        except _NotThere:
            names = [name + ENDING for name in self.library.names("templates", ENDING)]
            raise TemplateMistake(
                f"{file}, line {parent.lineno}: it extends {above!r}, which is not there: "
                f"{near(above, names)}"
            ) from None

    def render(self, name: str, variables: Mapping[str, Any], lang: str = "en") -> Prompt:
        """Render a template by name.

        Raises:
            TemplateMistake: It is unknown, does not parse, or uses what is not defined.
        """
        file = self.file(name, lang)
        head = self.head(file)
        blocks: list[tuple[str, str]] = []
        token = collected.set(blocks)
        if head.exemplars and "exemplars" not in variables:
            variables = {**variables, "exemplars": self.exemplars(head.exemplars, lang)}
        try:
            data = {key: plain_data(value) for key, value in variables.items()}
            template = self.environment.get_template(file)
            with metered():
                loose = template.render(data).strip()
        except jinja2.TemplateSyntaxError as error:
            raise syntax_mistake(file, error) from None
        except (jinja2.TemplateError, *RENDERING) as error:
            raise TemplateMistake(f"template {file!r}{line_of(error)}: {error}") from None
        finally:
            collected.reset(token)
        return _prompt(file, blocks, loose, head)


def _prompt(file: str, blocks: list[tuple[str, str]], loose: str, head: FrontMatter) -> Prompt:
    if not blocks:
        blocks = [("user", loose)]
    elif loose:
        raise TemplateMistake(
            f"template {file!r}: {loose[:60]!r} stands outside of its role blocks: "
            "put it into {% user %}…{% enduser %}"
        )
    prefill = blocks.pop()[1].lstrip().rstrip("\n") if blocks[-1][0] == "assistant" else ""
    messages = [Message(role, text.strip()) for role, text in blocks]  # type: ignore[arg-type]
    if not any(message.role == "user" for message in messages):
        raise TemplateMistake(f"template {file!r}: it gives no user message")
    return Prompt(tuple(messages), prefill, head)


def syntax_mistake(file: str, error: jinja2.TemplateSyntaxError) -> TemplateMistake:
    """Tell where a template does not parse."""
    told = f"template {error.name or file!r}, line {error.lineno}: {error.message}"
    _, known, behind = str(error.message).partition("unknown tag '")
    name = behind.partition("'")[0]
    if known and name in ("user", "assistant"):
        told += " A workflow has {% system %} and {% step %}, no other roles."
    elif known and name not in _TAGS:
        close = near(name, _TAGS)
        told += f" {close[0].upper()}{close[1:]}" if close.startswith("did you") else ""
    return TemplateMistake(told)


_OPENING = (
    *("answer", "assistant", "block", "call", "filter", "for", "if", "macro", "parallel", "set"),
    *("step", "system", "user", "with"),
)
_TAGS = frozenset(
    (*_OPENING, *(f"end{tag}" for tag in _OPENING), "elif", "else", "extends", "from", "import",
     "include", "raw", "endraw")
)  # fmt: skip


def line_of(error: BaseException) -> str:
    """Say in which line of a template an error arose."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename.endswith(ENDING)]
    return f", line {lines[-1]}" if lines else ""


@lru_cache(maxsize=32)
def templates_of(library: Library) -> Templates:
    """Give the templates of a library, compiled once a process."""
    return Templates(library)
