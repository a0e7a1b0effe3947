"""`ask --tools`: tools reach the chain that takes some, and a person is asked on a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains import ReAct, SelfConsistency, UserMistake, ZeroShotCoT
from reasoning_chains.cli.tools import Person, opened_tools
from reasoning_chains.tools.giving import with_tools
from tests.cli.test_cli import run

ASKED = "Who taught Ada, and what is 6 * 7?"
ASK = "Thought: They know.\nAction: ask_user[Which \x1b[2Jtown?]"


def rows(folder: Path, first: str, **later: str) -> None:
    """Record the reply to the question, and those to each observation."""
    kept = [{"question": ASKED, "completions": [first]}]
    for seen, reply in later.items():
        kept.append({"prompt": f"Observation: {seen}", "completions": [reply]})
    lines = "".join(json.dumps(row) + "\n" for row in kept)
    (folder / "rows.jsonl").write_text(lines, encoding="utf-8")


def acts(done: subprocess.CompletedProcess[str]) -> list[Any]:
    """Give what was observed, in order."""
    assert done.returncode == 0, done.stderr
    found: list[Any] = []

    def walk(span: Any) -> None:
        if span["kind"] == "act":
            found.append(span["data"]["observation"])
        for child in span.get("children", ()):
            walk(child)

    trace = json.loads(done.stdout)["trace"]
    walk(trace.get("root", trace))
    return found


def ask(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("ask", ASKED, "-b", "replay:rows.jsonl", *arguments, folder=folder)


def test_tools_reach_react(tmp_path: Path) -> None:
    rows(
        tmp_path,
        "Thought: Work it out.\nAction: calculator[6 * 7]",
        **{
            "42": "Thought: Look it up.\nAction: lookup[Ada]",
            "Bram taught Ada.": "Thought: Done.\nAction: Finish[42]",
        },
    )
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "Ada.txt").write_text("Bram taught Ada.", encoding="utf-8")
    tools = ("-c", "react", "--tools", "calculator, lookup:notes/", "--json", "--trace")
    assert acts(ask(tmp_path, *tools)) == ["42", "Bram taught Ada."]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("-c", "react", "--tools", "calculater"), "did you mean calculator"),
        (("-c", "react", "--tools", "calculator,"), "has an empty name"),
        (("-c", "react", "--tools", "lookup"), "lookup:PATH"),
        (("-c", "react", "--tools", "lookup:nowhere"), "there is no file or folder"),
        (("-c", "zero_shot_cot", "--tools", "calculator"), "ZeroShotCoT takes no tools. Take"),
        (("-c", "react", "--tools", "ask_user"), "standard input is none"),
        (("-c", "react", "--tools", "calculator,calculator"), "two tools are called calculator"),
    ],
)
def test_wrong_tools_are_refused(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    rows(tmp_path, "Action: Finish[42]")
    done = ask(tmp_path, *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_person_is_asked_on_the_terminal(tmp_path: Path) -> None:
    rows(tmp_path, ASK, **{"Oslo it is": "Thought: Done.\nAction: Finish[Oslo]"})
    mine, theirs = pty.openpty()
    os.write(mine, b"Oslo it is\n")
    try:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "reasoning_chains", "ask", ASKED, "-c", "react"),
                *("-b", "replay:rows.jsonl", "--tools", "ask_user", "--json", "--trace"),
            ],
            cwd=tmp_path,
            stdin=theirs,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(mine)
        os.close(theirs)
    assert acts(done) == ["Oslo it is"]
    assert "Which \\u001b[2Jtown?\n> " in done.stderr
    assert "\x1b[2J" not in done.stderr


def test_tools_reach_a_chain_inside_of_others() -> None:
    tools = opened_tools("calculator", Person())
    chain = with_tools(SelfConsistency(ReAct(tools=("python",)), samples=2), tools, "--tools")
    assert [getattr(tool, "name", tool) for tool in chain.chain.tools] == ["python", "calculator"]
    with pytest.raises(UserMistake, match="the chain react"):
        with_tools(SelfConsistency(ZeroShotCoT()), tools, "--tools")


def test_a_tool_of_the_project_is_named_by_its_module(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        'def double(number: int) -> int:\n    """Double a number."""\n    return 2 * number\n'
    )
    rows(tmp_path, "Action: double[21]", **{"42": "Action: Finish[42]"})
    done = run(
        *("ask", ASKED, "--chain", "react", "--tools", "mine:double", "--json", "--trace"),
        *("--backend", "replay:rows.jsonl"),
        folder=tmp_path,
    )
    assert acts(done) == ["42"]
    wrong = run("ask", "x", "--chain", "react", "--tools", "mine:duble", folder=tmp_path)
    assert "mine has no duble: did you mean double" in wrong.stderr
