"""Agents of YAML: what a file may say, and what it becomes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from reasoning_chains import (
    Budget,
    Problem,
    ProgramOfThought,
    ReAct,
    ScriptedBackend,
    SelfAsk,
    UserMistake,
    load_agent,
)
from reasoning_chains.agents.agent import agent_names
from reasoning_chains.content import bundled_root
from reasoning_chains.types import Content, SampleKey


def written(folder: Path, name: str = "helper", **card: Any) -> Path:
    path = folder / "agents" / name / "agent.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"description": "Helps.", **card}), encoding="utf-8")
    return folder


def test_the_bundled_agents_are_there() -> None:
    assert {"calculator", "researcher", "data_analyst"} <= set(agent_names(bundled_root()))
    calculator = load_agent("calculator")
    assert isinstance(calculator.chain, ReAct)
    assert calculator.limits == Budget(tokens=40000, seconds=60.0, steps=12, repeats=3)
    assert isinstance(load_agent("researcher").chain, SelfAsk)
    assert isinstance(load_agent("data_analyst").chain, ProgramOfThought)


def test_tools_are_bundled_ones_functions_of_the_project_and_files_of_the_agent(
    tmp_path: Path,
) -> None:
    (tmp_path / "mine.py").write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n\n\n"
        "@dataclass\nclass Seen:\n    times: int = 0\n\n\n"
        'def double(number: int) -> int:\n    """Double a number."""\n    return 2 * number\n'
    )
    tools = ["calculator", "mine:double", "lookup:notes.md"]
    folder = written(tmp_path, tools=tools, chain="react(max_steps=3)")
    (folder / "agents" / "helper" / "notes.md").write_text("# Emma\nA novel.\n")
    agent = load_agent("helper", folder)
    assert [tool.name for tool in agent.chain.tools] == ["calculator", "double", "lookup"]  # type: ignore[attr-defined]
    replies = ["Action: double[21]", "Action: lookup[Emma]", "Action: Finish[42]"]
    solution = agent.invoke("Double 21.", backend=ScriptedBackend(replies))
    assert solution.answer == "42"
    assert [act.data["observation"] for act in solution.trace.acts] == ["42", "Emma: A novel."]


CANNOT: dict[str, dict[str, Any]] = {
    "unknown key 'tool': did you mean tools": {"tool": ["calculator"]},
    "unknown key 'limits.step': did you mean steps": {"limits": {"step": 3}},
    "key 'limits.tokens' must be a whole number, found 'many'": {"limits": {"tokens": "many"}},
    "key 'limits.money' must be at least 0, found -1": {"limits": {"money": -1}},
    "key 'tools' must be a list, such as [one, two], found 'calculator'": {"tools": "calculator"},
    "key 'kind' must be 'number', 'choice'": {"kind": "nmber"},
    "key 'description' must be text, and not empty, found ''": {"description": ""},
    "unknown chain 'reakt'": {"chain": "reakt"},
    "unknown tool 'calculater'": {"tools": ["calculater"]},
    "tool 'none:there': ModuleNotFoundError": {"tools": ["none:there"]},
    "json has no dmups: did you mean dumps": {"tools": ["json:dmups"]},
    "unknown agent 'nobody'": {"tools": ["agent:nobody"]},
    "unknown key 'tools.0.urls': did you mean url": {"tools": [{"command": ["x"], "urls": "y"}]},
    "key 'tools' must be a list, such as [one, two], found keys and values": {
        "tools": {"calculator": True}
    },
    "key 'tools' has lookup: notes/: write \"lookup:notes/\"": {"tools": [{"lookup": "notes/"}]},
    "budget seconds": {"limits": {"seconds": float("inf")}},
    "tools has no use here": {"chain": "direct", "tools": ["calculator"]},
    "limits.steps has no use": {"chain": "direct", "limits": {"steps": 3}},
    "a workflow needs its file": {"chain": "workflow"},
    "unknown template 'direkt'": {"chain": "direct", "template": "direkt"},
    "unknown template 'triag'": {"chain": "workflow", "template": "triag"},
    "unknown backend 'openi:x'": {"backend": "openi:x"},
}


@pytest.mark.parametrize("told", CANNOT)
def test_what_a_file_may_not_say_is_told_with_file_and_key(tmp_path: Path, told: str) -> None:
    folder = written(tmp_path, **CANNOT[told])
    with pytest.raises(UserMistake) as caught:
        load_agent("helper", folder)
    assert told in str(caught.value)
    assert "agent.yaml" in str(caught.value)


def test_a_file_that_is_no_yaml_is_told(tmp_path: Path) -> None:
    path = written(tmp_path) / "agents" / "helper" / "agent.yaml"
    for text, told in (
        ("a: [", r"no valid YAML \(line 1\)"),
        ("- a", "must hold keys and values"),
        ("a: b: c", r"\(line 1: the value of 'a' holds a colon"),
        ("tools:\n\t- x", r"\(line 2: a tab: indent with blanks\)"),
        ("kind: text\nkind: number", r"no valid YAML \(line 2: the key 'kind' stands twice\)"),
    ):
        path.write_text(text + "\n")
        with pytest.raises(UserMistake, match=told):
            load_agent("helper", tmp_path)
    with pytest.raises(UserMistake, match="project must be text or a PathLike or None, found 5"):
        load_agent("helper", 5)  # type: ignore[arg-type]
    for name in ("../helper", "helpr", ""):
        with pytest.raises(UserMistake, match="unknown agent"):
            load_agent(name, tmp_path)


def test_a_folder_that_is_no_agent_is_told(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "agents" / "clerk").mkdir()
    (tmp_path / "agents" / "clerk" / "agent.yml").write_text("description: d\n")
    (tmp_path / "agents" / "my agent").mkdir()
    for name, told in (
        ("clerk", r"clerk has no agent.yaml, which makes an agent of it: it holds agent.yml$"),
        ("my agent", r"my agent cannot be an agent's: name the folder with letters, digits"),
        ("clrek", r"unknown agent 'clrek'"),
    ):
        with pytest.raises(UserMistake, match=told):
            load_agent(name, tmp_path)


def test_the_same_call_three_times_ends_it(tmp_path: Path) -> None:
    folder = written(tmp_path, tools=["calculator"])
    replies = ["Action: calculator[6 * 7]"] * 9
    solution = load_agent("helper", folder).invoke("?", backend=ScriptedBackend(replies))
    assert (solution.answer, solution.stop_reason) == (None, "budget")
    assert len([act for act in solution.trace.acts if "observation" in act.data]) == 2
    assert any("same call came 3 times" in str(n.data) for n in solution.trace.spans("note"))


def test_voters_that_do_the_same_are_no_circle(tmp_path: Path) -> None:
    chain = "self_consistency(react, samples=4)"
    folder = written(tmp_path, tools=["calculator"], chain=chain, kind="number")

    def reply(content: Content, _: SampleKey) -> str:
        acted = len(content.messages) > 1
        return "Action: Finish[42]" if acted else "Action: calculator[6 * 7]"

    solution = load_agent("helper", folder).invoke("?", backend=ScriptedBackend(reply))
    assert (solution.answer, solution.confidence) == ("42", 1.0)


def test_limits_end_it_with_what_there_is(tmp_path: Path) -> None:
    replies = [f"Action: calculator[{n} * 7]" for n in range(9)]
    folder = written(tmp_path, tools=["calculator"], limits={"tool_calls": 2})
    solution = load_agent("helper", folder).invoke("?", backend=ScriptedBackend(replies))
    assert (solution.stop_reason, solution.usage.calls) == ("budget", 3)
    folder = written(tmp_path, tools=["calculator"], limits={"steps": 4})
    solution = load_agent("helper", folder).invoke("?", backend=ScriptedBackend(replies))
    assert (solution.stop_reason, solution.usage.calls) == ("budget", 4)


def test_a_manager_calls_workers_within_its_own_limits(tmp_path: Path) -> None:
    written(tmp_path, "adder", chain="zero_shot_cot", kind="number")
    folder = written(tmp_path, "manager", tools=["agent:adder"], limits={"tool_calls": 5})
    replies = ["Action: adder[What is 3 + 4?]", "The answer is 7.", "Action: Finish[7]"]
    backend = ScriptedBackend(replies)
    solution = load_agent("manager", folder).invoke("?", backend=backend)
    assert (solution.answer, solution.usage.calls) == ("7", 3)
    assert "What is 3 + 4?" in backend.requests[1].content.messages[-1].content
    labels = [span.label for span in solution.trace.spans("solve")]
    assert labels == ["", "manager", "agent adder", "adder"]
    short = load_agent("manager", folder).invoke(
        "?", backend=ScriptedBackend(replies), budget=Budget(calls=1)
    )
    assert (short.stop_reason, short.usage.calls) == ("budget", 1)


def test_agents_that_call_each_other_for_ever_end(tmp_path: Path) -> None:
    written(tmp_path, "one", tools=["agent:two"], limits={"steps": 2, "repeats": None})
    folder = written(tmp_path, "two", tools=["agent:one"], limits={"steps": 2, "repeats": None})

    def reply(prompt: str) -> str:
        return "Action: two[again]" if "two[question]" in prompt else "Action: one[again]"

    backend = ScriptedBackend(lambda content, _: reply(content.messages[0].content))
    solution = load_agent("one", folder).invoke("go", backend=backend)
    assert solution.answer is None
    assert any("at work on this" in str(act.data.get("observation")) for act in solution.trace.acts)
    assert solution.usage.calls < 20


def test_the_own_backend_is_asked_unless_another_is_named(tmp_path: Path) -> None:
    folder = written(tmp_path, chain="direct", backend="replay:none.jsonl")
    assert load_agent("helper", folder).home == "replay:none.jsonl"
    solution = load_agent("helper", folder).invoke("?", backend=ScriptedBackend(["x"]))
    assert solution.answer == "x"


def test_its_templates_and_backends_are_those_of_its_project(tmp_path: Path) -> None:
    folder = written(tmp_path, chain="direct", template="mine", backend="small")
    (folder / "templates").mkdir()
    mine = "---\ndescription: d\nparse: answer\n---\nSay {{ question }}"
    (folder / "templates" / "mine.jinja").write_text(mine)
    (folder / "replies.jsonl").write_text('{"question": "Say it", "completions": ["done"]}\n')
    (folder / "reasoning.toml").write_text('[backends.small]\nuse = "replay:replies.jsonl"\n')
    assert load_agent("helper", folder).invoke("it").answer == "done"


def test_the_data_analyst_computes_from_all_rows() -> None:
    table = "city;price\n" + "".join(f"{'Rome' if n % 2 else 'Oslo'};{n}\n" for n in range(100))
    program = (
        "```python\nfound = [row['price'] for row in rows if row['city'] == 'Rome']\n"
        "answer = sum(found) / len(found)\n```"
    )
    backend = ScriptedBackend([program])
    asked = Problem("What is the average of price where city is Rome?", context=table)
    assert load_agent("data_analyst").invoke(asked, backend=backend).answer == "50"
    told = backend.requests[0].content.messages[0].content
    assert '{"city": "Rome", "price": 1}' in told
    assert '"price": 4}' not in told


def test_the_data_analyst_works_on_the_model_in_the_package() -> None:
    rows = {"Emma": 12, "Walter": 40, "Nora": 7, "Ben": 25, "Mia": 33}
    table = "name,score\n" + "".join(f"{name},{score}\n" for name, score in rows.items())
    agent = load_agent("data_analyst")
    for asked, answer in (
        ("What is the sum of score?", "117"),
        ("Which name has the largest score?", "Walter"),
        ("What is the average of score where score is above 20?", "32.666666666666664"),
    ):
        assert agent.invoke(Problem(asked, context=table)).answer == answer
