"""The YAML head of a template: what it needs and how its reply is read."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reasoning_chains.content import Library, read_text
from reasoning_chains.declaring import in_words
from reasoning_chains.errors import TemplateMistake
from reasoning_chains.types import Sampling
from reasoning_chains.yaml_text import read_yaml, yaml_place

__all__ = ["READERS", "FrontMatter", "Source", "has_steps", "split_source"]

Reader = Literal[
    "text", "answer", "numbered", "action", "verdict", "json", "code", "follow_up", "chosen"
]
READERS: tuple[str, ...] = get_args(Reader)


class SamplingHead(BaseModel):
    """The sampling that a template asks for; the chain's and the caller's lie over it."""

    model_config = ConfigDict(extra="forbid", strict=True)
    temperature: float | None = Field(default=None, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    top_k: int | None = Field(default=None, ge=1)
    max_tokens: int | None = Field(default=None, ge=1)
    stop: tuple[str, ...] | None = Field(default=None, strict=False)


class FrontMatter(BaseModel):
    """What a template declares; a key left out is taken from the template that it extends."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    description: str = ""
    inputs: tuple[str, ...] = ()
    parse: Reader = "text"
    pick: Literal["first", "last"] = "last"
    exemplars: str | None = None
    constrain: bool = False
    repair: bool = True
    questions: bool = False
    sampling: SamplingHead = SamplingHead()

    def settings(self) -> Sampling:
        """Give the sampling in the words of the library."""
        return Sampling(**self.sampling.model_dump())

    def over(self, below: FrontMatter) -> FrontMatter:
        """Lay this head, and its sampling key by key, over the one of the template extended."""
        mine = {name: getattr(self, name) for name in self.model_fields_set}
        if "sampling" in mine:
            mine["sampling"] = below.sampling.model_copy(
                update={key: getattr(self.sampling, key) for key in self.sampling.model_fields_set}
            )
        return below.model_copy(update=mine)


class Source(NamedTuple):
    """A template's two halves; the body keeps its line numbers."""

    head: FrontMatter
    body: str


def split_source(name: str, text: str) -> Source:
    """Split a template's text into its YAML head, which may be absent, and its body.

    Raises:
        TemplateMistake: The head is no YAML mapping, or has a key or value that is not known.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if not text.startswith("---\n"):
        return Source(FrontMatter(), text)
    end = text.find("\n---\n", 3)
    if end < 0:
        raise TemplateMistake(
            f"template {name!r}: its head opens with --- and is not closed by ---"
        )
    head = text[4 : end + 1]
    lines = head.count("\n") + 2
    return Source(_validated(name, head), "\n" * lines + text[end + 5 :])


_OF_WORKFLOWS = ("step", "answer", "parallel")
_DEEPEST = 8


def has_steps(body: str, library: Library, depth: int = 0) -> bool:
    """Say whether a template is a workflow: it, or one that it extends, has a tag of workflows."""
    tags = [part.lstrip("-+").split(None, 2) for part in body.split("{%")[1:]]
    if any(tag and tag[0] in _OF_WORKFLOWS for tag in tags):
        return True
    for name in (tag[1].strip("\"'") for tag in tags if len(tag) > 1 and tag[0] == "extends"):
        bundled = name.startswith("bundled/")
        above = Library(library.roots[-1:]) if bundled else library
        path = above.find("templates", name.removeprefix("bundled/"))
        if path is not None and depth < _DEEPEST:
            return has_steps(read_text(path), library, depth + 1)
    return False


def _validated(name: str, head: str) -> FrontMatter:
    try:
        data: Any = read_yaml(head)
    except (ValueError, RecursionError) as error:
        raise TemplateMistake(f"template {name!r}: its head is no valid YAML: {error}") from None
    except yaml.YAMLError as error:
        where = yaml_place(error, above=1)
        raise TemplateMistake(f"template {name!r}: its head is no valid YAML{where}") from None
    if data is None:
        return FrontMatter()
    if not isinstance(data, dict):
        raise TemplateMistake(f"template {name!r}: its head must be a mapping of keys to values")
    try:
        return FrontMatter.model_validate(data)
    except ValidationError as error:
        told = in_words(error, FrontMatter, {"sampling": SamplingHead}, "head key")
        raise TemplateMistake(f"template {name!r}: {told}") from None
