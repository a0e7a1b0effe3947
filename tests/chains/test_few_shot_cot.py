"""Few-shot chain of thought: which examples are shown, and from where."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from reasoning_chains import (
    FewShotCoT,
    Problem,
    ScriptedBackend,
    SelfConsistency,
    UserMistake,
    parse_chain,
)
from reasoning_chains.exemplars.strategies import STRATEGIES, Strategy
from reasoning_chains.spelling import spell
from tests.chains.asked import ended, said

PENS = Problem("Ann has 3 pens and gets 4. How many pens has she?", kind="number")
ROWS = """\ufeff{"question": "Which river?", "answer": "Seine"}

{"question": "How many pens?", "answer": 7, "rationale": "3 + 4 = 7."}
{"question": "How many bags of pens?", "answer": 7.50}
"""


def shown(chain: FewShotCoT, folder: Path | None = None, seed: int = 0) -> list[str]:
    backend = ScriptedBackend(["The answer is 7."])
    project = str(folder) if folder else None
    assert chain.invoke(PENS, backend=backend, project=project, seed=seed).answer == "7"
    lines = said(backend).split("\n")
    return [line.removeprefix("Q: ") for line in lines if line.startswith("Q: ")][:-1]


def test_fixed_examples_stand_in_the_order_of_the_file() -> None:
    names = [question.split()[0] for question in shown(FewShotCoT())]
    assert names == ["Pete", "Joel", "Zoe", "Elon"]
    assert [question.split()[0] for question in shown(FewShotCoT(shots=2))] == ["Pete", "Joel"]
    assert shown(FewShotCoT(shots=0)) == []


def test_similar_ones_are_found_and_the_likest_stands_last() -> None:
    assert shown(FewShotCoT(shots=1, select="similar"))[0].startswith("Pete has 51 pens")
    assert shown(FewShotCoT(shots=2, select="similar"))[-1].startswith("Pete has 51 pens")


def test_random_ones_follow_the_seed_of_the_run() -> None:
    chain = FewShotCoT(shots=2, select="random")
    assert shown(chain, seed=1) == shown(chain, seed=1)
    assert len({tuple(shown(chain, seed=seed)) for seed in range(12)}) > 3


@pytest.mark.parametrize("select", [name for name in STRATEGIES if name != "fixed"])
def test_four_are_selected_where_no_number_is_given(select: Strategy, tmp_path: Path) -> None:
    rows = [f'{{"question": "How many pens has {name}?", "answer": "1"}}' for name in "ABCDEFG"]
    (tmp_path / "mine.jsonl").write_text("\n".join(rows))
    assert len(shown(FewShotCoT(exemplars="mine.jsonl", select=select), tmp_path)) == 4


def test_a_file_of_ones_own_is_read_and_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "data" / "mine.jsonl"
    path.parent.mkdir()
    path.write_text(ROWS)
    chain = FewShotCoT(exemplars="data/mine.jsonl")
    assert shown(chain, tmp_path) == ["Which river?", "How many pens?", "How many bags of pens?"]
    assert shown(FewShotCoT(exemplars=str(path), shots=1), tmp_path) == ["Which river?"]
    path.write_text('{"question": "New?", "answer": "1"}\n')
    assert shown(chain, tmp_path) == ["New?"]
    path.unlink()
    with pytest.raises(UserMistake, match="cannot be read: No such file"):
        shown(chain, tmp_path)


def test_numbers_of_a_file_are_the_text_that_stands_there(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text(ROWS)
    backend = ScriptedBackend(["7"])
    FewShotCoT(exemplars="mine.jsonl").invoke(PENS, backend=backend, project=str(tmp_path))
    assert "A: 3 + 4 = 7. The answer is 7.\n" in said(backend)
    assert "A: The answer is 7.50.\n" in said(backend)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "line 1: no valid JSON"),
        ('{"question": "a", "answer": "b"}\n[1]', "entry 2: a mapping"),
        ('{"question": "a"}', "entry 1: answer must stand there"),
        ('{"question": "a", "answer": true}', "entry 1: answer must be text"),
        ('{"question": "a", "answer": "b", "hint": "c"}', "unknown key 'hint'"),
        ("\n", "a list of question"),
    ],
)
def test_a_wrong_file_names_the_line(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text(text)
    with pytest.raises(UserMistake, match=told):
        shown(FewShotCoT(exemplars="mine.jsonl"), tmp_path)


def by_dollars(texts: Sequence[str]) -> list[list[float]]:
    return [[1.0, float("$" in text or text.startswith("Ann"))] for text in texts]


def test_embeddings_find_the_similar_ones() -> None:
    chain = FewShotCoT(shots=1, select="similar", embed=by_dollars)
    assert shown(chain)[0].startswith("Zoe buys 7 candies")


@pytest.mark.parametrize("select", STRATEGIES)
def test_voters_are_shown_the_same_and_travel_together(select: Strategy) -> None:
    backend = ScriptedBackend(["7", "7", "8"])
    chain = SelfConsistency(FewShotCoT(select=select), samples=3)
    assert chain.invoke(PENS, backend=backend).answer == "7"
    assert [request.n for request in backend.requests] == [3]


def test_a_budget_that_ends_after_each_ask() -> None:
    assert ended(FewShotCoT(select="diverse"), ["7"]) == [(None, "budget"), ("7", "answered")]


def test_it_is_spelled() -> None:
    chain = FewShotCoT(exemplars="mine.jsonl", select="similar", embed="a-model")
    assert parse_chain(spell(chain)) == chain
    with pytest.raises(UserMistake, match="function has no spelling"):
        spell(FewShotCoT(select="similar", embed=by_dollars))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"select": "simlar"}, "did you mean similar"),
        ({"select": 3}, "unknown few_shot_cot select 3"),
        ({"shots": -1}, "shots=-1"),
        ({"embed": "x"}, "embed goes with select='similar'"),
        ({"embed": 3, "select": "similar"}, "must be a model's name or a function, found 3"),
        ({"embed": str, "select": "similar"}, "found the class str"),
    ],
)
def test_wrong_settings_are_refused(fields: dict[str, object], told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        FewShotCoT(**fields)  # type: ignore[arg-type]
