"""A chain on another backend, within the same budget, trace and events."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from reasoning_chains import (
    Budget,
    Cascade,
    Chain,
    Direct,
    Ensemble,
    On,
    Problem,
    Run,
    ScriptedBackend,
    SelfConsistency,
    Solution,
    UserMistake,
    ZeroShotCoT,
)
from reasoning_chains.solution import Answered, AskStarted, TextDelta
from reasoning_chains.types import Capabilities, Completion, Request
from tests.chains.asked import SUM


class Strong(ScriptedBackend):
    name = "strong"


def test_the_steps_of_a_cascade_ask_their_own_backends() -> None:
    cheap, strong = ScriptedBackend(["8"]), Strong(["7", "7", "6"])
    chain = Cascade((Direct(), On(SelfConsistency(ZeroShotCoT(), samples=3), strong)))
    solution = chain.invoke(SUM, backend=cheap)
    assert solution.answer == "7"
    assert solution.confidence == pytest.approx(2 / 3)
    assert [request.n for request in cheap.requests] == [1]
    assert [request.n for request in strong.requests] == [3]
    assert solution.usage.calls == 4
    assert solution.bill.requests == 2
    keys = [key for request in strong.requests for key in request.samples]
    assert {key.backend for key in keys} == {"strong"}
    assert {key.backend for request in cheap.requests for key in request.samples} == {"scripted"}
    assert len(set(keys)) == 3
    assert len(solution.trace.asks) == 4
    (note,) = solution.trace.spans("note")
    assert note.data["backend"] == "strong"


@pytest.mark.parametrize(("calls", "answer"), [(0, None), (1, "8"), (2, "7")])
def test_one_budget_holds_for_all_backends(calls: int, answer: str | None) -> None:
    cheap, strong = ScriptedBackend(["8"]), Strong(["7", "6"])
    chain = Cascade((Direct(), On(Direct(), strong), On(ZeroShotCoT(), strong)))
    solution = chain.invoke(SUM, backend=cheap, budget=Budget(calls=calls))
    assert (solution.answer, solution.stop_reason) == (answer, "budget")
    assert solution.usage.calls == calls


@pytest.mark.parametrize("tokens", range(0, 2000, 200))
def test_a_budget_of_tokens_is_never_passed(tokens: int) -> None:
    chain = Ensemble((Direct(), On(Direct(), Strong(lambda *_: "7")), ZeroShotCoT()))
    solution = chain.invoke(
        SUM, backend=ScriptedBackend(lambda *_: "7"), budget=Budget(tokens=tokens)
    )
    assert solution.usage.tokens <= tokens


def test_voters_elsewhere_travel_together_and_are_different_samples() -> None:
    strong = Strong(["7", "7", "8", "7"])
    chain = SelfConsistency(On(ZeroShotCoT(), strong), samples=4)
    solution = chain.invoke(SUM, backend=ScriptedBackend([]))
    assert solution.answer == "7"
    assert [request.n for request in strong.requests] == [4]
    assert len(set(strong.requests[0].samples)) == 4


@dataclass(frozen=True, slots=True)
class Twice(Chain):
    """Asks elsewhere twice, on one path."""

    chain: Chain

    async def solve(self, problem: Problem, run: Run) -> Solution:
        await run.solve(self.chain, problem, "again")
        return await run.solve(self.chain, problem, "again")


@pytest.mark.parametrize("streamed", [False, True])
def test_asking_again_is_a_new_sample(streamed: bool) -> None:
    strong = Strong(["7", "8"])
    chain, cheap = Twice(On(Direct(), strong)), ScriptedBackend([])
    if streamed:
        *_, last = chain.stream(SUM, backend=cheap)
        assert isinstance(last, Answered)
    else:
        assert chain.invoke(SUM, backend=cheap).answer == "8"
    assert [r.samples[0].occurrence for r in strong.requests] == [0, 1]


def test_the_same_backend_is_the_same_session() -> None:
    backend = ScriptedBackend(["7", "8"])
    chain = Ensemble((Direct(), On(Direct(), backend)))
    assert chain.invoke(SUM, backend=backend).usage.calls == 2
    assert [request.n for request in backend.requests] == [2]


def test_events_come_from_elsewhere_too() -> None:
    strong = Strong(["The answer is 7."])
    events = list(On(Direct(), strong).stream(SUM, backend=ScriptedBackend([])))
    kinds = [type(event) for event in events]
    assert kinds[0] is AskStarted
    assert TextDelta in kinds
    assert kinds[-1] is Answered


def test_a_name_is_opened_once_and_may_stand_in_reasoning_toml(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(
        '{"question": "What is 3 + 4?", "completions": ["7", "7"]}\n'
    )
    (tmp_path / "reasoning.toml").write_text('[backends.mine]\nuse = "replay:rows.jsonl"\n')
    chain = On(SelfConsistency(Direct(), samples=2), "mine")
    solution = chain.invoke(SUM, backend=ScriptedBackend([]), project=str(tmp_path))
    assert (solution.answer, solution.usage.calls) == ("7", 2)


def test_it_runs_on_the_embedded_model() -> None:
    chain = Ensemble((On(Direct(), "embedded"), On(Direct(), "embedded")))
    solution = chain.invoke(SUM, backend=ScriptedBackend([]))
    assert solution.usage.calls == 2


@dataclass(frozen=True, slots=True)
class Needy(Chain):
    """Needs log-probabilities."""

    needs = ("logprobs",)

    async def solve(self, problem: Problem, run: Run) -> Solution:
        return run.conclude(problem, await run.ask("direct", problem=problem))


def test_needs_are_those_of_the_backend_that_is_asked() -> None:
    able = Strong(["7"], capabilities=Capabilities(n=True, logprobs=True))
    assert On(Needy(), able).invoke(SUM, backend=ScriptedBackend([])).answer == "7"
    cheap, strong = ScriptedBackend(["8"]), Strong(["7"])
    with pytest.raises(UserMistake, match=r"logprobs \(by Needy\) is needed, and backend 'strong'"):
        Cascade((Direct(), On(Needy(), strong))).invoke(SUM, backend=cheap)
    assert cheap.requests == strong.requests == []


def test_an_unknown_name_is_told_before_anything_is_paid() -> None:
    cheap = ScriptedBackend(["8"])
    with pytest.raises(UserMistake, match="did you mean embedded"):
        Cascade((Direct(), On(Direct(), "embeded"))).invoke(SUM, backend=cheap)
    assert cheap.requests == []


def test_the_templates_see_what_the_other_backend_can_do() -> None:
    strong = Strong(["7"], capabilities=Capabilities(n=True, thinking=True))
    cheap = ScriptedBackend(["8"])
    Ensemble((ZeroShotCoT(), On(ZeroShotCoT(), strong))).invoke(SUM, backend=cheap)
    assert "step by step" in cheap.requests[0].content.messages[0].content
    assert "step by step" not in strong.requests[0].content.messages[0].content


def test_a_function_is_a_backend_and_async_verbs_work() -> None:
    async def seven(request: Request) -> list[Completion]:
        return [Completion("7") for _ in request.samples]

    solution = asyncio.run(On(Direct(), seven).ainvoke(SUM, backend=ScriptedBackend([])))
    assert solution.answer == "7"


@pytest.mark.parametrize(
    ("chain", "backend", "told"),
    [
        (Direct, "embedded", "on chain must be a chain, found the class Direct"),
        ("direct", "embedded", "on chain must be a chain, found 'direct'"),
        (Direct(), 3, "on backend must be a backend or the name of one"),
        (Direct(), ScriptedBackend, "on backend must be a backend or the name of one"),
        (Direct(), None, "on backend must be a backend or the name of one"),
    ],
)
def test_wrong_settings_are_refused(chain: object, backend: object, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        On(chain, backend)  # type: ignore[arg-type]
