"""Worked examples in a prompt as papers publish it, questions and answers in turns, to data."""

from __future__ import annotations

from reasoning_chains.errors import TemplateMistake

__all__ = ["read_prompt"]

_ASKED = ("Q:", "Question:", "Claim:")
_THOUGHT = ("Thought:",)
_ANSWERED = ("A:", "Answer:")
_ANNOUNCED = "the answer is"
_LEADS = (" So", " Therefore,", " Thus,", "\nSo", "\nTherefore,", "\nThus,")


def read_prompt(name: str, text: str) -> list[dict[str, str]]:
    """Read the examples; what stands before the first question belongs to none.

    Where an answer ends with "So the answer is X.", what stands before is its rationale.

    Raises:
        TemplateMistake: It has no question, or one without an answer.
    """
    found: list[dict[str, list[str]]] = []
    key = ""
    for line in text.splitlines():
        begun, rest = _begun(line)
        key = begun or key
        if begun == "question":
            found.append({"question": [], "rationale": [], "answer": []})
        if found and key:
            found[-1][key].append(rest)
    if not found:
        raise TemplateMistake(f"exemplars {name!r}: no line begins with Q: or Question:")
    return [_example(name, place, one) for place, one in enumerate(found, 1)]


def _begun(line: str) -> tuple[str, str]:
    """Tell what a line begins, and what stands behind its label."""
    for key, labels in (("question", _ASKED), ("rationale", _THOUGHT), ("answer", _ANSWERED)):
        for label in labels:
            if line.startswith(label):
                return key, line[len(label) :].strip()
    return "", line


def _example(name: str, place: int, lines: dict[str, list[str]]) -> dict[str, str]:
    question, thought, said = ("\n".join(lines[key]).strip() for key in lines)
    if not question or not said:
        missing = "answer" if question else "question"
        raise TemplateMistake(f"exemplars {name!r}, entry {place}: the {missing} is empty")
    at = said.casefold().rfind(_ANNOUNCED)
    if thought or at == -1:
        return {"question": question, "rationale": thought, "answer": said}
    before = f" {said[:at].rstrip()}"
    lead = next((lead for lead in _LEADS if before.endswith(lead)), "")
    answer = said[at + len(_ANNOUNCED) :].strip().removesuffix(".")
    rationale = before.removesuffix(lead).strip()
    return {"question": question, "rationale": rationale, "answer": answer}
