"""`--input` and `--tools` that nothing would use are told before anything is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from reasoning_chains import Agent, Direct, SelfConsistency, UserMistake, ZeroShotCoT, load_agent
from reasoning_chains.cli.inputs import check_inputs
from tests.cli.test_cli import run

MINE = "---\ndescription: d\ninputs: [style]\nparse: answer\n---\n{{ style }}: {{ question }}"


def test_an_input_that_no_template_declares_is_told(tmp_path: Path) -> None:
    asked = ("What is 3 + 4?", "--input", "weight=3")
    for command in (("ask",), ("ask", "--chain", "self_ask"), ("agent", "calculator")):
        done = run(*command, *asked, folder=tmp_path)
        assert done.returncode == 2
        assert "--input weight has no use here: no template of" in done.stderr
        assert done.stdout == ""


def test_a_template_of_the_project_may_declare_inputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "mine.jinja").write_text(MINE)
    monkeypatch.chdir(tmp_path)
    chain = SelfConsistency(Direct(template="mine"), samples=2)
    check_inputs(chain, {"style": "brief"}, "en")
    with pytest.raises(UserMistake, match="did you mean style"):
        check_inputs(chain, {"stile": "brief"}, "en")


def test_what_a_chain_gives_its_template_itself_is_no_input() -> None:
    with pytest.raises(UserMistake, match="of the agent calculator declares it"):
        check_inputs(load_agent("calculator"), {"steps": "3"}, "en")


def test_a_chain_of_the_user_s_may_read_what_it_likes() -> None:
    class Own(ZeroShotCoT):
        """A chain of the user's."""

    check_inputs(Own(), {"weight": 3}, "en")
    check_inputs(Agent("a", "d", Own()), {"weight": 3}, "en")


def test_an_agent_s_workflow_takes_inputs(tmp_path: Path) -> None:
    (tmp_path / "agents" / "doser").mkdir(parents=True)
    card = "description: Works out a dose.\nchain: workflow\ntemplate: dose.jinja\n"
    (tmp_path / "agents" / "doser" / "agent.yaml").write_text(card)
    (tmp_path / "agents" / "doser" / "dose.jinja").write_text(
        "---\ninputs: [weight]\n---\n"
        '{% step dose, tool="calculator" %}{{ weight }} * 15{% endstep %}'
    )
    done = run("agent", "doser", "Dose?", "--input", "weight=20", folder=tmp_path)
    assert "answer: 300\n" in done.stdout, done.stderr


def test_tools_that_no_step_of_a_workflow_calls_are_told(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "hello.jinja").write_text("{% step a %}Hello{% endstep %}")
    asked = ("ask", "x", "--chain", "workflow('hello')", "--tools", "calculator")
    done = run(*asked, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no step that calls the tool calculator" in done.stderr
