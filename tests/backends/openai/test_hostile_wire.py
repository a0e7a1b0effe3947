"""Any JSON at all, and any bytes, give completions or clear errors and nothing else."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains.backends.openai import Address, Teller, from_wire
from reasoning_chains.backends.openai.failures import Answer, Refusal
from reasoning_chains.backends.openai.from_wire import read_json
from reasoning_chains.errors import BackendError
from reasoning_chains.types import Completion
from tests.backends.openai.asked import content

TELLER = Teller(Address.of("http://127.0.0.1:8000/v1"), (), "no key")
NAMES = st.sampled_from(
    ["choices", "index", "message", "content", "tool_calls", "function", "name", "arguments", "id",
     "finish_reason", "usage", "prompt_tokens", "completion_tokens", "logprobs", "token", "logprob",
     "top_logprobs", "reasoning", "reasoning_content", "refusal", "error", "code", "delta",
     "completion_tokens_details", "reasoning_tokens", "text", "type", "stop_reason"]
)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["<think>", "</think>", "stop", "error", "Q:", 10**400, -(10**400)])
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=40,
)
CHOICE = st.fixed_dictionaries(
    {},
    optional={"index": LEAVES, "message": ANYTHING, "logprobs": ANYTHING, "finish_reason": LEAVES},
)
REPLY = st.fixed_dictionaries(
    {"choices": st.lists(CHOICE | ANYTHING, max_size=4)}, optional={"usage": ANYTHING}
)


@given(data=ANYTHING | REPLY, n=st.integers(1, 4))
@settings(max_examples=400, deadline=None)
def test_any_json_gives_completions_or_clear_errors(data: Any, n: int) -> None:
    asked = content(logprobs=2, stop=("Q:",))
    try:
        outcomes = from_wire(data, asked, n, TELLER)
    except BackendError:
        return
    assert len(outcomes) == n
    for outcome in outcomes:
        assert outcome is None or isinstance(outcome, Completion | BackendError)
        if isinstance(outcome, Completion):
            json.dumps([outcome.text, outcome.reasoning]).encode()
            (outcome.text + outcome.reasoning).encode()
            assert outcome.usage.tokens >= 0


@given(st.binary(max_size=60) | ANYTHING.map(lambda data: json.dumps(data, default=str).encode()))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_json_or_a_clear_error(body: bytes) -> None:
    with suppress(BackendError):
        read_json(Answer(200, {}, body), TELLER)


@given(ANYTHING, st.text(max_size=50))
@settings(max_examples=200, deadline=None)
def test_any_refusal_can_be_told(data: Any, text: str) -> None:
    refusal = Refusal.of(data, text)
    for status in (301, 400, 401, 404, 429, 500):
        error = TELLER.refused(Answer(status, {"retry-after": text}, b""), refusal, "m")
        assert "\n" not in str(error)
        assert len(str(error)) < 700
