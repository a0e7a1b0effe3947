"""From a reply's text to its answer, and from answers to votes; it knows no model."""

from __future__ import annotations

from reasoning_chains.answers.equivalence import equivalent, vote_key
from reasoning_chains.answers.extract import extract_answer
from reasoning_chains.answers.readers import (
    READERS,
    Action,
    JsonFound,
    Verdict,
    read_action,
    read_follow_up,
    read_json,
    read_numbered,
    read_program,
    read_verdict,
)
from reasoning_chains.answers.thinking import Split, split_thinking

__all__ = [
    "READERS",
    "Action",
    "JsonFound",
    "Split",
    "Verdict",
    "equivalent",
    "extract_answer",
    "read_action",
    "read_follow_up",
    "read_json",
    "read_numbered",
    "read_program",
    "read_verdict",
    "split_thinking",
    "vote_key",
]
