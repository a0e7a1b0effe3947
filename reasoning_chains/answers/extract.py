"""Reads a reply's answer by the problem's kind; it knows no model, template or gold answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reasoning_chains.answers.markers import Pick
from reasoning_chains.answers.reply import Reply, prepare
from reasoning_chains.answers.runaway import before_next_question
from reasoning_chains.answers.thinking import split_thinking
from reasoning_chains.errors import UnknownName, listed, wanted
from reasoning_chains.types import KINDS, Kind

__all__ = ["extract_answer"]

_PICKS = ("first", "last")


def extract_answer(
    text: str,
    kind: Kind | str = "number",
    choices: Sequence[str] = (),
    pick: Pick | str = "last",
    *,
    questions: bool = False,
) -> str | None:
    r"""Read the answer that a reply gives, or `None` where it gives none that can be read.

    What announces an answer: "the answer is", "Answer:", `\boxed{}`, `####`, 答案是, 答案为, 答：,
    and for words `=>` on the last line.
    The last announcement counts. Without one, a number is the reply's last; a choice, a boolean,
    words and a formula are the whole reply where it is one line of at most 200 characters.
    Native thinking is left out, and so is all that follows a question which the model asks itself.

    ============ ==========================================================================
    kind         what is given
    ============ ==========================================================================
    number       "1234.5", "-3"; a fraction stays one in lowest terms ("3/4", also of 2 1/2);
                 without units, currency and percent sign (50% is 50); million, 万, 亿 and
                 exponents are carried out. A range, two numbers, a date, a time and a multiple
                 of pi are no number.
    choice       the letter, "B"; an option's own text is recognised and gives its letter
    boolean      "yes" or "no", "true" or "false", as the reply puts it (是 is "yes", 对 "true")
    text         the words as written, without quotes, emphasis and the final stop
    expression   the formula as written, without delimiters
    json         the JSON value's text as written
    code         the last fenced block, else all of the reply
    ============ ==========================================================================

    Args:
        text: The reply.
        kind: The kind of answer wanted.
        choices: A choice problem's options, in order.
        pick: "first" for replies to a prompt that already says "the answer is".
        questions: Whether the reply asks questions on its way, so that the first is not its end.

    Raises:
        UnknownName: where kind or pick is none of the known.

    Example:
        >>> extract_answer("16 - 3 - 4 = 9, and 9 * $2 = $18. The answer is $18.")
        '18'
    """
    wanted("the reply", text, str)
    choices = listed("choices", choices, str)
    if kind not in KINDS:
        raise UnknownName("kind of answer", kind, KINDS)
    if pick not in _PICKS:
        raise UnknownName("pick", pick, _PICKS)
    side: Pick = "first" if pick == "first" else "last"
    if kind in ("code", "json"):
        return _block(split_thinking(text).text, kind, side)
    reply = prepare(text)
    if not questions:
        reply = before_next_question(reply, kind=kind)
    if kind == "choice":
        from reasoning_chains.answers.choice import read_choice

        return read_choice(reply, choices, side)
    return _reader(kind)(reply, side)


def _block(text: str, kind: str, pick: Pick) -> str | None:
    if kind == "code":
        from reasoning_chains.answers.code import read_code

        return read_code(text, pick)
    from reasoning_chains.answers.json_value import read_json

    found = read_json(text, pick)
    return found.text if found is not None else None


def _reader(kind: str) -> Callable[[Reply, Pick], str | None]:
    """Load the reader of a kind on its first use, so that importing the library stays light."""
    if kind == "number":
        from reasoning_chains.answers.number import read_number as read
    elif kind == "boolean":
        from reasoning_chains.answers.boolean import read_boolean as read
    elif kind == "text":
        from reasoning_chains.answers.text import read_text as read
    else:
        from reasoning_chains.answers.expression import read_expression as read
    return read
