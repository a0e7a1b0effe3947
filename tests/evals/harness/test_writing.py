"""Results are written so that lm-evaluation-harness reads them as its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import pytest

from reasoning_chains import ScriptedBackend, UserMistake, evaluate
from reasoning_chains.evals.harness.writing import write_harness
from reasoning_chains.evals.suite import Suite, load_suite
from tests.evals.answering import Adder, sums
from tests.evals.harness.files import opened, rows_file, task_file
from tests.evals.harness.peers import Peer, prompt, values
from tests.evals.harness.test_suites import answering

METRIC = "exact_match"


def _run(suite: Suite, folder: Path, chain: str = "as_given") -> tuple[dict[str, Any], list[Any]]:
    """Measure, write, and read what was written."""
    evaluate(suite, chain, ScriptedBackend(answering), store=False, results=folder / "out")
    (path,) = write_harness(folder / "out", folder / "theirs", suites=[suite])
    (samples,) = path.parent.glob("samples_*.jsonl")
    lines = samples.read_text(encoding="utf-8").splitlines()
    return json.loads(path.read_text(encoding="utf-8")), [json.loads(line) for line in lines]


def test_the_table_of_the_harness_shows_it(tmp_path: Path) -> None:
    from lm_eval.utils import make_table

    data, _ = _run(opened(tmp_path), tmp_path)
    rows = [[cell.strip() for cell in row.split("|")] for row in make_table(data).splitlines()]
    assert rows[2][1:7] == ["sums", "2", "flexible-extract", "0", METRIC, "↑"]
    assert (rows[2][7], rows[3][7]) == ("0.8333", "0.5000")
    assert (rows[2][9], rows[3][9]) == ("0.1667", "0.2236")


def test_every_sample_is_what_the_harness_itself_would_write(tmp_path: Path) -> None:
    from lm_eval.tasks._yaml_loader import load_yaml
    from lm_eval.utils import hash_string

    suite = opened(tmp_path, description="Add.\n")
    data, samples = _run(suite, tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "test.jsonl").read_text().splitlines()]
    config = {k: v for k, v in load_yaml(tmp_path / "sums.yaml").items() if k != "tag"}
    peer = Peer(config, {"test": datasets.Dataset.from_list(rows)})
    assert len(samples) == 2 * len(rows)
    for sample in samples:
        row = rows[sample["doc_id"]]
        asked = prompt(peer, row, "text")
        theirs = values(peer, row, sample["resps"][0])
        assert sample["doc"] == row
        assert sample["target"] == peer.doc_to_target(row)
        assert sample["arguments"]["gen_args_0"]["arg_0"] == asked
        assert sample["arguments"]["gen_args_0"]["arg_1"]["until"] == ["\n\n"]
        assert sample["doc_hash"] == hash_string(json.dumps(row, indent=2, ensure_ascii=False))
        assert sample["prompt_hash"] == hash_string(asked)
        assert sample["target_hash"] == hash_string(sample["target"])
        assert sample["metrics"] == [METRIC]
        assert sample[METRIC] == theirs[sample["filter"]]
        assert sample["filtered_resps"] == [peer._instances[0].filtered_resps[sample["filter"]]]
    assert data["n-samples"]["sums"] == {"original": 6, "effective": 6}
    assert data["results"]["sums"]["sample_len"] == 6


def test_its_loaders_find_the_files(tmp_path: Path) -> None:
    from lm_eval import utils

    _run(opened(tmp_path), tmp_path)
    names = [str(path) for path in (tmp_path / "theirs").rglob("*.json*")]
    (results,) = utils.get_results_filenames(names)
    (samples,) = utils.get_sample_results_filenames(names)
    assert utils.get_file_task_name(Path(samples).name) == "sums"
    stamps = {utils.get_file_datetime(Path(n).stem) for n in (results, samples)}
    assert len(stamps) == 1
    table = datasets.load_dataset(
        "json", data_files=samples, split="train", cache_dir=str(tmp_path / "cache")
    )
    assert set(table[0]) >= {"doc_id", "doc", "target", "arguments", "resps", "filtered_resps"}


def test_chains_and_backends_are_models_of_their_own(tmp_path: Path) -> None:
    suites = [sums(tmp_path, 4), opened(tmp_path)]
    chains = ["direct", "zero_shot_cot"]
    evaluate(suites, chains, Adder(), store=False, results=tmp_path / "out")
    paths = write_harness(tmp_path / "out", tmp_path / "theirs", suites=suites)
    assert len({path.parent for path in paths}) == 2
    data = json.loads(paths[0].read_text())
    assert list(data["results"]) == ["mine", "sums"]
    assert (data["results"]["mine"]["acc,none"], data["config"]["model"]) == (1.0, "scripted")
    assert data["config"]["model_args"] == {"chain": "direct"}
    assert data["results"]["mine"]["acc_stderr,none"] == 0.0
    again = write_harness(tmp_path / "out", tmp_path / "theirs", suites=suites)
    assert not {*again} & {*paths}


def test_what_ended_in_an_error_counts_as_not_right(tmp_path: Path) -> None:
    suite = opened(tmp_path)
    backend = Adder(broken=lambda n, key: n == 1)
    evaluate(suite, "as_given", backend, store=False, results=tmp_path / "out")
    (path,) = write_harness(tmp_path / "out", tmp_path / "theirs", suites=[suite])
    found = json.loads(path.read_text())["results"]["sums"]
    assert found["exact_match,strict-match"] == pytest.approx(5 / 6)


def test_a_part_of_a_run_is_told_as_one(tmp_path: Path) -> None:
    suite = opened(tmp_path).sized(1)
    data, samples = _run(suite, tmp_path, "direct")
    assert data["n-samples"]["sums"] == {"original": None, "effective": 1}
    assert data["results"]["sums"]["exact_match_stderr,strict-match"] == "N/A"
    assert samples[0]["arguments"]["gen_args_0"]["arg_1"] == {"chain": "direct"}


def test_a_folder_that_holds_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match=r"holds no run\.json"):
        write_harness(tmp_path, tmp_path / "theirs")
    path, data = task_file(tmp_path), rows_file(tmp_path)
    suite = load_suite(str(path), tmp_path, data=data)
    evaluate(suite, "direct", ScriptedBackend(answering), store=False, results=tmp_path / "out")
    (tmp_path / "theirs").write_text("a file")
    with pytest.raises(UserMistake, match=r"theirs.* cannot be written or read"):
        write_harness(tmp_path / "out", tmp_path / "theirs", suites=[suite])
