from __future__ import annotations

import copy
import math
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from reasoning_chains import (
    BetaRule,
    Budget,
    Direct,
    EmbeddedBackend,
    FewShotCoT,
    LeastToMost,
    Message,
    Problem,
    ReAct,
    Sampling,
    ScriptedBackend,
    SelfAsk,
    SelfConsistency,
    UnanimousWindow,
    UserMistake,
    equivalent,
    extract_answer,
    majority,
    parse_chain,
)
from reasoning_chains.backends.local import TransformersBackend
from reasoning_chains.errors import (
    BackendError,
    CapabilityMissing,
    HostedError,
    MissingPackage,
    ReasoningChainsError,
    UnknownName,
    shown,
)
from reasoning_chains.secrets import Secret

MISTAKES: list[tuple[Any, dict[str, Any], str]] = [
    (Problem, {"question": 5}, r"question=….* must be text, found 5"),
    (Problem, {"question": None}, "must be text, found None"),
    (Problem, {"question": " "}, "the question is empty"),
    (Problem, {"question": "q", "context": 3}, "context=….* must be text"),
    (Problem, {"question": "q", "id": 3}, "id=….* must be text"),
    (Problem, {"question": "q", "kind": ["text"]}, "unknown kind"),
    (BetaRule, {"threshold": "0.9"}, "threshold must be a number, found '0.9'"),
    (BetaRule, {"threshold": math.nan}, "threshold=nan"),
    (BetaRule, {"window": 0}, "window=0"),
    (UnanimousWindow, {"window": 2.5}, "window must be a whole number, found 2.5"),
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
    (Sampling, {"temperature": "1"}, "temperature must be a number, found '1'"),
    (Sampling, {"temperature": True}, "must be a number"),
    (Sampling, {"temperature": math.nan}, "at least 0"),
    (Sampling, {"temperature": math.inf}, "at least 0"),
    (Sampling, {"top_p": 0}, "at least 1e-06"),
    (Sampling, {"top_p": 1.5}, "at most 1"),
    (Sampling, {"top_k": 1.5}, "must be a whole number"),
    (Sampling, {"max_tokens": 0}, "at least 1"),
    (Sampling, {"logprobs": -1}, "at least 0"),
    (Sampling, {"temperature": 10**400}, "at most 9.22337e"),
    (Sampling, {"max_tokens": 10**30}, "at most 9.22337e"),
    (ScriptedBackend, {"replies": 5}, "a list of replies or a function, found 5"),
    (ScriptedBackend, {"replies": {"q": "7"}}, "found a dict"),
    (EmbeddedBackend, {"max_rows": 0}, "max_rows=0: it must be at least 1"),
    (EmbeddedBackend, {"max_rows": None}, "max_rows must be a whole number"),
    (EmbeddedBackend, {"folder": 3}, "folder must be text"),
    (EmbeddedBackend, {"cache_bytes": -1}, "cache_bytes=-1"),
    (TransformersBackend, {"path": "x", "device": 3}, "device must be text or None"),
    (TransformersBackend, {"path": "x", "max_rows": 1.5}, "max_rows must be a whole number"),
    (parse_chain, {"text": None}, "the spelling of a chain must be text, found None"),
    (extract_answer, {"text": None}, "the reply must be text, found None"),
    (extract_answer, {"text": "B", "kind": "choice", "choices": [1]}, "each of choices must be"),
    (equivalent, {"a": 7, "b": "7"}, "an answer must be text or None, found 7"),
    (majority, {"answers": "abc"}, "majority wants a list of answers, found 'abc'"),
    (majority, {"answers": ["a"], "weights": ["x"]}, "weight 0 is 'x'"),
    (Direct, {"template": 3}, "must be text"),
    (FewShotCoT, {"shots": 1.5}, "shots must be a whole number or None, found 1.5"),
    (FewShotCoT, {"exemplars": None}, "exemplars must be text"),
    (SelfConsistency, {"chain": Direct}, "must be a chain, found the class Direct: write Direct"),
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


async def parrot(_: object) -> None: ...


SHOWN: list[tuple[object, str]] = [
    ("x", "'x'"),
    ("x" * 10**6, "'" + "x" * 59 + "…'"),
    (None, "None"),
    (0.5, "0.5"),
    (10**5_000, "a number of more than 60 digits"),
    (True, "True"),
    (["x"] * 10**6, "a list"),
    (object(), "an object"),
    (parrot, "the function parrot"),
    (Direct, "the class Direct: write Direct(...)"),
    (Secret("sk-canary-0123456789", "https://example.org"), "a Secret"),
]


@pytest.mark.parametrize(("value", "words"), SHOWN, ids=[words[:20] for _, words in SHOWN])
def test_a_value_is_named_in_few_words(value: object, words: str) -> None:
    assert shown(value) == words
    with pytest.raises(UserMistake) as caught:
        Problem("q", history=value)  # type: ignore[arg-type]
    told = str(caught.value)
    assert len(told) < 300
    assert not any(raw in told for raw in (" at 0x", "<class", "<function", "canary"))


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


def test_half_a_surrogate_pair_is_no_text() -> None:
    for make in (
        lambda: Problem("bad \ud800"),
        lambda: Problem("q", context="\udcff"),
        lambda: Problem("q", choices=("a", "\udcff")),
        lambda: Message("user", "\ud800"),
    ):
        with pytest.raises(UserMistake, match="no text at character"):
            make()
    assert Problem("ok 😀").question == "ok 😀"


def test_choices_make_a_choice() -> None:
    assert Problem("Which?", choices=("seven", "red")).kind == "choice"
    with pytest.raises(UserMistake, match="they go with 'choice'"):
        Problem("Which?", "number", ("1", "2"))


@pytest.mark.parametrize(
    ("chain", "setting"),
    [(ReAct, "max_steps"), (LeastToMost, "max_parts"), (SelfAsk, "shots"), (Budget, "calls")],
)
def test_none_is_a_number_only_where_it_means_no_limit(chain: Any, setting: str) -> None:
    if chain is Budget:
        assert getattr(chain(**{setting: None}), setting) is None
        return
    with pytest.raises(UserMistake, match=f"{setting} must be a whole number, found None"):
        chain(**{setting: None})


def test_inputs_are_copied_and_have_names_that_can_stand_in_a_template() -> None:
    told = {"age": 4}
    problem = Problem("?", inputs=told)
    told["age"] = 5
    assert problem.inputs == {"age": 4}
    assert hash(problem) == hash(Problem("?", inputs={"age": 5}))
    for odd in ({"a b": 1}, {1: 2}, [("a", 1)], {"": 1}):
        with pytest.raises(UserMistake, match=r"Problem\(inputs=…\)"):
            Problem("?", inputs=odd)  # type: ignore[arg-type]
