"""`agent`, `agents`, `render` and `lint` of workflows on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_cli import run

TRIAGE = (
    "---\ndescription: Sorts.\n---\n"
    '{% step topic, choices=["order", "other"] %}What is it about? {{ question }}{% endstep %}\n'
    '{% if topic == "order" %}{% step reply, input="Which number?" %}{{ input }}?{% endstep %}\n'
    "{% else %}{% step reply %}Answer {{ question }}{% endstep %}{% endif %}\n"
    "{% answer %}{{ reply }}{% endanswer %}"
)


def project(folder: Path) -> Path:
    (folder / "templates").mkdir()
    (folder / "templates" / "triage.jinja").write_text(TRIAGE)
    clerk = folder / "agents" / "clerk"
    clerk.mkdir(parents=True)
    (clerk / "agent.yaml").write_text("description: Sells shoes.\nchain: direct\n")
    replies = [
        {"question": "Any boots?", "completions": ["Three pairs."]},
        {"question": "In red?", "completions": ["One pair."]},
    ]
    lines = "".join(json.dumps(row) + "\n" for row in replies)
    (folder / "replies.jsonl").write_text(lines)
    return folder


def test_an_agent_answers_one_question(tmp_path: Path) -> None:
    asked = ("agent", "clerk", "Any boots?", "--backend", "replay:replies.jsonl", "--json")
    done = run(*asked, folder=project(tmp_path))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["answer"] == "Three pairs"


def test_a_chat_keeps_the_conversation(tmp_path: Path) -> None:
    asked = ("agent", "clerk", "--backend", "replay:replies.jsonl", "--json", "--trace")
    done = run(*asked, folder=project(tmp_path), data=b"Any boots?\n\nIn red?\n")
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(text + "}") for text in done.stdout.strip().split("\n}") if text)
    assert (first["answer"], second["answer"]) == ("Three pairs", "One pair")
    assert "Any boots?" in json.dumps(second["trace"])
    assert "Any boots?" in json.dumps(first["trace"])


def test_agents_are_listed_with_those_of_the_project(tmp_path: Path) -> None:
    done = run("agents", folder=project(tmp_path))
    assert "clerk\tSells shoes." in done.stdout
    assert "researcher\t" in done.stdout


def test_mistakes_are_told_in_one_line(tmp_path: Path) -> None:
    folder = project(tmp_path)
    for arguments, told in (
        (("agent", "clrek", "?"), "unknown agent 'clrek': did you mean clerk"),
        (("agent", "clerk", " "), "the question is empty"),
        (("agent", "clerk", "?", "--context", "none.csv"), "none.csv cannot be read"),
        (("new", "agent", "Big"), "small letters"),
        (("new", "agnet", "x"), "unknown kind of file 'agnet'"),
    ):
        done = run(*arguments, folder=folder)
        assert (done.returncode, told in done.stderr) == (2, True), done.stderr
        assert "Traceback" not in done.stderr


def test_every_step_of_a_workflow_is_rendered(tmp_path: Path) -> None:
    done = run("render", "triage", "Where are my shoes?", folder=project(tmp_path))
    assert "step topic\n[user]\nWhat is it about? Where are my shoes?" in done.stdout
    assert "step reply\n[to the person]\nWhich number?\n[user]\n⟨input⟩?" in done.stdout
    assert "step reply (where topic is other)\n[user]\nAnswer Where are my shoes?" in done.stdout
    assert "triage\tsteps\tSorts." in run("templates", folder=tmp_path).stdout


def test_a_workflow_is_a_chain_of_ask(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "templates" / "hello.jinja").write_text(
        '{% step name, input="Who?" %}{% endstep %}{% answer %}Hello {{ name }}{% endanswer %}'
    )
    asked = ("ask", "x", "--chain", "workflow('hello')", "--json")
    done = run(*asked, folder=folder, data=b"Ada\n")
    assert json.loads(done.stdout)["answer"] == "Hello Ada", done.stderr
    assert "Who?" in done.stderr


def test_lint_finds_what_is_odd_in_a_workflow(tmp_path: Path) -> None:
    folder = project(tmp_path)
    assert run("lint", ".", folder=folder).stdout == "no findings\n"
    (folder / "agents" / "odd").mkdir(parents=True)
    (folder / "agents" / "odd" / "agent.yaml").write_text("description: d\nchain: reakt\n")
    odd = TRIAGE.replace('topic == "order"', 'topic == "ordre"')
    (folder / "templates" / "triage.jinja").write_text(odd)
    done = run("lint", ".", folder=folder)
    assert done.returncode == 2
    assert (
        "triage.jinja, line 5: topic is never 'ordre': its choices are order, other" in done.stdout
    )
    assert "odd/agent.yaml: unknown chain 'reakt'" in done.stdout


def test_inputs_of_a_workflow_are_given_by_name(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "templates" / "dose.jinja").write_text(
        "---\ninputs: [weight]\n---\n"
        '{% step dose, tool="calculator" %}{{ weight }} * 15{% endstep %}'
    )
    asked = ("ask", "x", "--chain", "workflow('dose')", "--json", "--input")
    done = run(*asked, "weight=20", folder=folder)
    assert json.loads(done.stdout)["answer"] == "300", done.stderr
    wrong = run(*asked, "weight", folder=folder)
    assert (wrong.returncode, "write --input weight=20" in wrong.stderr) == (2, True)
    done = run("render", "dose", "x", "--input", "weight:=[1, 2]", folder=folder)
    assert done.stdout == "step dose\n[to the tool calculator]\n[1, 2] * 15\n", done.stderr
    for odd, told in (
        ("weight:=[1", "--input 'weight:=[1' is no JSON"),
        ("height=2", "unknown input of workflow 'dose.jinja' 'height': did you mean weight"),
    ):
        wrong = run("render", "dose", "x", "--input", odd, folder=folder)
        assert (wrong.returncode, told in wrong.stderr) == (2, True), wrong.stderr
    twice = run(*asked, "weight=20", "--input", "weight=30", folder=folder)
    assert "--input weight is given twice" in twice.stderr


def test_render_shows_what_each_step_sends(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "templates" / "one.jinja").write_text(
        "{% step a, choices=['x', 'y'], temperature=0 %}{{ question }}{% endstep %}"
        "{% step b, chain='direct', kind='number', max_tokens=9 %}{{ a }}?{% endstep %}"
    )
    done = run("render", "one", "Which?", folder=folder)
    offer = "Answer with one of these and nothing else: x, y"
    assert done.stdout == (
        f"step a\n[user]\nWhich?\n{offer}\n[choices] ['x', 'y']\n[temperature] 0\n"
        "step b\n[user]\nx?\n[chain] direct\n[kind] number\n[max_tokens] 9\n"
    )


def test_folders_that_are_no_agents_are_listed_and_linted(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "agents" / "my agent").mkdir()
    (folder / "agents" / "empty").mkdir()
    (folder / "agents" / "__pycache__").mkdir()
    for done in (run("agents", folder=folder), run("lint", ".", folder=folder)):
        assert "my agent cannot be an agent's: name the folder" in done.stdout
        assert (
            "empty has no agent.yaml, which makes an agent of it: it holds nothing" in done.stdout
        )
        assert "pycache" not in done.stdout


def test_what_ended_a_workflow_is_printed_once_and_short(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "templates" / "size.jinja").write_text(
        '{% step a, choices=["small", "big"], chain="direct" %}How?{% endstep %}'
    )
    row = {"question": "How?", "completions": ["Hm, " * 3000] * 4}
    (folder / "replies.jsonl").write_text(json.dumps(row) + "\n")
    done = run(
        *("ask", "x", "--chain", "workflow('size')", "--backend", "replay:replies.jsonl"),
        folder=folder,
    )
    assert done.stdout.count("size.jinja, line 1, step a: Hm, Hm, ") == 1, done.stderr
    assert "stopped: unparsed\n" in done.stdout
    assert len(done.stdout) < 1_000


def test_the_end_of_input_where_the_person_is_asked_is_told(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "templates" / "hello.jinja").write_text(
        '{% step name, input="Who?" %}{% endstep %}{% answer %}Hello {{ name }}{% endanswer %}'
    )
    done = run("ask", "x", "--chain", "workflow('hello')", folder=folder, data=b"")
    assert done.returncode == 2
    told = "hello.jinja, line 1, step name: standard input ended before the person answered\n"
    assert done.stderr.endswith(told)
