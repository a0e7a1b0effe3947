from __future__ import annotations

import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains.content import Library, bundled_root
from reasoning_chains.errors import TemplateMistake, UserMistake
from reasoning_chains.templates import Templates, language_of
from reasoning_chains.templates.environment import ENDING
from reasoning_chains.templates.front_matter import has_steps
from reasoning_chains.templates.lint import lint_folder
from reasoning_chains.templates.preview import preview

GOLDEN = Path(__file__).parent / "golden"
BUNDLED = Templates(Library((bundled_root(),)))
NAMES = [
    name
    for name in BUNDLED.library.names("templates", ENDING)
    if not name.startswith("parts/")
    and not has_steps(BUNDLED.library.read("templates", name + ENDING), BUNDLED.library)
]
"""Workflows are rendered with their steps, in tests/workflow."""
STANDARD: dict[str, Any] = {
    "question": "How many?",
    "context": "",
    "choices": [],
    "kind": "number",
    "schema": "",
    "lang": "en",
    "thinks": False,
}


def project(folder: Path, **files: str) -> Templates:
    for name, text in files.items():
        path = folder / "templates" / f"{name.replace('__', '/')}{ENDING}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Templates(Library((folder, bundled_root())))


def shown(templates: Templates, name: str, **variables: object) -> list[tuple[str, str]]:
    prompt = templates.render(name, {**STANDARD, **variables})
    return [(message.role, message.content) for message in prompt.messages]


@pytest.mark.parametrize("name", NAMES)
def test_every_bundled_template_renders_as_it_did(name: str) -> None:
    lang = "zh" if name.endswith(".zh") else "en"
    question = "小明有几个苹果？" if lang == "zh" else "How many apples has Ann?"
    prompt = preview(BUNDLED, name.removesuffix(".zh"), question, lang)
    text = "".join(f"[{m.role}]\n{m.content}\n" for m in prompt.messages)
    golden = GOLDEN / f"{name.replace('/', '__')}.txt"
    assert golden.read_text(encoding="utf-8") == text + f"[begins]{prompt.prefill}\n"


def test_every_bundled_template_speaks_english_and_chinese() -> None:
    english = {name for name in NAMES if not name.endswith(".zh")}
    assert {name.removesuffix(".zh") for name in NAMES if name.endswith(".zh")} == english


def test_the_bundled_templates_have_no_findings() -> None:
    assert lint_folder(bundled_root()) == []


def test_a_template_without_role_blocks_is_one_user_message(tmp_path: Path) -> None:
    mine = project(tmp_path, mine="Please: {{ question }}\n")
    assert shown(mine, "mine") == [("user", "Please: How many?")]


def test_role_blocks_are_messages_and_a_last_assistant_block_begins_the_reply(
    tmp_path: Path,
) -> None:
    mine = project(
        tmp_path,
        mine="{% system %}Be brief.{% endsystem %}\n{% for i in [1, 2] %}{% user %}{{ i }}"
        "{% enduser %}{% endfor %}{% assistant %}So {% endassistant %}",
    )
    assert shown(mine, "mine") == [("system", "Be brief."), ("user", "1"), ("user", "2")]
    assert mine.render("mine", STANDARD).prefill == "So "


def test_the_projects_file_wins_and_can_extend_the_bundled_one(tmp_path: Path) -> None:
    mine = project(
        tmp_path,
        direct="Mine: {{ question }}",
        few_shot_cot="---\ndescription: mine\nsampling: {max_tokens: 7}\n---\n"
        '{% extends "bundled/few_shot_cot.jinja" %}',
    )
    assert shown(mine, "direct") == [("user", "Mine: How many?")]
    head = mine.head("few_shot_cot.jinja")
    assert (head.parse, head.exemplars) == ("answer", "word_problems")
    assert head.settings().max_tokens == 7
    assert "Q: How many?" in shown(mine, "few_shot_cot")[0][1]
    assert mine.render("direct", STANDARD, "zh").messages[0].content == "Mine: How many?"


