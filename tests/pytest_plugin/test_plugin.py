"""The pytest plugin in projects of its own: each test here is a whole run of pytest."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.evals.answering import sums
from tests.test_docs import blocks, place

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parent.parent.parent
PLUGIN = "reasoning_chains.pytest_plugin"
MODEL = """
from reasoning_chains import BackendError, ScriptedBackend

def reply(content, key):
    asked = content.messages[-1].content
    n = int(asked.partition(" + 1?")[0].split()[-1])
    wrong = n < 12 and "step by step" not in asked
    return f"The answer is {n + 1 + wrong}."

model = ScriptedBackend(reply)
dead = ScriptedBackend(lambda content, key: BackendError("the line is down"))
"""

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Make a project with a suite of sums and a model, and give what runs pytest in it."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("REASONING_CHAINS_PROJECT", raising=False)
    sums(pytester.path, 20)
    pytester.makepyfile(shop_model=MODEL)
    pytester.makeini("[pytest]\nfilterwarnings = error\naddopts = --strict-markers\n")

    def run(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_subprocess("-p", PLUGIN, *arguments)

    return run


def check(run: pytest.RunResult, **outcomes: int) -> str:
    """See that a run came to this, without a traceback of the library, and give its output."""
    text = run.stdout.str()
    run.assert_outcomes(**outcomes)
    assert "Traceback" not in text
    assert ".py:" not in text.replace(".py::", "")
    assert run.stderr.str() == ""
    return text


MARKED = """
import pytest
from shop_model import dead, model

pytestmark = pytest.mark.reasoning(suite="mine", backend=model)

@pytest.mark.reasoning(chain="zero_shot_cot", min_accuracy=0.9)
def test_good(reasoning):
    assert reasoning.cell.parsed == 1.0

@pytest.mark.reasoning(chain="direct", min_accuracy=0.8)
def test_bad():
    raise AssertionError("the body of a test that failed is not run")

@pytest.mark.reasoning(chain="direct", min_accuracy=0.1)
def test_body(reasoning):
    assert reasoning.cell.questions == 21

@pytest.mark.reasoning(chain="direct", backend=dead, store=False, min_accuracy=0.8)
def test_dead():
    pass

@pytest.mark.reasoning(chain="direct", min_accuracy=0.8)
@pytest.mark.skip(reason="costs nothing")
def test_skipped():
    pass

@pytest.mark.reasoning(chain="direct", min_accuracy=0.8)
@pytest.mark.xfail(strict=True)
def test_known():
    pass
"""


def test_markers_measure_judge_and_report(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_shop=MARKED)
    done = run("--junitxml", "junit.xml")
    done.assert_outcomes(passed=1, failed=2, errors=1, skipped=1, xfailed=1)
    text = done.stdout.str()
    assert "Traceback" not in text
    assert "reasoning_chains/" not in text
    assert "accuracy 40 % (8 of 20), at most 60.64 % with 95 % confidence: at least 80 %" in text
    assert (
        "  eval: mine × direct × scripted\n  measured: accuracy 40 % (95 %: 21.9 to 61.3)" in text
    )
    assert "the body of a test that failed is not run" not in text
    assert "assert 20 == 21" in text
    assert "20 of 20 problems failed, the first: BackendError: the line is down. Noth" in text
    assert "test_good\n    mine × zero_shot_cot × scripted: accuracy 100 %" in text
    root = ElementTree.parse(pytester.path / "junit.xml").getroot()
    values = {
        case.get("name"): {one.get("name"): one.get("value") for one in case.iter("property")}
        for case in root.iter("testcase")
    }
    assert values["test_bad"]["accuracy"] == "0.4"
    assert values["test_bad"]["accuracy_interval"] == "0.218807 to 0.613418"
    assert values["test_good"]["parsed"] == "1"
    assert float(values["test_good"]["tokens"] or 0) > 10
    assert values["test_dead"]["error"] == "20"
    assert values["test_skipped"] == {}
    kept = pytester.path / ".reasoning" / "evals" / "pytest"
    names = sorted(path.name.rpartition("-")[0] for path in kept.iterdir())
    assert names == [
        f"test-shop-py-test-{name}" for name in ("bad", "body", "dead", "good", "known")
    ]


HEAD = "import pytest\nfrom shop_model import model\n"
CHAIN = """
@pytest.mark.reasoning(suite="mine", backend=model, max_regression=0.1, chain={chain})
def test_{name}():
    pass
