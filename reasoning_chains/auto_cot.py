"""Auto-CoT: worked examples made of bare questions by a model itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reasoning_chains.chain import Chain, chain_wanted
from reasoning_chains.chains.zero_shot_cot import ZeroShotCoT
from reasoning_chains.errors import UserMistake, listed, ranged, shown
from reasoning_chains.loop import run_sync
from reasoning_chains.session import AnyBackend, Settings, close_at_stop, problem_of
from reasoning_chains.types import Problem
from reasoning_chains.waiting import together

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from reasoning_chains.chain import Options
    from reasoning_chains.solution import Solution
    from reasoning_chains.templates.exemplars import Exemplar

__all__ = ["AutoCoT"]


@dataclass(frozen=True, slots=True)
class AutoCoT:
    """Make a set of worked examples (Auto-CoT, Zhang et al. 2022, arXiv:2210.03493).

    The questions are clustered. Of each cluster, nearest its centre first, the first question gives
    an example that is short, and whose rationale has few steps and leads to an answer; a cluster
    without one gives none. No answer is checked: diversity keeps mistakes from lying side by side.

    Args:
        clusters: How many examples at most (8 for most tasks of the paper).
        chain: What works a question out.
        longest: How many words a question may have.
        steps: How many steps a rationale may have.
        seed: Begins the clustering.

    Example:
        >>> from reasoning_chains import AutoCoT, Problem, ScriptedBackend
        >>> asked = [Problem(f"What is {n} + 4?", kind="number") for n in (1, 2, 3)]
        >>> backend = ScriptedBackend(["2 + 4 = 6. The answer is 6."] * 3)
        >>> AutoCoT(clusters=1).build(asked, backend=backend)[0].rationale
        '2 + 4 = 6.'
    """

    clusters: int = 8
    chain: Chain = ZeroShotCoT()
    longest: int = 60
    steps: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse settings that cannot be."""
        chain_wanted("auto_cot chain", self.chain, "AutoCoT(chain=ZeroShotCoT())")
        for name in ("clusters", "longest", "steps", "seed"):
            value = getattr(self, name)
            ranged(f"auto_cot {name}", value, int, int(name != "seed"))

    def build(
        self,
        questions: Iterable[Problem | str],
        backend: AnyBackend = "embedded",
        **options: Unpack[Options],
    ) -> tuple[Exemplar, ...]:
        """Make the examples and wait for them; `write_exemplars` writes them to a file.

        A budget holds for each question.

        Raises:
            UserMistake: There is no question, or one is none.
            BackendError: The backend gave no reply.
        """
        close_at_stop(backend)
        return run_sync(self.abuild(questions, backend, **options))

    async def abuild(
        self,
        questions: Iterable[Problem | str],
        backend: AnyBackend = "embedded",
        **options: Unpack[Options],
    ) -> tuple[Exemplar, ...]:
        """Do the same from async code: the clusters are worked on at once."""
        from reasoning_chains.exemplars.clusters import clusters

        Settings.of(options)
        if isinstance(questions, str | Problem):
            raise UserMistake(f"auto_cot wants many questions, found {shown(questions)}")
        given: Iterable[Any] = questions
        asked = [problem_of(each) for each in listed("questions", given, object)]
        if not asked:
            raise UserMistake("auto_cot wants at least one question")
        groups = clusters([problem.question for problem in asked], self.clusters, self.seed)
        found = await together(
            [self._first([asked[place] for place in group], backend, options) for group in groups]
        )
        return tuple(exemplar for exemplar in found if exemplar is not None)

    async def _first(
        self, group: Sequence[Problem], backend: AnyBackend, options: Any
    ) -> Exemplar | None:
        """Work out one question after the other until one gives an example that fits."""
        from reasoning_chains.exemplars.selecting import steps_of
        from reasoning_chains.ranking import terms

        for problem in group:
            if len(terms(problem.question)) > self.longest:
                continue
            solution = await self.chain.ainvoke(problem, backend=backend, **options)
            exemplar = _worked(problem, solution, options)
            if exemplar is not None and steps_of(exemplar.rationale) <= self.steps:
                return exemplar
        return None


def _worked(problem: Problem, solution: Solution, options: Any) -> Exemplar | None:
    """Make an example of a solution whose rationale leads to its answer."""
    from reasoning_chains.answers.working import read_working
    from reasoning_chains.asking import described
    from reasoning_chains.content import Library
    from reasoning_chains.templates import language_of, templates_of
    from reasoning_chains.templates.exemplars import Exemplar

    working, answer = read_working(solution.text), solution.answer
    if answer is None or solution.stop_reason != "answered" or not working or working == answer:
        return None
    if problem.kind == "number" and answer not in working.replace(",", ""):
        return None
    lang = options.get("lang") or language_of(problem.question)
    templates = templates_of(Library.of(options.get("project")))
    asked = templates.render("parts/question", described(problem, lang), lang)
    return Exemplar(asked.messages[0].content, answer, working)
