"""Why a task file is not read: each reason has a word, by which files are counted."""

from __future__ import annotations

from reasoning_chains.errors import UserMistake

__all__ = ["REASONS", "Refused"]

REASONS = {
    "group": "a list of tasks, and no task",
    "part": "a part that task files include",
    "output type": "an output type that compares likelihoods",
    "python": "Python code that the file names",
    "media": "pictures or sound",
    "metric": "no metric that is counted here",
    "filter": "a filter that is not known here",
    "pattern": "a pattern with look-around or back-references",
    "generation": "a way of generating that backends are not asked for",
    "data": "rows that are told in a way of their own",
    "prompt": "a prompt that lies elsewhere",
    "key": "a key or a value that is not known",
}
"""The words, and what they say."""


class Refused(UserMistake):
    """A task file is not read; `reason` is one of `REASONS`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
