"""The closed set of readers that a template's contract may name; it knows no template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reasoning_chains.answers.action import Action, read_action
from reasoning_chains.answers.chosen import read_chosen
from reasoning_chains.answers.extract import extract_answer
from reasoning_chains.answers.follow_up import FollowUp, read_follow_up
from reasoning_chains.answers.json_value import JsonFound, read_json
from reasoning_chains.answers.numbered import read_numbered
from reasoning_chains.answers.program import read_program
from reasoning_chains.answers.thinking import split_thinking
from reasoning_chains.answers.verdict import Verdict, read_verdict

__all__ = [
    "READERS",
    "Action",
    "FollowUp",
    "JsonFound",
    "Verdict",
    "read_action",
    "read_chosen",
    "read_follow_up",
    "read_json",
    "read_numbered",
    "read_program",
    "read_verdict",
]

READERS: dict[str, Callable[..., Any]] = {
    "text": lambda text: split_thinking(text).text.strip(),
    "answer": extract_answer,
    "numbered": lambda text: read_numbered(split_thinking(text).text),
    "action": read_action,
    "verdict": read_verdict,
    "chosen": read_chosen,
    "code": read_program,
    "follow_up": read_follow_up,
    "json": lambda text: read_json(split_thinking(text).text),
}
"""What each name reads; only "answer" takes a kind, choices and a pick beside the text."""
