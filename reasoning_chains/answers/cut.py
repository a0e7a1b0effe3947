"""What of a reply that was cut by its length is complete; half a thought gives no answer."""

from __future__ import annotations

import json

from reasoning_chains.answers.code import fenced_blocks
from reasoning_chains.answers.extract import extract_answer
from reasoning_chains.answers.reply import prepare
from reasoning_chains.answers.runaway import before_next_question

__all__ = ["complete_part"]


def complete_part(text: str, kind: str) -> str:
    """Give the part of a cut reply that may be read, or nothing.

    That is a code block or JSON value that was closed; what stands before a question that the
    model asked itself; else the complete lines, if they announce an answer: the last number of
    half a calculation is no answer, and nor is half a number.
    """
    if kind in ("code", "json"):
        blocks = fenced_blocks(text)
        if blocks:
            return "" if text.endswith(blocks[-1]) else text
        return _closed_value(text) if kind == "json" else ""
    whole = prepare(text)
    head = before_next_question(whole, kind=kind).text
    if len(head) < len(whole.text):
        return head
    lines = text.rpartition("\n")[0]
    return lines if extract_answer(f"{lines}\n\n…\n", "text") is not None else ""


def _closed_value(text: str) -> str:
    """Give the JSON object or list that begins at the first bracket, if it is closed."""
    start = min((at for at in (text.find("{"), text.find("[")) if at != -1), default=-1)
    if start == -1:
        return ""
    try:
        _, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return ""
    return text[start:end]
