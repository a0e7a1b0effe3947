"""Universal self-consistency: sample several answers, and let the model choose among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from reasoning_chains.chain import Chain, chain_wanted
from reasoning_chains.electing import concluded, different, key_of, share_of, spokesman
from reasoning_chains.errors import UserMistake, ranged, wanted
from reasoning_chains.types import Sampling
from reasoning_chains.voting import majority

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["UniversalSelfConsistency"]

_FREE = ("text", "code", "json")
_SAMPLE, _GREEDY = Sampling(temperature=0.7), Sampling(temperature=0)


@dataclass(frozen=True, slots=True)
class UniversalSelfConsistency(Chain):
    """Let the model choose among its own answers (Chen et al. 2023, arXiv:2311.17311).

    Texts, code and JSON are shown whole, in the paper's words; of short answers each different one
    is shown once. Where only one is different, nothing is asked. A choice that cannot be read, or
    is of none of them, leaves the majority's answer, which the trace notes.

    Args:
        chain: What gives the answers; at temperature 0.7 unless told otherwise.
        samples: How many answers there are (8 in the paper).

    Example:
        >>> from reasoning_chains import Problem, ScriptedBackend, UniversalSelfConsistency
        >>> from reasoning_chains import ZeroShotCoT
        >>> replies = ["The answer is 8.", "The answer is 7.", "It is 7, so candidate 2 is right."]
        >>> chain = UniversalSelfConsistency(ZeroShotCoT(), samples=2)
        >>> problem = Problem("What is 3 + 4?", kind="number")
        >>> chain.invoke(problem, backend=ScriptedBackend(replies)).answer
        '7'
    """

    chain: Chain
    samples: int = 8
    template: str = "universal_self_consistency"
    delivers: ClassVar[Mapping[str, str]] = {"choose": "chosen", "compare": "chosen"}
    asks: ClassVar[str] = "samples times its chain, and one ask that shows the candidates"

    def __post_init__(self) -> None:
        """Refuse settings that cannot be."""
        example = "UniversalSelfConsistency(ZeroShotCoT())"
        chain_wanted("universal_self_consistency chain", self.chain, example)
        ranged("universal_self_consistency samples", self.samples, int, 1)
        wanted("universal_self_consistency template", self.template, str)

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Sample, propose the majority's answer, and let the model choose."""
        if run.sampling.temperature == 0:
            raise UserMistake(
                "universal_self_consistency at temperature 0 samples one answer often"
            )
        sampling = run.sampling.over(_SAMPLE)
        voters = await run.attempts(self.chain, problem, range(self.samples), sampling=sampling)
        vote = majority([voter.answer for voter in voters], key=key_of(problem))
        run.vote(vote)
        run.propose(spokesman(vote, voters))
        shown = _shown(problem, voters)
        if len(shown) < 2 or any(voter.stop_reason == "budget" for voter in voters):
            return concluded(run, problem, vote.share, voters)
        chosen = await self._chosen(problem, run, shown)
        if chosen is None:
            run.note("no choice was read: the majority stands", shown=len(shown))
            return concluded(run, problem, vote.share, voters)
        run.propose(chosen)
        return concluded(run, problem, share_of(problem, chosen.answer, voters), voters)

    async def _chosen(self, problem: Problem, run: Run, shown: list[Solution]) -> Solution | None:
        """Ask which of them it is."""
        whole = problem.kind in _FREE
        template = f"{self.template}/{'compare' if whole else 'choose'}"
        texts = [each.text if whole else each.answer for each in shown]
        reply = await run.ask(template, problem=problem, sampling=_GREEDY, candidates=texts)
        return shown[reply.parsed - 1] if 0 < (reply.parsed or 0) <= len(shown) else None


def _shown(problem: Problem, voters: Sequence[Solution]) -> list[Solution]:
    """Give all that are shown whole, or the first of each different short answer."""
    read = [voter for voter in voters if voter.answer is not None]
    if problem.kind in _FREE:
        whole = read or [each for each in voters if each.stop_reason == "unparsed" and each.text]
        return whole if len({each.text for each in whole}) > 1 else whole[:1]
    return different(problem, read)
