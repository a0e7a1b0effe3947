"""Steps that choose, and steps that give data."""

from __future__ import annotations

from pathlib import Path

import pytest

from reasoning_chains import ScriptedBackend, UserMistake, Workflow
from tests.workflow.flows import sent, written


def test_a_choice_is_asked_once_more_then_given_up_with_its_place(tmp_path: Path) -> None:
    text = '\n{% step size, choices=["small", "very large"] %}How large?{% endstep %}'
    flow = Workflow(written(tmp_path, text))
    backend = ScriptedBackend(["Hmm.", "Very large."])
    assert flow.invoke("?", backend=backend).answer == "very large"
    offer = "Answer with one of these and nothing else: small, very large"
    assert sent(backend)[1] == [
        ("user", f"How large?\n{offer}"),
        ("assistant", "Hmm."),
        ("user", f"This is none of them. {offer}"),
    ]
    lost = flow.invoke("?", backend=ScriptedBackend(["Hmm.", "Well."]))
    assert (lost.answer, lost.stop_reason) == (None, "unparsed")
    assert "flow.jinja, line 2, step size: the model chose none of small, very large" in lost.text


def test_choices_are_scored_where_the_backend_can(tmp_path: Path) -> None:
    text = '{% step way, choices=["yes", "no"] %}{{ question }}{% endstep %}'
    solution = Workflow(written(tmp_path, text)).invoke("Is 3 more than 2?")
    (ask,) = solution.trace.asks
    assert solution.answer in ("yes", "no")
    assert set(ask.data["scores"]) == {"yes", "no"}  # type: ignore[arg-type]
    best = max(ask.data["scores"].items(), key=lambda pair: pair[1])[0]  # type: ignore[union-attr]
    assert (solution.answer, solution.usage.calls) == (best, 1)
    assert solution.usage.prompt_tokens > 10


def test_data_has_fields_that_later_steps_use(tmp_path: Path) -> None:
    schema = (
        '{"age": "whole number", "signs": "list of text", "sex": ["f", "m"], "at": {"h": "number"}}'
    )
    text = (
        f"{{% step facts, schema={schema} %}}{{{{ question }}}}{{% endstep %}}\n"
        "{% answer %}{{ facts.age + 1 }} {{ facts.signs | join('+') }} {{ facts.at.h }}"
        "{% endanswer %}"
    )
    replies = ['{"age": "old"}', '{"age": 40, "signs": ["a", "b"], "sex": "f", "at": {"h": 2.5}}']
    backend = ScriptedBackend(replies)
    solution = Workflow(written(tmp_path, text)).invoke("?", backend=backend)
    assert solution.answer == "41 a+b 2.5"
    assert solution.trace.steps["facts"][0]["sex"] == "f"  # type: ignore[index,call-overload]
    assert len(backend.requests) == 2


def test_a_field_may_be_called_as_a_method_is(tmp_path: Path) -> None:
    text = (
        '{% step f, schema={"copy": "text", "_x": "number", "a b": "text"} %}?{% endstep %}'
        '{% answer %}{{ f["copy"] }} {{ f["_x"] }} {{ f["a b"] }}{% endanswer %}'
    )
    backend = ScriptedBackend(['{"copy": "c", "_x": 2, "a b": "d"}'])
    assert Workflow(written(tmp_path, text)).invoke("?", backend).answer == "c 2.0 d"
    assert '"_x": {"title": "_x"' in sent(backend)[0][0][1]


def test_a_field_may_be_called_as_a_method_of_dictionaries_is(tmp_path: Path) -> None:
    text = (
        "{% step a, schema={'items': 'list of text', 'keys': 'text'} %}x{% endstep %}"
        "{% answer %}{{ a.items | join('+') }} {{ a.keys }} "
        "{{ a['items'] | length }}{% endanswer %}"
    )
    flow = Workflow(written(tmp_path, text))
    backend = ScriptedBackend(['{"items": ["x", "y"], "keys": "k"}'])
    assert flow.invoke("?", backend=backend).answer == "x+y k 2"


def test_data_of_the_last_step_are_the_value_of_the_solution(tmp_path: Path) -> None:
    text = '{% step facts, schema={"age": "whole number"} %}{{ question }}{% endstep %}'
    solution = Workflow(written(tmp_path, text)).invoke(
        "?", backend=ScriptedBackend(['{"age": 4}'])
    )
    assert (solution.answer, solution.value) == ('{"age": 4}', {"age": 4})


