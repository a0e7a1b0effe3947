from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import BaseModel

from reasoning_chains import (
    BackendError,
    Budget,
    Chain,
    Direct,
    Message,
    Problem,
    Run,
    Sampling,
    ScriptedBackend,
    SelfConsistency,
    Solution,
    UserMistake,
    ZeroShotCoT,
)
from reasoning_chains.errors import CapabilityMissing, UnknownName
from reasoning_chains.types import Capabilities, Completion, Content, SampleKey, Usage

SUM = Problem("What is 3 + 4?", kind="number")


def sent(backend: ScriptedBackend, place: int = 0) -> Content:
    return backend.requests[place].content


def test_the_answer_the_text_and_the_cost_come_back() -> None:
    backend = ScriptedBackend(["3 + 4 = 7.\nThe answer is 7."])
    solution = ZeroShotCoT().invoke(SUM, backend=backend)
    assert (solution.answer, solution.stop_reason) == ("7", "answered")
    assert solution.text == "3 + 4 = 7.\nThe answer is 7."
    assert (solution.usage.calls, solution.usage.requests) == (1, 1)
    assert solution.usage.completion_tokens == 9
    assert solution.confidence is None
    (ask,) = solution.trace.asks
    assert ask.label == "zero_shot_cot"
    assert ask.data["answer"] == "7"


def test_a_reply_without_an_answer_is_unparsed_and_keeps_its_text() -> None:
    solution = Direct().invoke(SUM, backend=ScriptedBackend(["I would\nrather not say."]))
    assert (solution.answer, solution.stop_reason) == (None, "unparsed")
    assert solution.text.startswith("I would")


@pytest.mark.parametrize(
    ("text", "answer", "reason"),
    [
        ("3 + 4 = 7 and then 12 +", None, "length"),
        ("The answer is 1", None, "length"),
        ("The answer is 7.\nNow another", "7", "answered"),
    ],
)
def test_a_reply_cut_by_its_length_counts_only_what_it_announced(
    text: str, answer: str | None, reason: str
) -> None:
    backend = ScriptedBackend([Completion(text, finish="length")])
    solution = Direct().invoke(SUM, backend=backend)
    assert (solution.answer, solution.stop_reason) == (answer, reason)


def test_a_refused_reply_says_so() -> None:
    backend = ScriptedBackend([Completion("", finish="content_filter")])
    assert Direct().invoke(SUM, backend=backend).stop_reason == "refused"


def test_history_keeps_its_roles_and_stands_before_the_question() -> None:
    history = (Message("user", "I am Ann."), Message("assistant", "Hello, Ann."))
    backend = ScriptedBackend(["Ann"])
    Direct().invoke(Problem("Who am I?", history=history), backend=backend)
    assert [(m.role, m.content.split("\n")[0]) for m in sent(backend).messages] == [
        ("user", "I am Ann."),
        ("assistant", "Hello, Ann."),
        ("user", "Who am I?"),
    ]


def test_sampling_is_laid_in_layers() -> None:
    backend = ScriptedBackend(["7"])
    Direct().invoke(SUM, backend=backend, sampling=Sampling(temperature=0.0, max_tokens=9))
    assert sent(backend).sampling == Sampling(temperature=0.0, max_tokens=9)
    backend = ScriptedBackend(["7"])
    Direct().invoke(SUM, backend=backend)
    assert sent(backend).sampling == Sampling(max_tokens=512)


@dataclass(frozen=True, slots=True)
class Twice(Chain):
    """Asks the same thing twice."""

    temperature: float | None = None

    async def solve(self, problem: Problem, run: Run) -> Solution:
        sampling = Sampling(temperature=self.temperature)
        await run.ask("direct", sampling=sampling)
        return run.conclude(problem, await run.ask("direct", sampling=sampling))


def test_asking_again_is_a_new_sample_unless_it_is_greedy() -> None:
    keys: list[SampleKey] = []

    def reply(_: Content, key: SampleKey) -> str:
        keys.append(key)
        return "7"

    backend = ScriptedBackend(reply)
    Twice().invoke(SUM, backend=backend)
    assert [key.occurrence for key in keys] == [0, 1]
    assert keys[0].path == keys[1].path
    assert keys[0].seed != keys[1].seed
    keys.clear()
    Twice(temperature=0.0).invoke(SUM, backend=backend)
    assert keys[0] == keys[1]
    assert keys[0].path == ()


