"""A way of reasoning: the one method to write, and the verbs to call it; it asks nothing itself."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

from reasoning_chains.errors import UserMistake, shown

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool
    from typing_extensions import Unpack

    from reasoning_chains.budget import Budget
    from reasoning_chains.langchain.runnable import ChainRunnable
    from reasoning_chains.langchain.shape import Output
    from reasoning_chains.run import Run
    from reasoning_chains.session import AnyBackend, AnyProblem
    from reasoning_chains.solution import Event, Solution
    from reasoning_chains.types import Problem, Sampling
    from reasoning_chains.verbs import Call, Solutions

__all__ = ["Chain", "Options", "chain_wanted", "chains_wanted"]


class Options(TypedDict, total=False):
    """What every verb takes beside the problem and the backend.

    `budget` limits the run; `seed` begins every sample's key; `sampling` lies over the templates';
    `lang` fixes the language form of the templates; `project` is the folder laid over the bundled;
    `ask_user` takes a question for the person and gives the answer.
    """

    budget: Budget | None
    seed: int
    sampling: Sampling
    lang: str | None
    project: str | None
    ask_user: Callable[[str], Any] | None


class Chain:
    """One way of reasoning: write `solve`, call the verbs.

    A chain is frozen data: no state, no I/O of its own, safe to run many times at once.

    Example:
        >>> from reasoning_chains import Problem, ScriptedBackend, ZeroShotCoT
        >>> backend = ScriptedBackend(["3 + 4 = 7. The answer is 7."])
        >>> ZeroShotCoT().invoke(Problem("What is 3 + 4?", kind="number"), backend=backend).answer
        '7'
    """

    __slots__ = ()
    needs: ClassVar[tuple[str, ...]] = ()
    """Capabilities without which the chain cannot run."""
    delivers: ClassVar[Mapping[str, str]] = {}
    """The reader that each of its templates must declare; "" is the template itself."""
    asks: ClassVar[str] = "one ask"
    """How often it asks the model, in words."""

    @property
    def home(self) -> str:
        """The backend that is asked where the caller names none."""
        return "embedded"

    @property
    def project(self) -> str | None:
        """The project that it belongs to, where the caller names none."""
        return None

    def requires(self) -> tuple[str, ...]:
        """Give the capabilities without which this chain cannot run as it is set."""
        return self.needs

    def contracts(self) -> Mapping[str, str]:
        """Give the readers of the templates that this chain uses as it is set."""
        return self.delivers

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Find an answer; the one method that a chain writes."""
        raise NotImplementedError(f"{type(self).__name__} does not write solve(problem, run)")

    async def ainvoke(
        self,
        problem: AnyProblem,
        backend: AnyBackend | None = None,
        **options: Unpack[Options],
    ) -> Solution:
        """Solve one problem; without a backend the one of `home` is asked."""
        return await _call(self, backend, options).solve(problem)

    def invoke(
        self,
        problem: AnyProblem,
        backend: AnyBackend | None = None,
        **options: Unpack[Options],
    ) -> Solution:
        """Solve one problem and wait for it; works inside of a running loop and in threads."""
        from reasoning_chains.loop import run_sync

        return run_sync(_kept(self, backend, options).solve(problem))

    def abatch(
        self,
        problems: Iterable[AnyProblem] | AsyncIterable[AnyProblem],
        backend: AnyBackend | None = None,
        *,
        concurrency: int = 16,
        return_exceptions: bool = False,
        **options: Unpack[Options],
    ) -> Solutions:
        """Solve many problems: iterate the result with `async for`, or await it for a list.

        Problems are taken as they are needed, `concurrency` at once, and solutions keep their
        order. Where `return_exceptions` is set, a problem that fails gives its error in its place.
        """
        from reasoning_chains.verbs import Solutions, checked_batch

        checked_batch(problems, concurrency, lasting=True)
        call = _call(self, backend, options)
        return Solutions(call.batch(problems, concurrency, return_exceptions))

    def batch(
        self,
        problems: Iterable[AnyProblem],
        backend: AnyBackend | None = None,
        *,
        concurrency: int = 16,
        return_exceptions: bool = False,
        **options: Unpack[Options],
    ) -> Iterator[Any]:
        """Solve many problems, giving each solution in its turn; see `abatch`."""
        from reasoning_chains.verbs import checked_batch

        checked_batch(problems, concurrency)
        call = _kept(self, backend, options)
        return call.batch_sync(problems, concurrency, return_exceptions)

    def astream(
        self,
        problem: AnyProblem,
        backend: AnyBackend | None = None,
        **options: Unpack[Options],
    ) -> AsyncIterator[Event]:
        """Solve one problem and give typed events meanwhile; the last is `Answered`."""
        return _call(self, backend, options).events(problem)

    def stream(
        self,
        problem: AnyProblem,
        backend: AnyBackend | None = None,
        **options: Unpack[Options],
    ) -> Iterator[Event]:
        """Solve one problem and give typed events meanwhile; the last is `Answered`."""
        from reasoning_chains.verbs import iterate_sync

        return iterate_sync(_kept(self, backend, options).events(problem))

    def as_runnable(
        self,
        backend: AnyBackend = "embedded",
        *,
        output: Output = "message",
        input_key: str | None = None,
        output_key: str | None = None,
        problem: Mapping[str, Any] | None = None,
        **options: Unpack[Options],
    ) -> ChainRunnable:
        """Make a LangChain runnable: `prompt | chain.as_runnable(backend) | parser`.

        Args:
            backend: As of every verb.
            output: `message` gives an `AIMessage` whose content is the answer, `answer` the answer
                as text, `text` the reply that holds it, `solution` the `Solution`.
            input_key: The key of a mapping or a state that holds the question or the messages;
                without one, a mapping is a problem, with `question` or `messages`.
            output_key: The key of the mapping that is given, as for a node of a graph.
            problem: Fields of every problem, such as `{"kind": "number"}`.
            **options: As of every verb.
        """
        from reasoning_chains.langchain import as_runnable

        shape = {"output": output, "input_key": input_key, "output_key": output_key}
        return as_runnable(self, backend, {**shape, "problem": problem or {}}, options)

    def as_tool(
        self,
        backend: AnyBackend = "embedded",
        *,
        name: str,
        description: str,
        problem: Mapping[str, Any] | None = None,
        **options: Unpack[Options],
    ) -> StructuredTool:
        """Make a LangChain tool with one argument, `question`; it gives the answer.

        Args:
            backend: As of every verb.
            name: The tool's name, for the model.
            description: What it does, for the model.
            problem: Fields of every problem, such as `{"kind": "number"}`.
            **options: As of every verb.
        """
        from reasoning_chains.langchain import as_tool

        given = {**options, "problem": problem or {}}
        return as_tool(self, backend, (name, description), given)


