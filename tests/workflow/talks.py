"""A workflow held with a model and a person who were written beforehand, for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from reasoning_chains import ScriptedBackend, Solution, Workflow
from reasoning_chains.content import Library
from reasoning_chains.types import Content, SampleKey
from reasoning_chains.workflow.checking import steps_of
from reasoning_chains.workflow.flow import flow_at

Script: TypeAlias = Mapping[str, str | Sequence[str] | Mapping[str, str]]
"""A step's reply, its replies one after another, or the reply by a word of what is asked."""


@dataclass
class Talk:
    """A run of a workflow with its model and its person written beforehand."""

    script: Script
    asked: list[str] = field(default_factory=list)
    sent: dict[str, list[str]] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)

    def reply(self, content: Content, key: SampleKey) -> str:
        name, text = str(key.path[2]).partition(" ")[0], content.messages[-1].content
        self.sent.setdefault(name, []).append(text)
        self.before[name] = "\n".join(message.content for message in content.messages[:-1])
        replies = self.script[name]
        if isinstance(replies, str):
            return replies
        if isinstance(replies, Mapping):
            return next(reply for word, reply in replies.items() if word in text)
        return replies[len(self.sent[name]) - 1]

    def person(self, question: str) -> str:
        self.asked.append(question)
        return f"said {len(self.asked)}"

    def held(self, name: str, question: str, lang: str, **inputs: Any) -> Solution:
        return Workflow(name).invoke(
            {"question": question, **inputs},
            backend=ScriptedBackend(self.reply),
            ask_user=self.person,
            lang=lang,
        )


def places(solution: Solution) -> set[object]:
    return {span.data["place"] for span in solution.trace.spans("step")}


def told(solution: Solution) -> str:
    assert solution.stop_reason == "answered"
    assert solution.answer is not None
    assert "\n\n\n" not in solution.answer
    return solution.answer


def every_place(name: str, lang: str) -> set[object]:
    flow = flow_at(Library.of(), name, lang)
    return {f"{flow.name}, line {step.lineno}" for step in steps_of(flow.tree())}
