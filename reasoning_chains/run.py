"""What a chain is handed: it asks, solves with other chains, proposes and concludes.

It renders, charges the budget and records; it knows no chain and no provider.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from reasoning_chains.budget import Account, Budget
from reasoning_chains.buying import Path, Session, buy
from reasoning_chains.errors import BackendError, BudgetSpent, UserMistake
from reasoning_chains.protocols import Solver
from reasoning_chains.solution import (
    AskStarted,
    Candidate,
    Reply,
    ReplyArrived,
    Solution,
    StopReason,
    VoteCounted,
)
from reasoning_chains.trace import Span, Trace
from reasoning_chains.types import (
    Completion,
    Content,
    Message,
    Problem,
    Sampling,
    Usage,
)

if TYPE_CHECKING:
    from reasoning_chains.templates.exemplars import Exemplar
    from reasoning_chains.voting import Vote

__all__ = ["Run"]

_T = TypeVar("_T")
_AT_ONCE = 256
"""How many attempts are under way at most: a budget must be able to end a million of them."""


@dataclass(slots=True, eq=False)
class Run:
    """One chain at work on one problem: the only door through which a chain acts."""

    session: Session
    problem: Problem
    path: Path
    account: Account
    sampling: Sampling = Sampling()
    span: Span = field(default_factory=lambda: Span("solve", ""))
    parent: Run | None = None
    usage: Usage = Usage()
    bill: Usage = Usage()
    best: Reply | None = None
    last: Reply | None = None

    async def ask(
        self,
        template: str,
        *,
        sampling: Sampling | None = None,
        history: Sequence[Message] = (),
        prefill: str | tuple[int, ...] = "",
        repair: bool = True,
        **variables: Any,
    ) -> Reply:
        """Render a template, ask the backend for one sample, and read the reply.

        Args:
            template: Its name, such as `direct` or `least_to_most/solve`.
            sampling: Lies over the run's, the template's and the backend's.
            history: Messages after the rendered ones.
            prefill: The beginning of the reply, after the template's own.
            repair: Whether a JSON answer that does not fit its schema is asked for once more.
            **variables: What the template sees beside the problem; plain data only.

        Raises:
            BudgetSpent: No room is left; chains let it pass.
            BackendError: The backend could not give a reply.
        """
        from reasoning_chains.asking import prepare, read  # they load the template engine

        problem = variables.pop("problem", self.problem)
        ask = prepare(self.session, problem, template, variables)
        settings = (sampling or Sampling()).over(self.sampling).over(ask.settings)
        content, notes = ask.content(settings, history, prefill)
        span = self.span.add("ask", template)
        self.session.tell(AskStarted(self.path, template))
        completion = await buy(self.session, self.account, content, self.path, span)
        self._book(completion)
        reply = read(ask, completion)
        _record(span, content, reply, notes)
        self.last = reply
        self.session.tell(ReplyArrived(self.path, reply))
        if repair and reply.unfit and completion.finish == "stop":
            return await self._repaired(problem, reply, sampling)
        return reply

    async def _repaired(self, problem: Problem, reply: Reply, sampling: Sampling | None) -> Reply:
        """Ask once for JSON that fits; what was paid for is kept where that fails."""
        wanted: dict[str, Any] = {"reply": reply.text, "error": reply.unfit}
        try:
            return await self.ask(
                "repair_json", sampling=sampling, repair=False, problem=problem, **wanted
            )
        except BackendError as error:
            self.span.add("note", "repair failed", error=str(error))
            return reply

    def exemplars(self, name: str) -> tuple[Exemplar, ...]:
        """Give the worked examples of a set beside the templates, in the problem's language."""
        from reasoning_chains.asking import language

        return self.session.templates.exemplars(name, language(self.session, self.problem))

    async def solve(
        self,
        chain: Solver,
        problem: Problem,
        label: str | int,
        *,
        sampling: Sampling | None = None,
        budget: Budget | None = None,
    ) -> Solution:
        """Let another chain solve a problem, in a span and with an allowance of its own."""
        child = Run(
            self.session,
            problem,
            (*self.path, label),
            Account(budget or Budget(), self.account),
            (sampling or Sampling()).over(self.sampling),
            self.span.add("solve", str(label), chain=type(chain).__name__),
            self,
        )
        return await child.work(chain)

    async def attempts(
        self,
        chain: Solver,
        problem: Problem,
        labels: Iterable[str | int],
        *,
        sampling: Sampling | None = None,
    ) -> list[Solution]:
        """Solve a problem several times at once; one that fails loses only itself.

        Where the budget ends, those that were not begun are left out.

        Raises:
            BackendError: All of them failed.
        """

        async def attempt(label: str | int) -> Solution | BackendError:
            try:
                return await self.solve(chain, problem, label, sampling=sampling)
            except BackendError as error:
                return error

        outcomes: list[Solution | BackendError] = []
        waiting = list(labels)
        while waiting and not any(_is_spent(outcome) for outcome in outcomes[-1:]):
            outcomes += await _together([attempt(label) for label in waiting[:_AT_ONCE]])
            del waiting[:_AT_ONCE]
        errors = [outcome for outcome in outcomes if isinstance(outcome, BackendError)]
        if errors and len(errors) == len(outcomes):
            raise errors[0]
        for error in errors:
            self.span.add("note", "failed", error=str(error))
        return [_as_solution(outcome) for outcome in outcomes]

    async def work(self, chain: Solver) -> Solution:
        """Run a chain to its end; a spent budget, or a failure, ends it with the best so far.

        Raises:
            BackendError: The backend failed before anything was proposed.
        """
        try:
            solution: Solution = await chain.solve(self.problem, self)
        except BudgetSpent as spent:
            self.span.add("note", "budget", reason=str(spent))
            solution = self.conclude(self.problem, stop_reason="budget")
        except BackendError as error:
            if self.best is None or self.best.answer is None:
                raise
            self.span.add("note", "failed", error=str(error))
            solution = self.conclude(self.problem, stop_reason="failed")
        if not isinstance(solution, Solution):
            raise UserMistake(
                f"{type(chain).__name__}.solve gave {type(solution).__name__}, no Solution: "
                "end it with return run.conclude(problem, reply)"
            )
        self.span.data.update(answer=solution.answer, stop_reason=solution.stop_reason)
        return replace(solution, usage=self.usage, bill=self.bill, trace=Trace(self.span))

    def propose(self, found: Reply | Solution) -> None:
        """Put forward the best answer so far, which stands if the budget ends or a call fails."""
        self.best = found.reply() if isinstance(found, Solution) else found
        self.span.add("propose", str(found.answer), answer=found.answer)

    def vote(self, vote: Vote) -> None:
        """Record a vote and tell who watches."""
        self.span.add("vote", str(vote.answer), votes=dict(vote.votes), abstained=vote.abstained)
        self.session.tell(VoteCounted(self.path, vote.answer, dict(vote.votes)))

    def conclude(
        self,
        problem: Problem,
        found: Reply | Solution | None = None,
        *,
        confidence: float | None = None,
        candidates: Sequence[Candidate] = (),
        stop_reason: StopReason | None = None,
    ) -> Solution:
        """Make the solution of this run: of what was found, else of what was proposed last."""
        reply = found.reply() if isinstance(found, Solution) else found
        final = reply if reply and reply.answer is not None else self.best or reply
        if final is None or final.answer is None:
            text = final.text if final else (self.last.text if self.last else "")
            reason = stop_reason or _why(candidates, reply or final or self.last)
            return Solution(None, text, confidence, tuple(candidates), stop_reason=reason)
        return Solution(
            final.answer,
            final.text,
            confidence,
            tuple(candidates),
            stop_reason=stop_reason or "answered",
            value=final.value,
            logprob=final.logprob,
        )

    def _book(self, completion: Completion) -> None:
        run: Run | None = self
        while run is not None:
            run.usage += completion.usage
            run.bill += completion.bill
            run = run.parent


