"""A reply while it is written: what is shown, what is held back, what the completion says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_chains.backends.engine.reply import Habits, Reply
from reasoning_chains.backends.engine.sampling import Scored
from reasoning_chains.backends.engine.spelling import Spelling, TextStream
from reasoning_chains.backends.engine.thinking import ThinkStream
from reasoning_chains.backends.engine.toolcalls import split_tool_calls
from reasoning_chains.types import Completion, Delta, ToolCall, Usage
from tests.backends.tiny_model import tokenizer

SPELLING = Spelling(tokenizer())
PLAIN = Habits()
CALL = '<tool_call>\n{"name": "add", "arguments": {"a":  1}}\n</tool_call>'


def written(text: str, habits: Habits = PLAIN) -> tuple[list[Delta], Completion]:
    reply = Reply(TextStream(SPELLING), habits, SPELLING.piece)
    deltas: list[Delta] = []
    for number in SPELLING.encode_plain(text):
        reply.push(number, Scored(-1.0, ((number, -1.0),)))
        deltas += reply.show()
        if reply.stopped:
            break
    deltas += reply.flush()
    return deltas, reply.completion("stop", Usage(), Usage())


@given(st.text(max_size=30))
def test_deltas_and_tokens_join_to_the_text(text: str) -> None:
    deltas, completion = written(text)
    assert "".join(delta.text for delta in deltas) == text == completion.text
    assert "".join(token.token for token in completion.logprobs) == text


def test_a_delta_holds_all_that_came_since_the_last() -> None:
    reply = Reply(TextStream(SPELLING), PLAIN, SPELLING.piece)
    ids = SPELLING.encode_plain("the answer is 7")
    for number in ids:
        reply.push(number, None)
    assert reply.show() == [Delta("the answer is 7")]
    assert reply.show() == []
    assert reply.count == len(ids) > 1


def test_a_stop_string_ends_text_and_tokens() -> None:
    deltas, completion = written("the answer is 7\n\nQ: the", Habits(stops=("\nQ:",)))
    assert completion.text == "the answer is 7\n" == "".join(delta.text for delta in deltas)
    assert completion.stop_text == "\nQ:"
    assert "".join(token.token for token in completion.logprobs) == "the answer is 7\n"


@pytest.mark.parametrize("opened", [False, True])
def test_the_tokens_of_thinking_are_counted(opened: bool) -> None:
    thought = ("" if opened else "<think>") + "3 + 4 is 7</think>"
    _, completion = written(f"{thought}The answer is 7.", Habits(thinks=True, opened=opened))
    assert (completion.reasoning, completion.text) == ("3 + 4 is 7", "The answer is 7.")
    assert completion.usage.reasoning_tokens == len(SPELLING.encode_plain(thought))
    _, cut = written("<think>3 + 4 is", Habits(thinks=True))
    assert cut.usage.reasoning_tokens == len(SPELLING.encode_plain("<think>3 + 4 is"))
    _, plain = written("The answer is 7.", Habits(thinks=True))
    assert plain.usage.reasoning_tokens == 0


def test_tool_calls_leave_the_text_and_are_not_shown() -> None:
    deltas, completion = written(f"I add.\n{CALL}", Habits(calls="call_"))
    assert completion.text == "I add."
    assert completion.tool_calls == (ToolCall("call_0", "add", '{"a":  1}'),)
    assert completion.finish == "tool_calls"
    assert "".join(delta.text for delta in deltas) == "I add.\n"


def test_without_tools_a_call_is_text() -> None:
    assert written(CALL)[1].text == CALL


@pytest.mark.parametrize(
    "broken",
    [
        "<tool_call>{}</tool_call>",
        '<tool_call>{"name": 3, "arguments": {}}</tool_call>',
        '<tool_call>{"name": "add", "arguments": []}</tool_call>',
        '<tool_call>{"name": "add"</tool_call>',
        '<tool_call>{"name": "add"} more</tool_call>',
        "<tool_call>" + "[" * 100_000,
        "<tool_call>",
    ],
)
def test_what_is_no_call_stays_in_the_text(broken: str) -> None:
    found = split_tool_calls(broken, "call_")
    assert (found.text, found.calls) == (broken, ())


def test_several_calls_and_one_cut_before_its_mark() -> None:
    text = f'{CALL}\n{CALL}\n<tool_call>{{"name": "noargs"}}'
    found = split_tool_calls(text, "c")
    assert found.text == ""
    assert [call.id for call in found.calls] == ["c0", "c1", "c2"]
    assert found.calls[2] == ToolCall("c2", "noargs", "{}")


@given(st.text(alphabet='<>tol_ca/{}"name:', max_size=60))
def test_no_text_breaks_the_reader_of_calls(text: str) -> None:
    split_tool_calls(f"<tool_call>{text}</tool_call>", "c")


def thought(pieces: list[str], *, opened: bool) -> tuple[str, str]:
    stream = ThinkStream(opened=opened)
    deltas = [delta for piece in pieces for delta in stream.push(piece)] + stream.flush()
    reasoning = "".join(delta.reasoning for delta in deltas)
    return reasoning, "".join(delta.text for delta in deltas)


@pytest.mark.parametrize(
    ("text", "opened", "wanted"),
    [
        ("<think>2+2</think>4", False, ("2+2", "4")),
        ("\n<think>2+2", False, ("2+2", "")),
        ("2+2</think>4", True, ("2+2", "4")),
        ("no <think>x</think>", False, ("", "no <think>x</think>")),
        (" <thi", False, ("", " <thi")),
        ("", False, ("", "")),
    ],
)
def test_thinking_is_told_apart_at_every_split(
    text: str, opened: bool, wanted: tuple[str, str]
) -> None:
    for cut in range(len(text) + 1):
        assert thought([text[:cut], text[cut:]], opened=opened) == wanted
    assert thought(list(text), opened=opened) == wanted


def test_thinking_stands_in_its_own_field() -> None:
    deltas, completion = written("2+2</think>\n4", Habits(thinks=True, opened=True))
    assert (completion.reasoning, completion.text) == ("2+2", "4")
    assert "".join(delta.reasoning for delta in deltas) == "2+2"
