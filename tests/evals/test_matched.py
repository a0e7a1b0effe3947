"""Methods at equal cost: beside every subset of the pool, drawn one by one."""

from __future__ import annotations

import itertools
import json
import math
import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains import (
    Budget,
    Matched,
    Matching,
    Report,
    Sampling,
    ScriptedBackend,
    UserMistake,
    evaluate,
)
from reasoning_chains.errors import BackendError
from reasoning_chains.evals.beside import Match, beside_pool
from reasoning_chains.evals.columns import Column, Row
from reasoning_chains.evals.head import CellHead
from reasoning_chains.evals.matched import matched
from reasoning_chains.evals.pooled import Drawn, Reach
from reasoning_chains.evals.statistics import paired_bootstrap
from reasoning_chains.evals.suite import Suite
from reasoning_chains.types import Capabilities, Completion, Content, SampleKey, TokenLogprob, Usage
from reasoning_chains.voting import majority
from tests.cli.test_cli import run
from tests.evals.answering import number, sums

POOL = "self_consistency(zero_shot_cot, samples=5)"
GREEDY = "greedy(zero_shot_cot)"


class Sampled(ScriptedBackend):
    """Adds, by chance wrongly or not at all, and tells how likely a reply was, or does not."""

    def __init__(self, *, likely: bool = True) -> None:
        def reply(content: Content, key: SampleKey) -> Completion:
            chance = random.Random(key.seed)
            right = number(content) + 1
            text = f"The answer is {right + chance.choice([0, 0, 1, 2])}."
            text = "I do not know." if chance.random() < 0.2 else text
            used = Usage(1, 1, 40, 10 + chance.randrange(20), reasoning_tokens=4)
            told = content.sampling.logprobs is not None and chance.random() >= 0.3
            mark = chance.choice([-0.1, -0.5, -0.9])
            tokens = (TokenLogprob(text, mark),) if told else ()
            return Completion(text, logprobs=tokens, usage=used, bill=used)

        can = Capabilities(n=True, logprobs=likely, top_logprobs=5 * likely, seed="row")
        super().__init__(reply, capabilities=can)


def measured(folder: Path, *chains: str, **options: Any) -> tuple[Suite, Report]:
    """Measure chains on twelve sums, and what they are compared with."""
    suite = sums(folder, 12)
    told = {"matched": Matching(POOL), "store": False, "results": folder / "r", **options}
    backend = told.pop("backend", None) or Sampled()
    return suite, evaluate(suite, list(chains), backend, **told)


def rows(folder: Path, cell: int) -> list[dict[str, Any]]:
    """Read the records of a cell, in the order of their ids."""
    lines = (folder / "r" / f"{cell:03d}.jsonl").read_text().splitlines()
    return sorted(map(json.loads, lines), key=lambda row: str(row["id"]))


def voted(row: dict[str, Any], drawn: tuple[int, ...]) -> bool:
    """Vote over some candidates, as a chain would."""
    answers = [row["candidates"][at]["answer"] for at in drawn]
    return bool(majority(answers).answer == row["target"])


def likeliest(row: dict[str, Any], drawn: tuple[int, ...]) -> Fraction:
    """Take the likeliest of some candidates, of equals each with equal chance."""
    ballots = [row["candidates"][at] for at in drawn]
    read = [one for one in ballots if one["answer"] is not None]
    marks = [one.get("logprob", -math.inf) for one in read]
    best = [one for one, mark in zip(read, marks, strict=True) if mark == max(marks)]
    right = sum(one["answer"] == row["target"] for one in best)
    return Fraction(right, len(best)) if best else Fraction(0)


def by_hand(
    folder: Path, choose: Callable[[dict[str, Any], tuple[int, ...]], Any], budget: float
) -> float:
    """Draw every ordered subset of every problem's pool, and mix the two next to the budget."""
    pool = rows(folder, 5)
    total = sum(int(row["prompt_tokens"]) + int(row["completion_tokens"]) for row in pool)
    one = total / len(pool) / 5
    fewer = int(budget / one)
    part = budget / one - fewer

    def score(k: int) -> float:
        drawn = list(itertools.permutations(range(5), k))
        found = sum(Fraction(choose(row, each)) for row in pool for each in drawn)
        return float(Fraction(found) / len(drawn) / len(pool))

    return (1 - part) * score(fewer) + part * score(fewer + 1)


METHODS = ("universal_self_consistency(direct, samples=2)", "step_back")


