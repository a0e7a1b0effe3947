"""What was used and what was bought: samples, requests, tokens and money; it counts nothing."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Usage"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Samples asked (`calls`), wire `requests` (none for one that travelled along), and tokens.

    `money` is what it cost, by the price of the backend that answered; 0 where nobody told one.
    `reasoning_tokens` are those of the completion tokens that were native thinking; 0 where nobody
    told them. `lost` are replies that may have been billed and did not arrive: a bill tells how
    many, and nobody knows their tokens.
    """

    calls: int = 0
    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    money: float = 0.0
    reasoning_tokens: int = 0
    lost: int = 0

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens together."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.calls + other.calls,
            self.requests + other.requests,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.money + other.money,
            self.reasoning_tokens + other.reasoning_tokens,
            self.lost + other.lost,
        )