def test_a_changed_file_is_seen(tmp_path: Path) -> None:
    mine = project(tmp_path, mine="one")
    assert shown(mine, "mine") == [("user", "one")]
    project(tmp_path, mine="---\nparse: answer\n---\ntwo, and longer")
    assert shown(mine, "mine") == [("user", "two, and longer")]
    assert mine.head("mine.jinja").parse == "answer"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ nothing }}", "line 1: 'nothing' is undefined"),
        ("\n\n{{ question.nothing }}", "line 3"),
        ("{% if %}", "line 1"),
        ("{% user %}a", "mine.jinja"),
        ("{% step %}", "unknown tag"),
        ("---\nparse: guess\n---\nx", "head key 'parse'"),
        ("---\nparsing: answer\n---\nx", "head key 'parsing'"),
        ("---\nparze: answer\n---\nx", "unknown head key 'parze': did you mean parse"),
        ("---\nsampling: {temprature: 1}\n---\nx", "did you mean temperature"),
        ("---\ninputs: foo\n---\nx", r"head key 'inputs' must be a list, such as \[one, two\]"),
        (
            "---\nsampling: {stop: Q}\n---\nx",
            r"'sampling.stop' must be a list, such as \[one, two\]",
        ),
        ("---\ndescription: 2024-13-45\n---\nx", "its head is no valid YAML: month"),
        ("---\nsampling: {temperature: -1}\n---\nx", "sampling.temperature"),
        ("---\n- a\n---\nx", "must be a mapping"),
        ("---\na: [\n---\nx", r"no valid YAML \(line 2\)"),
        ("---\nparse: answer\n", "not closed"),
        ("outside {% user %}a{% enduser %}", "outside of its role blocks"),
        ("{% system %}a{% endsystem %}", "no user message"),
        ("{{ 1 // 0 }}", "line 1"),
        ("{% include 'nowhere.jinja' %}", "nowhere"),
        ("{% extends 'mine.jinja' %}", "extends more than 8"),
        ("---\nexemplars: none_such\n---\nx", "unknown exemplars 'none_such'"),
    ],
)
def test_a_broken_template_names_file_and_line(tmp_path: Path, text: str, told: str) -> None:
    mine = project(tmp_path, mine=text)
    with pytest.raises(TemplateMistake, match=told):
        mine.render("mine", STANDARD)


ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ question.__init__.__globals__ }}",
    "{{ ''|attr('__class__') }}",
    "{{ '{0.__class__}'.format(question) }}",
    "{{ ('{0.__cl' ~ 'ass__}').format(question) }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ joiner.__init__ }}",
    "{{ namespace.__class__ }}",
    "{{ lipsum.__globals__ }}",
    "{{ self.__init__ }}",
    "{{ [''.__class__]|map('upper')|list }}",
    "{{ choices.append(1) }}",
    "{{ question.format.__func__ }}",
    "{% set x = ''|attr('format') %}{{ x.__globals__ }}",
    "{{ ''['__class__']['__base__'] }}",
    "{{ ()|attr('__class__')|attr('__base__')|attr('__subclasses__') }}",
    "{{ [question]|selectattr('__class__.__mro__')|map(attribute='__class__')|first }}",
    "{{ [question]|sort(attribute='__class__.__name__')|map(attribute='__doc__.x')|list }}",
    "{{ [question]|sum(attribute='__class__') }}",
    "{{ '{x.__class__}'.format_map({'x': question}) }}",
    "{{ ''|attr('format')|attr('__self__') }}",
    "{{ cycler('x').next.__globals__ }}",
    "{{ cycler('x')|attr('__init__')|attr('__globals__') }}",
    "{{ joiner(',').__call__.__globals__ }}",
    "{{ namespace(x=1).__init__.__globals__ }}",
    "{{ lipsum|attr('__globals__') }}",
    "{{ range.__self__ }}",
    "{{ dict.__base__ }}",
    "{{ self._TemplateReference__context.__class__ }}",
    "{% set ns = namespace(f=''.format) %}{{ ns.f.__self__ }}",
    "{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}",
    "{% macro m() %}{{ caller.__class__ }}{% endmacro %}{% call m() %}{% endcall %}",
    "{% for x in [1] %}{{ loop.__init__.__globals__ }}{% endfor %}",
    "{% import 'os' as x %}{{ x.system('true') }}",
    "{% include '/etc/passwd' %}",
    "{% include '../../../../etc/passwd' %}",
    "{{ question.__reduce_ex__(2) }}",
    "{{ (question ~ '').__getattribute__('x') }}",
    "{{ inputs.clear() }}",
    "{{ [question]|map(attribute='__init__')|map('string')|join }}",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_a_template_cannot_leave_its_sandbox(tmp_path: Path, text: str) -> None:
    mine = project(tmp_path, mine=text)
    with pytest.raises(TemplateMistake):
        mine.render("mine", STANDARD)


