"""Send the prompt that a problem brings along, word for word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from reasoning_chains.chain import Chain
from reasoning_chains.errors import UnknownName, ranged, wanted
from reasoning_chains.types import Sampling

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["AsGiven"]

_FORMS = ("turns", "text")
_SAMPLING = ("temperature", "max_tokens", "stop", "top_p", "top_k")


@dataclass(frozen=True, slots=True)
class AsGiven(Chain):
    """Ask what the problem says, and nothing else: its prompt, its examples, its sampling.

    Problems of lm-evaluation-harness bring these along; of others the question is sent as it is.

    Args:
        template: The prompt into which they go.
        form: `turns`, with the description as system message and each example as a question and
            its reply, as the harness sends them to chat models; or `text`, all in one message, as
            it sends them to others.
        samples: How many replies are asked for; if None as many as the problem says.

    Example:
        >>> from reasoning_chains import AsGiven, Problem, ScriptedBackend
        >>> backend = ScriptedBackend(["7"])
        >>> AsGiven().invoke(Problem("3 + 4 =", kind="number"), backend=backend).answer
        '7'
    """

    template: str = "as_given"
    form: Literal["turns", "text"] = "turns"
    samples: int | None = None
    delivers: ClassVar[Mapping[str, str]] = {"": "answer"}
    asks: ClassVar[str] = "one ask, or as many as the problem says"

    def __post_init__(self) -> None:
        """Refuse a template that is no name, and a form that is not known."""
        wanted("as_given template", self.template, str)
        if self.form not in _FORMS:
            raise UnknownName("as_given form", self.form, _FORMS)
        if self.samples is not None:
            ranged("as_given samples", self.samples, int, 1)

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Ask, and read the answer; of several replies the first counts."""
        given = _part(problem.inputs, "given")
        drawn = _part(given, "sampling")
        sampling = run.sampling.over(Sampling(**{key: drawn.get(key) for key in _SAMPLING}))
        count = given.get("repeats", 1) if self.samples is None else self.samples
        ranged("repeats of what is given", count, int, 1)
        if count > 1:
            return await self._several(problem, run, sampling, count)
        told: dict[str, Any] = {key: given.get(key, "") for key in ("system", "prefix", "turns")}
        if self.form == "text" and "text" in given:
            told = {"system": "", "prefix": "", "turns": "", "question": given["text"]}
        reply = await run.ask(self.template, sampling=sampling, problem=problem, **told)
        return run.conclude(problem, reply)

    async def _several(
        self, problem: Problem, run: Run, sampling: Sampling, count: int
    ) -> Solution:
        from reasoning_chains.electing import concluded

        once = replace(self, samples=1)
        found = await run.attempts(once, problem, range(count), sampling=sampling)
        run.propose(found[0])
        return concluded(run, problem, None, found)


def _part(told: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Give a mapping that stands below a key; an empty one where there is none."""
    found: Mapping[str, Any] = told.get(key) or {}
    wanted(f"input {key!r} of as_given", found, Mapping)
    return found
