"""What is odd in a workflow though it runs, by line; and what a dry run shows."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from reasoning_chains import Problem, ScriptedBackend, UserMistake, Workflow
from reasoning_chains.cli.flows import is_workflow, lint_workflows
from reasoning_chains.content import Library, bundled_root
from reasoning_chains.templates.environment import ENDING
from reasoning_chains.templates.front_matter import has_steps
from reasoning_chains.templates.lint import lint_folder
from reasoning_chains.workflow.dry import outlined
from reasoning_chains.workflow.flow import flow_at
from reasoning_chains.workflow.lint import findings
from tests.workflow.flows import written
from tests.workflow.talks import every_place

HEAD = "---\ndescription: d\ninputs: [age]\n---\n"
CHOICE = '{% step a, choices=["x", "y"] %}?{% endstep %}'
ONE = "{% answer %}1{% endanswer %}"
B = "{% step b %}B{% endstep %}"
USE_B = "{% answer %}{{ b }}{% endanswer %}"
ODD = {
    "{% step a %}x{% endstep %}\n{% step b %}y{% endstep %}": ["line 5: step a: nothing uses its"],
    "{% step a %}{{ ago }}{% endstep %}": ["line 5: variable 'ago' is set by no step"],
    "{% step a %}{{ b }}{% endstep %}\n{% step b %}{{ a }}{% endstep %}": [
        "line 5: step b is used before it stands"
    ],
    '{% step a, choices=["x", "y"] %}?{% endstep %}\n'
    '{% if a == "z" or a in ["x", "w"] %}{% answer %}1{% endanswer %}{% endif %}'
    "{% answer %}2{% endanswer %}": ["line 6: a is never 'z'", "line 6: a is never 'w'"],
    "{% step a %}x{% endstep %}{% answer %}{{ a }}{% endanswer %}\n{% step b %}y{% endstep %}": [
        "line 6: step b: nothing uses its reply",
        "line 6: this step stands behind an answer",
    ],
    "{% if false %}{% step a %}x{% endstep %}{% endif %}": ["line 5: this branch is never reached"],
    CHOICE + "{% if a == 'x' %}\n{% elif a == 'x' %}\n{% endif %}": [
        "line 6: this branch is never reached"
    ],
    CHOICE
    + "{% if a == 'x' %}{% elif a == 'y' %}{% elif true %}{% else %}"
    + ONE
    + "{% endif %}": [
        "line 5: this branch is never reached: there is one for every choice of a",
        "line 5: this branch is never reached: there is one for every choice of a",
    ],
    CHOICE + "{% if a == 'x' %}" + B + "{% endif %}\n{% answer %}{{ b }}{% endanswer %}": [
        "line 6: step b, in line 5, may not have been passed here, such as where a is y: write"
    ],
    CHOICE + "{% if a == 'x' %}" + B + "{% elif age %}" + B + "{% endif %}\n" + USE_B: [
        "line 6: step b, in line 5, may not have been passed here, such as where a is y: write"
    ],
    "{% for n in age %}" + B + "{% endfor %}\n" + USE_B: [
        "line 6: step b, in line 5, may not have been passed here: write"
    ],
    "{% if age %}" + B + "{% endif %}\n{% step c %}{{ b if lang == 'en' else 2 }}{% endstep %}": [
        "line 6: step b, in line 5, may not have been passed here, such as where lang is en: write"
    ],
    CHOICE + "{% if a in ['x', 'y'] %}{% else %}" + ONE + "{% endif %}": [
        "line 5: this branch is never reached: there is one for every choice of a"
    ],
}
FINE = (
    CHOICE + "{% if a == 'x' %}" + B + "{% else %}" + B + "{% endif %}" + USE_B,
    CHOICE + "{% if a == 'x' %}" + B + "{% endif %}{% if a == 'x' %}" + USE_B + "{% endif %}",
    CHOICE + "{% if a == 'x' %}" + B + "{% endif %}{% if a != 'y' %}" + USE_B + "{% endif %}",
    CHOICE + "{% if a == 'x' %}" + ONE + "{% elif a == 'y' %}" + B + "{% endif %}" + USE_B,
    CHOICE
    + "{% if a == 'x' %}{% if age %}"
    + ONE
    + "{% else %}"
    + B
    + "{% endif %}{% else %}"
    + B
    + "{% endif %}"
    + USE_B,
    CHOICE + "{% if age %}" + B + "{% endif %}{% answer %}{{ b if age else a }}{% endanswer %}",
    CHOICE + "{% if a == 'x' %}" + B + "{% endif %}"
    "{% if a == 'x' and b == '1' %}" + ONE + "{% endif %}",
    CHOICE + "{% if a == 'x' %}" + B + "{% endif %}{% if b is defined %}" + USE_B + "{% endif %}",
    "{% for n in range(3) %}" + B + "{% endfor %}" + USE_B,
    "{% for n in age %}" + B + "{% step c %}{{ b }}{{ c | default('') }}{% endstep %}{% endfor %}",
    "{% macro m() %}" + B + "{% endmacro %}{{ m() }}" + USE_B,
    "{% step a %}{{ age }}{% endstep %}{% step b, history=true %}y{% endstep %}",
    "{% for i in [1, 2] %}{% step a %}{{ b | default('') }}{% endstep %}"
    "{% step b %}{{ a }}{% endstep %}{% endfor %}",
    "{% step a %}x{% endstep %}{% answer %}{{ steps.a | length }}{% endanswer %}",
    CHOICE + "{% if a == 'x' %}{% elif lang == 'en' %}{% elif a == 'y' %}{% else %}{% endif %}",
    "{% macro m(n) %}{{ n }}{% endmacro %}{% step a %}{{ m(2) }}{{ lang }}{% endstep %}",
)


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_what_is_odd_is_found_by_its_line(tmp_path: Path, text: str) -> None:
    found = list(findings(flow_at(Library.of(), written(tmp_path, HEAD + text), "en")))
    assert len(found) == len(ODD[text]), found
    for told in ODD[text]:
        assert any(told in line for line in found), found


@pytest.mark.parametrize("text", FINE, ids=range(len(FINE)))
def test_what_is_well_has_no_findings(tmp_path: Path, text: str) -> None:
    assert list(findings(flow_at(Library.of(), written(tmp_path, HEAD + text), "en"))) == []


LIBRARY = Library.of()
FLOWS = [
    name
    for name in LIBRARY.names("templates", ENDING)
    if has_steps(LIBRARY.read("templates", name + ENDING), LIBRARY)
]


@pytest.mark.parametrize("name", FLOWS)
def test_the_bundled_workflows_have_no_findings_and_show_their_steps(name: str) -> None:
    lang = "zh" if name.endswith(".zh") else "en"
    flow = flow_at(Library((bundled_root(),)), name.removesuffix(".zh"), lang)
    assert list(findings(flow)) == []
    shown = asyncio.run(outlined(flow, Problem("What is the matter?")))
    assert len(shown.steps) >= 5
    assert all(one.step.text or "input" in one.step.options for one in shown.steps)
    assert {one.step.place for one in shown.steps} == every_place(name.removesuffix(".zh"), lang)
    assert not any("is not shown" in line for line in shown.left_out)


def test_every_bundled_workflow_speaks_english_and_chinese() -> None:
    english = {name for name in FLOWS if not name.endswith(".zh")}
    assert {name.removesuffix(".zh") for name in FLOWS if name.endswith(".zh")} == english
    assert len(english) >= 6


def test_a_file_that_only_extends_a_workflow_is_one(tmp_path: Path) -> None:
    file = tmp_path / "templates" / "ours.jinja"
    file.parent.mkdir()
    file.write_text(
        "---\ndescription: d\n---\n{% extends 'bundled/medical_history.jinja' %}", encoding="utf-8"
    )
    assert lint_folder(tmp_path) == []
    assert not any("ours" in line for line in lint_workflows(tmp_path))
    assert is_workflow(str(file), "en")


BASE = (
    "---\ndescription: d\n---\n{% block first %}{% step a %}x{% endstep %}{% endblock %}\n"
    "{% block last %}{% step b %}{{ a }}{% endstep %}{% endblock %}"
)


@pytest.mark.parametrize(
    ("block", "told"),
    [
        (
            "first %}\n{{ super() }}{% step b %}y{% endstep %}",
            ["line 5: step b: a step of this name stands in base.jinja, line 5, already"],
        ),
        (
            "last %}\n{{ super() }}{% step a %}{{ b }}{% endstep %}",
            ["line 5: step a: a step of this name stands in base.jinja, line 4, already"],
        ),
        ("first %}", ["line 1: base.jinja, line 5: step a stands in a block that is filled other"]),
        (
            "first %}{% if lang == 'en' %}\n{% step a %}y{% endstep %}{% endif %}",
            ["base.jinja, line 5: step a, in line 5, may not have been passed here"],
        ),
        ("first %}{{ super() }}{% step c %}{{ a }}{% endstep %}", []),
        ("first %}{% step a %}y{% endstep %}", []),
    ],
    ids=["twice", "twice by super", "filled otherwise", "a branch", "super", "replaced"],
)
def test_steps_are_counted_over_the_files_that_are_extended(
    tmp_path: Path, block: str, told: list[str]
) -> None:
    written(tmp_path, BASE, "base.jinja")
    text = "---\ndescription: d\n---\n{% extends 'base.jinja' %}{% block " + block
    flow = flow_at(Library.of(), written(tmp_path, text + "{% endblock %}"), "en")
    found = [line for line in findings(flow) if "nothing uses" not in line]
    assert len(found) == len(told), found
    for line, words in zip(found, told, strict=True):
        assert words in line
    if "already" in "".join(told):
        with pytest.raises(UserMistake, match="already: give it another name"):
            Workflow(str(tmp_path / "templates" / "flow.jinja")).invoke("?", ScriptedBackend([]))
