from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import reasoning_chains

ROOT = Path(reasoning_chains.__file__).parent.parent

USED = """
import reasoning_chains, sys
from pathlib import Path
here = Path(reasoning_chains.__file__)
assert here.is_relative_to(Path(sys.argv[1])), here
from reasoning_chains import FewShotCoT, Problem
print(FewShotCoT().invoke(Problem("What is 3 + 4?", kind="number")).stop_reason)
assert "torch" not in sys.modules
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_carries_code_content_and_weights_and_nothing_else(wheel: Path) -> None:
    assert wheel.stat().st_size <= 15_000_000
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "reasoning_chains/py.typed",
        "reasoning_chains/weights/model.safetensors",
        "reasoning_chains/weights/tokenizer.json",
        "reasoning_chains/_bundled/templates/direct.jinja",
        "reasoning_chains/_bundled/templates/exemplars/word_problems.yaml",
        "reasoning_chains/_bundled/evals/word_problems/eval.yaml",
        "reasoning_chains/starting/skeleton/problems.jsonl.new",
    ):
        assert wanted in names
    tops = {name.split("/")[0] for name in names}
    assert tops == {"reasoning_chains", f"reasoning_chains-{version(wheel)}.dist-info"}
    assert not [name for name in names if name.endswith((".pth", ".pyc"))]
    bundled = {name for name in names if "/_bundled/templates/" in name}
    assert len(bundled) == sum(path.is_file() for path in (ROOT / "templates").rglob("*"))


def version(wheel: Path) -> str:
    return wheel.name.split("-")[1]


def test_the_wheel_works_where_it_is_installed(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*install, "--target", str(target), str(wheel)], check=True)
    environment = {**os.environ, "PYTHONPATH": str(target)}
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", USED, str(target)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.strip() in {"answered", "unparsed"}
