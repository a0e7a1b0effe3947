"""A task file is a suite, and `as_given` sends what the harness sends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from reasoning_chains import AsGiven, Problem, Sampling, ScriptedBackend, UserMistake, evaluate
from reasoning_chains.cli import app
from reasoning_chains.evals.checking import check
from reasoning_chains.evals.harness.refused import Refused
from reasoning_chains.evals.head import read_head
from reasoning_chains.evals.lines import Lines
from reasoning_chains.evals.revoting import revote
from reasoning_chains.evals.suite import Suite, load_suite
from reasoning_chains.types import Content, SampleKey
from tests.evals.harness.files import ROWS, opened, rows_file, task_file

RUNNER = CliRunner()


def answering(content: Content, key: SampleKey) -> str:
    """Answer a sum; every third in words that only one filter reads, the last one wrongly."""
    n = int(content.messages[-1].content.split(" + 1?")[0].split()[-1])
    return f"That makes {n + 1}" if n % 3 == 2 else f"The answer is {n + 1 + (n == 4)}."


def measured(suite: Suite, folder: Path, chain: str = "as_given") -> Any:
    backend = ScriptedBackend(answering)
    return evaluate(suite, chain, backend, results=folder / "out", store=False).cells[0]


def test_each_filter_scores_the_same_replies(tmp_path: Path) -> None:
    strict = opened(tmp_path)
    cell = measured(strict, tmp_path)
    assert (cell.outcomes["right"], cell.outcomes["wrong"], cell.outcomes["unparsed"]) == (3, 1, 2)
    path = f"{tmp_path / 'sums.yaml'}:flexible-extract"
    loose = load_suite(path, tmp_path, data=tmp_path / "test.jsonl")
    assert loose.name == path
    cell = measured(loose, tmp_path / "loose")
    assert (cell.outcomes["right"], cell.outcomes["wrong"]) == (5, 1)


def test_records_keep_the_replies(tmp_path: Path) -> None:
    measured(opened(tmp_path), tmp_path)
    first = next(iter(Lines(tmp_path / "out" / "001.jsonl")))
    assert (first.id, first.target, first.replies) == ("0", "1", ("The answer is 1.",))
    assert first.note == "1"


def sent(suite: Suite, chain: str = "as_given", **sampling: Any) -> Content:
    backend = ScriptedBackend(lambda content, key: "The answer is 1.")
    drawn, place = Sampling(**sampling), suite.folder / "out"
    evaluate(suite.sized(1), chain, backend, store=False, sampling=drawn, results=place)
    return backend.requests[0].content


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    monkeypatch.chdir(tmp_path)
    samples = [{"question": "1 + 1?", "answer": "It is 2."}, {"question": "2 + 2?", "answer": 4}]
    return opened(
        tmp_path,
        description="Add up.\n\n",
        num_fewshot=2,
        fewshot_config={"sampler": "first_n", "samples": samples},
        gen_prefix="So",
    )


def test_as_given_sends_turns(shown: Suite) -> None:
    content = sent(shown)
    assert [(m.role, m.content) for m in content.messages] == [
        ("system", "Add up."),
        ("user", "Question: 1 + 1?\nAnswer:"),
        ("assistant", "So It is 2."),
        ("user", "Question: 2 + 2?\nAnswer:"),
        ("assistant", "So 4"),
        ("user", "Question: 0 + 1?\nAnswer:"),
    ]
    assert content.prefill == "So"
    drawn = content.sampling
    assert (drawn.temperature, drawn.max_tokens, drawn.stop) == (0, 64, ("\n\n",))


def test_as_given_sends_one_text_where_that_is_asked_for(shown: Suite) -> None:
    (message,) = sent(shown, "as_given(form='text')").messages
    assert message.content == (
        "Add up.\n\nQuestion: 1 + 1?\nAnswer: So It is 2.\n\nQuestion: 2 + 2?\nAnswer: So 4\n\n"
        "Question: 0 + 1?\nAnswer: So"
    )


def test_what_the_user_says_of_sampling_wins(shown: Suite) -> None:
    drawn = sent(shown, temperature=0.7, max_tokens=9).sampling
    assert (drawn.temperature, drawn.max_tokens, drawn.stop) == (0.7, 9, ("\n\n",))


def test_other_chains_ask_in_their_own_words(shown: Suite) -> None:
    (message,) = sent(shown, "direct").messages
    assert message.content.startswith("Add up.\n\nQuestion: 0 + 1?\nAnswer:\n")
    assert "2 + 2" not in message.content


def test_as_given_sends_any_question_as_it_is() -> None:
    backend = ScriptedBackend(["7"])
    assert AsGiven().invoke(Problem("3 + 4 =", kind="number"), backend=backend).answer == "7"
    assert [m.content for m in backend.requests[0].content.messages] == ["3 + 4 ="]
    with pytest.raises(UserMistake, match="unknown as_given form 'chat'"):
        AsGiven(form="chat")  # type: ignore[arg-type]
    with pytest.raises(UserMistake, match="as_given samples"):
        AsGiven(samples=0)
    for given in (7, {"sampling": [1]}, {"repeats": 0}, {"turns": [{"question": "1"}]}):
        with pytest.raises(UserMistake):
            AsGiven().invoke(Problem("1 =", inputs={"given": given}), backend=backend)


VOTED: dict[str, Any] = {
    "repeats": 5,
    "generation_kwargs": {"until": ["\n"], "do_sample": True, "temperature": 0.2},
    "filter_list": [
        {
            "name": name,
            "filter": [
                *steps,
                {"function": "regex", "regex_pattern": "is ([0-9]+)"},
                *([{"function": "majority_vote"}] if name != "first" else []),
                {"function": "take_first"},
            ],
        }
        for name, steps in [
            ("first", []),
            ("maj", []),
            ("maj@3", [{"function": "take_first_k", "k": 3}]),
        ]
    ],
}


@pytest.mark.parametrize(("name", "right"), [("first", 0), ("maj", 1), ("maj@3", 0)])
def test_repeats_are_asked_for_and_voted_on(tmp_path: Path, name: str, right: int) -> None:
    path, data = task_file(tmp_path, **VOTED), rows_file(tmp_path, ROWS[:1])
    suite = load_suite(f"{path}:{name}", tmp_path, data=data)
    replies = ["It is 2", "It is 2", "It is 1", "It is 1", "It is 1"]
    backend = ScriptedBackend(lambda content, key: replies[int(str(key.path[-1]))])
    cell = evaluate(suite, "as_given", backend, store=False, results=tmp_path / "out").cells[0]
    assert (cell.outcomes["right"], cell.cost.calls) == (right, 5)


def test_a_filter_that_takes_more_replies_than_there_are_says_so(tmp_path: Path) -> None:
    path, data = task_file(tmp_path, **VOTED), rows_file(tmp_path, ROWS[:1])
    suite = load_suite(f"{path}:maj@3", tmp_path, data=data)
    backend = ScriptedBackend(["It is 1"])
    report = evaluate(suite, "direct", backend, store=False, results=tmp_path / "out")
    assert report.cells[0].outcomes["error"] == 1
    (record,) = Lines(tmp_path / "out" / "001.jsonl")
    assert "maj@3 takes 3 replies, and there are 1: ask with as_given" in record.note


def test_examples_come_from_a_split_where_the_file_says_so(tmp_path: Path) -> None:
    path = task_file(tmp_path, num_fewshot=2, fewshot_split="train")
    data = rows_file(tmp_path)
    with pytest.raises(UserMistake, match=r"shows 2 examples of the split 'train'.*train.jsonl"):
        load_suite(str(path), tmp_path, data=data)
    with pytest.raises(UserMistake, match="holds no rows of the split 'train'"):
        load_suite(str(path), tmp_path, data=tmp_path)
    train = [{"question": f"{n}?", "answer": n} for n in range(9)]
    rows_file(tmp_path, train, "train")
    suite = load_suite(str(path), tmp_path, data=tmp_path)
    drawn = [_turns(item.problem) for item in suite]
    assert [_turns(item.problem) for item in suite] == drawn
    assert all(len(turns) == 2 for turns in drawn)
    assert len({json.dumps(turns) for turns in drawn}) > 3
    rows_file(tmp_path, train[:1], "train")
    with pytest.raises(UserMistake, match="num_fewshot wants 2 examples, and there are 1"):
        next(iter(suite))


def _turns(problem: Problem) -> Any:
    given: Any = problem.inputs["given"]
    return given["turns"]


def test_rows_may_lie_beside_the_file(tmp_path: Path) -> None:
    rows_file(tmp_path, name="mine")
    told: dict[str, Any] = {"dataset_path": "json"}
    kwargs = {"data_files": {"test": "mine.jsonl"}}
    suite = load_suite(str(task_file(tmp_path, **told, dataset_kwargs=kwargs)), tmp_path)
    assert [item.target for item in suite] == ["1", "2", "3", "4", "5", "6"]
    for files in ("/etc/passwd", "../mine.jsonl", "https://example.org/a.jsonl", None, ["a", "b"]):
        path = task_file(tmp_path / "tasks", **told, dataset_kwargs={"data_files": files})
        with pytest.raises(Refused) as caught:
            load_suite(str(path), tmp_path)
        assert caught.value.reason == "data"


@pytest.mark.parametrize(
    ("changed", "row", "told"),
    [
        ({"doc_to_text": "{{nothing}}"}, {}, "key 'doc_to_text': 'nothing' is undefined"),
        ({"doc_to_text": "question"}, {"question": 7}, "key 'doc_to_text' must give text"),
        ({"doc_to_text": "{{' '}}"}, {}, "the question is empty"),
        ({"doc_to_choice": ["a", "b"], "doc_to_target": "4"}, {}, "names place 4, of 2 choices"),
        ({"doc_to_choice": "{{answer}}", "doc_to_target": "0"}, {}, "must give a list, found 1"),
        ({"doc_to_choice": ["a"], "doc_to_text": "{{answer}}"}, {}, "several inputs"),
        ({"doc_to_text": "{% for a in range(10**9) %}x{% endfor %}"}, {}, "key 'doc_to_text': "),
        ({"doc_to_text": "{{ 'x' * 10**9 }}"}, {}, "key 'doc_to_text': "),
        ({"doc_to_text": "{{ question.__class__.__mro__ }}"}, {}, "key 'doc_to_text': "),
    ],
)
def test_a_row_that_cannot_be_rendered_is_named(
    tmp_path: Path, changed: dict[str, Any], row: dict[str, Any], told: str
) -> None:
    with pytest.raises(UserMistake, match=rf"test.jsonl, row 1: .*{told}"):
        next(iter(opened(tmp_path, [{**ROWS[0], **row}], **changed)))


@pytest.mark.parametrize(
    ("changed", "target", "reply", "right"),
    [
        ({"doc_to_choice": ["no", "yes"], "doc_to_target": "{{answer}}"}, "yes", "yes", True),
        ({"doc_to_target": "{{['a', 'b']}}"}, '["a", "b"]', "b", True),
        ({"doc_to_target": "{{['a', 'b']}}"}, '["a", "b"]', "c", False),
        ({"doc_to_target": "{{'[a'}}"}, "[a", "[a", True),
        ({"doc_to_target": "answer"}, "1", "1", True),
    ],
)
def test_targets_are_texts_choices_and_lists(
    tmp_path: Path, changed: dict[str, Any], target: str, reply: str, right: bool
) -> None:
    suite = opened(tmp_path, ROWS[:1], filter_list=None, **changed)
    (item,) = suite
    assert item.target == target
    backend = ScriptedBackend([reply])
    cell = evaluate(suite, "as_given", backend, store=False, results=tmp_path / "out").cells[0]
    assert cell.accuracy == right


def test_a_changed_file_is_another_run(tmp_path: Path) -> None:
    measured(opened(tmp_path), tmp_path)
    with pytest.raises(UserMistake, match="the card or the rows of sums were changed"):
        measured(opened(tmp_path, generation_kwargs={"until": ["Q:"]}), tmp_path)


def test_recorded_answers_are_scored_by_another_scorer(tmp_path: Path) -> None:
    suite = opened(tmp_path)
    measured(suite, tmp_path)
    with pytest.raises(UserMistake, match="needs a run"):
        revote(tmp_path / "out", suites=[suite])
    report = revote(tmp_path / "out", scorer="number", suites=[suite])
    assert report.cells[0].outcomes["right"] == 3


def test_the_command_line_takes_task_files(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    task_file(tmp_path)
    rows_file(tmp_path)
    told = RUNNER.invoke(app, ["evals", "check", "sums.yaml", "--data", "test.jsonl"])
    assert "sums: 6 problems, no mistake found" in told.output
    assert check(opened(tmp_path)).items == 6
    told = RUNNER.invoke(app, ["evals", "show", "sums.yaml", "--data", "test.jsonl"])
    assert "Scored by sums: strict-match, exact_match" in told.output
    words = ["eval", "sums.yaml", "-c", "as_given", "--data", "sums.yaml=test.jsonl", "-n", "2"]
    told = RUNNER.invoke(app, [*words, "--results", "out", "--harness", "theirs", "--store", "-"])
    assert told.exit_code == 0, told.exception
    assert read_head(Path("out")).cells[0].suite == "sums.yaml"
    assert len([*Path("theirs").rglob("samples_sums_*.jsonl")]) == 1
    told = RUNNER.invoke(app, ["evals", "check", "no.yaml"])
    assert isinstance(told.exception, UserMistake)
