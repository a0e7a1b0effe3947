"""The tokenizer gives back any text, and the chat template speaks as the corpus does."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("transformers")

from tokenizers import Tokenizer

from reasoning_chains.problems.words import KEPT_WORDS, UNSEEN_WORDS
from training.corpus import documents
from training.tokenizer import SPECIAL, build, chat_template, collected, listed, save

TOKENIZER: Tokenizer = build(listed())
ODD = ["<|user|>", "▁", "Ġ", "Ċ", "\n", "\r", "\x00", " ", "中文", "🙂", "12", "<|", "Tom", "é"]
texts = st.one_of(
    st.text(),
    st.lists(st.sampled_from(ODD), max_size=12).map("".join),
    st.lists(st.one_of(st.sampled_from(ODD), st.text(max_size=4))).map("".join),
)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_any_text_comes_back(text: str) -> None:
    ids = TOKENIZER.encode(text, add_special_tokens=False).ids
    assert TOKENIZER.decode(ids, skip_special_tokens=False) == text


def test_digits_stand_alone_and_known_words_are_whole() -> None:
    pieces = TOKENIZER.encode("Tom has 305 apples.", add_special_tokens=False).tokens
    assert pieces == ["Tom", "Ġhas", "Ġ3", "0", "5", "Ġapples", "."]


def test_pieces_of_a_document_are_coded_as_the_whole_is() -> None:
    stream = documents("tokens")
    for _ in range(200):
        _, made = next(stream)
        parts = [
            TOKENIZER.encode(text, add_special_tokens=False).ids for text, _ in made.segments()
        ]
        whole = TOKENIZER.encode(made.text, add_special_tokens=False).ids
        assert [i for part in parts for i in part] == whole


def test_the_build_is_repeatable() -> None:
    assert build(listed()).to_str() == TOKENIZER.to_str()
    assert collected(200, "test") == collected(200, "test")


def test_held_out_words_are_no_tokens() -> None:
    whole = {word.removeprefix("Ġ").lower() for word in listed()}
    assert whole.isdisjoint(UNSEEN_WORDS)
    assert whole.isdisjoint(KEPT_WORDS)


def test_transformers_writes_chats_as_the_corpus_does(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    save(TOKENIZER, tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    stream = documents("chat")
    for _ in range(100):
        _, made = next(stream)
        chat = [{"role": t.role, "content": t.given + t.text} for t in made.turns]
        assert loaded.apply_chat_template(chat, tokenize=False) == made.text
        asked = loaded.apply_chat_template(chat[:-1], tokenize=False, add_generation_prompt=True)
        assert made.text.startswith(str(asked))
    begun = loaded.apply_chat_template(
        [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "The answer"}],
        tokenize=False,
        continue_final_message=True,
    )
    assert begun == "<|user|>\nHi<|end|>\n<|assistant|>\nThe answer"


def test_special_tokens_come_first_and_the_template_is_one_line() -> None:
    assert [TOKENIZER.token_to_id(s) for s in SPECIAL] == list(range(len(SPECIAL)))
    assert "\n" not in chat_template()
