"""Examples by embeddings: a function of the user's, or a named model through an extra."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

import pytest

from reasoning_chains import UserMistake
from reasoning_chains.errors import MissingPackage
from reasoning_chains.exemplars.embedding import by_embedding
from reasoning_chains.templates.exemplars import Exemplar

POOL = tuple(Exemplar(question, "x") for question in ("aaab", "bbba", "cc", ""))
INSTALLED = importlib.util.find_spec("sentence_transformers") is not None
calls: list[Sequence[str]] = []


def letters(texts: Sequence[str]) -> list[list[float]]:
    calls.append(texts)
    return [[text.count("a"), text.count("b"), text.count("c")] for text in texts]


def test_the_likest_are_taken_the_likest_last_and_the_set_is_embedded_once() -> None:
    calls.clear()
    for _ in range(2):
        chosen = by_embedding(letters, POOL, "aab", 2)
        assert [each.question for each in chosen] == ["bbba", "aaab"]
    assert [len(texts) for texts in calls] == [4, 1, 1]
    assert by_embedding(letters, (), "aab", 2) == ()
    assert by_embedding(letters, POOL, "aab", 0) == ()


@pytest.mark.parametrize(
    "given",
    [None, 3, [[1.0]], [[1.0], [1.0, 2.0]] * 2, [["a"]] * 4, [[float("nan")]] * 4, [1.0] * 4],
)
def test_what_is_no_vector_a_text_is_refused(given: object) -> None:
    def wrong(texts: Sequence[str]) -> object:
        return given

    with pytest.raises(UserMistake, match="embed must give one vector"):
        by_embedding(wrong, POOL, "aab", 2)  # type: ignore[arg-type]


def test_vectors_of_another_length_are_refused() -> None:
    def wrong(texts: Sequence[str]) -> list[list[float]]:
        return [[1.0] * len(texts) for _ in texts]

    with pytest.raises(UserMistake, match="vectors of 4 and 1 numbers"):
        by_embedding(wrong, POOL, "aab", 2)


@pytest.mark.skipif(INSTALLED, reason="sentence-transformers is installed")
def test_a_named_model_needs_its_package() -> None:
    with pytest.raises(MissingPackage, match=r"pip install 'reasoning-chains\[embeddings\]'"):
        by_embedding("all-MiniLM-L6-v2", POOL, "aab", 2)
