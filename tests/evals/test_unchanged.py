"""A run goes on only where what it says to models is what it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from reasoning_chains import Chain, Problem, Run, Solution, UserMistake, evaluate
from reasoning_chains.evals.planning import planned
from reasoning_chains.evals.report import Report
from reasoning_chains.evals.unchanged import wording_of
from tests.evals.answering import adder, sums


def test_a_run_does_not_go_on_with_other_wording(tmp_path: Path) -> None:
    template = tmp_path / "templates" / "mine.jinja"
    template.parent.mkdir()
    template.write_text("{% user %}{{ question }}{% enduser %}")
    suite = sums(tmp_path, 3)

    def run(results: Path | None) -> Report:
        return evaluate(suite, "direct", adder(), store=False, project=tmp_path, results=results)

    first, usual = run(tmp_path / "r"), run(None)
    assert run(tmp_path / "r") == first
    template.write_text("{% user %}{{ question }} Think.{% enduser %}")
    with pytest.raises(UserMistake, match="a template, or the code of a chain of your own, was"):
        run(tmp_path / "r")
    assert run(None).folder != usual.folder


class Twice(Chain):
    """A chain of the user's own, in a file of theirs."""

    template = "direct"

    async def solve(self, problem: Problem, run: Run) -> Solution:
        return run.conclude(problem, await run.ask("direct"))


def test_the_code_of_an_own_chain_is_part_of_what_is_asked(tmp_path: Path) -> None:
    plans = [planned(sums(tmp_path, 1), one, None, None) for one in (Twice(), "direct")]
    assert len({wording_of(plan) for plan in plans}) == 2