def test_the_same_call_asks_for_the_same_samples_and_another_seed_for_others() -> None:
    def keys_of(seed: int) -> list[SampleKey]:
        backend = ScriptedBackend(["7", "7"])
        Twice().invoke(SUM, backend=backend, seed=seed)
        return [key for request in backend.requests for key in request.samples]

    assert keys_of(0) == keys_of(0)
    assert not set(keys_of(0)) & set(keys_of(1))


@dataclass(frozen=True, slots=True)
class Improving(Chain):
    """Proposes each reply, and ends only with its allowance."""

    async def solve(self, problem: Problem, run: Run) -> Solution:
        for _ in range(20):
            run.propose(await run.ask("direct", sampling=Sampling(temperature=1.0, max_tokens=10)))
        return run.conclude(problem)


@pytest.mark.parametrize("calls", range(6))
def test_a_budget_that_ends_anywhere_gives_the_best_so_far(calls: int) -> None:
    backend = ScriptedBackend([str(i) for i in range(20)])
    solution = Improving().invoke(SUM, backend=backend, budget=Budget(calls=calls))
    assert solution.answer == (str(calls - 1) if calls else None)
    assert solution.stop_reason == "budget"
    assert solution.usage.calls == calls


def test_a_budget_of_tokens_is_never_passed() -> None:
    for tokens in range(0, 400, 37):
        backend = ScriptedBackend(lambda *_: "9 " * 10)
        solution = Improving().invoke(SUM, backend=backend, budget=Budget(tokens=tokens))
        assert solution.usage.tokens <= tokens
        assert solution.stop_reason == "budget"


def test_a_budget_of_seconds_cancels_what_is_in_flight() -> None:
    cancelled = []

    async def slowly(_: Content, __: SampleKey) -> str:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise
        return "7"

    solution = Direct().invoke(SUM, backend=ScriptedBackend(slowly), budget=Budget(seconds=0.05))
    assert (solution.answer, solution.stop_reason) == (None, "budget")
    assert cancelled == [True]


def test_a_token_budget_needs_a_limit_of_each_reply() -> None:
    async def unlimited(_: object) -> list[Completion]:
        return [Completion("7")]

    with pytest.raises(UserMistake, match="max_tokens"):
        Direct().invoke(SUM, backend=unlimited, budget=Budget(tokens=100))
    assert Direct().invoke(SUM, backend=unlimited).answer == "7"


def test_what_was_paid_for_is_kept_where_a_later_call_fails() -> None:
    lost = BackendError("lost")
    backend = ScriptedBackend(["3 + 4 = 7. The answer is 7.", lost])
    solution = ZeroShotCoT(two_stage=True).invoke(SUM, backend=backend)
    assert (solution.answer, solution.stop_reason) == ("7", "failed")
    plain = Capabilities(n=True)
    backend = ScriptedBackend(['{"name": "Rex"}', lost], capabilities=plain)
    solution = Direct().invoke(PET, backend=backend)
    assert (solution.answer, solution.stop_reason, solution.text) == (
        None,
        "unparsed",
        '{"name": "Rex"}',
    )


def test_a_second_stage_that_cannot_be_read_leaves_the_answer_of_the_first() -> None:
    backend = ScriptedBackend(["The answer is 7.", "hmm I am\nnot sure"])
    solution = ZeroShotCoT(two_stage=True).invoke(SUM, backend=backend)
    assert (solution.answer, solution.stop_reason) == ("7", "answered")


def test_reasoning_is_not_asked_for_json() -> None:
    backend = ScriptedBackend(["A dog, I think.", '{"name": "Rex", "age": 3}'])
    solution = ZeroShotCoT(two_stage=True).invoke(PET, backend=backend)
    assert solution.value == Pet(name="Rex", age=3)
    assert [ask.label for ask in solution.trace.asks] == [
        "zero_shot_cot/think",
        "zero_shot_cot/extract",
    ]