def test_majority_and_best_are_what_all_subsets_give_at_the_same_tokens(tmp_path: Path) -> None:
    suite, report = measured(tmp_path, *METHODS)
    found = report.matched(suites=[suite])
    assert [one.against for one in found.matches] == [
        "direct",
        "greedy",
        "majority",
        "best of n",
    ] * 2
    for chain in METHODS:
        budget = report.cell("mine", chain).cost.tokens
        for against, choose in (("majority", voted), ("best of n", likeliest)):
            one = found.match("mine", chain, against)
            assert one.cost == one.other_cost == pytest.approx(budget)
            assert one.samples is not None
            assert 1 < one.samples < 5
            assert one.other_score == pytest.approx(by_hand(tmp_path, choose, budget), abs=1e-12)
            assert one.difference == pytest.approx(one.score - (one.other_score or 0), abs=1e-12)
            assert one.interval is not None
            assert one.difference is not None
            assert one.difference in one.interval
    assert any("told no log-probability: they are chosen last" in note for note in found.notes)


def test_points_stand_at_their_own_cost(tmp_path: Path) -> None:
    suite, report = measured(tmp_path, METHODS[0])
    found = report.matched(suites=[suite])
    pairs = {frozenset((one.first, one.second)): one for one in report.comparisons}
    for against, name in (("direct", "greedy(direct)"), ("greedy", GREEDY)):
        one, plain = found.match("mine", METHODS[0], against), report.cell("mine", name)
        assert (one.other, one.other_score) == (name, plain.accuracy)
        assert one.other_cost == pytest.approx(plain.cost.tokens)
        assert one.times == pytest.approx(one.cost / plain.cost.tokens)
        same = pairs[frozenset((METHODS[0], name))]
        assert one.p == same.p
        assert abs(one.difference or 0) == pytest.approx(abs(same.difference))
        assert one.samples is None
    greedy = [row["completion_tokens"] for row in rows(tmp_path, 2)]
    assert {len(greedy), *(row["calls"] for row in rows(tmp_path, 2))} == {12, 1}


def test_so_many_voters_are_matched_by_so_many_samples(tmp_path: Path) -> None:
    voters = "self_consistency(zero_shot_cot, samples=5, weights='probability')"
    suite, report = measured(tmp_path, voters)
    one = report.matched(suites=[suite], pool=POOL).match("mine", voters, "majority")
    assert one.samples == pytest.approx(5)
    assert one.times == 1
    assert one.score == pytest.approx(one.other_score, abs=0.2)  # but for the weights


def test_what_the_pool_does_not_reach_is_told_and_not_guessed(tmp_path: Path) -> None:
    dear = "self_consistency(direct, samples=9, stop=unanimous_window(9))"
    suite, report = measured(tmp_path, "direct", dear)
    found = report.matched(suites=[suite])
    for chain in (dear,):
        one = found.match("mine", chain, "majority")
        assert (one.other_score, one.difference, one.p, one.corrected) == (None,) * 4
    cheap = report.matched(suites=[suite], by="completion tokens")
    assert [note for note in found.notes if dear in note and "draw samples=" in note]
    assert cheap.by == "completion tokens"
    assert "is not matched: a problem takes" in found.to_markdown()
    ps = [one.p for one in found.matches if one.p is not None]
    assert len(ps) < len(found.matches)
    assert all(one.corrected is not None for one in found.matches if one.p is not None)


def test_less_than_a_sample_is_told(tmp_path: Path) -> None:
    pool = "self_consistency(least_to_most, samples=3)"
    suite, report = measured(tmp_path, "direct", matched=Matching(pool))
    found = report.matched(suites=[suite])
    one = found.match("mine", "direct", "majority")
    assert one.other_score is None
    assert "and one sample of the pool" in one.note
    assert found.match("mine", "direct", "greedy").other == "greedy(least_to_most)"


def test_samples_are_shared_and_asked_once(tmp_path: Path) -> None:
    backend, voters = Sampled(), "self_consistency(zero_shot_cot, samples=3)"
    evaluate(
        sums(tmp_path, 4),
        voters,
        backend,
        matched=Matching(POOL),
        store=tmp_path / "s.db",
        results=tmp_path / "r",
    )
    bought = sum(request.n for request in backend.requests)
    assert bought == 4 * (5 + 2)  # the pool, of which three are the voters', and two greedy ones
    assert {
        request.content.sampling.temperature
        for request in backend.requests
        if request.content.sampling.logprobs is None
    } == {0}


