"""The file of a workflow: found, read once, and rendered; it runs no step itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2 import meta, nodes

from reasoning_chains.content import Library, is_there
from reasoning_chains.errors import TemplateMistake, UnknownName
from reasoning_chains.templates import FrontMatter, Templates
from reasoning_chains.templates.environment import ENDING, plain_data
from reasoning_chains.templates.metering import metered
from reasoning_chains.templates.render import RENDERING, line_of, syntax_mistake
from reasoning_chains.workflow.checking import name_of, steps_of
from reasoning_chains.workflow.environment import WorkflowEnvironment
from reasoning_chains.workflow.progress import Concluded, Passing, Progress, running
from reasoning_chains.workflow.tags import tag_of
from reasoning_chains.workflow.whole import check_whole, spared

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.types import Problem

__all__ = ["Flow", "flow_at", "flow_of"]


_NAMING = ("name", "attr", "value")
"""Where the node of a name, an attribute or a constant keeps what it says."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says of its steps: their names, those that may fail, the inputs it must have."""

    names: frozenset[str]
    watched: frozenset[str]
    needed: tuple[str, ...]


_MOST = 256
_KNOWN: dict[Any, Facts] = {}
"""By environment, name, inputs and trees: a file is looked through until it changes."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A workflow's file in one language, ready to be rendered."""

    name: str
    lang: str
    head: FrontMatter
    environment: WorkflowEnvironment

    def template(self) -> jinja2.Template:
        """Give the file, compiled.

        Raises:
            TemplateMistake: It does not parse, or is no workflow.
        """
        try:
            found = self.environment.get_template(self.name)
        except jinja2.TemplateNotFound as error:
            raise TemplateMistake(f"workflow {self.name!r}: {error.name!r} is not there") from None
        except jinja2.TemplateSyntaxError as error:
            raise syntax_mistake(self.name, error) from None
        except (RecursionError, SyntaxError) as error:
            raise TemplateMistake(f"workflow {self.name!r}: nested too deep: {error}") from None
        return found

    def check(self) -> Facts:
        """Refuse what can be known to be wrong before anything is asked; give what is known.

        Raises:
            TemplateMistake: It does not parse, is no workflow, or uses what is not there.
        """
        self.template()
        key = (self.environment, self.name, self.head.inputs, tuple(self.files()))
        if key not in _KNOWN:
            check_whole(self)
            while len(_KNOWN) >= _MOST:
                del _KNOWN[next(iter(_KNOWN))]
            _KNOWN[key] = Facts(self.names(), self.watched(), tuple(self.needed()))
        return _KNOWN[key]

    def tree(self, name: str | None = None) -> jinja2.nodes.Template:
        """Give the file, or another that it names, as it is written."""
        loader = self.environment.loader
        assert loader is not None
        try:
            body, _, _ = loader.get_source(self.environment, name or self.name)
        except jinja2.TemplateNotFound as error:
            raise TemplateMistake(f"workflow {self.name!r}: {error.name!r} is not there") from None
        return _parsed(self.environment, body, name or self.name)

    def files(self) -> Iterator[tuple[str, jinja2.nodes.Template]]:
        """Give the file and all that it extends, includes or imports, by their names."""
        waiting, seen = [self.name], set[str]()
        while waiting:
            name = waiting.pop()
            if name not in seen and (name == self.name or self.has(name)):
                seen.add(name)
                tree = self.tree(name)
                waiting += [other for other in meta.find_referenced_templates(tree) if other]
                yield name, tree

    def layers(self) -> Iterator[tuple[str, jinja2.nodes.Template]]:
        """Give the file, the one that it extends, and so on, as far as they are written out."""
        name, seen = self.name, set[str]()
        while name and name not in seen:
            seen.add(name)
            tree = self.tree(name)
            yield name, tree
            above = [node.template for node in tree.body if isinstance(node, nodes.Extends)]
            name = str(above[0].value) if above and isinstance(above[0], nodes.Const) else ""

    def has(self, name: str) -> bool:
        """Tell whether a file that is named is there."""
        try:
            self.environment.get_template(name)
        except jinja2.TemplateNotFound:
            return False
        return True

    def names(self) -> frozenset[str]:
        """Give the names of all steps."""
        return frozenset(name_of(step) for _, tree in self.files() for step in steps_of(tree))

    def answering(self) -> frozenset[str]:
        """Give the names that an answer uses; where there is no answer, those of all steps."""
        answers = [
            node
            for _, tree in self.files()
            for node in tree.find_all(nodes.CallBlock)
            if tag_of(node) == "answer"
        ]
        named = {name.name for node in answers for name in node.find_all(nodes.Name)}
        return frozenset(named) if answers else self.names()

    def watched(self) -> frozenset[str]:
        """Give the steps of which the file asks whether they failed; by a loop or macro, any."""
        found, steps = set[str](), self.names()
        for test in (test for _, tree in self.files() for test in tree.find_all(nodes.Test)):
            if test.name == "failed":
                parts = [test.node, *test.node.find_all(nodes.Node)]
                told = {str(getattr(part, kind, "")) for part in parts for kind in _NAMING}
                found |= (told & steps) or steps
        return frozenset(found)

    def check_inputs(self, problem: Problem) -> None:
        """Refuse an input that the head of the file does not name."""
        for name in problem.inputs:
            if name not in self.head.inputs:
                raise UnknownName(f"input of workflow {self.name!r}", name, self.head.inputs)

    def needed(self) -> list[str]:
        """Give the inputs that must be given: those used without a default or a test for them."""
        used = {name.name for _, tree in self.files() for name in tree.find_all(nodes.Name)}
        return [name for name in self.head.inputs if name in used - spared(self)]

    async def render(self, data: Mapping[str, Any], progress: Progress) -> None:
        """Render the file to its end, or to its answer.

        Raises:
            TemplateMistake: It uses what is not defined, or takes too much time or room.
        """
        template, token = self.template(), running.set(progress)
        try:
            with metered():
                await template.render_async(plain_data(dict(data)))
        except Concluded:
            return
        except Passing as passing:
            raise passing.error from None
        except jinja2.TemplateSyntaxError as error:
            raise syntax_mistake(self.name, error) from None
        except jinja2.TemplateNotFound as error:
            where = f"workflow {self.name!r}{line_of(error)}"
            raise TemplateMistake(f"{where}: {error.message!r} is not there") from None
        except (jinja2.TemplateError, TemplateMistake, *RENDERING) as error:
            if isinstance(error, TemplateMistake) and ", line " in str(error):
                raise
            raise TemplateMistake(f"workflow {self.name!r}{line_of(error)}: {error}") from None
        finally:
            running.reset(token)


