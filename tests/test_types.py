from __future__ import annotations

import copy
import math
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from reasoning_chains import (
    BetaRule,
    Direct,
    FewShotCoT,
    Message,
    Problem,
    Sampling,
    SelfConsistency,
    UserMistake,
)
from reasoning_chains.errors import (
    BackendError,
    CapabilityMissing,
    HostedError,
    MissingPackage,
    ReasoningChainsError,
    UnknownName,
)

MISTAKES: list[tuple[Any, dict[str, Any], str]] = [
    (Problem, {"question": 5}, r"question=….* must be text, found 5"),
    (Problem, {"question": None}, "must be text, found None"),
    (Problem, {"question": " "}, "the question is empty"),
    (Problem, {"question": "q", "context": 3}, "context=….* must be text"),
    (Problem, {"question": "q", "id": 3}, "id=….* must be text"),
    (Problem, {"question": "q", "kind": ["text"]}, "unknown kind"),
    (Problem, {"question": "q", "choices": "abc"}, r"a list, found 'abc': write \['abc'\]"),
    (Problem, {"question": "q", "choices": 3}, "choices=….* must be a list, found 3"),
    (Problem, {"question": "q", "choices": [1, 2]}, "each of .*choices=….* must be text"),
    (Problem, {"question": "q", "choices": ["a"] * 27}, "at most 26 have a letter"),
    (Problem, {"question": "q", "choices": ["a", " "]}, "choice 2 is empty"),
    (Problem, {"question": "q", "choices": ["a", "b", "a "]}, "choice 3 is empty, or equal"),
    (
        Problem,
        {"question": "q", "history": [{"role": "user", "content": "x"}]},
        r"must be a Message, found .*: write Message\(\"user\", \"…\"\)",
    ),
    (Problem, {"question": "q", "history": "x"}, "history=….* must be a list"),
    (Message, {"role": "usr", "content": "x"}, "did you mean user"),
    (Message, {"role": "user", "content": None}, "content=….* must be text"),
    (Sampling, {"stop": "\n\n"}, "sampling stop must be a list"),
    (Sampling, {"stop": [3]}, "each of sampling stop must be text"),
    (Sampling, {"temperature": "1"}, "temperature must be a number or None, found '1'"),
    (Sampling, {"temperature": True}, "must be a number"),
    (Sampling, {"temperature": math.nan}, "at least 0"),
    (Sampling, {"temperature": math.inf}, "at least 0"),
    (Sampling, {"top_p": 0}, "at least 1e-06"),
    (Sampling, {"top_p": 1.5}, "at most 1"),
    (Sampling, {"top_k": 1.5}, "must be a whole number"),
    (Sampling, {"max_tokens": 0}, "at least 1"),
    (Sampling, {"logprobs": -1}, "at least 0"),
    (Direct, {"template": 3}, "must be text"),
    (FewShotCoT, {"shots": 1.5}, "shots must be a whole number or None, found 1.5"),
    (FewShotCoT, {"exemplars": None}, "exemplars must be text"),
    (SelfConsistency, {"chain": Direct}, "must be a chain, found <class"),
    (SelfConsistency, {"chain": "direct"}, "must be a chain"),
    (SelfConsistency, {"chain": Direct(), "samples": True}, "whole number"),
    (SelfConsistency, {"chain": Direct(), "samples": 2.0}, "whole number"),
    (SelfConsistency, {"chain": Direct(), "stop": BetaRule}, "a stop rule"),
    (SelfConsistency, {"chain": Direct(), "stop": Direct()}, "a stop rule"),
]


@pytest.mark.parametrize(
    ("made", "given", "told"), MISTAKES, ids=[f"{m.__name__}-{g}"[:80] for m, g, _ in MISTAKES]
)
def test_a_wrong_value_is_a_users_mistake(made: Any, given: dict[str, Any], told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        made(**given)


def test_lists_become_tuples_and_26_choices_have_letters() -> None:
    choices = [f"the {i}th" for i in range(26)]
    problem = Problem("q", "choice", choices, history=[Message("user", "x")])  # type: ignore[arg-type]
    assert problem.choices == tuple(choices)
    assert problem.history == (Message("user", "x"),)
    assert Sampling(stop=["a"], top_p=1, logprobs=0).stop == ("a",)  # type: ignore[arg-type]


def hosted() -> HostedError:
    error = HostedError("cut", retryable=True, status=503)
    error.retry_after = 2.0
    return error


ERRORS = [
    UnknownName("chain", "direkt", ["direct"]),
    MissingPackage("this", "torch", "local"),
    CapabilityMissing("a prefill", "openai", "give text"),
    UserMistake("no"),
    BackendError("no", retryable=True, status=429),
    hosted(),
]


def raised(place: int) -> None:
    raise ERRORS[place]


def same(one: BaseException, other: BaseException) -> bool:
    return (type(one), str(one), vars(one)) == (type(other), str(other), vars(other))


@pytest.mark.parametrize("error", ERRORS, ids=[type(error).__name__ for error in ERRORS])
def test_an_error_can_be_copied(error: ReasoningChainsError) -> None:
    assert same(copy.copy(error), error)
    assert same(copy.deepcopy(error), error)


def test_an_error_comes_back_from_another_process() -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        for place, error in enumerate(ERRORS):
            found = pool.submit(raised, place).exception()
            assert found is not None
            found.__cause__ = None
            assert (type(found), str(found)) == (type(error), str(error))
