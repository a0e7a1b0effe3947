"""A task file is read without running anything; what is wrong with it is told by file and key."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.harness.refused import REASONS, Refused
from reasoning_chains.evals.harness.task import open_task
from tests.evals.harness.files import task_file

FUNCTION = "task: sums\n{}: !function utils.made\n"


def test_what_is_included_lies_below_what_the_file_says(tmp_path: Path) -> None:
    tasks = tmp_path / "tasks"
    task_file(tasks, "base.yaml", task=None, description="Base.")
    (tasks / "more").mkdir()
    (tasks / "more" / "middle").write_text("include: ../base.yaml\nnum_fewshot: 0\n")
    leaf = tasks / "more" / "leaf.yaml"
    leaf.write_text("include: [middle]\ntask: leaf\ndescription: Leaf.\n")
    task = open_task(leaf).task
    assert task is not None
    assert (task.card.task, task.card.description) == ("leaf", "Leaf.")
    assert task.card.split == "test"


@pytest.mark.parametrize("name", ["/etc/hostname", "../outside.yaml", "link.yaml"])
def test_an_include_that_leads_out_of_the_tasks_is_refused(tmp_path: Path, name: str) -> None:
    tasks = tmp_path / "tasks"
    task_file(tmp_path, "outside.yaml")
    leaf = task_file(tasks, "leaf.yaml", include=name)
    (tasks / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(UserMistake, match=r"leaf.yaml includes .* leads out of .*tasks"):
        open_task(leaf)


def test_an_include_that_is_not_there_or_goes_round_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match=r"includes 'no.yaml', which is not there"):
        open_task(task_file(tmp_path, include="no.yaml"))
    task_file(tmp_path, "one.yaml", include="two.yaml")
    with pytest.raises(
        UserMistake, match=r"includes .*two.yaml, which includes it in turn|in turn"
    ):
        open_task(task_file(tmp_path, "two.yaml", include="one.yaml"))
    task_file(tmp_path, "base.yaml", task=None)
    with pytest.raises(UserMistake, match=r"sums.yaml includes more than 64 files"):
        open_task(task_file(tmp_path, include=["base.yaml"] * 100))
    with pytest.raises(UserMistake, match="include must name files, found 7"):
        open_task(task_file(tmp_path, include=[7]))


@pytest.mark.parametrize(
    ("changed", "reason", "told"),
    [
        ({"output_type": "multiple_choice"}, "output type", "compares likelihoods"),
        ({"task": ["one", "two"]}, "group", r"a group of tasks \(one, two, …\): name the file"),
        ({"task": None, "group": "all"}, "group", "is a group of tasks"),
        ({"task": None}, "part", "it has no key task"),
        ({"doc_to_image": "picture"}, "media", "doc_to_image needs pictures or sound"),
        ({"use_prompt": "a:b"}, "prompt", "write doc_to_text"),
        ({"metric_list": [{"metric": "bleu"}]}, "metric", "counts 'bleu': only the mean of"),
        ({"metric_list": []}, "metric", "counts None"),
        (
            {"metric_list": [{"metric": "exact_match", "aggregation": "median"}]},
            "metric",
            "counts 'median'",
        ),
        ({"generation_kwargs": {"num_beams": 4}}, "generation", "num_beams asks for a beam"),
        ({"generation_kwargs": {"heat": 4}}, "key", "unknown key 'generation_kwargs.heat'"),
        ({"doc_to_txt": "x"}, "key", "unknown key 'doc_to_txt': did you mean doc_to_text"),
        ({"doc_to_text": None}, "key", "key 'doc_to_text' is missing"),
        ({"doc_to_text": 3}, "key", "doc_to_text must be text"),
        ({"doc_to_text": "{{question"}, "key", "key 'doc_to_text' is no template"),
        ({"test_split": None}, "data", "neither test_split nor validation_split"),
        ({"dataset_kwargs": {"data_dir": "x"}}, "data", "dataset_kwargs.data_dir is not read"),
        ({"num_fewshot": 2}, "data", "neither fewshot_split nor"),
        (
            {"num_fewshot": 2, "fewshot_config": {"sampler": "mine", "samples": []}},
            "key",
            "sampler must be one of default, first_n",
        ),
        (
            {"filter_list": [{"name": "a", "filter": [{"function": "regexx"}]}]},
            "filter",
            "filter_list, a: the filter 'regexx' is not known: did you mean regex",
        ),
        (
            {"filter_list": [{"name": "a", "filter": [{"function": "take_first", "k": 1}]}]},
            "filter",
            "take_first does not take 'k'",
        ),
        (
            {
                "filter_list": [
                    {"name": "a", "filter": [{"function": "regex", "regex_pattern": "(?<=a)b"}]}
                ]
            },
            "pattern",
            r"filter_list, a: the pattern '\(\?<=a\)b' cannot be matched in linear time",
        ),
    ],
)
def test_what_is_not_read_is_told_with_its_reason(
    tmp_path: Path, changed: dict[str, Any], reason: str, told: str
) -> None:
    with pytest.raises(Refused, match=told) as caught:
        open_task(task_file(tmp_path, **changed))
    assert "sums.yaml" in str(caught.value)
    assert (caught.value.reason, reason in REASONS) == (reason, True)


@pytest.mark.parametrize(
    "key", ["process_docs", "doc_to_text", "process_results", "class", "custom_dataset"]
)
def test_python_is_told_and_never_run(tmp_path: Path, key: str) -> None:
    ran = tmp_path / "ran"
    (tmp_path / "utils.py").write_text(f"open({str(ran)!r}, 'w')\ndef made(*a): return a\n")
    path = tmp_path / "task.yaml"
    path.write_text(FUNCTION.format(key))
    with pytest.raises(Refused, match=f"task.yaml: {key}") as caught:
        open_task(path)
    assert (caught.value.reason, ran.exists()) == ("python", False)


def test_python_that_is_not_needed_is_left_alone(tmp_path: Path) -> None:
    path = task_file(tmp_path, metric_list=None)
    path.write_text(
        path.read_text()
        + "fewshot_config: {doc_to_text: !function utils.made}\n"
        + "metric_list:\n- {metric: exact_match}\n- {metric: f1, aggregation: !function utils.f}\n"
    )
    suite = open_task(path)
    assert "not counted: f1" in suite.card.description


def test_a_pattern_needs_its_package(tmp_path: Path) -> None:
    path = task_file(tmp_path)
    program = f"""import sys; sys.modules["re2"] = None
