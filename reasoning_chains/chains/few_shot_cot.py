"""Few-shot chain of thought: worked examples before the question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from reasoning_chains.chain import Chain
from reasoning_chains.errors import UnknownName, UserMistake, shown, wanted
from reasoning_chains.exemplars.strategies import STRATEGIES, Embed, Strategy
from reasoning_chains.waiting import in_thread

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.templates.exemplars import Exemplar
    from reasoning_chains.types import Problem

__all__ = ["FewShotCoT"]

_SELECTED = 4
"""How many examples are shown where they are selected and no number is given."""


@dataclass(frozen=True, slots=True)
class FewShotCoT(Chain):
    """Show worked examples with their rationales first (Wei et al. 2022, arXiv:2201.11903).

    Args:
        template: The prompt into which the examples go.
        exemplars: The set of examples: a file in `templates/exemplars/`, or the path of a `.yaml`
            or `.jsonl` file in the project, with question, rationale and answer, or of a `.txt`
            file with lines that begin with Q: and A:.
        shots: How many of them are shown; if None all of them, or four where they are selected.
        select: `fixed`, those that stand first; `random`, by the run's seed; `similar` to the
            question, by BM25; `complex`, those with the most steps (Fu et al. 2022,
            arXiv:2210.00720); or `diverse`, suiting the question and unlike one another.
        embed: Finds the similar ones by embeddings instead: a function of texts, or the name of a
            sentence-transformers model.

    Example:
        >>> from reasoning_chains import FewShotCoT, Problem, ScriptedBackend
        >>> backend = ScriptedBackend(["She has 3 + 4 = 7 pens. The answer is 7."])
        >>> problem = Problem("Ann has 3 pens and gets 4. How many has she?", kind="number")
        >>> FewShotCoT(shots=2, select="similar").invoke(problem, backend=backend).answer
        '7'
    """

    template: str = "few_shot_cot"
    exemplars: str = "word_problems"
    shots: int | None = None
    select: Strategy = "fixed"
    embed: str | Embed | None = None
    delivers: ClassVar[Mapping[str, str]] = {"": "answer"}
    asks: ClassVar[str] = "one ask, longer by its examples"

    def __post_init__(self) -> None:
        """Refuse names that are no text, and a number of examples that cannot be."""
        wanted("few_shot_cot template", self.template, str)
        wanted("few_shot_cot exemplars", self.exemplars, str)
        wanted("few_shot_cot shots", self.shots, int, type(None))
        if self.shots is not None and self.shots < 0:
            raise UserMistake(f"few_shot_cot shots={shown(self.shots)}: it must be at least 0")
        if self.select not in STRATEGIES:
            raise UnknownName("few_shot_cot select", self.select, STRATEGIES)
        named = self.embed is None or isinstance(self.embed, str)
        if not named and (isinstance(self.embed, type) or not callable(self.embed)):
            found = shown(self.embed)
            raise UserMistake(
                f"few_shot_cot embed must be a model's name or a function, found {found}"
            )
        if self.embed is not None and self.select != "similar":
            raise UserMistake("few_shot_cot embed goes with select='similar'")

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Ask once, the examples first."""
        known = run.exemplars(self.exemplars)
        if self.shots is not None and self.shots > len(known):
            run.note("fewer examples", asked=self.shots, there=len(known), exemplars=self.exemplars)
        examples = await self._selected(known, problem.question, run)
        reply = await run.ask(self.template, problem=problem, exemplars=examples)
        return run.conclude(problem, reply)

    async def _selected(
        self, known: tuple[Exemplar, ...], question: str, run: Run
    ) -> tuple[Exemplar, ...]:
        if self.select == "fixed":
            return known[: self.shots]
        from reasoning_chains.exemplars.embedding import by_embedding
        from reasoning_chains.exemplars.selecting import selected

        count = _SELECTED if self.shots is None else self.shots
        if self.embed is not None:
            return await in_thread(partial(by_embedding, self.embed, known, question, count))
        return selected(self.select, known, question, count, run.seed)