"""
WORSE = {
    "worse": '"direct"',
    "renewed": '"self_consistency(zero_shot_cot, samples=2)"',
    "seed": '"zero_shot_cot", seed=3',
    "size": '"zero_shot_cot", n=19',
    "corrupt": '"zero_shot_cot"',
}


def written(pytester: pytest.Pytester, chains: Mapping[str, str]) -> None:
    """Write a test for each chain."""
    tests = "".join(CHAIN.format(name=name, chain=chain) for name, chain in chains.items())
    pytester.makepyfile(test_shop=HEAD + tests)


def test_a_worse_chain_is_a_regression(run: Run, pytester: pytest.Pytester) -> None:
    written(pytester, dict.fromkeys(WORSE, '"zero_shot_cot"'))
    text = check(run("-k", "worse"), errors=1, deselected=4)
    assert "there is no baseline at " in text
    assert "write it with pytest --reasoning-update-baseline" in text
    check(run("--reasoning-update-baseline"), passed=5)
    files = {
        json.loads(path.read_text().splitlines()[0])["name"]: path
        for path in (pytester.path / "reasoning_baseline").iterdir()
    }
    assert set(files) == {f"test_shop.py::test_{name}" for name in WORSE}
    files["test_shop.py::test_corrupt"].write_text("{")
    written(pytester, {**WORSE, "new": '"self_consistency(direct, samples=2)"'})
    text = check(run(), failed=1, passed=1, errors=4)
    assert "accuracy fell by 60 points, from 100 % to 40 % on the same 20 questions (12" in text
    assert "  worse than before: s0, s1, s10, s11, s2, s3, s4, s5, s6, s7 and 2 more" in text
    assert "  compared with: zero_shot_cot × scripted" in text
    assert "-60 points since the baseline, p = 0.00024" in text
    assert "was made with the seed 0, and this run has 3" in text
    assert "was made of 20 questions, and this run has 19" in text
    assert "line 1 is no head of a baseline" in text


FILE = """
by steps:
  suite: mine
  chain: zero_shot_cot
  backend: replay:replies.jsonl
  min_accuracy: 0.9
at once:
  suite: mine
  chain: direct
  backend: replay:replies.jsonl
small model:
  suite: coin_flip
  chain: direct
  n: 4
"""


def test_a_file_declares_evals_without_python(run: Run, pytester: pytest.Pytester) -> None:
    rows = [
        {"question": f"{n} + 1?", "completions": [f"The answer is {n + 1}."]} for n in range(20)
    ]
    text = "\n".join(map(json.dumps, rows)) + "\n"
    (pytester.path / "replies.jsonl").write_text(text)
    (pytester.path / "reasoning_evals.yaml").write_text(FILE)
    text = check(run("--collect-only", "-q", "-m", "reasoning"))
    assert text.splitlines()[:3] == [
        f"reasoning_evals.yaml::{name}" for name in ("by steps", "at once", "small model")
    ]
    text = check(
        run("--min-accuracy", "1", "-k", "steps or small"), passed=1, failed=1, deselected=1
    )
    assert "of 4 questions" in text
    assert "at least 100 % is wanted" in text
    assert "reasoning_evals.yaml::by steps\n    mine × zero_shot_cot × replay:re" in text
    assert not list(pytester.path.glob("reasoning_baseline*"))
    text = check(run("--setup-plan", "-k", "once"), deselected=2)
    assert "measured" not in text


def test_workers_measure_side_by_side(run: Run, pytester: pytest.Pytester) -> None:
    lines = ["import pytest", "from shop_model import model"]
    for name in "abcd":
        lines += [
            '@pytest.mark.reasoning(suite="mine", chain="direct", backend=model,'
            f" min_accuracy={0.9 if name == 'd' else 0.1})",
            f"def test_{name}(reasoning):",
            "    assert reasoning.cell.accuracy == 0.4",
        ]
    pytester.makepyfile(test_shop="\n".join(lines))
    done = run("-p", "xdist", "-n", "2", "--reasoning-update-baseline", "--junitxml", "j.xml")
    done.assert_outcomes(passed=3, failed=1)
    text = done.stdout.str()
    assert text.count("mine × direct × scripted: accuracy 40 %") == 4
    assert "another run is at work" not in text
    assert len(list((pytester.path / "reasoning_baseline").iterdir())) == 3  # d is not good enough
    root = ElementTree.parse(pytester.path / "j.xml").getroot()
    assert len(list(root.iter("property"))) > 4 * 10
    left = [path.name for path in (pytester.path / ".reasoning/evals/pytest").iterdir()]
    assert not [name for name in left if name.startswith(".")]


MISTAKES = """
import pytest
from shop_model import model

