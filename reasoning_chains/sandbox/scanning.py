"""Cuts an arithmetic expression into numbers, names and signs; it knows no meaning of them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BadFormula", "Token", "scanned"]

_FOLDED = str.maketrans(
    {
        **dict.fromkeys("×·∙⋅•＊", "*"),
        **dict.fromkeys("÷∕／", "/"),
        **dict.fromkeys("−–—－", "-"),
        **dict.fromkeys("$€£¥\t\r\n\u00a0\u202f\u3000", " "),
        **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
        "＋": "+",
        "（": "(",
        "）": ")",
        "，": ",",
        "．": ".",
        "％": "%",
        "π": " pi ",
        "²": "^2",
        "³": "^3",
        "[": "(",
        "]": ")",
    }
)
_DIGITS = "0123456789"
_LETTERS = "abcdefghijklmnopqrstuvwxyz_"
_SIGNS = ("**", "//", "+", "-", "*", "/", "%", "^", "(", ")", ",", "!", "√")


class BadFormula(ValueError):
    """The text is no arithmetic expression; the message says where."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression: a `number`, a `name`, a `sign`, or its `end`."""

    kind: str
    text: str
    place: int


def scanned(text: str) -> list[Token]:
    """Cut a text into tokens, thousands separators taken out, the signs of other scripts folded.

    Raises:
        BadFormula: Something in it is no part of an expression.
    """
    text = text.translate(_FOLDED).lower().rstrip(" =?")
    tokens: list[Token] = []
    calls: list[bool] = []
    at = 0
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        token, at = _next(text, at, bool(calls) and calls[-1])
        if token.text == "(":
            calls.append(bool(tokens) and tokens[-1].kind == "name")
        elif token.text == ")" and calls:
            calls.pop()
        tokens.append(token)
    return [*tokens, Token("end", "", at)]


def _next(text: str, at: int, in_call: bool) -> tuple[Token, int]:
    char = text[at]
    if char in _DIGITS or (char == "." and text[at + 1 : at + 2] in tuple(_DIGITS)):
        return _number(text, at, in_call)
    if char in _LETTERS:
        end = at
        while end < len(text) and text[end] in _LETTERS + _DIGITS:
            end += 1
        if text[at:end] == "math" and text[end : end + 1] == ".":
            return _next(text, end + 1, in_call) if end + 1 < len(text) else _odd(text, end)
        return Token("name", text[at:end], at), end
    for sign in _SIGNS:
        if text.startswith(sign, at):
            return Token("sign", "**" if sign == "^" else sign, at), at + len(sign)
    return _odd(text, at)


def _odd(text: str, at: int) -> tuple[Token, int]:
    raise BadFormula(f"{text[at]!r} (character {at + 1}) is no part of an arithmetic expression")


def _number(text: str, at: int, in_call: bool) -> tuple[Token, int]:
    """Read a number; between the arguments of a function a comma separates them."""
    end = _run(text, at)
    first = end - at
    while not in_call and first <= 3 and first and _thousands(text, end):
        end += 4
    if text[end : end + 1] == ".":
        end = _run(text, end + 1)
    if text[end : end + 1] == "e":
        sign = end + 1 + (text[end + 1 : end + 2] in ("+", "-"))
        end = _run(text, sign) if _run(text, sign) > sign else end
    if text[end : end + 1] in (".", ",") and not in_call:
        raise BadFormula(f"a number goes on oddly: {text[at : end + 4]!r} (character {at + 1})")
    return Token("number", text[at:end].replace(",", ""), at), end


def _thousands(text: str, at: int) -> bool:
    return text[at : at + 1] == "," and _run(text, at + 1) == at + 4


def _run(text: str, at: int) -> int:
    """Give the end of the digits that begin here."""
    while at < len(text) and text[at] in _DIGITS:
        at += 1
    return at
