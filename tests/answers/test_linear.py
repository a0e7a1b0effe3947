"""Every parser's work grows with the text, not with its square: lines that run are counted."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from reasoning_chains.answers import READERS, extract_answer, split_thinking
from reasoning_chains.types import KINDS

SHAPES = (
    *(
        "{",
        "\\boxed{",
        "\\fbox{",
        "<think>",
        "</think>",
        " ",
        "\n",
        "9",
        "1,",
        "the answer is ",
        "Action:",
    ),
    *(
        "Action: a[",
        "\\",
        "**",
        "```\n",
        "#### ",
        "答案是",
        "五",
        '{"a":',
        "1. a\n",
        "\nQ:",
        "A:\n",
    ),
    *("\\frac", "Mr. ", '"', "correct ", "选", "\n=> ", "a. => "),
)


def extracting(kind: str) -> Callable[[str], Any]:
    return lambda text: extract_answer(text, kind)


PARSERS: dict[str, Callable[[str], Any]] = {
    **{kind: extracting(kind) for kind in KINDS if kind != "json"},
    **{name: reader for name, reader in READERS.items() if name != "answer"},
    "thinking": split_thinking,
}


def work(parser: Callable[[str], Any], text: str) -> int:
    """Count the lines that run."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        parser(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", PARSERS)
def test_work_is_linear(name: str) -> None:
    for shape in SHAPES:
        small, large = (
            work(PARSERS[name], shape * (size // len(shape))) for size in (4_000, 16_000)
        )
        assert large <= max(5 * small, 12 * 16_000), (
            f"{shape!r}: {small} lines for 4 kB, {large} for 16 kB"
        )