EMPTY = [
    "{{ [question]|map(attribute='__class__')|list }}",
    "{{ [question]|map('attr', '__class__')|list }}",
    "{{ [question]|groupby('__class__')|list }}",
    "{{ '%s'|attr('format_map')({'x': question}) }}",
]
"""What renders, and finds nothing."""


@pytest.mark.parametrize("text", EMPTY)
def test_what_lies_outside_of_the_sandbox_is_not_there(tmp_path: Path, text: str) -> None:
    mine = project(tmp_path, mine=text)
    (message,) = mine.render("mine", STANDARD).messages
    assert not [word for word in ("<class", "<slot", "<bound", " at 0x") if word in message.content]


BUSY = [
    "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}",
    "{{ 9 ** (9 ** 9) }}",
    "{{ 'a' * 10 ** 10 }}",
    "{{ 10 ** 9 * [1] }}",
    "{{ 'a' | center(10 ** 10) }}",
    "{{ 'a'.center(10 ** 10) }}",
    "{{ 'a'.ljust(10 ** 10) }}",
    "{{ '7'.zfill(10 ** 10) }}",
    "{{ '%10000000000d' | format(3) }}",
    "{{ '%10000000000d' % 3 }}",
    "{{ '%*d' % (10 ** 10, 3) }}",
    "{{ '{:10000000000}'.format(3) }}",
    "{{ 'a\nb' | indent(10 ** 9) }}",
    "{{ [1] | batch(10 ** 9, 0) | list }}",
    "{% set x = 'a' * 1000 %}" + "{% set x = x ~ x %}" * 40 + "{{ x }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ range(10 ** 9) | list }}",
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
    "{% for i in range(20) %}{% set x = ('xy' * 200000) | list | sort %}{% endfor %}",
    "{% for i in range(9999) %}{% set x = ('xy' * 9000) | list | sort | length %}{% endfor %}",
    "{% set ns = namespace(a='x' * 8) %}{% for i in range(25) %}{% set ns.a = ns.a + ns.a %}"
    "{% endfor %}",
    "{% set ns = namespace(a='x') %}{% for i in range(40) %}{% set q %}{{ ns.a }}{{ ns.a }}"
    "{% endset %}{% set ns.a = q %}{% endfor %}",
    "{{ ('x' * 100000) | replace('x', 'y' * 3000) }}",
    "{{ ('x' * 100000) | replace(new='y' * 3000, old='x') }}",
    "{{ ('x' * 100000).replace('', 'y' * 3000) }}",
    "{{ ('x' * 100000) | join('y' * 3000) }}",
    "{{ ('y' * 3000).join(('x' * 100000) | map('upper')) }}",
    "{% set big = 'b' * 300000 %}{{ ('{0}' * 1000).format(big) }}",
    "{% set big = 'b' * 300000 %}{{ ('%(a)s' * 1000) % {'a': big} }}",
    "{{ ('{0:{w}}' * 100).format(3, w=9000000) }}",
    "{{ ('\t' * 100000).expandtabs(100000) }}",
    "{{ ('a' * 100000).translate({97: 'y' * 3000}) }}",
    "{{ ('a\n' * 100000) | indent('y' * 3000) }}",
    "{{ range(9999) | list | tojson(indent=100000) }}",
    "{% set x = 'b' * 1000000 %}{{ [x] * 1000 }}",
    "{{ {'a': ['x' * 1000000] * 1000}.items() }}",
    "{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}"
    "{% set ns.b = [ns.b, ns.b] %}{% endfor %}{{ ns.a == ns.b }}",
    "{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}"
    "{% endfor %}{{ ns.a }}",
    "{{ ([[1]] * 100000) | sum(start=[]) }}",
    "{{ [1] | slice(9999999) | list | length }}",
    "{{ cycler(*('x' * 9000000)) }}",
    "{{ 1 | round(9999999, 'ceil') }}",
    "{{ (5).to_bytes(99999999, 'big') }}",
    "{{ ('\u00fc' * 100000).encode('punycode') }}",
    "{{ ('a' * 4000000).strip('b' * 2000000 ~ 'a') }}",
    "{{ ('a' * 4000000).rfind('b' ~ 'a' * 2000000) }}",
    "{{ ('a-' * 4000000) | title }}",
    "{% set x = 'b' * 1000000 %}{% set ns = namespace(l=[]) %}{% for i in range(9999) %}"
    "{% set ns.l = ns.l + [x[1:]] %}{% endfor %}",
    "{% for i in range(99999) %}{% for j in range(99) %}" + "x" * 3000 + "{% endfor %}{% endfor %}",
    "{% for i in range(99999) %}{% include 'direct.jinja' %}{% endfor %}",
    "{% block a %}x{% endblock %}{% for i in range(99999) %}{% for j in range(99) %}{{ self.a() }}"
    "{% endfor %}{% endfor %}",
    "{% for x in range(9) recursive %}{% if loop.depth < 9 %}{{ loop(range(99999)) }}{% endif %}"
    "{% endfor %}",
    "{% macro f(n) %}{{ caller(n) }}{% endmacro %}{% for i in range(99999) %}"
    "{% for j in range(99) %}{% call(n) f(1) %}x{% endcall %}{% endfor %}{% endfor %}",
    "{{ ('-' * 100000) | wordwrap(3) }}",
]


