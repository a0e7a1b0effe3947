"""What a chain is handed: it asks, solves with other chains, proposes and concludes.

It renders, charges the budget and records; it knows no chain and no provider.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from reasoning_chains.acting import Observation, acting, call_tool, within
from reasoning_chains.attempting import attempted
from reasoning_chains.budget import Account, Budget
from reasoning_chains.buying import Path, Session, buy
from reasoning_chains.errors import BackendError, BudgetSpent, wanted
from reasoning_chains.protocols import Solver
from reasoning_chains.refusing import wanted_ask, wanted_found, wanted_solve, worked
from reasoning_chains.solution import (
    ActStarted,
    AskStarted,
    Candidate,
    ObservationArrived,
    Reply,
    ReplyArrived,
    Solution,
    StopReason,
    VoteCounted,
    unanswered,
)
from reasoning_chains.toolbox import Tool
from reasoning_chains.trace import Span, Trace
from reasoning_chains.types import Json, Message, Problem, Sampling, ToolSpec, Usage

if TYPE_CHECKING:
    from reasoning_chains.backends.coalesce import Coalescing
    from reasoning_chains.sandbox import Result
    from reasoning_chains.templates.exemplars import Exemplar
    from reasoning_chains.voting import Vote

__all__ = ["Run"]


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

    @property
    def seed(self) -> int:
        """The seed of the call, with which every path begins."""
        return int(self.path[0])

    async def ask(
        self,
        template: str,
        *,
        sampling: Sampling | None = None,
        history: Sequence[Message] = (),
        prefill: str | tuple[int, ...] = "",
        tools: Sequence[ToolSpec] = (),
        **variables: Any,
    ) -> Reply:
        """Render a template, ask the backend for one sample, and read the reply.

        Args:
            template: Its name, such as `direct` or `least_to_most/solve`.
            sampling: Lies over the run's, the template's and the backend's.
            history: Messages after the rendered ones.
            prefill: The beginning of the reply, after the template's own.
            tools: What the model may call natively.
            **variables: What the template sees beside the problem; plain data only.

        Raises:
            BudgetSpent: No room is left; chains let it pass.
            BackendError: The backend could not give a reply.
        """
        from reasoning_chains.asking import Added, prepare, record  # loads templates

        wanted_ask(template, history, sampling)
        problem = variables.pop("problem", self.problem)
        ask = prepare(self.session, problem, template, variables)
        settings = (sampling or Sampling()).over(self.sampling).over(ask.settings)
        content, notes = ask.content(settings, Added(tuple(history), prefill, tuple(tools)))
        span = self.span.add("ask", template)
        self.session.tell(AskStarted(self.path, template))
        completion = await buy(self, content, span)
        reply = ask.read(completion)
        record(span, content, reply, notes)
        self.last = reply
        self.session.tell(ReplyArrived(self.path, reply))
        if ask.prompt.head.repair and reply.unfit and completion.finish == "stop":
            return await self._repaired(problem, reply, sampling)
        return reply

    async def _repaired(self, problem: Problem, reply: Reply, sampling: Sampling | None) -> Reply:
        """Ask once for JSON that fits; what was paid for is kept where that fails."""
        told: dict[str, Any] = {"reply": reply.text, "error": reply.unfit}
        try:
            return await self.ask("repair_json", sampling=sampling, problem=problem, **told)
        except BackendError as error:
            self.span.add("note", "repair failed", error=str(error))
            return reply

    async def act(
        self,
        tools: Sequence[Tool],
        name: str,
        arguments: str | Mapping[str, Any],
        *,
        thought: str = "",
    ) -> Observation:
        """Call one of the tools as a model wrote it; what goes wrong is told in the observation.

        Raises:
            BudgetSpent: No step is left.
        """
        told = arguments if isinstance(arguments, str) else dict(arguments)
        span = self.span.add("act", name, thought=thought, arguments=told)
        self.session.tell(ActStarted(self.path, name, str(told)))
        with acting(self):
            seen = await call_tool(self.account, tools, name, arguments, self.path)
        span.data.update(observation=seen.text, failed=seen.failed)
        self.session.tell(ObservationArrived(self.path, name, seen.text))
        return seen

    async def execute(
        self,
        code: str,
        python: Literal["auto", "monty", "cpython"] = "auto",
        inputs: Mapping[str, Any] | None = None,
    ) -> Result:
        """Run a program that a model wrote, in the sandbox; `inputs` are variables that it finds.

        Raises:
            BudgetSpent: No step is left.
        """
        from reasoning_chains.sandbox import arun

        span = self.span.add("act", "python", arguments=code)
        self.session.tell(ActStarted(self.path, "python", code))
        result = await within(self.account, arun(code, inputs, python=python))
        seen = result.error or result.stdout
        span.data.update(observation=seen, status=result.status, tier=result.tier)
        self.session.tell(ObservationArrived(self.path, "python", seen))
        return result

    def note(self, label: str, **data: Json) -> None:
        """Write into the trace what a reader of it should know."""
        self.span.add("note", label, **data)

    def read(self, problem: Problem, text: str) -> Reply:
        """Read a problem's answer out of a text that is no reply of its own."""
        from reasoning_chains.reading import answered

        return answered(problem, text)

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
        wanted("label of run.solve", label, str, int)
        wanted_solve(chain, problem, self.path)
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
        chain: Solver | Sequence[Solver],
        problem: Problem,
        labels: Iterable[str | int],
        *,
        sampling: Sampling | None = None,
    ) -> list[Solution]:
        """Solve a problem several times at once; one that fails loses only itself.

        Of several chains, each label is the place of the one that is meant. Where the budget ends,
        those that were not begun are left out.

        Raises:
            BackendError: All of them failed, and nothing was proposed before.
        """
        return await attempted(self, chain, problem, labels, sampling)

    @property
    def answered(self) -> bool:
        """Whether an answer was proposed."""
        return self.best is not None and self.best.answer is not None

    @property
    def spent(self) -> bool:
        """Whether this run's budget, or one around it, is used up; not that of a run inside."""
        return self.account.spent

    def on(self, backend: Coalescing) -> Run:
        """Give a run that asks another backend, within this one's span and budgets."""
        session = self.session.on(backend)
        return replace(self, session=session, parent=self, usage=Usage(), bill=Usage())

    async def work(self, chain: Solver) -> Solution:
        """Run a chain to its end; a spent budget, or a failure, ends it with the best so far.

        Raises:
            BackendError: The backend failed before anything was proposed.
        """
        try:
            solution = await worked(chain, self.problem, self)
        except BudgetSpent as spent:
            self.span.add("note", "budget", reason=str(spent))
            solution = self.conclude(self.problem, stop_reason="budget")
        except BackendError as error:
            if not self.answered:
                raise
            self.span.add("note", "failed", error=str(error))
            solution = self.conclude(self.problem, stop_reason="failed")
        self.span.data.update(answer=solution.answer, stop_reason=solution.stop_reason)
        return replace(solution, usage=self.usage, bill=self.bill, trace=Trace(self.span))

    def propose(self, found: Reply | Solution) -> None:
        """Put forward the best answer so far, which stands if the budget ends or a call fails."""
        wanted_found("propose", self.problem, found)
        if found.answer is not None or not self.answered:
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
        wanted_found("conclude", problem, found)
        reply = found.reply() if isinstance(found, Solution) else found
        final = reply if reply and reply.answer is not None else self.best or reply
        if final is None or final.answer is None:
            text = final.text if final else (self.last.text if self.last else "")
            reason = stop_reason or unanswered(candidates, reply or final or self.last)
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

    def book(self, usage: Usage, bill: Usage) -> None:
        """Count what an ask used and what was bought for it, here and in every run around."""
        run: Run | None = self
        while run is not None:
            run.usage += usage
            run.bill += bill
            run = run.parent
