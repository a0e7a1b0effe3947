"""The corpus keeps out what belongs to the evals, and is worded as its table says."""

import re
from collections import Counter
from itertools import islice
from random import Random

import pytest

pytest.importorskip("torch")

from reasoning_chains.problems import held_out
from reasoning_chains.problems.words import KEPT_WORDS, UNSEEN_WORDS
from training.corpus import MIXTURE, SHARES, document, documents, only
from training.documents import Document, Refused, Source, check, reply, user
from training.wordings import WORDINGS, say


def some(count: int, seed: str = "test") -> list[tuple[str, Document]]:
    stream = documents(seed)
    return [next(stream) for _ in range(count)]


def test_no_document_holds_a_form_or_word_of_the_evals() -> None:
    kept = {*UNSEEN_WORDS, *KEPT_WORDS}
    for _, made in some(1500):
        assert not any(map(held_out, made.forms))
        assert kept.isdisjoint(re.findall("[a-z]+", made.text.lower()))


@pytest.mark.parametrize("mixture", list(SHARES))
def test_at_least_as_many_end_directly_as_in_a_rationale(mixture: str) -> None:
    stream = documents("endings", shares=SHARES[mixture])
    endings = Counter(next(stream)[1].ending for _ in range(3000))
    assert set(SHARES[mixture]) == set(MIXTURE)
    assert endings["direct"] >= endings["rationale"]


def test_the_same_seed_gives_the_same_documents() -> None:
    assert [made.text for _, made in some(30)] == [made.text for _, made in some(30)]


@pytest.mark.parametrize("name", list(MIXTURE))
def test_every_format_makes_a_chat_that_ends_with_a_learned_reply(name: str) -> None:
    rng = Random(4)
    for _ in range(20):
        _, made = document(rng, shares=only(name))
        assert made.turns[-1].role == "assistant"
        assert made.turns[-1].learn
        assert all(turn.role != "assistant" or turn.text for turn in made.turns)
        assert not any(turn.learn for turn in made.turns if turn.role != "assistant")
        assert made.forms or name in ("copy", "recall")


def test_a_held_out_form_or_word_is_refused() -> None:
    form = next(f for f in (f"running:{i}" for i in range(100)) if held_out(f))
    with pytest.raises(Refused):
        Source(Random(1)).asks(form)
    with pytest.raises(Refused):
        check(Document((user("Say artificial."), reply("artificial")), "direct", ()))


def test_the_main_wording_is_said_most_often() -> None:
    rng = Random(2)
    said = Counter(say(rng, "cot", question="Q?") for _ in range(1000))
    main = WORDINGS["cot"][0].replace("{question}", "Q?")
    assert 0.5 < said[main] / 1000 < 0.7


def test_every_format_of_a_mixture_is_made() -> None:
    for mixture in SHARES.values():
        made = Counter(name for name, _ in islice(documents("made", shares=mixture), 3000))
        assert set(made) == {name for name, share in mixture.items() if share}


def test_programs_read_columns_and_rows_of_tables() -> None:
    texts = [made.text for _, made in islice(documents("rows", shares=only("program")), 300)]
    assert sum("in rows" in text for text in texts) > 40
    assert sum(" = [" in text and "in rows" not in text for text in texts) > 20
