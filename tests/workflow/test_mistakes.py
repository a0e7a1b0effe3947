"""A workflow that cannot be is refused by file and line before anything is asked."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import pytest

from reasoning_chains import BackendError, Sampling, ScriptedBackend, UserMistake, Workflow
from tests.workflow.flows import written

A = "{% step a %}x{% endstep %}"
CANNOT = {
    A + "\n{% step b %}{{ c }}{% endstep %}\n{% step c %}x{% endstep %}": "line 2: step c is used "
    "before it stands, in line 3: put it further up",
    A + "\n{% if a == 7 %}{% step b %}y{% endstep %}{% endif %}": "line 2: the reply of step a "
    "is a text, and 7 a number: write a . float",
    A + "{% if 5 < a %}{% step b %}y{% endstep %}{% endif %}": "the reply of step a is a text, and "
    "5 a number",
    "{% step a %}x{% endstep %}\n{% step a %}y{% endstep %}": r"flow.jinja, line 2, step a: a step "
    "of this name stands in line 1 already",
    "{% step a, chian='direct' %}x{% endstep %}": "line 1: unknown option 'chian' of a step: did "
    "you mean chain",
    "{% step a, chain='zero_shot' %}x{% endstep %}": "line 1, step a: unknown chain 'zero_shot'",
    "{% step a, kind='nmber' %}x{% endstep %}": "unknown kind 'nmber': did you mean number",
    "{% step a, tool='calculater' %}x{% endstep %}": "line 1: unknown tool 'calculater'",
    "{% step a %}x{% endstep %}{% step b, chain=a %}x{% endstep %}": "chain must be written out",
    "{% step a %}x{% endstep %}{% step b, tool=a %}x{% endstep %}": "tool must be written out",
    "{% step a, schema={'x': 'nmber'} %}x{% endstep %}": "unknown kind of field 'nmber'",
    "{% step a, schema={} %}x{% endstep %}": "must name its fields",
    "{% step a, tool='calculator', samples=3 %}x{% endstep %}": "tool and samples do not go",
    "{% step a, choices=['x', 'y'], kind='number' %}x{% endstep %}": "choices and kind do not go",
    "{% step a, samples=1, samples=2 %}x{% endstep %}": "option 'samples' of a step stands twice",
    "{% step question %}x{% endstep %}": "'question' means something else",
    "{% parallel %}{% step a %}x{% endstep %}{% answer %}1{% endanswer %}{% endparallel %}": "line "
    "1: an {% answer %} stands in {% parallel %}",
    "{% step items %}x{% endstep %}": "'items' means something else",
    "{% set a = 1 %}{% step a %}x{% endstep %}": "'a' means something else",
    "{% step a %}{% step b %}x{% endstep %}{% endstep %}": "it holds another tag",
    "Hello {% step a %}x{% endstep %}": "'Hello' stands in no step",
    "{% step a %}x{% endstep %}\n{{ a }}": "line 2: .* stands in no step",
    "{% extends 'parts/none.jinja' %}{% step a %}x{% endstep %}": "must stand in a {% block %}",
    "{% step a %}A{% endstep %}\n{% step b, samples=0 %}x{% endstep %}": "line 2, step b: samples",
    "{% step a, max_tokens='x' %}x{% endstep %}": "step a: sampling max_tokens must be a whole",
    "{% step a, choices=[] %}x{% endstep %}": "choices must be 2 to 26, found 0",
    "{% step a, choices=['x', 'x '] %}x{% endstep %}": "choice 2 is empty, or equal to an earlier",
    "{% step a, choices=[1, 2] %}x{% endstep %}": 'found 1: write "1", in quotes',
    "{% step a, choices=['yes', 'Yes'] %}x{% endstep %}": "'yes' and 'Yes' differ in capitals only",
    "{% step a, schema={'n': 'int'} %}x{% endstep %}": "'int': did you mean whole number?",
    "{% step a, schema={'n': 'list of str'} %}x{% endstep %}": "did you mean list of text?",
    "{% step a, schema={'n': 'list of nmber'} %}x{% endstep %}": "did you mean list of number",
    "{% step a, schema={'n': 'text', 'n': 'number'} %}x{% endstep %}": "step a: schema has the "
    "field 'n' twice: leave one out",
    "{% step a, schema={'m': {'n': 'text', 'n': 'text'}} %}x{% endstep %}": "field 'n' twice",
    "{% step range %}x{% endstep %}": "'range' means something else: give the step another",
    "---\ninputs: [dict]\n---\n{% step a %}x{% endstep %}": "'dict' means something else: give the",
    "{% stpe a %}x{% endstep %}": "line 1: Encountered unknown tag 'stpe'.* Did you mean step",
    "{% user %}x{% enduser %}{% step a %}x{% endstep %}": "no other roles",
    "\n{% extends 'parts/rolle.jinja' %}{% block x %}{% endblock %}": "flow.jinja, line 2: it "
    "extends 'parts/rolle.jinja', which is not there: did you mean parts/role.jinja",
    "{% step a %}x{% endstep %}\n{% import 'gone.jinja' as g %}": "line 2: 'gone.jinja' is "
    "not there",
    "{% step a, history='no' %}x{% endstep %}": "history must be True or False",
    "{% step a, input=' ' %}{% endstep %}": "must be the question that is asked",
    "{% system %}Be kind {% step a %}x{% endstep %}{% endsystem %}": "line 1: {% system %} holds",
    "---\ninputs: [a]\n---\n{% step a %}x{% endstep %}": "'a' is an input and a step",
    "{% step a %} {% endstep %}": "line 1, step a: it has no text",
    **{
        '{% step a, chain="' + chain + '" %}x{% endstep %}': "line 1, step a: the path .* leaves"
        for chain in (
            "retrieve(direct, '/etc/passwd')",
            "self_consistency(retrieve(direct, 'C:/keys'))",
            "react(('lookup:../other',))",
            "react(('sqlite:~/mail.db',))",
            "workflow('~/other.jinja')",
            "workflow(path='notes/../../other.jinja')",
        )
    },
    "\n\nHello\n{% step a %}x{% endstep %}": "line 3: 'Hello' stands in no step",
    "{% step %}x{% endstep %}": "line 1: expected token 'name'",
    "{% step a %}x": "line 1: Unexpected end of template",
    "---\ndescription: d\n---\n": "it holds no step and no answer",
    f"{A}\n{{% answer %}}{{{{ steps.b }}}}{{% endanswer %}}": "line 2: there is no step 'b': known",
    "{% step a, schema={'age': 'number'} %}x{% endstep %}\n{% if a.agee %}{% endif %}": "line 2: "
    "step a has no field 'agee': did you mean age",
    "{% step a, schema={'y': 'yes or no'} %}x{% endstep %}\n{% if a.y == 'n' %}{% endif %}": "line "
    "2: a.y is true or false, never 'n': write",
    f"{A}\n{{% if a is failed %}}{{% endif %}}": "line 2: step a has no tool",
    f"{{% parallel %}}{A}\n{{% step b %}}{{{{ a }}}}{{% endstep %}}{{% endparallel %}}": "line 2: "
    "step a runs beside this one",
    "---\ninputs: [question]\n---\n{% step a %}x{% endstep %}": "'question' is there for every",
    "---\ninputs: [steps]\n---\n{% step a %}x{% endstep %}": "'steps' means something else",
    "{% step none %}x{% endstep %}": "'none' means something else",
    "{% step a %}x{% endstep %}\n{% if a %}{% step b %}{{ no }}{% endstep %}{% endif %}": "line "
    "2: variable 'no' is set by no step, nor declared",
    "{% step a %}x{% endstep %}\n{% if a is lovely %}{% endif %}": "line 2: unknown test 'lovely'",
    "{% step a %}x{% endstep %}\n{% if a | uper %}{% endif %}": "line 2: unknown filter "
    "'uper': did you mean upper",
    "{% step a, input='?' %}{% endstep %}{% step b %}{{ input }}{% endstep %}": "step b: "
    "{{ input }} is what the person says: write input=",
    "{% step a, input='?', choices=['x', 'y'] %}{% endstep %}": "step a: choices is for a model",
    "{% step a, kind='choice' %}x{% endstep %}": "for kind='choice' write choices=",
    "{% step a, kind='json' %}x{% endstep %}": "for kind='json' write schema=",
    "{% extends 'parts/role.jinja' %}{% block rules %}\n"
    + A
    + "{% endblock %}": "line 2: step a: its block is a part of the system message: take another",
    "{% extends 'parts/role.jinja' %}\nHello": "line 2: 'Hello' stands in no block",
    "{% extends 'parts/role.jinja' %}{% block skils %}x{% endblock %}": "no file that it "
    "extends has a block 'skils': did you mean skills",
    A + "\n{% for x in a %}{% step b %}{{ x }}{% endstep %}{% endfor %}": "line 2: the text a "
    "would be taken letter by letter: write | numbered",
    "\n{% for x in question %}{% step b %}{{ x }}{% endstep %}{% endfor %}": "line 2: the text que",
    A + "{% answer %}{{ a | join(', ') }}{% endanswer %}": "line 1: the text a would be taken",
    "{% step a, schema={'t': 'text'} %}x{% endstep %}\n{% for x in a.t %}{% endfor %}": "line 2: "
    "the text a.t would be taken",
    "---\ninput: [a]\n---\n{% step a %}x{% endstep %}": "unknown head key 'input'",
}


@pytest.mark.parametrize("text", CANNOT, ids=range(len(CANNOT)))
def test_what_cannot_be_is_told_before_anything_is_asked(tmp_path: Path, text: str) -> None:
    backend = ScriptedBackend(["x"])
    with pytest.raises(UserMistake, match=CANNOT[text]):
        Workflow(written(tmp_path, text)).invoke("?", backend=backend)
    assert backend.requests == []


LATE = {
    "{% set l = [1, 2] %}{% step a, choices=l %}x{% endstep %}": "choices must be texts, found 1",
    "{% set n = 100000 %}{% step a, samples=n %}x{% endstep %}": "samples=100000: it must be at",
    "{% set n = 0 %}{% step a, max_tokens=n %}x{% endstep %}": "step a: sampling max_tokens=0",
    "{% set t = 'five' %}{% step a %}{{ t | float }}{% endstep %}": "'five' is no number: ask for",
    "{% set t = ' ' %}{% step a %}{{ t }}{% endstep %}": "line 1, step a: it has no text",
    "{% step a, tool='calculator' %}1{% endstep %}{% step b %}{{ a[2:] }}{% endstep %}": "step "
    "b: it has no text",
    "{% set t = 'one' %}\n{% for x in t %}{% step b %}{{ x }}{% endstep %}{% endfor %}": "line 2: "
    "the text 'one' would be taken letter by letter: write",
    "{% set n = 3 %}{% step a, input=n %}{% endstep %}": "input=3 must be the question",
    "{% if false %}{% step b %}x{% endstep %}{% endif %}{% step a %}{{ b }}{% endstep %}": "step b "
    "was not passed",
}


@pytest.mark.parametrize("text", LATE, ids=range(len(LATE)))
def test_what_cannot_be_told_earlier_is_told_with_its_place(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserMistake, match=LATE[text]):
        Workflow(written(tmp_path, text)).invoke("?", backend=ScriptedBackend([]))


def test_names_may_stand_again_where_only_one_is_passed(tmp_path: Path) -> None:
    text = (
        "{% step a, choices=['x', 'y'] %}?{% endstep %}"
        "{% if a == 'x' %}{% step b %}1{% endstep %}{% elif a == 'y' %}{% step b %}2{% endstep %}"
        "{% else %}{% step b %}3{% endstep %}{% answer %}{{ b }}{% endanswer %}{% endif %}"
    )
    flow = Workflow(written(tmp_path, text))
    assert flow.invoke("?", backend=ScriptedBackend(["x", "b"])).answer == "b"


def test_files_that_extend_one_another_for_ever_are_refused(tmp_path: Path) -> None:
    written(tmp_path, "{% extends 'flow.jinja' %}", "other.jinja")
    flow = written(tmp_path, "{% extends 'other.jinja' %}{% block x %}{% endblock %}")
    with pytest.raises(UserMistake, match="extends more than 8 others, or itself"):
        Workflow(flow).invoke("?", backend=ScriptedBackend([]))
    itself = written(tmp_path, "{% include 'me.jinja' %}", "me.jinja")
    with pytest.raises(UserMistake, match=r"me\.jinja"):
        Workflow(itself).invoke("?", backend=ScriptedBackend([]))


def test_a_workflow_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match="no workflow"):
        Workflow(str(tmp_path / "none.jinja")).invoke("?", backend=ScriptedBackend([]))
    with pytest.raises(UserMistake, match="unknown template 'medical_histroy'"):
        Workflow("medical_histroy").invoke("?", backend=ScriptedBackend([]))
    with pytest.raises(UserMistake, match="workflow path must be text"):
        Workflow(3)  # type: ignore[arg-type]


STEP = "{% step a %}x{% endstep %}"
HOSTILE = {
    "loops": "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "steps without end": "{% for i in range(99999) %}{% step z %}x{% endstep %}{% endfor %}",
    "steps of a macro": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "a text that doubles": "{% set x = namespace(t='x') %}{% for i in range(60) %}"
    "{% set x.t = x.t ~ x.t %}{% endfor %}",
    "a huge option": "{% step z, max_tokens=9**9**9 %}x{% endstep %}",
    "a huge choice": "{% step z, choices=['a' * 10**10, 'b'] %}x{% endstep %}",
    "choices without end": "{% step z, choices=range(99999) | list %}x{% endstep %}",
    "a text of steps": "{% step z %}{% for i in range(99999) %}{{ 'x' * 9999 }}{% endfor %}"
    "{% endstep %}",
    "objects of a reply": STEP + "{% answer %}{{ a.__class__.__mro__ }}{% endanswer %}",
    "objects of the steps": STEP + "{% answer %}{{ steps.__class__.__base__ }}{% endanswer %}",
    "a format of a reply": "{% answer %}{{ '{0.__class__}'.format(question) }}{% endanswer %}",
    "the run itself": STEP + "{% answer %}{{ self._TemplateReference__context }}{% endanswer %}",
    "an import of a module": "{% import 'os' as os %}{% step z %}{{ os.system }}{% endstep %}",
    "a text of lists": "{% set a = (['x' * 10] * 20000) | select | join('y' * 20000) %}"
    "{% step z %}{{ a }}{% endstep %}",
    "a tool outside": "{% step z, tool='lookup:/etc' %}passwd{% endstep %}",
    "a tool above": "{% step z, tool='lookup:../..' %}x{% endstep %}",
    "a path outside": "{% include '../../secrets.jinja' %}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workflow_ends_soon_and_gets_at_nothing(tmp_path: Path, name: str) -> None:
    flow = Workflow(written(tmp_path, HOSTILE[name]))
    backend = ScriptedBackend(["x"] * 200)
    began = time.process_time()
    tracemalloc.start()
    found = next(flow.batch(["?"], backend=backend, return_exceptions=True))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    if isinstance(found, UserMistake):
        assert "flow.jinja" in str(found)
    else:
        assert (found.answer, found.stop_reason) == ("x", "budget")
    assert peak < 200_000_000
    assert time.process_time() - began < 20  # a second of its own; the meter of memory is slow
    assert len(backend.requests) <= 100


def test_a_step_that_fails_is_told_with_its_place(tmp_path: Path) -> None:
    text = "{% step a %}x{% endstep %}\n{% step b %}y{% endstep %}"
    flow = Workflow(written(tmp_path, text))
    with pytest.raises(BackendError, match=r"flow.jinja, line 2, step b: .*at its end") as caught:
        flow.invoke("?", backend=ScriptedBackend(["1"]))
    assert not isinstance(caught.value, UserMistake)
    logprobs = written(tmp_path, "{% step a, chain='direct' %}x{% endstep %}", "more.jinja")
    with pytest.raises(UserMistake, match=r"more.jinja, line 1, step a: log-probabilities"):
        Workflow(logprobs).invoke("?", ScriptedBackend(["1"]), sampling=Sampling(logprobs=1))


def test_a_file_that_is_included_by_a_variable_gets_its_tool_from_the_caller(
    tmp_path: Path,
) -> None:
    part = "{% step sum, tool='calculator' %}1 + 1{% endstep %}"
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "part.jinja").write_text(part, encoding="utf-8")
    file = tmp_path / "templates" / "flow.jinja"
    file.write_text(
        "{% set name = 'part.jinja' %}{% include name %}{% step a %}x{{ sum }}{% endstep %}",
        encoding="utf-8",
    )
    backend = ScriptedBackend(["y"])
    with pytest.raises(UserMistake, match=r"part.jinja, line 1, step sum: give its tool: Workfl"):
        Workflow(str(file)).invoke("?", backend=backend)
    Workflow(str(file), tools=("calculator",)).invoke("?", backend=backend)
    assert backend.requests[0].content.messages[0].content == "x2"


def test_a_file_that_is_missing_is_told_but_where_the_include_spares_it(tmp_path: Path) -> None:
    text = "{% include 'none.jinja' %}{% step a %}x{% endstep %}"
    with pytest.raises(UserMistake, match=r"line 1: 'none.jinja' is not there"):
        Workflow(written(tmp_path, text)).invoke("?", backend=ScriptedBackend(["y"]))
    text = text.replace("' %}", "' ignore missing %}")
    assert Workflow(written(tmp_path, text)).invoke("?", backend=ScriptedBackend(["y"])).answer


def test_a_person_who_gives_nothing_is_told_the_application(tmp_path: Path) -> None:
    flow = Workflow(written(tmp_path, "{% step a, input='How old?' %}{% endstep %}"))
    with pytest.raises(UserMistake, match=r"step a: ask_user gave no answer"):
        flow.invoke("?", backend=ScriptedBackend([]), ask_user=lambda _: None)
