"""The frozen data that rooms hand to one another; it knows no behaviour beyond its own shape."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache
from typing import Any, Literal, TypeAlias, get_args

from reasoning_chains.errors import UnknownName, UserMistake, listed, named, ranged, wanted
from reasoning_chains.usage import Usage

__all__ = [
    "KINDS",
    "Capabilities",
    "Completion",
    "Content",
    "Delta",
    "Finish",
    "Json",
    "Kind",
    "Message",
    "Problem",
    "Request",
    "Role",
    "SampleKey",
    "Sampling",
    "TokenLogprob",
    "ToolCall",
    "ToolSpec",
    "Usage",
]

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
Kind: TypeAlias = Literal["number", "choice", "text", "boolean", "expression", "code", "json"]
Role: TypeAlias = Literal["system", "user", "assistant", "tool"]
Finish: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter"]
KINDS: tuple[str, ...] = get_args(Kind)
_ROLES: tuple[str, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asks for; `arguments` is the JSON text just as it wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """What a model is told of a tool; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation; `reasoning` is the model's native thinking, kept apart."""

    role: Role
    content: str
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""

    def __post_init__(self) -> None:
        """Refuse a role that no backend knows, and content that is no text."""
        if self.role not in _ROLES:
            raise UnknownName("role of a message", self.role, _ROLES)
        wanted("Message(content=…)", self.content, str)


@dataclass(frozen=True, slots=True)
class Problem:
    """A question and the kind of answer that it wants.

    Args:
        question: What is asked; not empty.
        kind: How the answer is read, compared and voted on.
        choices: The options, in order: the first is A; they make the kind `choice`.
        schema: A pydantic model class, or a type that pydantic reads, for kind `json`.
        context: Text that the question is about.
        history: Earlier messages, whose roles every chain keeps.
        id: Names the problem in traces and in the seeds of its samples.
        inputs: What templates and workflows see beside these, by name.
    """

    question: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    schema: Any = None
    context: str = ""
    history: tuple[Message, ...] = ()
    id: str = ""
    inputs: Mapping[str, Json] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Refuse what no chain could answer, and turn sequences into tuples."""
        for name in ("question", "context", "id"):
            wanted(f"Problem({name}=…)", getattr(self, name), str)
        if not self.question.strip():
            raise UserMistake("the question is empty: give Problem(question=…) a text to answer")
        if self.kind not in KINDS:
            raise UnknownName("kind of answer", self.kind, KINDS)
        object.__setattr__(self, "choices", listed("Problem(choices=…)", self.choices, str))
        turns = listed("Problem(history=…)", self.history, Message, 'write Message("user", "…")')
        for name, made in (("history", turns), ("inputs", named("Problem(inputs=…)", self.inputs))):
            object.__setattr__(self, name, made)
        self._check_choices()
        if self.schema is not None and self.kind != "json":
            raise UserMistake(f"schema is given with kind {self.kind!r}: it goes with kind='json'")

    def _check_choices(self) -> None:
        if self.choices and self.kind not in ("text", "choice"):
            raise UserMistake(f"choices are given with kind {self.kind!r}: they go with 'choice'")
        object.__setattr__(self, "kind", "choice" if self.choices else self.kind)
        bare = [choice.strip() for choice in self.choices]
        if self.kind == "choice" and len(bare) == 1:
            raise UserMistake("a choice problem has 1 choice: give at least two, or none at all")
        if len(bare) > 26:
            raise UserMistake(f"the problem has {len(bare)} choices: at most 26 have a letter")
        for place, choice in enumerate(bare):
            if not choice or choice in bare[:place]:
                raise UserMistake(f"choice {place + 1} is empty, or equal to an earlier one")


_RANGES: tuple[tuple[str, type, float, float], ...] = (
    ("temperature", float, 0, math.inf),
    ("top_p", float, 1e-6, 1),
    ("top_k", int, 1, math.inf),
    ("max_tokens", int, 1, math.inf),
    ("logprobs", int, 0, math.inf),
)


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a reply is drawn; a field left `None` is taken from the layer below.

    `logprobs` is the number of alternatives wanted beside each token (0: the token's own only).
    """

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] | None = None
    logprobs: int | None = None

    def __post_init__(self) -> None:
        """Refuse values outside of their ranges."""
        for name, kind, low, high in _RANGES:
            if (value := getattr(self, name)) is not None:
                ranged(f"sampling {name}", value, kind, low, high)
        if self.stop is not None:
            object.__setattr__(self, "stop", listed("sampling stop", self.stop, str))

    def over(self, below: Sampling | None) -> Sampling:
        """Lay these settings over others: what is set here wins."""
        return self if below is None else _laid(self, below)


@lru_cache(maxsize=256)
def _laid(above: Sampling, below: Sampling) -> Sampling:
    mine = ((f.name, getattr(above, f.name)) for f in fields(above))
    return replace(below, **{k: v for k, v in mine if v is not None})


@dataclass(frozen=True)
class Content:
    """What is sent: messages with all that shapes the reply, but not how many replies.

    `prefill` begins the reply: text, or token ids of this backend's tokenizer.
    """

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    tools: tuple[ToolSpec, ...] = ()
    schema: Mapping[str, Json] | None = None
    prefill: str | tuple[int, ...] = ""

    @cached_property
    def digest(self) -> str:
        """A hash of everything above; two contents with one digest are the same request."""
        tools = [(tool.name, tool.description, _text(tool.parameters)) for tool in self.tools]
        schema = None if self.schema is None else _text(self.schema)
        told = repr((self.messages, self.sampling, tools, schema, self.prefill))
        return hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()[:32]


def _text(value: Mapping[str, Json]) -> str:
    return json.dumps(value, sort_keys=True, default=dict)


@dataclass(frozen=True, slots=True)
class SampleKey:
    """Which sample of a content is meant: the same key is always the same reply."""

    backend: str
    digest: str
    path: tuple[str | int, ...] = ()
    occurrence: int = 0

    @property
    def seed(self) -> int:
        """A seed of 63 bits, made from the whole key."""
        told = json.dumps([self.backend, self.digest, self.path, self.occurrence]).encode()
        return int.from_bytes(hashlib.sha256(told).digest()[:8], "big") >> 1


@dataclass(frozen=True, slots=True)
class Request:
    """One content and the samples wanted of it; a wrapper narrows the samples only."""

    content: Content
    samples: tuple[SampleKey, ...]

    @property
    def n(self) -> int:
        """How many samples are wanted."""
        return len(self.samples)


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """A token as drawn, its natural log-probability, and the likeliest alternatives."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a reply that is still being written.

    `anew` voids the pieces before it. `lost` is no piece: a reply may have been made, and billed,
    that did not arrive.
    """

    text: str = ""
    reasoning: str = ""
    anew: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Completion:
    """One reply: `text` without prefill and stop text; `stop_text`, the stop text that was hit.

    `usage` counts as if the sample had been asked alone; `bill` is its share of what was bought.
    """

    text: str
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    logprobs: tuple[TokenLogprob, ...] = ()
    finish: Finish = "stop"
    stop_text: str = ""
    usage: Usage = Usage()
    bill: Usage = Usage()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do; `top_logprobs` is the most alternatives a token, 0 for none.

    `seed` governs each sample ("row"), a request, or nothing; with `thinking` it thinks unasked.
    """

    n: bool = False
    logprobs: bool = False
    top_logprobs: int = 0
    prefill: bool = False
    seed: Literal["row", "request", "none"] = "none"
    tools: bool = False
    json_schema: bool = False
    score: bool = False
    thinking: bool = False
    stream: bool = False