@pytest.mark.parametrize("text", BUSY)
def test_a_busy_template_ends_within_its_limits(tmp_path: Path, text: str) -> None:
    mine = project(tmp_path, mine=text)
    tracemalloc.start()
    started = time.process_time()
    try:
        with pytest.raises(TemplateMistake):
            mine.render("mine", STANDARD)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.process_time() - started < 5
    assert peak < 50_000_000


def test_metering_leaves_loops_joins_and_filters_as_they_are(tmp_path: Path) -> None:
    text = (
        "{% for i in [1, 2, 3] %}{{ loop.index }}/{{ loop.length }}{{ ',' if not loop.last }}"
        "{% else %}none{% endfor %}|{% for i in [] %}x{% else %}none{% endfor %}|"
        "{% for k, v in {'a': 1}.items() %}{{ k ~ v ~ '!' }}{% endfor %}|{{ 'a' | center(3) }}|"
        "{{ '%03d' | format(7) }}|{{ 2 ** 10 }}|{{ 'ab' * 2 }}|{{ 'a\nb' | indent(2) }}|"
        "{% for i in [1, [2, [3]]] recursive %}{{ loop(i) if i is iterable else i }}{% endfor %}|"
        "{% for i in range(9) if i is odd %}{{ i }}{% endfor %}|{{ 'a-b'.replace('-', '+') }}|"
        "{{ [3, 1] | sort | join('<') }}|{{ {'a': ['<']} | tojson }}|{{ ('b' | e) + '<' }}|"
        "{{ 'x'[1:] }}{{ [1, 2][::-1] }}|{{ '{:>4}{n}'.format(7, n=99999999) }}|{{ [1, 2] | sum }}|"
        "{{ range(3) | map('string') | list }}|{{ 5 in [4, 5] and [1] == [1] }}|{{ '%s!' % 5 }}"
    )
    mine = project(tmp_path, mine=text)
    assert shown(mine, "mine") == [
        (
            "user",
            "1/3,2/3,3/3|none|a1!| a |007|1024|abab|a\n  b|123|1357|a+b|1<3|"
            '{"a": ["\\u003c"]}|b<|[2, 1]|   799999999|3|'
            "['0', '1', '2']|True|5!",
        )
    ]


class Thing:
    secret = "hush"


def test_templates_see_plain_data_only(tmp_path: Path) -> None:
    mine = project(tmp_path, mine="{{ thing.secret }}")
    with pytest.raises(TemplateMistake, match="type Thing"):
        mine.render("mine", {**STANDARD, "thing": Thing()})


@given(st.text())
@settings(derandomize=True, max_examples=300)
def test_a_value_is_never_parsed_as_a_template(value: str) -> None:
    prompt = BUNDLED.render("direct", {**STANDARD, "question": "x" + value + "y"})
    assert prompt.messages[0].content.startswith("x" + value + "y")