def chain_wanted(name: str, value: object, example: str) -> None:
    """Refuse what is no chain; a class is none yet.

    Raises:
        UserMistake: It says what was found, and how it is written.
    """
    if isinstance(value, type) or not hasattr(value, "solve"):
        raise UserMistake(f"{name} must be a chain, found {shown(value)}: write {example}")


def chains_wanted(name: str, values: Any, example: str) -> tuple[Any, ...]:
    """Make a tuple of chains, at least one.

    Raises:
        UserMistake: It is no list, is empty, or holds what is no chain.
    """
    if not isinstance(values, tuple | list) or not values:
        found = shown(values) if values else "an empty one"
        raise UserMistake(f"{name} must be a list of chains, found {found}: write {example}")
    for value in values:
        chain_wanted(f"each of {name}", value, example)
    return tuple(values)


def _call(chain: Chain, backend: AnyBackend | None, options: Options) -> Call:
    from reasoning_chains.session import Settings
    from reasoning_chains.verbs import Call

    told: Options = {**options}
    if told.get("project") is None:
        told["project"] = chain.project
    return Call(chain, chain.home if backend is None else backend, Settings.of(told))


def _kept(chain: Chain, backend: AnyBackend | None, options: Options) -> Call:
    """Make the call of a sync verb, whose backend is closed when the process ends."""
    from reasoning_chains.session import close_at_stop

    close_at_stop(chain.home if backend is None else backend)
    return _call(chain, backend, options)