@dataclass(frozen=True, slots=True)
class Guessing(Chain):
    """Proposes the solution of another chain."""

    async def solve(self, problem: Problem, run: Run) -> Solution:
        run.propose(await run.solve(Direct(), problem, "guess"))
        return run.conclude(problem, await run.ask("zero_shot_cot"))


def test_a_solution_can_be_proposed() -> None:
    backend = ScriptedBackend(["8", "The answer is 7."])
    solution = Guessing().invoke(SUM, backend=backend, budget=Budget(calls=1))
    assert (solution.answer, solution.stop_reason) == ("8", "budget")


@dataclass(frozen=True, slots=True)
class Odd(Chain):
    async def solve(self, problem: Problem, run: Run) -> Solution:
        return "7"  # type: ignore[return-value]


def test_a_chain_that_gives_no_solution_is_told() -> None:
    with pytest.raises(UserMistake, match=r"Odd\.solve gave str, no Solution"):
        Odd().invoke(SUM, backend=ScriptedBackend(["7"]))


def test_a_million_voters_end_with_the_budget() -> None:
    chain = SelfConsistency(Direct(), samples=1_000_000)
    backend = ScriptedBackend(lambda *_: "7")
    solution = chain.invoke(SUM, backend=backend, budget=Budget(calls=3))
    assert (solution.answer, solution.stop_reason) == ("7", "budget")


def test_a_budget_says_what_did_not_fit() -> None:
    backend = ScriptedBackend(["7"])
    solution = Direct().invoke(SUM, backend=backend, budget=Budget(tokens=300))
    (note,) = solution.trace.spans("note")
    assert "up to" in str(note.data["reason"])
    assert "300 are left" in str(note.data["reason"])


def test_an_error_of_the_backend_is_raised_where_nothing_was_answered() -> None:
    with pytest.raises(BackendError, match="no route"):
        Direct().invoke(SUM, backend=ScriptedBackend([BackendError("no route")]))


class Pet(BaseModel):
    name: str
    age: int


PET = Problem("Which pet?", kind="json", schema=Pet)


def test_a_json_problem_gives_a_validated_value_by_the_backends_schema() -> None:
    backend = ScriptedBackend(['{"name": "Rex", "age": 3}'])
    solution = Direct().invoke(PET, backend=backend)
    assert solution.value == Pet(name="Rex", age=3)
    assert sent(backend).schema is not None


def test_a_json_answer_that_does_not_fit_is_repaired_once() -> None:
    plain = Capabilities(n=True)
    backend = ScriptedBackend(['{"name": "Rex"}', '{"name": "Rex", "age": 3}'], capabilities=plain)
    solution = Direct().invoke(PET, backend=backend)
    assert solution.value == Pet(name="Rex", age=3)
    assert sent(backend).schema is None
    assert [ask.label for ask in solution.trace.asks] == ["direct", "repair_json"]
    assert "age: Field required" in sent(backend, 1).messages[-1].content

    backend = ScriptedBackend(["no", "still no"], capabilities=plain)
    solution = Direct().invoke(PET, backend=backend)
    assert (solution.answer, solution.value, solution.stop_reason) == (None, None, "unparsed")
    assert len(backend.requests) == 2


def test_two_stages_send_the_steps_back_and_read_the_first_answer() -> None:
    backend = ScriptedBackend(["She has 3 + 4 = 7 pens of 9.", "7. Then 12."])
    solution = ZeroShotCoT(two_stage=True).invoke(SUM, backend=backend)
    assert solution.answer == "7"
    assert solution.text == "She has 3 + 4 = 7 pens of 9.\n7. Then 12."
    assert [m.role for m in sent(backend, 1).messages] == ["user", "assistant", "user"]
    assert sent(backend, 1).messages[-1].content == "Therefore, the answer (arabic numerals) is"


@dataclass(frozen=True, slots=True)
class Prefilled(Chain):
    async def solve(self, problem: Problem, run: Run) -> Solution:
        return run.conclude(problem, await run.ask("direct", prefill="So the answer is"))


