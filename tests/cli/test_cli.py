from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.servers.chat import ChatServer

PYTHON = sys.executable
ASKED = "What is 3 + 4?"
ROW = {
    "question": ASKED,
    "completions": ["3 + 4 = 7.\nThe answer is 7.", "The answer is 6.", "The answer is 7."],
}


def run(
    *arguments: str, folder: Path, data: bytes = b"", **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REASONING_CHAINS")}
    done = subprocess.run(
        [PYTHON, "-W", "error", "-m", "reasoning_chains", *arguments],
        cwd=folder,
        input=data,
        capture_output=True,
        env={**environment, **variables},
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROW) + "\n", encoding="utf-8")
    return tmp_path


def ask_json(folder: Path, *arguments: str) -> Any:
    done = run("ask", ASKED, "-b", "replay:rows.jsonl", "--json", *arguments, folder=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_ask_prints_reasoning_votes_answer_and_cost(folder: Path) -> None:
    chain = "self_consistency(zero_shot_cot, samples=3)"
    done = run(
        "ask",
        ASKED,
        "-b",
        "replay:rows.jsonl",
        "-c",
        chain,
        "-k",
        "number",
        folder=folder,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "3 + 4 = 7.\nThe answer is 7.\nvotes: 7 × 2, 6 × 1\nanswer: 7\nconfidence: 0.67\n"
        "used: 3 replies, 51 prompt + 17 completion tokens; "
        "bought: 1 request, 17 prompt + 17 completion tokens\n"
    )
    assert done.stderr == ""


def test_ask_json_is_one_object_with_the_agreed_keys(folder: Path) -> None:
    told = ask_json(folder, "-c", "self_consistency(zero_shot_cot, samples=3)", "-k", "number")
    assert (told["answer"], told["stop_reason"]) == ("7", "answered")
    assert round(told["confidence"], 3) == 0.667
    assert told["usage"] == {
        "calls": 3,
        "requests": 1,
        "prompt_tokens": 51,
        "completion_tokens": 17,
    }
    assert [candidate["answer"] for candidate in told["candidates"]] == ["7", "6", "7"]
    assert "trace" not in told
    assert ask_json(folder, "--trace")["trace"]["children"][0]["kind"] == "ask"


def test_ask_reads_standard_input(folder: Path) -> None:
    done = run("ask", "-", "-b", "replay:rows.jsonl", folder=folder, data=b"What is 3 + 4?\n")
    assert "answer: 7" in done.stdout


def test_a_trace_shows_prompts_and_replies(folder: Path) -> None:
    done = run("ask", ASKED, "-b", "replay:rows.jsonl", "--trace", folder=folder)
    assert "user: What is 3 + 4?" in done.stdout
    assert "text: 3 + 4 = 7." in done.stdout


def test_a_budget_that_ends_is_no_error(folder: Path) -> None:
    told = ask_json(folder, "--budget-calls", "0")
    assert (told["answer"], told["stop_reason"]) == (None, "budget")
    asked = ("ask", ASKED, "-b", "replay:rows.jsonl", "--budget-calls", "1")
    done = run(*asked, "-c", "self_consistency(direct, samples=3)", folder=folder)
    assert "stopped: budget (the calls of the budget are used up)\n" in done.stdout


MISTAKES = [
    (["ask", ""], "the question is empty"),
    (["ask", "q", "-c", "zero_shot"], "did you mean zero_shot_cot"),
    (["ask", "q", "-b", "embeded"], "did you mean embedded"),
    (["ask", "q", "-k", "numbr"], "did you mean number"),
    (["ask", "q", "-b", "replay:none.jsonl"], "cannot be read"),
    (["ask", "q", "-b", "openai:m", "--base-url", "nonsense"], "is not a URL"),
    (["ask", "q", "--budget-calls", "-1", "-b", "replay:rows.jsonl"], "must be at least 0"),
    (["ask", "q", "--choice", "only", "-b", "replay:rows.jsonl"], "at least two"),
    (["render", "direkt", "q"], "did you mean direct"),
    (["render", "direct", " "], "the question is empty"),
    (["lint", "nowhere"], "no folder templates"),
    (["ask", "q", "-c", "self_consistency(direct, stop=3)"], "stop must be None or a stop rule"),
    (["ask", "q", "-c", "self_consistency"], "self_consistency needs chain=…"),
    (["ask", "q", "-c", "few_shot_cot(shots=1.5)"], "must be a whole number"),
    (["ask", "q", "-c", "+".join("1" * 900)], "has no place in a chain"),
    (["ask", os.fsdecode(b"q\xff")], "not UTF-8"),
    (["ask", " "], "write it in quotes, or - to read standard input"),
    (["ask", "q", "-b", "replay:."], "cannot be read: Is a directory"),
    (["ask", "q", "-b", "transformers:."], "no config.json in .: it is not the folder of a model"),
    (["ask", "q", "--temperature", "nan"], "temperature=nan: it must be at least 0"),
    (["ask", "q", "--max-tokens", "0"], "max_tokens=0: it must be at least 1"),
    (["ask", "q", "--max-tokens", "9" * 30], "and at most 9.22337e+18"),
    (["ask", "q", "--seed", "9" * 30], "and at most 9.22337e+18"),
    (["ask", "q", "--budget-seconds", "-1"], "must be at least 0"),
    (["ask", "q", "--lang", "fr"], "unknown language 'fr': known are en, zh"),
    (["render", "direct", "q", "--lang", "fr"], "unknown language 'fr': known are en, zh"),
    (["ask", "q", "-c", "self_consistency(direct, stop=beta_rule(2))"], "threshold=2: above 0"),
    (["ask", "q", "-b", "openai:m", "--api-key-env", "sk-canary"], "and not the key"),
    (["ask", "-3 + 4?"], "stands after --: ask -- '-3 + 4?'"),
    (["demo", "--problems", "0"], "--problems"),
    (["ask"], "Missing argument"),
    (["asks", "q"], "No such command"),
]


@pytest.mark.parametrize(("arguments", "told"), MISTAKES, ids=[" ".join(a) for a, _ in MISTAKES])
def test_a_users_mistake_is_told_in_short_with_exit_code_2(
    folder: Path, arguments: list[str], told: str
) -> None:
    done = run(*arguments, folder=folder)
    assert done.returncode == 2, done.stderr
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("reasoning-chains: ")
    assert "canary" not in done.stderr
    assert done.stdout == ""


def test_the_worlds_fault_has_exit_code_1(folder: Path) -> None:
    done = run("ask", "What is 9 + 9?", "-b", "replay:rows.jsonl", folder=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "nothing is recorded" in done.stderr
    done = run(
        *("ask", "q", "-b", "openai:m", "--base-url", "http://127.0.0.1:9/v1"),
        folder=folder,
        OPENAI_API_KEY="sk-canary-000",
    )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "127.0.0.1:9" in done.stderr
    assert "canary" not in done.stderr


def test_input_that_is_not_utf8_is_told(folder: Path) -> None:
    done = run("ask", "-", "-b", "replay:rows.jsonl", folder=folder, data=b"What is \xff?")
    assert done.returncode == 2
    assert "not UTF-8 at byte 8" in done.stderr


def test_a_byte_order_mark_before_the_question_is_left_out(folder: Path) -> None:
    data = b"\xef\xbb\xbfWhat is 3 + 4?"
    done = run("render", "direct", "-", folder=folder, data=data)
    assert done.stdout.startswith("[user]\nWhat is 3 + 4?\n")


SHELL = [
    ("ask - <&-", 2, "standard input is closed: write the question in quotes"),
    ("chains >&-", 1, "standard output is closed: there is nowhere to print to"),
    ("ask q -b replay:odd.jsonl --json >/dev/full", 1, "cannot be written: No space left"),
    ("ask q -b replay:odd.jsonl >/dev/full", 1, "cannot be written: No space left"),
    ("chains >/dev/full 2>&-", 1, ""),
]


@pytest.mark.parametrize(("line", "code", "told"), SHELL, ids=[line for line, _, _ in SHELL])
def test_a_stream_that_is_closed_or_full_is_told(
    folder: Path, line: str, code: int, told: str
) -> None:
    row = {"question": "q", "completions": ["7"]}
    (folder / "odd.jsonl").write_text(json.dumps(row) + "\n")
    script = f'exec "$0" -m reasoning_chains {line}'
    done = subprocess.run(
        ["/bin/sh", "-c", script, PYTHON], cwd=folder, capture_output=True, check=False
    )
    said = done.stderr.decode()
    assert (done.returncode, len(said.splitlines())) == (code, int(bool(told))), said
    assert told in said


def test_a_reader_that_has_had_enough_is_no_noise(folder: Path) -> None:
    for line in ("chains", "ask 'What is 3 + 4?' -b replay:rows.jsonl --json --trace"):
        script = f'"$0" -m reasoning_chains {line} | true'
        done = subprocess.run(
            ["/bin/sh", "-c", script, PYTHON], cwd=folder, capture_output=True, check=False
        )
        assert done.stderr == b""


def test_a_template_with_an_undefined_variable_is_told(folder: Path) -> None:
    (folder / "templates").mkdir()
    file = folder / "templates" / "zero_shot_cot.jinja"
    file.write_text("---\nparse: answer\n---\n{{ qestion }}")
    done = run("ask", "q", "-b", "replay:rows.jsonl", folder=folder)
    assert done.returncode == 2
    assert "line 4: 'qestion' is undefined" in done.stderr
    done = run("lint", folder=folder)
    assert done.returncode == 2
    assert "variable 'qestion' is used and not declared" in done.stdout


def test_lists_are_plain_where_they_are_piped(folder: Path) -> None:
    for command, row in (
        ("chains", "direct\tAsk for the answer alone."),
        ("templates", "direct\tanswer\tAsk for the answer alone."),
        ("backends", "embedded\tthe small model in the package; no key, no network"),
    ):
        done = run(command, folder=folder)
        assert done.returncode == 0, done.stderr
        assert row in done.stdout.splitlines()
        assert "\x1b" not in done.stdout


def test_render_shows_the_messages_without_a_model(folder: Path) -> None:
    done = run("render", "few_shot_cot", "How many pens?", folder=folder)
    assert done.stdout.startswith("[user]\nQ: ")
    assert done.stdout.endswith("Q: How many pens?\nA:\n")
    assert "笔" in run("render", "direct", "有几支笔？", folder=folder).stdout


def test_control_characters_of_a_model_do_not_reach_the_terminal(folder: Path) -> None:
    row = {"question": "q", "completions": ["\x1b[31mred\x9b0m \u202eback"]}
    (folder / "odd.jsonl").write_text(json.dumps(row) + "\n")
    for extra in ([], ["--trace"]):
        done = run("ask", "q", "-b", "replay:odd.jsonl", *extra, folder=folder)
        assert done.returncode == 0
        assert not {"\x1b", "\x9b", "\u202e"} & set(done.stdout)


def test_help_and_version_are_no_mistakes(folder: Path) -> None:
    for arguments in ((), ("--help",), ("ask", "-h")):
        done = run(*arguments, folder=folder)
        assert (done.returncode, done.stderr) == (0, "")
        assert "Usage" in done.stdout
    done = run("--version", folder=folder)
    assert (done.returncode, done.stdout.split()[0]) == (0, "reasoning-chains")


def test_a_question_may_begin_with_a_dash(folder: Path) -> None:
    done = run("render", "direct", "--", "-3 + 4?", folder=folder)
    assert "-3 + 4?" in done.stdout


def test_a_deleted_current_folder_is_told(folder: Path) -> None:
    gone = folder / "gone"
    gone.mkdir()
    script = 'rmdir ../gone && exec "$0" -m reasoning_chains templates'
    done = subprocess.run(
        ["/bin/sh", "-c", script, PYTHON], cwd=gone, capture_output=True, check=False
    )
    assert done.returncode == 2
    assert "the current folder is not there" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_an_answer_is_shown_on_a_terminal_that_cannot_write_it(folder: Path) -> None:
    row = {"question": "q", "completions": ["It costs 3 € 笔"]}
    (folder / "odd.jsonl").write_text(json.dumps(row) + "\n")
    for extra in ([], ["--json"]):
        done = run(
            *("ask", "q", "-b", "replay:odd.jsonl", *extra), folder=folder, PYTHONIOENCODING="ascii"
        )
        assert done.returncode == 0, done.stderr
        assert "\\u20ac" in done.stdout


def test_render_shows_choices_and_context(folder: Path) -> None:
    done = run(
        *("render", "direct", "Which?", "--choice", "red", "--choice", "blue"),
        *("--context", "A box."),
        folder=folder,
    )
    assert "(A) red\n(B) blue" in done.stdout
    assert "A box." in done.stdout


def test_lint_compares_with_the_chains(folder: Path) -> None:
    (folder / "templates").mkdir()
    file = folder / "templates" / "direct.jinja"
    file.write_text("---\ndescription: d\n---\n{{ question }}")
    done = run("lint", folder=folder)
    assert done.returncode == 2
    assert "it declares parse: text, and the chains that use it need parse: answer" in done.stdout
    assert "1 finding in ." in done.stderr


def test_the_demo_says_what_it_does_and_counts_what_was_right(folder: Path) -> None:
    done = run("demo", "--problems", "1", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    for said in (
        "One question, three ways of reasoning",
        "--- self-consistency: 8 chains of thought, and a vote",
        "The right answer is ",
        "Now 4 problems, 1 of each task:",
        "linear: equations with the unknown on both sides, such as 5x + 3 = 2x + 9",
        "│ chain of thought │",
    ):
        assert said in done.stdout


LISTENING = """
import io, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it

class Telling(io.BufferedReader):
    def read(self, *size):
        sys.stdout.write("reading\\n")
        sys.stdout.flush()
        return super().read(*size)

sys.stdin = io.TextIOWrapper(Telling(sys.stdin.buffer.raw))
from reasoning_chains.cli import main
main()
"""


def test_ctrl_c_says_that_it_stopped(folder: Path) -> None:
    running = subprocess.Popen(
        [PYTHON, "-c", LISTENING, "ask", "-"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == b"reading\n"
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=30)
    assert (running.returncode, told.decode()) == (130, "reasoning-chains: stopped\n")


def test_a_trace_shows_prompts_whole(folder: Path) -> None:
    asked = "word " * 30 + "ENDMARK"
    row = {"question": asked, "completions": ["so " * 100 + "ENDREPLY"]}
    (folder / "long.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    done = run("ask", asked, "-b", "replay:long.jsonl", "--trace", folder=folder)
    assert "ENDMARK" in done.stdout
    assert "ENDREPLY" in done.stdout


def test_spaces_of_every_kind_and_joined_emoji_are_shown_as_they_are(folder: Path) -> None:
    said = "\u3000宽\u00a0的 \U0001f468\u200d\U0001f469\u200d\U0001f467 e\u0301"
    row = {"question": "q", "completions": [f"{said} \x07\u2066\u200f"]}
    (folder / "wide.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    done = run("ask", "q", "-b", "replay:wide.jsonl", folder=folder)
    assert said.strip("\u3000") in done.stdout
    assert "\\u0007\\u2066\\u200f" in done.stdout


def test_a_broken_template_does_not_hide_the_others(folder: Path) -> None:
    (folder / "templates").mkdir()
    (folder / "templates" / "mine.jinja").write_text("---\nparse: guess\n---\nx")
    done = run("templates", folder=folder)
    assert done.returncode == 0
    assert "direct\tanswer\tAsk for the answer alone." in done.stdout.splitlines()
    assert any(line.startswith("mine\tbroken\t") for line in done.stdout.splitlines())


def test_render_refuses_a_language_that_no_template_has(folder: Path) -> None:
    done = run("render", "direct", "q", "--lang", "fr", folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "unknown language 'fr': known are en, zh" in done.stderr


def test_backends_are_tried(tmp_path: Path) -> None:
    assert "embedded" in run("backends", "--check", folder=tmp_path).stdout
    with ChatServer() as server:
        (tmp_path / "reasoning.toml").write_text(
            f'[backends.good]\nuse = "openai:m"\nbase_url = "{server.url}"\n'
            '[backends.gone]\nuse = "openai:m"\nbase_url = "http://127.0.0.1:9/v1"\n'
            '[backends.both]\nroute = ["gone", "good"]\n'
        )
        done = run("backends", "--check", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.strip().endswith("gone: no answer")
    assert "cannot be" in done.stdout
    assert "json schema" in " ".join(done.stdout.split())
    assert server.ledger.answered == 2
