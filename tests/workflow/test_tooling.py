"""The tools that a workflow is given: each is one that a step calls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from reasoning_chains import ScriptedBackend, Tool, UserMistake, Workflow, tool
from tests.workflow.flows import written

PLAIN = "{% step a %}x{% endstep %}"
SUM = "{% step sum, tool='calculator' %}1 + 1{% endstep %}"


@tool
def double(number: int) -> int:
    """Double a number."""
    return 2 * number


class Box:
    """A toolbox of two tools."""

    async def tools(self) -> Sequence[Tool]:
        """Give both."""

        @tool
        def triple(number: int) -> int:
            """Triple a number."""
            return 3 * number

        return (double, triple)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (PLAIN, r"no step that calls the tool double: write .* its steps call none$"),
        (SUM, r"no step that calls the tool double: write .* its steps call calculator$"),
        (
            "{% step a, chain='react' %}x{% endstep %}",
            r"its steps call none; a chain of a step names its own",
        ),
    ],
    ids=["none", "another", "a chain's"],
)
def test_a_tool_that_no_step_calls_is_told(tmp_path: Path, text: str, told: str) -> None:
    backend = ScriptedBackend(["x"])
    with pytest.raises(UserMistake, match=told):
        Workflow(written(tmp_path, text), tools=[double]).invoke("?", backend=backend)
    with pytest.raises(UserMistake, match="no step that calls its tools"):
        Workflow(written(tmp_path, text), tools=[Box()]).invoke("?", backend=backend)
    assert backend.requests == []


def test_of_a_toolbox_one_tool_that_is_called_is_enough(tmp_path: Path) -> None:
    flow = Workflow(written(tmp_path, "{% step a, tool='triple' %}4{% endstep %}"), tools=(Box(),))
    assert flow.invoke("?", backend=ScriptedBackend([])).answer == "12"
