"""Verdicts as a JUnit file, which systems that build software show; it decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from reasoning_chains.evals.gate import Verdict
from reasoning_chains.evals.lines import written
from reasoning_chains.evals.telling import properties, told

__all__ = ["junit", "write_junit"]

_NAME = "reasoning-chains"
_TYPES = {"failed": "failure", "error": "error"}


def write_junit(verdicts: Sequence[Verdict], path: Path) -> None:
    """Write verdicts into a file.

    Raises:
        UserMistake: It cannot be written.
    """
    with written(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(junit(verdicts))


def junit(verdicts: Sequence[Verdict]) -> bytes:
    """Give verdicts as XML: a suite for each suite and backend, a case for each chain.

    A case is a failure where the cell was judged and fell short, and an error where it could not
    be measured; problems that were answered wrongly are counted in its properties.
    """
    root = ElementTree.Element("testsuites", name=_NAME)
    places: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in verdicts:
        places.setdefault((verdict.cell.suite, verdict.cell.backend), []).append(verdict)
    for (suite, backend), beside in places.items():
        of_suite = _element(root, "testsuite", name=f"{suite} × {backend}")
        _count(of_suite, beside)
        for verdict in beside:
            _case(of_suite, verdict)
    _count(root, verdicts)
    ElementTree.indent(root)
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def _case(parent: ElementTree.Element, verdict: Verdict) -> None:
    cell = verdict.cell
    place = f"{cell.suite}.{cell.backend}"
    case = _element(parent, "testcase", classname=place, name=cell.chain)
    case.set("time", f"{cell.cost.seconds:.3f}")
    values = _element(case, "properties")
    for name, value in properties(verdict).items():
        _element(values, "property", name=name, value=value)
    kind = _TYPES.get(verdict.state)
    if kind is None:
        _element(case, "system-out").text = _plain(told(verdict))
        return
    failing = _element(case, kind, type=verdict.state, message="; ".join(verdict.reasons))
    failing.text = _plain(told(verdict))


def _count(element: ElementTree.Element, verdicts: Sequence[Verdict]) -> None:
    states = [verdict.state for verdict in verdicts]
    element.set("tests", str(len(states)))
    element.set("failures", str(states.count("failed")))
    element.set("errors", str(states.count("error")))
    element.set("skipped", "0")
    element.set("time", f"{sum(verdict.cell.cost.seconds for verdict in verdicts):.3f}")


def _element(parent: ElementTree.Element, tag: str, **values: str) -> ElementTree.Element:
    """Add an element whose attributes any reader of XML takes."""
    plain = {name: _plain(value) for name, value in values.items()}
    return ElementTree.SubElement(parent, tag, plain)


def _plain(text: str) -> str:
    """Show what XML 1.0 cannot hold, not even escaped, as the numbers of the characters."""
    return "".join(char if _holds(ord(char)) else f"#x{ord(char):02X}" for char in text)


def _holds(code: int) -> bool:
    """Say whether XML 1.0 may hold a character; a return would be read as a line's end."""
    if code < 0x20:
        return code in (0x9, 0xA)
    return code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
