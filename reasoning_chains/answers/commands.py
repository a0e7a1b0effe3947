"""Actions written with repetition, `("TURN LEFT" + "WALK") * 2`, to the actions themselves."""

from __future__ import annotations

from reasoning_chains.answers.folding import fold
from reasoning_chains.answers.tokens import Tokens

__all__ = ["expand"]

_LONGEST, _MOST = 4_000, 10_000
_QUOTES = "\"'"


def expand(text: str) -> tuple[str, ...] | None:
    """Expand texts in quotes joined by `+` and repeated by `*`; None where it is something else.

    This is the post-processor of least-to-most prompting on SCAN (arXiv:2205.10625). More than
    4,000 characters, or 10,000 actions, are something else.
    """
    if len(text) > _LONGEST:
        return None
    try:
        reader = _Reader(_tokens(fold(text)))
        found = reader.sum()
    except ValueError:
        return None
    return tuple(found) if reader.next() == "" else None


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    here = 0
    while here < len(text):
        sign = text[here]
        end = here + 1
        if sign in _QUOTES:
            end = text.index(sign, here + 1) + 1
        elif sign.isdecimal():
            while text[end : end + 1].isdecimal():
                end += 1
        if not sign.isspace():
            tokens.append(text[here:end])
        here = end
    return tokens


class _Reader(Tokens):
    """Reads from left to right, repetition before joining."""

    def sum(self) -> list[str]:
        actions = self.product()
        while self.next() == "+":
            self.take()
            actions = _small(actions, self.product())
        return actions

    def product(self) -> list[str]:
        actions = self.factor()
        while self.next() == "*":
            self.take()
            times = int(self.take())
            if times * len(actions) > _MOST:
                raise ValueError("too many actions")
            actions = actions * times
        return actions

    def factor(self) -> list[str]:
        token = self.take()
        if token == "(":
            return self.bracketed(self.sum)
        if token[:1] not in (*_QUOTES,) or not token[1:-1].strip():
            raise ValueError("no action")
        return [token[1:-1].strip()]


def _small(left: list[str], right: list[str]) -> list[str]:
    if len(left) + len(right) > _MOST:
        raise ValueError("too many actions")
    return left + right
