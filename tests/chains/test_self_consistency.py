from __future__ import annotations

import math
from dataclasses import dataclass

import pytest

from reasoning_chains import (
    BackendError,
    BetaRule,
    Budget,
    Chain,
    Problem,
    Run,
    Sampling,
    ScriptedBackend,
    SelfConsistency,
    Solution,
    UnanimousWindow,
    UserMistake,
    ZeroShotCoT,
)
from reasoning_chains.types import Capabilities, Completion, Content, SampleKey, TokenLogprob

SUM = Problem("What is 3 + 4?", kind="number")
ALL = Capabilities(n=True, logprobs=True)


def replies(*answers: str) -> ScriptedBackend:
    return ScriptedBackend([f"The answer is {answer}." for answer in answers])


def test_the_majority_wins_and_its_share_is_the_confidence() -> None:
    backend = replies("7", "6", "7.0", "7", "5")
    solution = SelfConsistency(ZeroShotCoT(), samples=5).invoke(SUM, backend=backend)
    assert (solution.answer, solution.confidence) == ("7", 0.6)
    assert [candidate.answer for candidate in solution.candidates] == ["7", "6", "7", "7", "5"]
    assert [request.n for request in backend.requests] == [5]
    assert (solution.usage.calls, solution.usage.requests) == (5, 1)
    assert all(r.content.sampling.temperature == 0.7 for r in backend.requests)


def test_what_cannot_be_read_does_not_vote_and_is_counted() -> None:
    backend = ScriptedBackend(["no\nidea", "no\nidea", "The answer is 7."])
    solution = SelfConsistency(ZeroShotCoT(), samples=3).invoke(SUM, backend=backend)
    assert (solution.answer, solution.confidence) == ("7", 1.0)
    assert solution.trace.spans("vote")[0].data["abstained"] == 2
    solution = SelfConsistency(ZeroShotCoT(), samples=2).invoke(
        SUM, backend=ScriptedBackend(["no\nidea"] * 2)
    )
    assert (solution.answer, solution.confidence, solution.stop_reason) == (None, None, "unparsed")


def test_a_tie_goes_to_the_lowest_index() -> None:
    chain = SelfConsistency(ZeroShotCoT(), samples=4)
    assert chain.invoke(SUM, backend=replies("6", "7", "7", "6")).answer == "6"


def test_the_beta_rule_stops_when_the_vote_is_decided() -> None:
    backend = replies(*["7"] * 40)
    chain = SelfConsistency(ZeroShotCoT(), samples=40, stop=BetaRule(window=1))
    assert chain.invoke(SUM, backend=backend).usage.calls == 4
    backend = replies("6", *["7"] * 40)
    assert chain.invoke(SUM, backend=backend).usage.calls == 7


def test_a_unanimous_window_stops() -> None:
    backend = replies("6", "7", "7", "7", "7", "7")
    chain = SelfConsistency(ZeroShotCoT(), samples=9, stop=UnanimousWindow(3))
    solution = chain.invoke(SUM, backend=backend)
    assert solution.usage.calls == 6
    assert [request.n for request in backend.requests] == [3, 3]


def test_one_failing_sample_loses_only_itself_and_all_failing_raises() -> None:
    backend = ScriptedBackend(
        ["The answer is 7.", BackendError("lost"), "The answer is 7.", "The answer is 6."]
    )
    solution = SelfConsistency(ZeroShotCoT(), samples=4).invoke(SUM, backend=backend)
    assert (solution.answer, solution.usage.calls) == ("7", 3)
    assert [c.stop_reason for c in solution.candidates].count("failed") == 1
    with pytest.raises(BackendError, match="lost"):
        SelfConsistency(ZeroShotCoT(), samples=2).invoke(
            SUM, backend=ScriptedBackend([BackendError("lost")] * 2)
        )


def test_nested_voters_still_travel_together() -> None:
    backend = replies(*["7"] * 6)
    chain = SelfConsistency(SelfConsistency(ZeroShotCoT(), samples=3), samples=2)
    assert chain.invoke(SUM, backend=backend).answer == "7"
    assert [request.n for request in backend.requests] == [6]
    assert len(set(backend.requests[0].samples)) == 6


def test_a_budget_that_ends_gives_the_vote_so_far() -> None:
    chain = SelfConsistency(ZeroShotCoT(), samples=8)
    for calls in range(1, 8):
        backend = replies("7", *["6"] * 7)
        solution = chain.invoke(SUM, backend=backend, budget=Budget(calls=calls))
        assert solution.answer == ("7" if calls < 3 else "6")
        assert solution.stop_reason == "budget"
        assert solution.usage.calls == calls
    solution = chain.invoke(SUM, backend=replies(), budget=Budget(calls=0))
    assert (solution.answer, solution.stop_reason) == (None, "budget")