OFFERED = (
    '{% step facts, schema={"ways": "list of text"} %}?{% endstep %}'
    "{% step way, choices=facts.ways %}Which?{% endstep %}"
)


def test_choices_that_a_reply_brings_are_offered_once_each(tmp_path: Path) -> None:
    flow = Workflow(written(tmp_path, OFFERED))
    backend = ScriptedBackend(['{"ways": ["run", "walk ", "run", " "]}', "walk"])
    assert flow.invoke("?", backend=backend).answer == "walk"
    assert sent(backend)[1][0][1].endswith("nothing else: run, walk")
    lost = flow.invoke("?", backend=ScriptedBackend(['{"ways": ["run", "run"]}']))
    assert (lost.answer, lost.stop_reason) == (None, "failed")
    assert "step way: it must have 2 to 26 choices, found ['run', 'run']" in lost.text


def test_a_reply_that_is_not_of_its_kind_is_told_with_its_place(tmp_path: Path) -> None:
    flow = Workflow(written(tmp_path, "{% step a, kind='number' %}A{% endstep %}"))
    lost = flow.invoke("?", backend=ScriptedBackend(["Hm."]))
    assert (lost.answer, lost.stop_reason) == (None, "unparsed")
    assert lost.text == "flow.jinja, line 1, step a: no number was read in the reply: 'Hm.'"


def test_why_data_do_not_fit_is_told(tmp_path: Path) -> None:
    flow = Workflow(written(tmp_path, '{% step a, schema={"age": "whole number"} %}A{% endstep %}'))
    lost = flow.invoke("?", backend=ScriptedBackend(['{"age": "old"}', '{"age": "old"}']))
    assert lost.answer is None
    assert lost.text.startswith("flow.jinja, line 1, step a: the reply does not fit (")
    assert "age" in lost.text


def test_a_person_who_says_nothing_is_told(tmp_path: Path) -> None:
    flow = Workflow(written(tmp_path, '{% step a, input="How?" %}{% endstep %}'))
    lost = flow.invoke("?", backend=ScriptedBackend([]), ask_user=lambda question: " ")
    assert (lost.answer, lost.text) == (
        None,
        "flow.jinja, line 1, step a: the person gave no answer",
    )


def test_an_answer_that_is_none_is_told(tmp_path: Path) -> None:
    never = "{% for n in [] %}{% step a %}x{% endstep %}{% endfor %}"
    for text, told in ((never, "no step was reached"), ("{% answer %}{% endanswer %}", "is empty")):
        lost = Workflow(written(tmp_path, text)).invoke("?", backend=ScriptedBackend([]))
        assert lost.answer is None
        assert told in lost.text


def test_a_list_that_a_model_wrote_is_gone_through_item_by_item(tmp_path: Path) -> None:
    text = (
        "{% step plan %}List.{% endstep %}{% for one in plan OVER %}"
        "{% step part %}{{ one }}{% endstep %}{% endfor %}"
        "{% answer %}{{ steps.part | join('+') }}{% endanswer %}"
    )
    for over, reply, parts in (
        ("| numbered", "Here:\n1. Sow\n2. Reap", ["Sow", "Reap"]),
        (".splitlines()", "Sow\nReap", ["Sow", "Reap"]),
        ("| numbered", "Nothing to do.", []),
    ):
        flow = Workflow(written(tmp_path, text.replace(" OVER", over)))
        backend = ScriptedBackend([reply, "a", "b"])
        assert flow.invoke("?", backend=backend).answer == ("a+b" if parts else None)
        assert [turn[0][1] for turn in sent(backend)[1:]] == parts


def test_an_input_that_is_a_text_is_no_list(tmp_path: Path) -> None:
    text = (
        "---\ninputs: [days]\n---\n{% for d in days %}{% step a %}{{ d }}{% endstep %}{% endfor %}"
    )
    flow, backend = Workflow(written(tmp_path, text)), ScriptedBackend(["x", "y"])
    with pytest.raises(UserMistake, match=r"flow.jinja, line 4: the text 'Monday' would be taken"):
        flow.invoke({"question": "q", "days": "Monday"}, backend=backend)
    flow.invoke({"question": "q", "days": ["Monday"]}, backend=backend)
    assert sent(backend) == [[("user", "Monday")]]
