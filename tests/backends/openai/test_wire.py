"""The pure pair: content to JSON, and JSON to completions."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_chains.backends.openai import Address, Spelling, Teller, from_wire, to_wire
from reasoning_chains.backends.openai.exchange import respelled
from reasoning_chains.backends.openai.failures import Refusal
from reasoning_chains.backends.openai.to_wire import wire_seed
from reasoning_chains.backends.openai.usage import Tokens, bills, shares, told
from reasoning_chains.errors import CapabilityMissing
from reasoning_chains.types import Completion, Content, Message, Sampling, ToolCall, ToolSpec, Usage
from tests.backends.openai.asked import content, samples

TELLER = Teller(Address.of("http://127.0.0.1:8000/v1"), (), "no key")
USER = Message("user", "What is 2 + 2?")


def one(choice: object, asked: Content | None = None, **fields: Any) -> Completion:
    (done,) = from_wire({"choices": [choice], **fields}, asked or content(), 1, TELLER)
    assert isinstance(done, Completion), done
    return done


def message(text: object = "fine", **fields: Any) -> dict[str, Any]:
    return {"message": {"content": text, **fields}, "finish_reason": "stop"}


def test_the_body_holds_what_is_set_and_nothing_else() -> None:
    asked = Content((USER,))
    assert to_wire(asked, samples(asked, 1), "m") == {
        "model": "m",
        "messages": [{"role": "user", "content": "What is 2 + 2?"}],
        "seed": wire_seed(samples(asked, 1)[0]),
    }


def test_the_body_of_everything() -> None:
    call = ToolCall("c1", "add", '{"a": 1}')
    turns = (
        Message("system", "Be brief."),
        Message("user", "1 + 1?"),
        Message("assistant", "2", reasoning="old thoughts"),
        USER,
        Message("assistant", "", reasoning="I add.", tool_calls=(call,)),
        Message("tool", "4", tool_call_id="c1"),
    )
    sampling = Sampling(0.5, 0.9, None, 64, ("\n",), 5)
    tool = ToolSpec("add", "adds", {"type": "object"})
    asked = Content(turns, sampling, (tool,), {"title": "My answer!", "type": "object"})
    body = to_wire(asked, samples(asked, 8), "m", Spelling("vllm"), stream=True)
    function = {"name": "add", "arguments": '{"a": 1}'}
    assert body["messages"][2] == {"role": "assistant", "content": "2"}
    assert body["messages"][4] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c1", "type": "function", "function": function}],
        "reasoning_content": "I add.",
    }
    assert body["messages"][5] == {"role": "tool", "tool_call_id": "c1", "content": "4"}
    assert (body["n"], body["temperature"], body["top_p"], body["max_tokens"]) == (8, 0.5, 0.9, 64)
    assert (body["stop"], body["logprobs"], body["top_logprobs"]) == (["\n"], True, 5)
    assert body["response_format"]["json_schema"]["name"] == "Myanswer"
    assert body["tools"][0]["function"]["parameters"] == {"type": "object"}
    assert body["stream_options"] == {"include_usage": True}
    json.dumps(body)


def test_thinking_is_not_sent_back_where_it_is_not_declared() -> None:
    call = ToolCall("c1", "add", "{}")
    asked = Content((USER, Message("assistant", "", reasoning="I add.", tool_calls=(call,))))
    assert "reasoning_content" not in to_wire(asked, samples(asked, 1), "m")["messages"][1]


def test_own_logprobs_only() -> None:
    body = to_wire(content(logprobs=0), (), "m")
    assert body["logprobs"] is True
    assert "top_logprobs" not in body


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        ({"type": "object", "properties": {"a": {}}, "required": ["a"]}, False),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "number"}},
                "required": ["a"],
                "additionalProperties": False,
            },
            True,
        ),
        ({"type": "array", "items": {"type": "object"}}, False),
    ],
)
def test_a_schema_is_strict_where_it_can_be(schema: Any, strict: bool) -> None:
    body = to_wire(Content((USER,), schema=schema), (), "m")
    assert body["response_format"]["json_schema"]["strict"] is strict


@pytest.mark.parametrize("prefill", ["Let", (1, 2)])
def test_a_prefill_is_refused_where_it_cannot_be(prefill: Any) -> None:
    asked = Content((USER,), prefill=prefill)
    with pytest.raises(CapabilityMissing):
        to_wire(asked, samples(asked, 1), "m")
    if not isinstance(prefill, str):
        with pytest.raises(CapabilityMissing, match="as text"):
            to_wire(asked, samples(asked, 1), "m", Spelling("vllm"))


def test_seeds_fit_every_server_and_differ() -> None:
    seeds = {wire_seed(key) for key in samples(content(), 1000)}
    assert len(seeds) == 1000
    assert all(0 <= seed < 2**31 for seed in seeds)


REFUSALS = [
    ("max_tokens", {"message": "Unsupported parameter: 'max_tokens' is not supported with this "
     "model. Use 'max_completion_tokens' instead.", "param": "max_tokens"},
     "max_completion_tokens"),
    ("max_completion_tokens", {"message": "Extra inputs are not permitted",
     "param": "max_completion_tokens"}, "max_tokens"),
    ("max_tokens", {"message": "max_tokens is too large: 9000", "param": "max_tokens"}, None),
    ("max_tokens", {"message": "the context is too long"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "error", "learned"), REFUSALS)
def test_refusals_teach_the_name_of_the_limit(sent: str, error: Any, learned: str | None) -> None:
    refusal = Refusal.of({"error": error}, "")
    spelling = respelled(Spelling(max_tokens=sent), {sent: 5}, refusal)
    assert (spelling.max_tokens if spelling else None) == learned


def test_a_refusal_of_fastapi_names_the_field() -> None:
    detail = [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs"}]
    refusal = Refusal.of({"detail": detail}, "")
    assert refusal.field == "seed"
    spelling = respelled(Spelling(), {"seed": 1}, refusal)
    assert spelling is not None
    assert "seed" in spelling.dropped


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("max_tokens", "length"),
        ("content_filter", "content_filter"),
        ("tool_calls", "tool_calls"),
        ("function_call", "tool_calls"),
        ("eos", "stop"),
        (None, "stop"),
        (7, "stop"),
    ],
)
def test_finish_reasons(reason: object, finish: str) -> None:
    assert one({**message(), "finish_reason": reason}).finish == finish


def test_a_refusal_of_the_model_is_filtered_content() -> None:
    done = one(message(None, refusal="I cannot help with that."))
    assert (done.text, done.finish) == ("I cannot help with that.", "content_filter")


@pytest.mark.parametrize(
    ("text", "reasoning", "rest"),
    [
        ("<think>2+2</think>\n\n4", "2+2", "4"),
        ("2+2</think>4", "2+2", "4"),
        ("<think>cut in the mid", "cut in the mid", ""),
        ("no tags at all", "", "no tags at all"),
        ("the <think> tag", "", "the <think> tag"),
    ],
)
def test_think_tags(text: str, reasoning: str, rest: str) -> None:
    done = one(message(text))
    assert (done.reasoning, done.text) == (reasoning, rest)


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_native_thinking_leaves_the_text_alone(name: str) -> None:
    done = one(message("<b>4</think>", **{name: "2+2"}))
    assert (done.reasoning, done.text) == ("2+2", "<b>4</think>")


@pytest.mark.parametrize(
    ("text", "fields", "left", "hit"),
    [
        ("4", {"stop_reason": "Q:"}, "4", "Q:"),
        ("4", {"matched_stop": "Q:"}, "4", "Q:"),
        ("4", {"stop_reason": 2}, "4", ""),
        ("4 Q:", {}, "4 ", "Q:"),
        ("4 Q: what next?", {}, "4 ", "Q:"),
        ("4", {}, "4", ""),
    ],
)
def test_stop_texts(text: str, fields: Any, left: str, hit: str) -> None:
    done = one({**message(text), **fields}, content(stop=("Q:", "\n\n")))
    assert (done.text, done.stop_text) == (left, hit)
    assert ("went past" in "".join(done.notes)) == (text == "4 Q: what next?")


def test_logprobs() -> None:
    top = [{"token": "5", "logprob": -2}, {"token": "x", "logprob": float("-inf")}, {}]
    logprobs = {"content": [{"token": "4", "logprob": -0.5, "top_logprobs": top}]}
    done = one({**message("4"), "logprobs": logprobs}, content(logprobs=2))
    (token,) = done.logprobs
    assert (token.token, token.logprob) == ("4", -0.5)
    assert token.top == (("5", -2.0), ("x", -9999.0))
    assert not one({**message("4"), "logprobs": logprobs}).logprobs


@pytest.mark.parametrize("bad", [None, {}, [], {"content": [{"token": 4}]}, {"content": "x"}])
def test_logprobs_that_cannot_be_read_are_said(bad: object) -> None:
    done = one({**message("4"), "logprobs": bad}, content(logprobs=2))
    assert not done.logprobs
    assert "logprobs" in done.notes[-1]


def test_parts_objects_and_half_characters() -> None:
    assert (
        one(message([{"type": "text", "text": "a"}, {"text": "b"}, {"type": "image"}])).text == "ab"
    )
    call = {"function": {"name": "add", "arguments": {"a": 1}}}
    assert one(message(None, tool_calls=[call])).tool_calls == (
        ToolCall("call_0", "add", '{"a": 1}'),
    )
    done = one(json.loads('{"message": {"content": "a\\ud800b \\ud83d\\ude00"}}'))
    assert done.text == "a�b 😀"


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 7}, Tokens(5, 7)),
        ({"prompt_tokens": 5.0, "completion_tokens": 7}, Tokens(5, 7)),
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 7,
                "total_tokens": 12,
                "completion_tokens_details": {"reasoning_tokens": 6},
            },
            Tokens(5, 7, 6),
        ),
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 7,
                "total_tokens": 18,
                "completion_tokens_details": {"reasoning_tokens": 6},
            },
            Tokens(5, 13, 6),
        ),
        ({"prompt_tokens": 5, "completion_tokens": 7, "reasoning_tokens": 6}, Tokens(5, 7, 6)),
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 7,
                "completion_tokens_details": {"reasoning_tokens": 8},
            },
            Tokens(5, 7),
        ),
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 7,
                "completion_tokens_details": {"reasoning_tokens": "6"},
            },
            Tokens(5, 7),
        ),
        ({"prompt_tokens": 5}, None),
    ],
)
def test_usage_with_thinking_inside_or_beside(usage: object, tokens: Tokens | None) -> None:
    assert told(usage) == tokens


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.lists(st.integers(0, 9999), min_size=1))
def test_bills_sum_exactly(prompt: int, completion: int, weights: list[int]) -> None:
    shared = bills(Tokens(prompt, completion), weights)
    total = sum((bill for _, bill in shared), Usage())
    assert total == Usage(len(weights), 1, prompt, completion)
    assert all(usage.prompt_tokens == prompt and usage.calls == 1 for usage, _ in shared)
    assert sum(usage.requests for usage, _ in shared) == 1


@given(
    st.integers(0, 10**6),
    st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 9999)), min_size=1),
    st.data(),
)
def test_thinking_is_shared_out_exactly_and_within_each_completion(
    completion: int, lengths: list[tuple[int, int]], data: st.DataObject
) -> None:
    thinking = data.draw(st.integers(0, completion))
    weights = [1 + said + thought for said, thought in lengths]
    shared = bills(Tokens(5, completion, thinking), weights, [thought for _, thought in lengths])
    assert sum(bill.reasoning_tokens for _, bill in shared) == thinking
    for usage, bill in shared:
        assert usage.reasoning_tokens == bill.reasoning_tokens <= usage.completion_tokens


def test_thinking_goes_to_who_thought() -> None:
    shared = bills(Tokens(5, 100, 40), [60, 40], [50, 0])
    assert [usage.reasoning_tokens for usage, _ in shared] == [40, 0]
    hidden = bills(Tokens(5, 100, 40), [60, 40], [0, 0])
    assert [usage.reasoning_tokens for usage, _ in hidden] == [24, 16]


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1))
def test_shares_are_fair(total: int, weights: list[int]) -> None:
    parts = shares(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert not whole or abs(part - total * weight / whole) <= 1
