"""The base of structured role prompts, and what the files that extend it rest on."""

from __future__ import annotations

from pathlib import Path

import pytest

from reasoning_chains import ScriptedBackend, UserMistake, Workflow
from reasoning_chains.content import Library
from reasoning_chains.loop import run_sync
from reasoning_chains.templates import Templates
from reasoning_chains.types import Problem
from reasoning_chains.workflow.dry import outlined
from reasoning_chains.workflow.flow import flow_at
from reasoning_chains.workflow.lint import findings
from tests.workflow.flows import sent, written

PARTS = ("role", "profile", "skills", "rules", "workflow", "output", "opening")
WORK = "{% block steps %}{% step a %}{{ question }}{% endstep %}{% endblock %}"


def role(parts: tuple[str, ...], lang: str = "", work: str = WORK) -> str:
    blocks = "".join(f"{{% block {part} %}}\n  The {part}.\n{{% endblock %}}\n" for part in parts)
    return f"---\ndescription: d\n---\n{{% extends 'parts/role{lang}.jinja' %}}\n{blocks}{work}"


def system(folder: Path, text: str) -> str:
    backend = ScriptedBackend(["x"])
    Workflow(written(folder, text)).invoke("?", backend=backend)
    ((role_of, content), *_) = sent(backend)[0]
    return content if role_of == "system" else ""


def test_each_part_that_is_given_has_its_heading(tmp_path: Path) -> None:
    english = system(tmp_path, role(PARTS))
    titles = ("Profile", "Skills", "Rules", "Workflow", "Output", "Opening")
    told = "".join(f"\n\n## {title}\n\nThe {title.lower()}." for title in titles)
    assert english == f"# Role: The role.{told}"
    chinese = system(tmp_path, role(PARTS, ".zh"))
    assert chinese.startswith("# 角色：The role.\n\n## 简介\n\nThe profile.\n\n## 技能\n")
    assert chinese.count("## ") == len(titles)


def test_a_part_that_is_left_out_leaves_no_heading(tmp_path: Path) -> None:
    assert (
        system(tmp_path, role(("rules", "role"))) == "# Role: The role.\n\n## Rules\n\nThe rules."
    )
    assert system(tmp_path, role(("output",))) == "## Output\n\nThe output."
    assert system(tmp_path, role(())) == ""


def test_a_prompt_without_steps_may_extend_it(tmp_path: Path) -> None:
    asks = "{% block steps %}{% user %}{{ question }}{% enduser %}{% endblock %}"
    written(tmp_path, role(("skills",), work=asks))
    templates = Templates(Library((tmp_path, *Library.of().roots[-1:])))
    told = [(m.role, m.content) for m in templates.render("flow", {"question": "q"}).messages]
    assert told == [("system", "## Skills\n\nThe skills."), ("user", "q")]


def test_text_beside_the_steps_of_a_block_is_not_lost_unseen(tmp_path: Path) -> None:
    work = WORK.replace("{% step", "Be kind. {% step")
    with pytest.raises(UserMistake, match=r"line 6: 'Be kind\.' stands in no step"):
        system(tmp_path, role((), work=f"\n{work}"))


def test_replies_that_are_there_can_be_read_beside_steps_that_run(tmp_path: Path) -> None:
    parts = "{% for n in [1, 2] %}{% step a %}{{ n }}{% endstep %}{% endfor %}"
    beside = (
        "{% parallel %}{% for n in [0, 1] %}{% step b %}{{ steps.a[n] }}{% endstep %}{% endfor %}"
    )
    end = "{% endparallel %}{% answer %}{{ steps.b | join }}{% endanswer %}"
    backend = ScriptedBackend(lambda content, _: content.messages[-1].content + "!")
    flow = Workflow(written(tmp_path, parts + beside + end))
    assert flow.invoke("?", backend=backend).answer == "1!!2!!"
    pending = written(tmp_path, parts + beside.replace("steps.a[n]", "steps.b[0]") + end, "b.jinja")
    with pytest.raises(UserMistake, match=r"b\.jinja"):
        Workflow(pending).invoke("?", backend=backend)


def test_a_macro_may_name_a_step_that_stands_below_it_and_renders_dry(tmp_path: Path) -> None:
    text = (
        "---\ndescription: d\n---\n"
        "{% macro all() %}{{ a.signs | join('; ') or 'none' }}{% endmacro %}\n"
        "{% step a, schema={'signs': 'list of text'} %}{{ question }}{% endstep %}\n"
        "{% step b %}{{ all() }}{% endstep %}\n"
    )
    flow = flow_at(Library.of(), written(tmp_path, text), "en")
    assert list(findings(flow)) == []
    assert [each.step.text for each in run_sync(outlined(flow, Problem("?"))).steps] == [
        "?",
        "⟨a.signs⟩",
    ]