from reasoning_chains.evals.suite import suite_at
from reasoning_chains.errors import MissingPackage
try: suite_at({str(path)!r})
except MissingPackage as error: print(error)"""
    run = [sys.executable, "-c", program]
    told = subprocess.run(run, capture_output=True, text=True, check=True)
    assert "needs the package google-re2" in told.stdout
    assert "pip install 'reasoning-chains[harness]'" in told.stdout


def _laughs(merge: bool) -> str:
    inner = "{{<<: [{}]}}" if merge else "[{}]"
    lines = ["a0: &a0 {x: 1}"]
    for depth in range(1, 12):
        lines.append(f"a{depth}: &a{depth} " + inner.format(", ".join([f"*a{depth - 1}"] * 10)))
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (_laughs(merge=False), "holds more than 1,000,000 values"),
        (_laughs(merge=True), "holds more than 1,000,000 values"),
        ("a: &a [*a]", "holds more than 1,000,000 values"),
        ("a: " + "[" * 900 + "]" * 900, "nested more than 200 deep"),
        ("a: " + "[" * 100_000, "nested more than 200 deep"),
        ("- " * 100_000, "nested more than 200 deep"),
        ("a: !!python/object/apply:os.system [ls]", "is no valid YAML.*python/object"),
        ("a: !made up", "is no valid YAML.*!made"),
        ("- one", "must hold keys and values"),
        ("a: [", r"is no valid YAML \(line 1"),
        ("", "must hold keys and values"),
        ("x: " + "y" * 4_000_001, "larger than 4,000,000 bytes"),
    ],
    ids=[
        "laughs",
        "merged",
        "itself",
        "deep",
        "deeper",
        "dashes",
        "tag",
        "own",
        "list",
        "open",
        "no",
        "long",
    ],
)
def test_hostile_yaml_is_told_in_words(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "task.yaml"
    path.write_text(text)
    with pytest.raises(UserMistake, match=told):
        open_task(path)


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "task.yaml"
    path.write_bytes(b"task: \xff\xfe")
    with pytest.raises(UserMistake, match="is not UTF-8"):
        open_task(path)
