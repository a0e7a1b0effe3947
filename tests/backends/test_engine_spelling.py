"""Text to tokens and back, piece by piece, and never a control token out of a user's text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from reasoning_chains.backends.engine.spelling import Spelling, TextStream
from tests.backends.tiny_model import CONTROLS, tokenizer


def fallback_tokenizer() -> Tokenizer:
    """Whole words with metaspace, and bytes for all else."""
    names = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", "a", "b", "▁a", "|", "<"]
    vocab = {name: number for number, name in enumerate(names)}
    made = Tokenizer(models.BPE(vocab, [("▁", "a")], byte_fallback=True, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
    parts = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    made.decoder = decoders.Sequence(parts)
    made.add_special_tokens([AddedToken("<|end|>", special=True, normalized=False)])
    return made


SPELLINGS = {"bytes": Spelling(tokenizer()), "fallback": Spelling(fallback_tokenizer())}


@pytest.mark.parametrize("name", SPELLINGS)
@given(text=st.text(max_size=30))
def test_streamed_pieces_join_to_the_text(name: str, text: str) -> None:
    spelling = SPELLINGS[name]
    text = text.replace("▁", " ")
    stream = TextStream(spelling)
    pieces = [stream.push(number) for number in spelling.encode_plain(text)]
    assert "".join([*pieces, stream.flush()]) == text


@given(st.lists(st.integers(0, 300), max_size=40))
def test_any_tokens_are_streamed_without_an_error_and_each_only_once(ids: list[int]) -> None:
    spelling = SPELLINGS["bytes"]
    known = [number for number in ids if number < spelling.size]
    stream = TextStream(spelling)
    pieces = [stream.push(number) for number in known]
    assert "".join([*pieces, stream.flush()]) == spelling.decode(known)


def test_no_half_character_is_ever_shown() -> None:
    spelling = SPELLINGS["bytes"]
    stream = TextStream(spelling)
    shown = [stream.push(number) for number in spelling.encode_plain("né 答🙂")]
    assert not any("\ufffd" in piece for piece in shown)
    assert stream.flush() == ""


def test_a_reply_keeps_its_leading_space_after_a_prefill() -> None:
    spelling = SPELLINGS["fallback"]
    stream = TextStream(spelling, spelling.encode_plain("a"))
    assert "".join(map(stream.push, spelling.encode_plain(" a"))) == " a"


@pytest.mark.parametrize("name", SPELLINGS)
@given(parts=st.lists(st.sampled_from([*CONTROLS, "<|", "end", "|>", "<", " a", "é"]), max_size=8))
def test_plain_text_never_becomes_a_control_token(name: str, parts: list[str]) -> None:
    spelling = SPELLINGS[name]
    ids = spelling.encode_plain("".join(parts))
    assert set(ids).isdisjoint(spelling.controls.values())
    assert spelling.decode(ids) == "".join(parts)


def test_pieces_of_the_vocabulary_keep_their_space() -> None:
    spelling = SPELLINGS["bytes"]
    number = spelling.encode_plain(" answer")
    assert [spelling.piece(one) for one in number] == [" answer"]
