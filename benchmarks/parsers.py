"""Times every parser of model text on hostile shapes: `python benchmarks/parsers.py [--json FILE]`.

The rule of the house: 1 MB takes at most 250 ms, and at most 5 times what 256 kB take.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reasoning_chains.answers import (
    equivalent,
    extract_answer,
    read_action,
    read_follow_up,
    read_json,
    read_numbered,
    read_program,
    read_verdict,
    split_thinking,
    vote_key,
)
from reasoning_chains.types import KINDS

SMALL, LARGE = 256_000, 1_000_000
MOST, STEEPEST = 250, 5
SHAPES = (
    *("{", "[", "}", "\\boxed{", "\\boxed{5}", "<think>", "</think>", "<think></think>", " ", "\n"),
    *(
        "9",
        "1,",
        "9,999",
        "1.2.3 ",
        "the answer is ",
        "The answer is 5. ",
        "answer: ",
        "Action:",
        "Follow up: ",
    ),
    *(
        "Action: a[",
        "\\",
        "\\frac",
        "**",
        "```\n",
        "```",
        "# ",
        "#### ",
        "答案是",
        "选",
        "五",
        "，",
    ),
    *('"', '{"a":', '"a",', "[1,", "1. a\n", "- ", "一、", "\nQ:", "A: ", "A:\n", "wait ", "no "),
    *(
        "$",
        "(",
        "(A) ",
        "x = ",
        "correct ",
        "Verdict:",
        "Score: ",
        "not ",
        "\t",
        "<<",
        "½",
        "１",
        "-",
    ),
)
PARSERS: dict[str, Callable[[str], Any]] = {
    **{f"extract {kind}": (lambda text, k=kind: extract_answer(text, k)) for kind in KINDS},
    **{
        f"first {kind}": (lambda text, k=kind: extract_answer(text, k, pick="first"))
        for kind in KINDS
    },
    "extract option": lambda text: extract_answer(text, "choice", ("Paris", "9", "a")),
    **{f"key {kind}": (lambda text, k=kind: vote_key(text, k)) for kind in KINDS},
    **{f"same {kind}": (lambda text, k=kind: equivalent(text, text[1:], k)) for kind in KINDS},
    "split_thinking": split_thinking,
    "read_action": read_action,
    "read_program": read_program,
    "read_follow_up": read_follow_up,
    "read_numbered": read_numbered,
    "read_verdict": read_verdict,
    "read_json": read_json,
}


def text_of(shape: str, size: int) -> str:
    """Repeat a shape up to a size in characters."""
    return (shape * (size // len(shape) + 1))[:size]


def seconds(parser: Callable[[str], Any], text: str, repeats: int) -> float:
    """Measure CPU seconds, the best of some runs."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        parser(text)
        best = min(best, time.process_time() - start)
    return best


def cell(name: str, shape: str, repeats: int = 1) -> dict[str, Any]:
    """Time a parser on a shape at both sizes."""
    small, large = (seconds(PARSERS[name], text_of(shape, n), repeats) for n in (SMALL, LARGE))
    ratio = large / small if large > 0.005 else 1.0
    return {"parser": name, "shape": shape, "ms": large * 1e3, "ratio": ratio}


def breaks(row: dict[str, Any]) -> bool:
    """Tell whether a cell breaks the rule."""
    return bool(row["ms"] > MOST or row["ratio"] > STEEPEST)


def measure() -> list[dict[str, Any]]:
    """Time all cells; one that breaks the rule is timed again, the best of five."""
    rows = (cell(name, shape) for name in PARSERS for shape in SHAPES)
    return [cell(row["parser"], row["shape"], 5) if breaks(row) else row for row in rows]


def told(row: dict[str, Any]) -> str:
    """Put a cell into words."""
    return f"{row['ms']:6.1f} ms on {row['shape']!r}, {row['ratio']:.1f} x of 256 kB"


def main() -> int:
    """Print the slowest cell of each parser, and fail where the rule is broken."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", type=Path, help="write all cells to this file")
    chosen = arguments.parse_args()
    rows = measure()
    broken = [row for row in rows if breaks(row)]
    for name in PARSERS:
        worst = max((row for row in rows if row["parser"] == name), key=lambda row: row["ms"])
        print(f"{name:20} {told(worst)}")
    for row in broken:
        print(f"BROKEN {row['parser']} {told(row)}")
    machine = f"{platform.machine()}, Python {sys.version.split()[0]}"
    print(f"{len(rows)} cells, {len(broken)} broken; {machine}")
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