def test_a_temperature_of_the_users_holds_for_all(tmp_path: Path) -> None:
    suite, report = measured(tmp_path, "step_back", "direct", sampling=Sampling(temperature=1.0))
    assert [cell.chain for cell in report.cells] == ["step_back", "direct", "zero_shot_cot", POOL]
    assert {one.other for one in report.matched(suites=[suite]).matches} >= {"direct"}


def test_without_log_probabilities_best_of_n_is_left_out_with_a_word(tmp_path: Path) -> None:
    suite, report = measured(tmp_path, "step_back", backend=Sampled(likely=False))
    found = report.matched(suites=[suite])
    assert {one.against for one in found.matches} == {"direct", "greedy", "majority"}
    assert "best of n is left out" in " ".join(found.notes)
    telling, asked = sums(tmp_path / "b", 3), Sampled()
    off = Matching(POOL, logprobs=False)
    evaluate(telling, "step_back", asked, matched=off, store=False, results=tmp_path / "off")
    assert {request.content.sampling.logprobs for request in asked.requests} == {None}
    with pytest.raises(UserMistake, match="logprobs was False and is now True"):
        evaluate(
            telling,
            "step_back",
            asked,
            matched=Matching(POOL),
            store=False,
            results=tmp_path / "off",
        )


def test_a_voter_that_fails_is_drawn_and_never_votes(tmp_path: Path) -> None:
    def reply(content: Content, key: SampleKey) -> str | BackendError:
        if key.path[-1] == 2 or number(content) == 3:
            return BackendError("no reply")
        return f"The answer is {number(content) + 1}."

    suite = sums(tmp_path, 6)
    backend, told = ScriptedBackend(reply), Matching(POOL)
    report = evaluate(
        suite, "step_back", backend, matched=told, store=False, results=tmp_path / "r"
    )
    one = report.matched(suites=[suite]).match("mine", "step_back", "majority")
    assert one.samples is not None
    assert 1 < one.samples < 5
    pool = rows(tmp_path, 4)
    failed = [[ballot["answer"] for ballot in row.get("candidates", ())] for row in pool]
    assert failed.count([]) == 1  # all voters of one problem failed: no answer is none, at any k
    right = {tuple(each) for each in failed if each}
    assert all(len(each) == 5 and each[2] is None for each in right)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"pool": "self_consistency(direct)"}, "pool of .* 'self_consistency\\(direct\\)'"),
        ({"by": "token"}, "did you mean tokens"),
        ({"by": 3}, "by must be"),
        ({"suites": ["mine"]}, "each of suites must be a Suite"),
        ({"suites": "mine"}, "suites must be a list of Suite"),
        ({}, "is no eval|no suite|not known|unknown"),
    ],
    ids=["pool", "measure", "number", "name", "text", "not found"],
)
def test_wrong_input_is_told_in_words(tmp_path: Path, options: dict[str, Any], told: str) -> None:
    _, report = measured(tmp_path, "step_back")
    with pytest.raises(UserMistake, match=told):
        matched(report.folder, **options)


def test_a_pool_that_is_asked_anyway_is_asked_once(tmp_path: Path) -> None:
    spelled = "self_consistency( zero_shot_cot(), samples=5 )"
    suite, report = measured(tmp_path, "step_back", spelled)
    assert [cell.chain for cell in report.cells] == ["step_back", spelled, "greedy(direct)", GREEDY]
    for pool in (None, POOL, spelled):
        found = report.matched(suites=[suite], pool=pool)
        assert (found.pool, len(found.matches)) == (spelled, 4)


def test_at_temperature_zero_there_is_no_pool(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match="at temperature 0 all samples are one"):
        measured(tmp_path, "direct", sampling=Sampling(temperature=0))


def test_a_run_that_ended_early_says_what_it_has(tmp_path: Path) -> None:
    suite, report = measured(tmp_path, "step_back", budget=Budget(tokens=1_500))
    found = report.matched(suites=[suite])
    told = " ".join(found.notes)
    assert "the budget of the run is spent" in told
    assert "the pool has no record" in told
    assert {one.against for one in found.matches} <= {"direct", "greedy"}


def test_a_run_without_a_pool_says_how_to_get_one(tmp_path: Path) -> None:
    stopping = "self_consistency(zero_shot_cot, stop=beta_rule())"
    suite, report = measured(tmp_path, "direct", stopping, matched=False)
    with pytest.raises(UserMistake, match="holds no pool of samples: run eval with --matched"):
        report.matched(suites=[suite])
    with pytest.raises(UserMistake, match=r"holds no run\.json"):
        matched(tmp_path)
    with pytest.raises(UserMistake, match="must be self_consistency without stop"):
        Matching(stopping)
    with pytest.raises(UserMistake, match="must be True or a Matching"):
        measured(tmp_path, "direct", matched=16)