def _as_solution(outcome: Solution | BackendError) -> Solution:
    if isinstance(outcome, Solution):
        return outcome
    return Solution(None, str(outcome), stop_reason="failed")


def _is_spent(outcome: Solution | BackendError) -> bool:
    return isinstance(outcome, Solution) and outcome.stop_reason == "budget"


_GRAVE: tuple[StopReason, ...] = ("budget", "refused", "length")
_FINISHES: dict[str, StopReason] = {"length": "length", "content_filter": "refused"}


def _why(candidates: Sequence[Candidate], reply: Reply | None) -> StopReason:
    """Say why there is no answer: the gravest reason of the candidates, else the last reply's."""
    reasons = {candidate.stop_reason for candidate in candidates}
    for reason in _GRAVE:
        if reason in reasons:
            return reason
    return _FINISHES.get(reply.completion.finish, "unparsed") if reply else "unparsed"


def _record(span: Span, content: Content, reply: Reply, notes: Sequence[str]) -> None:
    completion = reply.completion
    span.data.update(
        messages=[{"role": m.role, "content": m.content} for m in content.messages],
        prefill=content.prefill if isinstance(content.prefill, str) else list(content.prefill),
        text=completion.text,
        reasoning=completion.reasoning,
        answer=reply.answer,
        finish=completion.finish,
        notes=[*notes, *completion.notes],
    )


async def _together(work: Sequence[Coroutine[Any, Any, _T]]) -> list[_T]:
    """Await all; where one raises, cancel the rest, wait for them, and raise it as it is."""
    tasks = [asyncio.ensure_future(item) for item in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        unfinished = [task for task in tasks if not task.done()]
        for task in unfinished:
            task.cancel()
        if unfinished:
            await asyncio.wait(unfinished)