def flow_of(run: Run, problem: Problem, path: str) -> Flow:
    """Find the workflow of a path or name, in the language of a problem."""
    from reasoning_chains.asking import language

    return flow_at(run.session.templates.library, path, language(run.session, problem))


def flow_at(library: Library, path: str, lang: str) -> Flow:
    """Find the workflow of a path or name, in a language.

    Raises:
        TemplateMistake: There is none.
    """
    if not path.endswith(ENDING):
        templates = _templates(library, None)
        name = templates.file(path, lang)
        return Flow(name, lang, templates.head(name), _environment(library, None))
    file = Path(path)
    if not (is_there(file) and file.is_file()):
        raise TemplateMistake(f"no workflow {path!r}: name a file that is there, or a template")
    file = file.resolve()
    if file.parent.name == "templates":
        library = Library((file.parent.parent, *library.roots[-1:]))
    templates = _templates(library, file)
    return Flow(file.name, lang, templates.head_of(file.name, file), _environment(library, file))


@lru_cache(maxsize=256)
def _parsed(environment: WorkflowEnvironment, body: str, name: str) -> nodes.Template:
    """Parse a file once, until its text changes; nobody changes the tree."""
    return environment.plain(body, name)


@lru_cache(maxsize=64)
def _templates(library: Library, file: Path | None) -> Templates:
    return Templates(library, _environment(library, file))


@lru_cache(maxsize=64)
def _environment(library: Library, file: Path | None) -> WorkflowEnvironment:
    return WorkflowEnvironment(library, file)