CASES = {
    "suite": dict(suite="mien", chain="direct"),
    "chain": dict(suite="mine", chain="dirct"),
    "backend": dict(suite="mine", chain="direct", backend="embeded"),
    "key": dict(suite="mine", chian="direct"),
    "missing": dict(suite="mine"),
    "threshold": dict(suite="mine", chain="direct", min_accuracy=80),
    "type": dict(suite="mine", chain="direct", n="9"),
    "chains": dict(suite="mine", chain=["direct"]),
    "backends": dict(suite="mine", chain="direct", backend=["embedded"]),
    "data": dict(suite="mine", chain="direct", data="nowhere.jsonl"),
    "project": dict(suite="mine", chain="direct", project="nowhere"),
}

def cases():
    for name, told in CASES.items():
        yield pytest.param(id=name, marks=pytest.mark.reasoning(**told))

@pytest.mark.parametrize((), [*cases()])
def test_case():
    pass

@pytest.mark.reasoning("mine")
def test_position():
    pass

def test_without_a_marker(reasoning):
    pass

@pytest.mark.reasoning
def test_that_is_only_labelled():
    pass
"""


def test_mistakes_are_told_in_words_and_are_errors(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_shop=MISTAKES)
    text = check(run(), errors=13, passed=1)
    for said in (
        "unknown suite 'mien': did you mean mine?",
        "unknown chain 'dirct': did you mean direct or react?",
        "unknown backend 'embeded': did you mean embedded?",
        "test_case[key]: unknown key 'chian': did you mean chain?",
        "test_case[missing]: key 'chain' is missing: write chain: …",
        "test_case[threshold]: key 'min_accuracy' must be at most 1, found 80",
        "test_case[type]: key 'n' must be a whole number, found '9'",
        "test_case[chains]: chain must be text or a Chain, found a list",
        "test_case[backends]: backend must be text, found a list: one name, or a backend",
        "nowhere.jsonl",
        "project folder '",
        "@pytest.mark.reasoning takes names: write suite=…, chain=…",
        "the fixture reasoning needs a marker: @pytest.mark.reasoning(suite=…, chain=…)",
    ):
        assert said in text, said


WRONG = {
    "sums: [": "reasoning_evals.yaml is no valid YAML (line 1)",
    "- one": "reasoning_evals.yaml must hold keys and values",
    "1: {suite: mine, chain: direct}": "1 is no name of an eval: write text, in quotes",
    "sums: mine": "sums: write suite: … and chain: … below it",
    "sums: {suite: mine, chain: direct, n: 0}": "sums: key 'n' must be at least 1, found 0",
    "sums: {suite: mine, chain: [direct]}": "sums: chain must be text or a Chain",
}


def test_a_file_that_is_wrong_is_told_at_collection(run: Run, pytester: pytest.Pytester) -> None:
    for number, content in enumerate(WRONG):
        folder = pytester.mkdir(f"service{number}")
        (folder / "reasoning_evals.yaml").write_text(content)
    text = check(run(), errors=len(WRONG))
    assert [said for said in WRONG.values() if said not in text] == []


def test_thresholds_on_the_command_line_are_shares(run: Run) -> None:
    done = run("--min-accuracy", "80")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert "--min-accuracy 80: it must be at least 0 and at most 1" in done.stderr.str()


LIGHT = """
import sys

def test_light():
    loaded = {name for name in sys.modules if name.partition(".")[0] == "reasoning_chains"}
    assert loaded == {"reasoning_chains", "reasoning_chains.pytest_plugin"}
    assert not {"numpy", "pydantic", "jinja2", "yaml", "aiohttp"} & set(sys.modules)
"""


def test_where_it_is_not_used_it_loads_itself_alone(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_light=LIGHT)
    text = check(run(), passed=1)
    assert "evals" not in text


def test_the_page_of_the_docs_is_true(run: Run, pytester: pytest.Pytester) -> None:
    for block in blocks(ROOT / "docs" / "ci.md"):
        if block.mark.startswith("file: "):
            place(block, pytester.path)
    text = check(run(), passed=2)
    assert text.count("word_problems × zero_shot_cot × embedded: accuracy 90 %") == 2


def test_the_entry_point_names_the_plugin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (place,) = project["entry-points"]["pytest11"].values()
    assert place == PLUGIN
    assert callable(import_module(place).pytest_addoption)