def test_a_prefill_goes_along_or_is_spoken_where_the_backend_takes_none() -> None:
    backend = ScriptedBackend([" 7."])
    assert Prefilled().invoke(SUM, backend=backend).answer == "7"
    assert sent(backend).prefill == "So the answer is"
    backend = ScriptedBackend([" 7."], capabilities=Capabilities(n=True))
    solution = Prefilled().invoke(SUM, backend=backend)
    assert sent(backend).prefill == ""
    assert sent(backend).messages[-1].content.endswith("\nSo the answer is")
    assert "prefill sent as text" in str(solution.trace.asks[0].data["notes"])


def test_a_need_that_the_backend_does_not_meet_is_an_error_before_anything_is_paid() -> None:
    backend = ScriptedBackend(["7"])
    with pytest.raises(UserMistake, match="log-probabilities is needed"):
        Direct().invoke(SUM, backend=backend, sampling=Sampling(logprobs=2))
    assert backend.requests == []


def test_usage_counts_each_sample_alone_and_the_bill_what_was_bought() -> None:
    backend = ScriptedBackend(["7"])
    solution = Direct().invoke(SUM, backend=backend)
    assert solution.usage == solution.bill == Usage(1, 1, 10, 1)


@dataclass(frozen=True, slots=True)
class Proposing(Chain):
    """Proposes an answer, then a reply without one."""

    async def solve(self, problem: Problem, run: Run) -> Solution:
        run.propose(await run.ask("direct"))
        run.propose(await run.ask("direct"))
        return run.conclude(problem, await run.ask("direct"))


def test_a_proposal_without_an_answer_does_not_replace_one() -> None:
    backend = ScriptedBackend(["5", "no\nidea"])
    solution = Proposing().invoke(
        Problem("What is 2 + 3?", kind="number"), backend=backend, budget=Budget(calls=2)
    )
    assert (solution.answer, solution.stop_reason) == ("5", "budget")


@dataclass(frozen=True, slots=True)
class Echoing(Chain):
    """Asks one template with several variables."""

    values: tuple[object, ...]

    async def solve(self, problem: Problem, run: Run) -> Solution:
        for value in self.values:
            reply = await run.ask("echo", x=value)
        return run.conclude(problem, reply)


def test_equal_variables_that_look_different_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "echo.jinja").write_text("{{ x }}", encoding="utf-8")
    backend = ScriptedBackend(["a"] * 4)
    Echoing((1, True, 1.0, "1")).invoke("What?", backend=backend, project=str(tmp_path))
    said = [request.content.messages[0].content for request in backend.requests]
    assert said == ["1", "True", "1.0", "1"]


@dataclass(frozen=True, slots=True)
class Needy(Chain):
    """Needs what it is told to."""

    wants: tuple[str, ...]

    def requires(self) -> tuple[str, ...]:
        return self.wants

    async def solve(self, problem: Problem, run: Run) -> Solution:
        return run.conclude(problem, await run.ask("direct"))


def test_what_a_chain_needs_is_checked_before_anything_is_paid() -> None:
    backend = ScriptedBackend(["a"], capabilities=Capabilities(seed="none"))
    for needs, error in ((("seed",), CapabilityMissing), (("prefil",), UnknownName)):
        with pytest.raises(error):
            Needy(needs).invoke("What?", backend=backend)
    many = ScriptedBackend(["a"], capabilities=Capabilities(logprobs=True, top_logprobs=20))
    with pytest.raises(CapabilityMissing, match="at most 20"):
        Direct().invoke("What?", backend=many, sampling=Sampling(logprobs=50))
    assert backend.requests == many.requests == []


@dataclass(frozen=True, slots=True)
class Labelled(Chain):
    """Gives a label that is none."""

    async def solve(self, problem: Problem, run: Run) -> Solution:
        return await run.solve(Direct(), problem, Path("x"))  # type: ignore[arg-type]


def test_a_label_is_a_text_or_a_number() -> None:
    with pytest.raises(UserMistake, match=r"label of run\.solve"):
        Labelled().invoke("What?", backend=ScriptedBackend(["a"]))


@pytest.mark.parametrize("schema", [Callable, "Later"])
def test_a_schema_that_has_no_spelling_is_told(schema: object) -> None:
    problem = Problem("What?", "json", schema=schema)
    with pytest.raises(UserMistake, match="schema"):
        Direct().invoke(problem, backend=ScriptedBackend(["1"]))
