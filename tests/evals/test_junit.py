"""JUnit files: whatever stands in names and notes, they are XML that other readers take."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Properties

from reasoning_chains import UserMistake
from reasoning_chains.evals.gate import Gate, Verdict, judge
from reasoning_chains.evals.junit import junit, write_junit
from tests.evals.judging import cell

ALLOWED = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"properties", "failure", "error", "system-out"},
    "properties": {"property"},
}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    folder = tmp_path_factory.mktemp("cells")
    good, bad, broken = (
        cell(folder, 10),
        cell(folder, 10, wrong=range(7)),
        cell(folder, 10, broken=[2]),
    )
    return [judge(each, Gate(0.8)) for each in (good, bad, broken)]


def check(element: ElementTree.Element) -> None:
    """Hold an element against JUnit's structure."""
    assert {child.tag for child in element} <= ALLOWED.get(element.tag, set())
    for child in element:
        check(child)


def test_each_chain_is_a_case_that_failed_or_broke_or_passed(
    verdicts: list[Verdict], tmp_path: Path
) -> None:
    write_junit(verdicts, tmp_path / "deep" / "junit.xml")
    root = ElementTree.parse(tmp_path / "deep" / "junit.xml").getroot()
    check(root)
    (suite,) = root
    wished = {"tests": "3", "failures": "1", "errors": "1", "skipped": "0"}
    for element in (root, suite):
        assert {name: element.get(name) for name in wished} == wished
        assert float(element.get("time", "")) > 0
    assert suite.get("name") == "mine × scripted"
    kinds = [[child.tag for child in case] for case in suite]
    assert kinds == [
        ["properties", "system-out"],
        ["properties", "failure"],
        ["properties", "error"],
    ]
    failure = suite[1][1]
    assert failure.get("message", "").startswith("accuracy 30 % (3 of 10), at most 60.66 %")
    assert "measured: accuracy 30 %" in (failure.text or "")
    values = {one.get("name"): one.get("value") for one in suite[1][0]}
    assert (values["accuracy"], values["questions"], values["unparsed"]) == ("0.3", "10", "0")


def test_another_reader_takes_it_too(verdicts: list[Verdict], tmp_path: Path) -> None:
    write_junit(verdicts, tmp_path / "junit.xml")
    read = JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    assert (read.tests, read.failures, read.errors) == (3, 1, 1)
    (suite,) = read
    good, bad, broken = suite
    assert (good.result, type(bad.result[0]), type(broken.result[0])) == ([], Failure, Error)
    values = good.child(Properties)  # type: ignore[no-untyped-call]
    read_values = {one.name: one.value for one in values}
    assert read_values["accuracy"] == "1"


def test_backends_are_suites_of_their_own(verdicts: list[Verdict]) -> None:
    first = verdicts[0]
    other = replace(first, cell=replace(first.cell, backend="other"))
    root = ElementTree.fromstring(junit([first, other, first]))
    assert [(suite.get("name"), len(suite)) for suite in root] == [
        ("mine × scripted", 2),
        ("mine × other", 1),
    ]
    assert len(ElementTree.fromstring(junit([]))) == 0


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(codec=None), max_size=30))
def test_any_text_stays_within_xml(verdicts: list[Verdict], text: str) -> None:
    hostile = f"{text}\x00\x1b]]>\ud800\ufffe<&\"'\r\n"
    odd = replace(verdicts[1].cell, chain=hostile, suite=hostile)
    made = junit([replace(verdicts[1], cell=odd, reasons=(hostile,))])
    root = ElementTree.fromstring(made)
    message = root[0][0][1].get("message", "")
    assert message.endswith("#x00#x1B]]>#xD800#xFFFE<&\"'#x0D\n")
    assert "]]>" in (root[0][0][1].text or "")


def test_a_place_that_cannot_be_written_is_told(verdicts: list[Verdict], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserMistake, match="cannot be written"):
        write_junit(verdicts, tmp_path / "file" / "junit.xml")
