from __future__ import annotations

import pytest
from typer.testing import CliRunner

from reasoning_chains.cli import app
from reasoning_chains.errors import UnknownName, UserMistake
from reasoning_chains.names import CHAINS

RUNNER = CliRunner()


@pytest.mark.parametrize("name", sorted(CHAINS))
def test_every_chain_tells_what_it_does_and_costs(name: str) -> None:
    told = RUNNER.invoke(app, ["chains", "show", name])
    assert told.exit_code == 0, told.exception
    text = told.output
    assert text.startswith(f"{name}\n")
    assert "Settings: " in text
    assert "Cost: " in text
    assert "Example:" not in text


def test_the_prompts_are_shown_as_rendered_in_both_languages() -> None:
    text = RUNNER.invoke(app, ["chains", "show", "zero_shot_cot"]).output
    assert "arXiv:2205.11916" in text
    assert "Template zero_shot_cot/extract, read as answer:\n[user]\n⟨question⟩\n" in text
    assert "Therefore, the answer is" in text
    text = RUNNER.invoke(app, ["chains", "show", "zero_shot_cot", "--lang", "zh"]).output
    assert "让我们一步一步地思考" in text


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["show"], UserMistake),
        (["list"], UnknownName),
        (["show", "reakt"], UnknownName),
        (["show", "beta_rule"], UnknownName),
        (["show", "react", "--lang", "fr"], UnknownName),
    ],
)
def test_mistakes_are_told(words: list[str], error: type[Exception]) -> None:
    told = RUNNER.invoke(app, ["chains", *words])
    assert isinstance(told.exception, error)
