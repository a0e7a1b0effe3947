"""Compares two answers by kind, and gives answers their voting keys; it reads no replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoning_chains.answers.folding import fold, lower
from reasoning_chains.answers.trimming import trimmed
from reasoning_chains.errors import UnknownName, wanted
from reasoning_chains.types import KINDS, Kind

if TYPE_CHECKING:
    from fractions import Fraction

    from reasoning_chains.answers.numeral import Numeral

__all__ = ["equivalent", "vote_key"]

LONGEST = 20_000  # a longer answer is compared as it is: normalising it is not free


def equivalent(a: str | None, b: str | None, kind: Kind | str = "number") -> bool:
    """Tell whether two answers of a kind are the same answer.

    Numbers compare by exact value (1/2 is 0.5; 50% is 50, and also 0.5); options by letter; yes is
    true and no is false; words by their trimmed, case-folded form, else by SQuAD's normalising;
    formulas by a light normal form, else by math-verify where it is installed; JSON by value.
    `None`, an answer that could not be read, is equivalent to nothing.

    Raises:
        UnknownName: where the kind is none of the known.
    """
    if kind not in KINDS:
        raise UnknownName("kind of answer", kind, KINDS)
    wanted("an answer", a, str, type(None))
    wanted("an answer", b, str, type(None))
    if a is None or b is None:
        return False
    if vote_key(a, kind) == vote_key(b, kind):
        return True
    if max(len(a), len(b)) > LONGEST:
        return False
    if kind == "number":
        return _same_number(_number(a), _number(b))
    if kind == "text":
        from reasoning_chains.answers.squad import squad_normal

        left = squad_normal(a)
        return bool(left) and left == squad_normal(b)
    return kind == "expression" and _same_formula(a, b)


def vote_key(answer: str, kind: Kind | str = "number") -> str:
    """Write an answer so that equal keys are equal votes.

    A number's key is its value, a choice's the letter, a boolean's "yes" or "no", JSON's its
    sorted form. What is not of its kind keeps its trimmed, case-folded words, and a text of more
    than 20,000 characters is its own key.
    """
    if kind not in KINDS:
        raise UnknownName("kind of answer", kind, KINDS)
    wanted("an answer", answer, str)
    if len(answer) > LONGEST and kind != "json":
        return answer.strip()
    key = _KEYS[kind](answer)
    if key is not None:
        return key
    return answer.strip() if len(answer) > LONGEST else trimmed(fold(answer)).casefold()


def _number(text: str) -> Numeral | None:
    """Read a text that states one number and begins with it; units may follow."""
    from reasoning_chains.answers.statement import stated

    text = lower(fold(text)).strip().removeprefix("####").strip()
    outcome = stated(text[:2_000]) if len(text) <= 2_000 else None
    return outcome.number if outcome is not None and outcome.leads else None


def _number_key(text: str) -> str | None:
    number = _number(text)
    return None if number is None or number.value is None else _value_key(number.value)


def _value_key(value: Fraction) -> str:
    from reasoning_chains.answers.numeral import canonical

    return canonical(value, fraction=True)


def _same_number(left: Numeral | None, right: Numeral | None) -> bool:
    """Compare values; beside a percentage, the number a hundred times smaller is also the same."""
    if left is None or right is None or left.value is None or right.value is None:
        return False
    if left.percent == right.percent:
        return left.value == right.value
    percent, other = (left.value, right.value) if left.percent else (right.value, left.value)
    return other in (percent, percent / 100)


def _choice_key(text: str) -> str | None:
    from reasoning_chains.answers.choice import option_letter

    return option_letter(text)


def _boolean_key(text: str) -> str | None:
    from reasoning_chains.answers.boolean import TRUTH, boolean_at

    word = boolean_at(lower(fold(text)).strip())
    return None if word is None else "yes" if TRUTH[word] else "no"


def _text_key(text: str) -> str:
    return " ".join(trimmed(fold(text)).casefold().split())


def _expression_key(text: str) -> str:
    from reasoning_chains.answers.latex import normal, plain_value

    value = plain_value(text)
    return normal(text) if value is None else _value_key(value)


def _json_key(text: str) -> str | None:
    from reasoning_chains.answers.json_value import canonical_json, load_json

    found = load_json(text.strip())
    return None if found is None else canonical_json(found.value)


def _code_key(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


_KEYS = {
    "number": _number_key,
    "choice": _choice_key,
    "boolean": _boolean_key,
    "text": _text_key,
    "expression": _expression_key,
    "json": _json_key,
    "code": _code_key,
}


def _same_formula(a: str, b: str) -> bool:
    """Compare by algebra, except single letters, whose case math-verify does not mind."""
    from reasoning_chains.answers.latex import normal
    from reasoning_chains.answers.math_check import same_by_math

    letters = len(normal(a)) == len(normal(b)) == 1
    return _same_side(a, b) or (not letters and same_by_math(a, b))


def _same_side(a: str, b: str) -> bool:
    """Compare x = 5 with 5: a name before the sign of equality says nothing about the value."""
    left, right = _value_side(a), _value_side(b)
    if (left is None) == (right is None):
        return False
    return _expression_key(left or a) == _expression_key(right or b)


def _value_side(text: str) -> str | None:
    from reasoning_chains.answers.latex import normal

    sides = normal(text).split("=")
    named = len(sides) == 2 and 1 <= len(sides[0]) <= 2 and sides[0][0].isalpha()
    return sides[1] if named and sides[1] else None