def test_a_scorer_that_needs_a_run_leaves_the_points(tmp_path: Path) -> None:
    suite, report = measured(tmp_path, "step_back")
    judged = sums(tmp_path / "j", 2, scorer="judge", groups=None)
    found = report.matched(suites=[suite])
    assert isinstance(found, Matched)
    assert not any("needs a run" in note for note in found.notes)
    report = evaluate(
        judged,
        "step_back",
        ScriptedBackend(lambda content, key: "The answer is 1. GRADE: C"),
        matched=Matching(POOL),
        store=False,
        results=tmp_path / "judged",
    )
    found = report.matched(suites=[judged])
    assert {one.against for one in found.matches} == {"direct", "greedy"}
    assert "the scorer judge needs a run" in " ".join(found.notes)


def test_the_report_is_data_and_tables(tmp_path: Path) -> None:
    suite, report = measured(tmp_path, "step_back")
    found = report.matched(suites=[suite])
    data = json.loads(found.to_json())
    assert data["matches"][2]["against"] == "majority"
    assert data["matches"][2]["samples"] == found.matches[2].samples
    assert data["cells"][0]["cost"]["reasoning_tokens"] == 8
    lines = found.to_markdown().splitlines()
    assert "| calls | prompt | completion | thinking | money | seconds |" in lines[0]
    assert "| score | against | samples | times | its score | difference |" in "".join(lines)
    with pytest.raises(UserMistake, match="0 matches are called mine × x × majority"):
        found.match("mine", "x", "majority")


def test_the_command_line_adds_what_is_needed_and_draws(tmp_path: Path) -> None:
    words = ("eval", "slope", "-c", "step_back", "--n", "3", "--results", "out")
    matching = ("--matched", "--pool", "self_consistency(zero_shot_cot, samples=4)")
    done = run(*words, *matching, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "| slope | step_back | " in done.stdout
    assert "| majority |" in done.stdout
    assert "| best of n |" in done.stdout
    again = run("matched", "out", "--json", folder=tmp_path)
    assert again.returncode == 0, again.stderr
    assert len(json.loads(again.stdout)["matches"]) == 4
    odd = run(*words, "--pool", "direct", folder=tmp_path)
    assert (odd.returncode, odd.stdout) == (2, "")
    assert "--pool and --no-logprobs go with --matched" in odd.stderr
    free = run("matched", "out", "--by", "money", folder=tmp_path)
    assert "the pool has no sample that costs anything" in " ".join(free.stderr.split())


def spread(count: int) -> tuple[Column, dict[str, Drawn]]:
    """Make a method whose cost varies much, and a pool whose best grows fast with the cost."""
    chance = random.Random(5)
    head = CellHead(file="001.jsonl", suite="s", digest="d", chain="m", backend="b")
    method, pool = Column(head), {}
    for place in range(count):
        right = [chance.random() < 0.4 for _ in range(8)]
        marks = tuple(-chance.random() - (not hit) for hit in right)
        answers = tuple("r" if hit else "w" for hit in right)
        cost = 200 * chance.lognormvariate(0, 0.8)
        method.rows[f"{place:03d}"] = Row(float(chance.random() < 0.7), cost)
        pool[f"{place:03d}"] = Drawn(answers, tuple(map(float, right)), marks, 800.0)
    return method, pool


def differing(method: Column, pool: dict[str, Drawn]) -> Match:
    found = beside_pool(method, "best of n", Drawn.best, pool, POOL)
    assert found is not None
    return found


def test_the_interval_has_the_spread_of_the_costs_in_it() -> None:
    method, pool = spread(60)
    whole, apart = differing(method, pool), []
    for left in pool:  # matched anew without each problem in turn: the jackknife
        fewer = replace(method, rows={k: v for k, v in method.rows.items() if k != left})
        apart.append(differing(fewer, pool).difference or 0.0)
    mean = math.fsum(apart) / 60
    error = math.sqrt(59 / 60 * math.fsum((one - mean) ** 2 for one in apart))
    assert whole.interval is not None
    width = (whole.interval.high - whole.interval.low) / 2
    assert width == pytest.approx(2 * error, rel=0.1)
    reach = Reach(int(whole.samples or 0), (whole.samples or 0) % 1)
    second = [reach.mixed(one.best) for one in pool.values()]
    blind = paired_bootstrap([row.value for row in method.rows.values()], second).interval
    assert (blind.high - blind.low) / 2 < 1.75 * error  # what leaves it out is too sure
