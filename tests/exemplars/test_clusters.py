"""Texts in groups of likeness, and the file that a made set is written to."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains import FewShotCoT, Problem, ScriptedBackend, UserMistake
from reasoning_chains.exemplars.clusters import clusters
from reasoning_chains.exemplars.writing import write_exemplars
from reasoning_chains.templates.exemplars import Exemplar, read_exemplars

PENS = [f"How many pens has {name} got now?" for name in ("Ann", "Bob", "Cleo", "Dan")]
RIVERS = [f"Which river flows through {town}?" for town in ("Paris", "Rome", "London")]


@pytest.mark.parametrize("seed", range(5))
def test_like_texts_come_together(seed: int) -> None:
    found = clusters([*PENS, *RIVERS], 2, seed)
    assert [sorted(group) for group in found] == [[0, 1, 2, 3], [4, 5, 6]]


def test_the_nearest_to_the_centre_goes_first() -> None:
    texts = ["red pens here", "red pens", "red pens", "red pens and many other strange things"]
    (group,) = clusters(texts, 1)
    assert group[:2] == [1, 2]
    assert group[-1] == 3


def test_equal_texts_give_fewer_groups_and_nothing_gives_none() -> None:
    assert clusters(["a b"] * 5, 3) == [[0, 1, 2, 3, 4]]
    assert clusters(["", ""], 3) == [[0, 1]]
    assert clusters([], 3) == []


@settings(derandomize=True, max_examples=60, deadline=None, database=None)
@given(st.lists(st.text("abc ", max_size=12), max_size=12), st.integers(1, 6), st.integers(0, 3))
def test_every_text_is_in_one_group_and_the_same_seed_gives_the_same(
    texts: list[str], count: int, seed: int
) -> None:
    found = clusters(texts, count, seed)
    assert sorted(place for group in found for place in group) == list(range(len(texts)))
    assert len(found) <= count
    assert found == clusters(texts, count, seed)


TRICKY = (
    Exemplar("Is it: yes?", "yes", 'He said "no".\nThen: yes.'),
    Exemplar("小明有几个苹果？", "007", "3 + 4 = 7。"),
    Exemplar("- a\n# b", "12:30", ""),
)


@settings(derandomize=True, max_examples=100, deadline=None, database=None)
@given(st.lists(st.text(st.characters(categories=["L", "N", "P", "Z"])), min_size=3, max_size=3))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("made") / "made.yaml"
    made = (*TRICKY, Exemplar(*(text.strip() or "x" for text in texts)))
    write_exemplars(path, made)
    assert read_exemplars("made.yaml", path.read_text(encoding="utf-8")) == made


def test_a_written_set_is_one_that_a_chain_reads(tmp_path: Path) -> None:
    write_exemplars(tmp_path / "made.yaml", TRICKY)
    backend = ScriptedBackend(["7"])
    chain = FewShotCoT(exemplars="made.yaml", shots=1)
    chain.invoke(Problem("?", "number"), backend=backend, project=str(tmp_path))
    assert "Q: Is it: yes?\nA: He said" in backend.requests[0].content.messages[0].content


@pytest.mark.parametrize(
    ("name", "exemplars", "told"),
    [
        ("made.json", TRICKY, "to a .yaml file"),
        ("made.yaml", (), "no exemplars to write"),
        ("made.yaml", ("q",), "each of exemplars"),
        ("none/made.yaml", TRICKY, "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_told(
    tmp_path: Path, name: str, exemplars: tuple[Exemplar, ...], told: str
) -> None:
    with pytest.raises(UserMistake, match=told):
        write_exemplars(tmp_path / name, exemplars)