def test_votes_are_weighed_by_probability_where_that_is_wanted() -> None:
    def reply(_: Content, key: SampleKey) -> Completion:
        likely = key.path[-1] == 0
        token = TokenLogprob("x", -0.1 if likely else -2.0)
        return Completion(f"The answer is {7 if likely else 6}.", logprobs=(token,))

    chain = SelfConsistency(ZeroShotCoT(), samples=3, weights="probability")
    backend = ScriptedBackend(reply, capabilities=ALL)
    assert chain.invoke(SUM, backend=backend).answer == "7"
    assert backend.requests[0].content.sampling.logprobs == 0
    with pytest.raises(UserMistake, match=r"logprobs .by SelfConsistency"):
        chain.invoke(SUM, backend=ScriptedBackend(["7"] * 3))


def test_votes_are_weighed_by_the_confidence_of_voters_that_have_one() -> None:
    inner = SelfConsistency(ZeroShotCoT(), samples=2)
    backend = replies("7", "7", "6", "5", "6", "4")
    chain = SelfConsistency(inner, samples=3, weights="confidence")
    solution = chain.invoke(SUM, backend=backend)
    assert solution.trace.spans("vote")[-1].data["votes"] == {"7": 1.0, "6": 1.0}
    assert solution.answer == "7"


def test_voters_at_temperature_zero_are_refused() -> None:
    with pytest.raises(UserMistake, match="temperature 0"):
        SelfConsistency(ZeroShotCoT()).invoke(
            SUM, backend=replies("7"), sampling=Sampling(temperature=0)
        )


def test_an_electorate_of_none_is_refused() -> None:
    with pytest.raises(UserMistake, match="samples=0"):
        SelfConsistency(ZeroShotCoT(), samples=0)
    with pytest.raises(UserMistake, match="unknown self_consistency weights 'best'"):
        SelfConsistency(ZeroShotCoT(), weights="best")  # type: ignore[arg-type]


def test_a_backend_that_goes_down_keeps_the_votes_that_were_cast() -> None:
    down = BackendError("down")
    backend = ScriptedBackend(
        ["The answer is 1.", "The answer is 2.", "The answer is 1.", *[down] * 9]
    )
    chain = SelfConsistency(ZeroShotCoT(), samples=12, stop=UnanimousWindow(3))
    solution = chain.invoke(SUM, backend=backend)
    assert (solution.answer, solution.stop_reason) == ("1", "failed")
    assert solution.confidence == pytest.approx(2 / 3)
    assert [c.answer for c in solution.candidates] == ["1", "2", "1", None, None, None]
    assert sum(request.n for request in backend.requests) == 6


@dataclass(frozen=True, slots=True)
class Twice(Chain):
    """Asks twice."""

    async def solve(self, problem: Problem, run: Run) -> Solution:
        run.propose(await run.ask("direct"))
        return run.conclude(problem, await run.ask("direct"))


@dataclass(frozen=True, slots=True)
class Spent(Chain):
    """Ends by the end of an allowance of its own."""

    async def solve(self, problem: Problem, run: Run) -> Solution:
        return await run.solve(Twice(), problem, "inside", budget=Budget(calls=1))


def test_an_allowance_of_a_voter_does_not_end_the_election() -> None:
    chain = SelfConsistency(Spent(), samples=6, stop=UnanimousWindow(2))
    backend = ScriptedBackend([f"The answer is {i}." for i in range(12)])
    solution = chain.invoke(SUM, backend=backend)
    assert (len(solution.candidates), solution.stop_reason) == (6, "answered")
    spent = chain.invoke(SUM, backend=replies(*"123456"), budget=Budget(calls=3))
    assert spent.stop_reason == "budget"


def test_the_probability_of_a_vote_inside_of_a_vote_and_of_two_stages() -> None:
    def reply(content: Content, _: SampleKey) -> Completion:
        last = content.messages[-1].content.startswith("Therefore")
        token = TokenLogprob("x", 0.0 if last else -1.0)
        return Completion("The answer is 7.", logprobs=(token, token) if last else (token,) * 6)

    for inner, mean in (
        (SelfConsistency(ZeroShotCoT(), samples=2), -1.0),
        (ZeroShotCoT(two_stage=True), -0.75),
    ):
        chain = SelfConsistency(inner, samples=3, weights="probability")
        solution = chain.invoke(SUM, backend=ScriptedBackend(reply, capabilities=ALL))
        assert (solution.answer, solution.confidence) == ("7", 1.0)
        assert [c.weight for c in solution.candidates] == [pytest.approx(math.exp(mean))] * 3


def test_where_nothing_is_known_of_probabilities_voters_count_alike() -> None:
    backend = ScriptedBackend(["The answer is 7."] * 3, capabilities=ALL)
    chain = SelfConsistency(ZeroShotCoT(), samples=3, weights="probability")
    assert chain.invoke(SUM, backend=backend).confidence == 1.0


def test_a_budget_ends_a_hundred_million_voters_at_once() -> None:
    chain = SelfConsistency(ZeroShotCoT(), samples=100_000_000)
    solution = chain.invoke(SUM, backend=replies(*["7"] * 300), budget=Budget(calls=3))
    assert (solution.answer, solution.stop_reason) == ("7", "budget")
    assert len(solution.candidates) < 300  # those that were under way
