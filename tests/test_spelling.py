from __future__ import annotations

import contextlib
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains import (
    Analogical,
    BetaRule,
    Cascade,
    Chain,
    Direct,
    Ensemble,
    Fallback,
    FewShotCoT,
    On,
    PlanAndSolve,
    Refine,
    ScriptedBackend,
    SelfConsistency,
    StepBack,
    UnanimousWindow,
    UniversalSelfConsistency,
    UserMistake,
    ZeroShotCoT,
    parse_chain,
)
from reasoning_chains.spelling import spell

ROUND_TRIPS = [
    (Direct(), "direct"),
    (ZeroShotCoT(two_stage=True), "zero_shot_cot(two_stage=True)"),
    (FewShotCoT(shots=2), "few_shot_cot(shots=2)"),
    (SelfConsistency(Direct()), "self_consistency(chain=direct)"),
    (
        SelfConsistency(FewShotCoT(exemplars="dates"), samples=40, stop=BetaRule(window=2)),
        "self_consistency(chain=few_shot_cot(exemplars='dates'), samples=40, "
        "stop=beta_rule(window=2))",
    ),
    (StepBack(), "step_back"),
    (Analogical(recall=3), "analogical(recall=3)"),
    (PlanAndSolve(plus=True, two_stage=True), "plan_and_solve(plus=True, two_stage=True)"),
    (Refine(), "refine"),
    (Refine(Direct(), rounds=1), "refine(chain=direct, rounds=1)"),
    (UniversalSelfConsistency(Direct()), "universal_self_consistency(chain=direct)"),
    (
        Cascade((SelfConsistency(Direct()), StepBack()), accept=0.7),
        "cascade(chains=(self_consistency(chain=direct), step_back), accept=0.7)",
    ),
    (Fallback((Direct(),)), "fallback(chains=(direct,))"),
    (
        Ensemble((Direct(), ZeroShotCoT()), weights=(1, 2.5)),
        "ensemble(chains=(direct, zero_shot_cot), weights=(1, 2.5))",
    ),
    (
        Cascade((On(ZeroShotCoT(), "embedded"), On(Direct(), "openai:gpt-x"))),
        "cascade(chains=(on(chain=zero_shot_cot, backend='embedded'), "
        "on(chain=direct, backend='openai:gpt-x')))",
    ),
    (
        SelfConsistency(SelfConsistency(Direct(), samples=3), stop=UnanimousWindow()),
        "self_consistency(chain=self_consistency(chain=direct, samples=3), stop=unanimous_window)",
    ),
]


@pytest.mark.parametrize(("chain", "text"), ROUND_TRIPS, ids=[text for _, text in ROUND_TRIPS])
def test_a_chain_is_written_and_read_back(chain: Chain, text: str) -> None:
    assert spell(chain) == text
    assert parse_chain(text) == chain


def test_arguments_may_stand_in_order() -> None:
    assert parse_chain(" self_consistency( zero_shot_cot , 5 ) ") == SelfConsistency(
        ZeroShotCoT(), samples=5
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is no chain"),
        ("direct(", "is no chain"),
        ("direkt", "did you mean direct"),
        ("direct(samples=3)", "unknown argument of direct 'samples'"),
        ("direct(1, 2, 3)", "takes at most"),
        ("direct(template=3)", "must be text, found 3"),
        ("self_consistency(direct, samples='8')", "must be a whole number, found '8'"),
        ("self_consistency(direct, samples=True)", "must be a whole number"),
        ("self_consistency(direct, samples=0)", "samples=0"),
        ("self_consistency(samples=3)", "self_consistency needs chain=…"),
        ("self_consistency('direct')", "must be a chain"),
        ("self_consistency(direct, stop=3)", "must be None or a stop rule, found 3"),
        ("self_consistency(direct, stop=direct)", "must be None or a stop rule"),
        ("self_consistency(direct, chain=direct)", "is given chain twice"),
        ("direct(template='a', template='b')", "is given template twice"),
        ("few_shot_cot(shots=1.5)", "must be a whole number or None, found 1.5"),
        ("+".join("1" * 1000), "has no place in a chain"),
        ("cascade(direct)", r"takes its chains as one list: cascade\(\("),
        ("cascade(direct, zero_shot_cot)", r"takes its chains as one list: cascade\(\("),
        ("ensemble(())", "ensemble chains must be a list of chains, found an empty one"),
        ("react(calculator)", "A text stands in quotes: 'calculator'"),
        ("cascade(('direct',))", "each of cascade chains must be a chain, found 'direct'"),
        ("cascade((direct,), accept=2)", "accept=2"),
        ("on(direct, direct)", "on backend must be a backend or the name of one"),
        ("refine('direct')", "must be a chain"),
        ("beta_rule", "is no chain"),
        ("'direct'", "is no chain"),
        ("__import__('os')", "unknown chain"),
        ("direct.solve", "has no place in a chain"),
        ("[direct for _ in 'ab']", "has no place in a chain"),
        ("direct if 1 else direct", "has no place in a chain"),
        ("self_consistency(**{})", "has no place|unknown argument"),
        ("self_consistency(" * 21 + "direct" + ")" * 21, "nested more than 20"),
        ("(" * 900 + ")" * 900, "is no chain|nested"),
        ("direct" + " " * 2000, "characters"),
        ("direct\0", "is no chain"),
    ],
)
def test_what_is_no_chain_is_refused_in_one_line(text: str, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        parse_chain(text)


@given(st.text(max_size=60))
@settings(derandomize=True, max_examples=200)
def test_any_text_is_a_chain_or_a_user_mistake(text: str) -> None:
    with contextlib.suppress(UserMistake):
        parse_chain(text)


@dataclass(frozen=True, slots=True)
class Mine(Chain):
    """A chain of one's own."""


def test_a_backend_that_is_no_name_has_no_spelling() -> None:
    with pytest.raises(UserMistake, match="ScriptedBackend has no spelling"):
        spell(On(Direct(), ScriptedBackend([])))


def test_a_chain_of_ones_own_has_no_spelling() -> None:
    with pytest.raises(UserMistake, match="Mine has no spelling"):
        spell(SelfConsistency(Mine()))


def test_a_chain_of_ones_own_is_not_taken_for_one_of_the_table() -> None:
    own = type("Direct", (Mine,), {"__module__": __name__})
    with pytest.raises(UserMistake, match="Direct has no spelling"):
        spell(own())
