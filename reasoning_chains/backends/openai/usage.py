"""What a reply cost, shared out among its samples; it knows nothing of prices or budgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reasoning_chains.types import Content, Usage

__all__ = ["Tokens", "bills", "estimated", "shares", "told"]

_MOST = 10**9  # tokens: more than any reply has, so a larger count is an error of the server
_BYTES_A_TOKEN = 3  # of UTF-8 text; English has about 4, Chinese about 3


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one wire reply: its prompt, once, and all of its samples together.

    `thinking` is the part of the completion that was native thinking; 0 where nobody told.
    """

    prompt: int
    completion: int
    thinking: int = 0


def told(data: object) -> Tokens | None:
    """Read a server's `usage`; `None` where it is missing or cannot be true."""
    if not isinstance(data, Mapping):
        return None
    prompt, completion = _count(data.get("prompt_tokens")), _count(data.get("completion_tokens"))
    if prompt is None or completion is None:
        return None
    details = data.get("completion_tokens_details")
    place = details if isinstance(details, Mapping) else data  # SGLang tells it beside the others
    thought = _count(place.get("reasoning_tokens")) or 0
    # Some servers count thinking beside the completion, most inside it: the total tells.
    if thought and data.get("total_tokens") == prompt + completion + thought:
        completion += thought
    return Tokens(prompt, completion, thought if thought <= completion else 0)


def _count(value: object) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST:
        return value
    return None


def estimated(content: Content, weights: Sequence[int]) -> Tokens:
    """Guess the tokens of a reply whose server told none, from the lengths in bytes."""
    prompt = sum(len(turn.content.encode(errors="replace")) for turn in content.messages)
    return Tokens(1 + prompt // _BYTES_A_TOKEN, sum(1 + w // _BYTES_A_TOKEN for w in weights))


def shares(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split a total by weight into whole parts that sum to it exactly (largest remainders)."""
    whole = sum(weights)
    if whole <= 0:
        weights, whole = (1,) * len(weights), len(weights)
    parts = [total * weight // whole for weight in weights]
    by_rest = sorted(range(len(parts)), key=lambda at: (-(total * weights[at] % whole), at))
    for at in by_rest[: total - sum(parts)]:
        parts[at] += 1
    return tuple(parts)


def bills(
    tokens: Tokens, weights: Sequence[int], thoughts: Sequence[int] = ()
) -> tuple[tuple[Usage, Usage], ...]:
    """Give each sample its usage, as if asked alone, and its bill, a share of what was bought.

    Both count the wire request on the first sample; the bills sum to the server's counts.

    Args:
        tokens: What the server counted.
        weights: The length of each sample, by which the completion is shared out.
        thoughts: The length of the thinking in each, where it can be seen.
    """
    if len(weights) == 1:
        usage = Usage(1, 1, tokens.prompt, tokens.completion, 0.0, tokens.thinking)
        return ((usage, usage),)
    prompts = shares(tokens.prompt, (1,) * len(weights))
    completions = shares(tokens.completion, weights)
    thinking = _within(tokens.thinking, thoughts if any(thoughts) else completions, completions)
    told = zip(prompts, completions, thinking, strict=True)
    return tuple(
        (
            Usage(1, int(at == 0), tokens.prompt, own, 0.0, thought),
            Usage(1, int(at == 0), part, own, 0.0, thought),
        )
        for at, (part, own, thought) in enumerate(told)
    )


def _within(total: int, weights: Sequence[int], rooms: Sequence[int]) -> tuple[int, ...]:
    """Split a total, no more than all rooms together, by weight, no part beyond its room."""
    parts = [min(part, room) for part, room in zip(shares(total, weights), rooms, strict=True)]
    free = [room - part for part, room in zip(parts, rooms, strict=True)]
    more = shares(total - sum(parts), free)  # by largest remainders none is beyond its weight
    return tuple(part + extra for part, extra in zip(parts, more, strict=True))
