"""What fails a build, what does not, and how often chance alone would."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from scipy import stats

from reasoning_chains import Budget, UserMistake
from reasoning_chains.evals.against import Against, against
from reasoning_chains.evals.baseline import baseline_of
from reasoning_chains.evals.fates import Fate
from reasoning_chains.evals.gate import Gate, Verdict, judge, regression
from reasoning_chains.evals.statistics import paired_power
from reasoning_chains.evals.telling import line_of, properties, told
from tests.evals.judging import cell

DIRECT = ("direct", "scripted")


def fates(right: int, total: int, begin: int = 0) -> dict[str, Fate]:
    """So many questions, of which those from `begin` on are right."""
    hits = range(begin, begin + right)
    return {
        f"q{n}": Fate("right" if n in hits else "wrong", float(n in hits)) for n in range(total)
    }


def test_an_accuracy_fails_only_where_it_is_surely_too_low(tmp_path: Path) -> None:
    ran = cell(tmp_path, 20, wrong=range(8))
    top = float(stats.binomtest(12, 20).proportion_ci(0.9, "exact").high)
    assert top == pytest.approx(0.783, abs=1e-3)
    states = [judge(ran, Gate(wished)).state for wished in (0.6, top - 1e-6, top + 1e-6, 1.0)]
    assert states == ["passed", "passed", "failed", "failed"]
    assert judge(ran, Gate(0.6)).hints == ()
    (hint,) = judge(ran, Gate(0.75)).hints
    assert hint.startswith("accuracy 60 % (12 of 20) is below 75 %, which is not sure (at most 78")
    assert judge(ran, Gate(0.6 + 1e-9, strict=True)).state == "failed"
    assert judge(ran, Gate(0.8, confidence=0.99)).state == "passed"
    verdict = judge(ran, Gate(0.8))
    assert verdict.reasons == (
        "accuracy 60 % (12 of 20), at most 78.29 % with 95 % confidence: at least 80 % is wanted",
    )


def test_the_hint_names_as_many_questions_as_make_it_sure(tmp_path: Path) -> None:
    ran = cell(tmp_path, 20, wrong=range(8))
    (hint,) = judge(ran, Gate(0.75)).hints
    count = int(hint.partition("with about ")[2].partition(" ")[0].replace(",", ""))
    assert 20 < count < 60
    assert stats.binom.cdf(round(0.6 * count), count, 0.75) <= 0.05
    fewer = int(count / 1.3)
    assert stats.binom.cdf(round(0.6 * fewer), fewer, 0.75) > 0.05


def test_chance_fails_at_most_one_in_twenty_that_are_just_good_enough(tmp_path: Path) -> None:
    ran = cell(tmp_path, 20, wrong=range(8))
    for total in (10, 20, 60):
        for share in (0.5, 0.8, 0.9, 0.98):
            failing = 0.0
            for right in range(total + 1):
                outcomes = {**ran.cell.outcomes, "right": right}
                seen = replace(ran.cell, questions=total, accuracy=right / total, outcomes=outcomes)
                if judge(replace(ran, cell=seen), Gate(share)).state == "failed":
                    failing += float(stats.binom.pmf(right, total, share))
            assert 0 < failing <= 0.05


def fallen(only_now: int, only_before: int, total: int, confidence: float = 0.95) -> Against:
    before = fates(only_before, total)
    now = fates(only_now, total, begin=only_before)
    return against(DIRECT, before, now, confidence)


def test_a_fall_counts_the_questions_that_changed() -> None:
    found = fallen(2, 9, 30)
    assert found.lost == tuple(sorted(f"q{n}" for n in range(9)))
    assert found.gained == ("q10", "q9")
    assert found.difference == pytest.approx(-7 / 30)
    assert found.p == pytest.approx(stats.binomtest(2, 11, alternative="less").pvalue)
    assert not found.graded
    assert fallen(0, 0, 30).p == 1.0


@pytest.mark.parametrize(
    ("better", "worse"), [(0.05, 0.05), (0.25, 0.25), (0.02, 0.07), (0.1, 0.3), (1e-4, 0.05)]
)
def test_chance_fails_at_most_one_in_twenty_that_fell_by_what_is_allowed(
    better: float, worse: float
) -> None:
    gate, failing, total = Gate(max_regression=round(worse - better, 6)), 0.0, 20
    for coins in range(total + 1):
        of_so_many = float(stats.binom.pmf(coins, total, better + worse))
        for now in range(coins + 1 if of_so_many > 1e-4 else 0):
            if regression(fallen(now, coins - now, total), gate)[0]:
                side = better / (better + worse)
                failing += of_so_many * float(stats.binom.pmf(now, coins, side))
    assert failing <= 0.05


def verdict(now: Mapping[int, object], tmp_path: Path, gate: Gate, total: int = 40) -> Verdict:
    before = baseline_of(cell(tmp_path, total, wrong=[0]), "x", "memory")
    return judge(cell(tmp_path, total, wrong=tuple(now)), gate, before)


def test_a_regression_fails_where_the_paired_test_is_sure_of_it(tmp_path: Path) -> None:
    worse = dict.fromkeys(range(1, 13))
    failed = verdict(worse, tmp_path, Gate(max_regression=0.05))
    assert failed.state == "failed"
    assert failed.reasons[0].startswith(
        "accuracy fell by 27.5 points, from 97.5 % to 70 % on the same 40 questions "
        "(12 worse, 1 better, p = 0.0017), by more than 12.6 points with 95 % confidence"
    )
    assert verdict(worse, tmp_path, Gate(max_regression=0.2)).state == "passed"
    assert verdict(worse, tmp_path, Gate(max_regression=0.2, strict=True)).state == "failed"
    assert verdict(worse, tmp_path, Gate(max_regression=0.275, strict=True)).state == "passed"


def test_a_fall_that_is_not_sure_passes_and_says_how_many_questions_would_tell(
    tmp_path: Path,
) -> None:
    passed = verdict({0: 0, 1: 1, 2: 2}, tmp_path, Gate(max_regression=0.0))
    assert passed.state == "passed"
    (hint,) = passed.hints
    assert "that it is more than 0 points is not sure: " in hint
    count = int(hint.partition("not sure: ")[2].partition(" ")[0])
    assert 80 < count < 150
    assert paired_power(count, 0.05, 0.05, level=0.1) >= 0.8
    better = verdict({}, tmp_path, Gate(max_regression=0.0))
    assert (better.state, better.hints) == ("passed", ())


def test_grades_are_compared_by_their_mean() -> None:
    before = {f"q{n}": Fate("wrong", 0.5 + n % 3 / 10) for n in range(30)}
    now = {
        name: Fate("wrong", fate.value - 0.2 - n % 2 / 10)
        for n, (name, fate) in enumerate(before.items())
    }
    found = against(DIRECT, before, now, 0.95)
    assert found.graded
    assert found.difference == pytest.approx(-0.25)
    assert -0.25 < found.interval.high < -0.2
    assert found.p < 0.001
    assert len(found.lost) == 30
    assert found.needed(0.0, 0.95) is None
    three = {**before, **{f"q{n}": Fate("wrong", 0.0) for n in range(3)}}
    few = against(DIRECT, before, three, 0.95)  # a bootstrap of few changes is too sure of them
    assert few.interval.high < 0
    assert few.p > 0.05


def test_an_error_is_no_regression(tmp_path: Path) -> None:
    ran = cell(tmp_path, 10, broken=range(3))
    verdict = judge(ran, Gate(1.0))
    assert verdict.state == "error"
    assert verdict.reasons[0].startswith("3 of 10 problems failed, the first: BackendError: no rep")
    with pytest.raises(UserMistake, match="no baseline is made of mine × direct × scripted: 3 of"):
        baseline_of(ran, "x", "nowhere")


def test_a_spent_budget_decides_nothing(tmp_path: Path) -> None:
    verdict = judge(cell(tmp_path, 10, budget=Budget(1)), Gate(0.1))
    assert verdict.state == "error"
    assert "the budget of the run is spent" in verdict.reasons[0]
    assert "no accuracy" in told(verdict)
    assert properties(verdict)["accuracy"] == ""


def test_a_verdict_is_told_reasons_first(tmp_path: Path) -> None:
    failed = verdict(dict.fromkeys(range(1, 13)), tmp_path, Gate(0.9, 0.05))
    lines = told(failed).splitlines()
    assert lines[0].startswith("accuracy 70 % (28 of 40), at most ")
    assert lines[1].startswith("accuracy fell by 27.5 points")
    assert lines[2] == "  eval: mine × direct × scripted"
    assert lines[3].startswith("  measured: accuracy 70 % (95 %: 54.6 to 81.9) of 40 questions, ")
    assert lines[4] == ("  worse than before: s1, s10, s11, s12, s2, s3, s4, s5, s6, s7 and 2 more")
    assert lines[5] == "  better than before: s0"
    assert "-27.5 points since the baseline, p = 0.0017" in line_of(failed)
    values = properties(failed)
    assert (values["accuracy"], values["worse"], values["p"]) == ("0.7", "12", "0.00171")


def test_hostile_ids_do_not_act_on_a_terminal(tmp_path: Path) -> None:
    found = fallen(0, 9, 20)
    odd = replace(found, lost=("\x1b[31m\n::error::", "\ud800", "名"))
    ran = cell(tmp_path, 4)
    lines = told(Verdict(ran.cell, "failed", ("a\rb",), (), odd)).splitlines()
    assert lines[0] == "a\\rb"
    assert lines[3] == r"  worse than before: \x1b[31m\n::error::, \ud800, 名"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"min_accuracy": 80}, "min_accuracy=80: it must be at least 0 and at most 1"),
        ({"min_accuracy": math.nan}, "min_accuracy=nan"),
        ({"min_accuracy": True}, "min_accuracy must be a number, found True"),
        ({"max_regression": -0.1}, "max_regression=-0.1: it must be at least 0"),
        ({"confidence": 0.5}, "confidence=0.5: it lies above 0.5 and below 1"),
        ({"confidence": "high"}, "confidence must be a number"),
        ({"strict": 1}, "strict must be True or False"),
    ],
)
def test_thresholds_that_cannot_be_are_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(UserMistake) as told:
        Gate(**given)  # type: ignore[arg-type]
    assert said in str(told.value)


def test_a_regression_needs_an_earlier_run(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match="max_regression needs a baseline"):
        judge(cell(tmp_path, 4), Gate(max_regression=0.1))