@pytest.mark.parametrize("name", ["../direct", "/etc/passwd", "a/../direct", ".direct", "x" * 300])
def test_a_name_cannot_leave_its_folder(name: str) -> None:
    with pytest.raises(TemplateMistake, match="unknown template"):
        BUNDLED.render(name, STANDARD)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    mine = project(tmp_path, mine="x")
    (tmp_path / "secret.jinja").write_text("secret")
    (tmp_path / "templates" / "link.jinja").symlink_to(tmp_path / "secret.jinja")
    with pytest.raises(TemplateMistake, match="unknown template"):
        mine.render("link", STANDARD)


def test_an_unknown_template_lists_the_near_ones() -> None:
    with pytest.raises(TemplateMistake, match="did you mean few_shot_cot"):
        BUNDLED.render("few_shot_cto", STANDARD)


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    mine = project(tmp_path, mine="x")
    (tmp_path / "templates" / "mine.jinja").write_bytes(b"\xff\xfe")
    with pytest.raises(UserMistake, match="not UTF-8 at byte 0"):
        mine.render("mine", STANDARD)


def test_lint_finds_what_is_wrong_in_a_folder(tmp_path: Path) -> None:
    project(
        tmp_path,
        undefined="---\ndescription: d\n---\n{{ qestion }}",
        unused="---\ndescription: d\ninputs: [part]\n---\n{{ question }}",
        broken="{% if %}",
        contract="---\ndescription: d\nparse: guess\n---\nx",
        bare="{{ question }}",
        twice="---\ndescription: d\ndescription: e\n---\n{{ question }}",
        lost="---\ndescription: d\n---\n{% extends 'base.jinja' %}\n{% block taks %}{% endblock %}",
        base="---\ndescription: d\n---\n{% block task %}{{ question }}{% endblock %}",
        fine="---\ndescription: d\ninputs: [part]\n---\n{{ question }} {{ part }}",
        filters="---\ndescription: d\n---\n{{ question | shout }}",
        loose="---\ndescription: d\n---\nx {% user %}{{ question }}{% enduser %}",
        silent="---\ndescription: d\n---\n{% system %}x{% endsystem %}",
        examples="---\ndescription: d\nexemplars: none_such\n---\n{{ question }}",
        reader="---\ndescription: d\nparse: text\n---\n{{ question }}",
    )
    found = "\n".join(lint_folder(tmp_path, {"reader": "answer"}))
    assert "filters.jinja, line 4: No filter named 'shout'" in found
    assert "(line 3: the key 'description' stands twice)" in found
    assert "lost.jinja, line 5: no file that it extends has a block 'taks': did you mean" in found
    assert "loose.jinja" in found
    assert "outside of its role blocks" in found
    assert "gives no user message" in found
    assert "unknown exemplars 'none_such'" in found
    assert "reader.jinja: it declares parse: text, and the chains that use it need" in found
    assert "undefined.jinja, line 4: variable 'qestion' is used and not declared" in found
    assert "unused.jinja: input 'part' is declared and not used" in found
    assert "'broken.jinja', line 1" in found
    assert "head key 'parse'" in found
    assert "bare.jinja: it has no description" in found
    assert "fine.jinja" not in found
    with pytest.raises(UserMistake, match="no folder templates"):
        lint_folder(tmp_path / "templates")


@pytest.mark.parametrize(
    ("question", "lang"),
    [
        ("How many apples?", "en"),
        ("小明有几个苹果？", "zh"),
        ("解方程 3x + 5 = 20", "zh"),
        ("What does 你好 mean in English?", "en"),
        ("リンゴは何個ですか。林檎", "en"),
        ("12 + 5", "en"),
        ("", "en"),
    ],
)
def test_the_language_follows_the_script(question: str, lang: str) -> None:
    assert language_of(question) == lang


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", "no valid YAML"),
        ("a: 1", "a list of"),
        ("- 3", "entry 1"),
        ("- question: q", "entry 1: answer must stand there"),
        ("- {question: q, answer: a, hint: h}", "entry 1: unknown key 'hint'"),
        ("- {question: q, answer: [a]}", "answer must be text"),
        ("- {question: q, answer: !!int x}", "no valid YAML"),
        ("[" * 2000, "no valid YAML"),
    ],
)
def test_wrong_exemplars_name_the_entry(tmp_path: Path, text: str, told: str) -> None:
    mine = project(tmp_path, mine="x")
    folder = tmp_path / "templates" / "exemplars"
    folder.mkdir()
    (folder / "mine.yaml").write_text(text)
    with pytest.raises(TemplateMistake, match=told):
        mine.exemplars("mine", "en")


