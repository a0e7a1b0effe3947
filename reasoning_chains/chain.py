"""A way of reasoning: the one method to write, and the verbs to call it; it asks nothing itself."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

from reasoning_chains.errors import UserMistake, shown

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from reasoning_chains.budget import Budget
    from reasoning_chains.run import Run
    from reasoning_chains.session import AnyBackend
    from reasoning_chains.solution import Event, Solution
    from reasoning_chains.types import Problem, Sampling
    from reasoning_chains.verbs import Call, Solutions

__all__ = ["Chain", "Options", "chain_wanted", "chains_wanted"]


class Options(TypedDict, total=False):
    """What every verb takes beside the problem and the backend.

    `budget` limits the run; `seed` begins every sample's key; `sampling` lies over the templates';
    `lang` fixes the language form of the templates; `project` is the folder laid over the bundled.
    """

    budget: Budget | None
    seed: int
    sampling: Sampling
    lang: str | None
    project: str | None


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
        problem: Problem | str,
        backend: AnyBackend = "embedded",
        **options: Unpack[Options],
    ) -> Solution:
        """Solve one problem."""
        return await _call(self, backend, options).solve(problem)

    def invoke(
        self,
        problem: Problem | str,
        backend: AnyBackend = "embedded",
        **options: Unpack[Options],
    ) -> Solution:
        """Solve one problem and wait for it; works inside of a running loop and in threads."""
        from reasoning_chains.loop import run_sync

        return run_sync(_kept(self, backend, options).solve(problem))

    def abatch(
        self,
        problems: Iterable[Problem | str] | AsyncIterable[Problem | str],
        backend: AnyBackend = "embedded",
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
        problems: Iterable[Problem | str],
        backend: AnyBackend = "embedded",
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
        problem: Problem | str,
        backend: AnyBackend = "embedded",
        **options: Unpack[Options],
    ) -> AsyncIterator[Event]:
        """Solve one problem and give typed events meanwhile; the last is `Answered`."""
        return _call(self, backend, options).events(problem)

    def stream(
        self,
        problem: Problem | str,
        backend: AnyBackend = "embedded",
        **options: Unpack[Options],
    ) -> Iterator[Event]:
        """Solve one problem and give typed events meanwhile; the last is `Answered`."""
        from reasoning_chains.verbs import iterate_sync

        return iterate_sync(_kept(self, backend, options).events(problem))


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
        raise UserMistake(
            f"{name} must be a list of chains, found {shown(values)}: write {example}"
        )
    for value in values:
        chain_wanted(f"each of {name}", value, example)
    return tuple(values)


def _call(chain: Chain, backend: AnyBackend, options: Options) -> Call:
    from reasoning_chains.session import Settings
    from reasoning_chains.verbs import Call

    return Call(chain, backend, Settings.of(options))


def _kept(chain: Chain, backend: AnyBackend, options: Options) -> Call:
    """Make the call of a sync verb, whose backend is closed when the process ends."""
    from reasoning_chains.session import close_at_stop

    close_at_stop(backend)
    return _call(chain, backend, options)
