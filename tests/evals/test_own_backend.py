"""A backend that is named `module:Name`: one of the user's own project."""

from __future__ import annotations

from pathlib import Path

import pytest

from reasoning_chains import UserMistake, evaluate
from tests.evals.answering import sums

MINE = """
from reasoning_chains import ScriptedBackend
from reasoning_chains.types import Completion

class Mine(ScriptedBackend):
    def __init__(self):
        super().__init__(lambda content, key: "The answer is 1.")

made = Mine()

async def plain(request):
    return [Completion("The answer is 1.")] * request.n

class Needing:
    def __init__(self, key):
        pass

number = 3
"""


@pytest.mark.parametrize("name", ["Mine", "made", "plain"])
def test_a_class_an_object_or_a_function_of_the_project_is_asked(tmp_path: Path, name: str) -> None:
    (tmp_path / "shop.py").write_text(MINE)
    report = evaluate(sums(tmp_path, 4), "direct", f"shop:{name}", project=tmp_path)
    assert (report.cells[0].backend, report.cells[0].accuracy) == (f"shop:{name}", 0.25)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("shop:mad", "shop has no mad: did you mean made"),
        ("shop:Needing", "cannot be made without arguments"),
        ("shop:number", "backend must be a name"),
        ("shopp:Mine", "unknown backend 'shopp:Mine'"),
        ("openia:gpt", "unknown backend 'openia:gpt'"),
    ],
    ids=["attribute", "arguments", "no backend", "module", "kind"],
)
def test_what_is_no_backend_is_told(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "shop.py").write_text(MINE)
    with pytest.raises(UserMistake, match=told):
        evaluate(sums(tmp_path, 1), "direct", name, project=tmp_path)