def test_worked_examples_are_the_text_that_stands_there(tmp_path: Path) -> None:
    mine = project(tmp_path, mine="x")
    answers = ["yes", "12:30", "007", "1.50", "null", "2024-13-45", "1_000"]
    folder = tmp_path / "templates" / "exemplars"
    folder.mkdir()
    rows = "".join(f"- question: q\n  answer: {answer}\n" for answer in answers)
    (folder / "mine.yaml").write_text(rows)
    assert [example.answer for example in mine.exemplars("mine", "en")] == answers


def test_the_sampling_of_two_heads_is_laid_over_key_by_key(tmp_path: Path) -> None:
    mine = project(
        tmp_path,
        one="---\nsampling: {stop: [Q], top_k: 3}\n---\nx",
        two="---\nsampling: {top_k: 5, max_tokens: 7}\n---\n{% extends 'one.jinja' %}",
    )
    settings = mine.head("two.jinja").settings()
    assert (settings.stop, settings.top_k, settings.max_tokens) == (("Q",), 5, 7)


def test_a_preview_shows_lists_and_objects_as_gaps(tmp_path: Path) -> None:
    mine = project(
        tmp_path,
        mine="---\ninputs: [solved, part]\n---\n"
        "{% for one in solved %}{{ one.answer }} {{ solved[0].text }} {% endfor %}{{ part }}",
    )
    prompt = preview(mine, "mine", "q", "en")
    assert prompt.messages[0].content == "⟨solved.answer⟩ ⟨solved.text⟩ ⟨part⟩"


def test_names_that_cannot_be_found_are_not_listed(tmp_path: Path) -> None:
    mine = project(tmp_path, mine="x")
    folder = tmp_path / "templates"
    (folder / "a b.jinja").write_text("x")
    (tmp_path / "secret.jinja").write_text("x")
    (folder / "link.jinja").symlink_to(tmp_path / "secret.jinja")
    listed = set(mine.library.names("templates", ENDING))
    assert "mine" in listed
    assert not {"a b", "link"} & listed


def test_a_template_that_comes_later_is_seen_and_one_that_goes_is_not(tmp_path: Path) -> None:
    mine = project(tmp_path)
    bundled = shown(mine, "direct")
    project(tmp_path, direct="Mine: {{ question }}")
    assert shown(mine, "direct") == [("user", "Mine: How many?")]
    (tmp_path / "templates" / "direct.jinja").unlink()
    assert shown(mine, "direct") == bundled


def test_what_a_template_sets_its_parts_see(tmp_path: Path) -> None:
    part = "---\ninputs: [end]\n---\n{{ question }}{{ end }}"
    head = "---\ndescription: d\n---\n"
    mine = head + "{% set end = '!' %}\n{% user %}{% include 'parts/tail.jinja' %}{% enduser %}"
    unset = head + "{% include 'parts/tail.jinja' %}"
    templates = project(tmp_path, parts__tail=part, mine=mine, unset=unset)
    assert shown(templates, "mine") == [("user", "How many?!")]
    (found,) = lint_folder(tmp_path)
    assert "unset.jinja" in found
    assert "variable 'end'" in found


def test_lint_names_file_and_line_of_each_finding(tmp_path: Path) -> None:
    project(
        tmp_path,
        parts__tail="\n{{ nobody }}",
        mine="---\ndescription: d\nexemplars: nope\n---\n\n{{ qestion }}\n"
        "{% include 'parts/tail.jinja' %}",
    )
    (tmp_path / "templates" / "exemplars").mkdir()
    (tmp_path / "templates" / "exemplars" / "odd.yaml").write_text("- question: q\n")
    found = lint_folder(tmp_path)
    assert "mine.jinja, line 6: variable 'qestion' is used and not declared in inputs" in found
    assert any(f.startswith("mine.jinja, parts/tail.jinja, line 2: variable") for f in found)
    assert any(f.startswith("mine.jinja: unknown exemplars 'nope'") for f in found)
    assert any("exemplars/odd.yaml" in f and "answer must stand there" in f for f in found)
