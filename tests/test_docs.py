"""Every block of the README and the docs runs; skips are counted."""

from __future__ import annotations

import doctest
import importlib
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import reasoning_chains

ROOT = Path(reasoning_chains.__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "README.zh-CN.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "methods").glob("*.md")),
    *sorted((ROOT / "docs" / "scenarios").glob("*.md")),
]
SKIPS = {"key", "gpu"}
"""Why a block may be skipped: it needs a key, or a GPU."""
MOST_SKIPS = 4


@dataclass(frozen=True)
class Block:
    """A fenced block, with the comment on the line before it."""

    language: str
    mark: str
    text: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    lines = page.read_text(encoding="utf-8").splitlines()
    start, before, fence = None, "", ""
    for number, line in enumerate(lines):
        if start is None and line.startswith("```"):
            start = number
            before = lines[number - 1].strip() if number else ""
            fence = line[: len(line) - len(line.lstrip("`"))]
        elif start is not None and line == fence:  # a longer one holds shorter ones
            mark = before.removeprefix("<!--").removesuffix("-->").strip()
            mark = mark if before.startswith("<!--") else ""
            language = lines[start].lstrip("`").strip()
            yield Block(language, mark, "\n".join(lines[start + 1 : number]), start + 1)
            start = None
    assert start is None, f"{page.name}: the block at line {start} does not end"


def checked(text: str) -> str:
    """Turn `expression  # → value` into a comparison of its printed form."""
    lines = []
    for line in text.splitlines():
        code, arrow, value = line.partition("  # → ")
        lines.append(f"assert str({code}) == {value!r}, {code}" if arrow else line)
    return "\n".join(lines)


def place(block: Block, folder: Path) -> bool:
    """Write a block that is a file; say whether there is nothing to run in it."""
    if block.mark.startswith("skip: "):
        assert block.mark.removeprefix("skip: ") in SKIPS, f"line {block.line}"
        return True
    if block.mark.startswith("file: "):
        path = folder / block.mark.removeprefix("file: ")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text + "\n", encoding="utf-8")
        return True
    assert block.language in {"python", "sh", "text"}, f"line {block.line}: {block.language}"
    return block.language == "text"


def run_commands(block: Block, folder: Path) -> None:
    for line in block.text.splitlines():
        words = shlex.split(line, comments=True)
        assert words[0] == "reasoning-chains", f"line {block.line}: {line}"
        run = [sys.executable, "-W", "error", "-m", "reasoning_chains", *words[1:]]
        subprocess.run(run, cwd=folder, check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_the_blocks_of_a_page_run(page: Path, tmp_path: Path) -> None:
    left = [block for block in blocks(page) if not place(block, tmp_path)]
    program = [
        f"# {page.name}, line {block.line}\n{checked(block.text)}"
        for block in left
        if block.language == "python"
    ]
    if program:
        (tmp_path / "page.py").write_text("\n\n".join(program), encoding="utf-8")
        subprocess.run([sys.executable, "-W", "error", "page.py"], cwd=tmp_path, check=True)
    for block in left:
        if block.language == "sh":
            run_commands(block, tmp_path)


def test_few_blocks_are_skipped() -> None:
    marks = [block.mark for page in PAGES for block in blocks(page)]
    assert sum(mark.startswith("skip: ") for mark in marks) <= MOST_SKIPS


MODULES = [
    "reasoning_chains.answers.extract",
    "reasoning_chains.chain",
    "reasoning_chains.workflow.workflow",
    *(
        f"reasoning_chains.chains.{path.stem}"
        for path in sorted((ROOT / "reasoning_chains" / "chains").glob("[a-z]*.py"))
    ),
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_are_true(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried
    assert not failed
