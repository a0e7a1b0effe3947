"""From a problem and a template to the content of an ask, and its reply read; it sends nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from reasoning_chains.errors import CapabilityMissing, UserMistake
from reasoning_chains.reading import read_reply, schema_of
from reasoning_chains.solution import Reply
from reasoning_chains.templates import Prompt, language_of
from reasoning_chains.templates.exemplars import Exemplar
from reasoning_chains.trace import Span
from reasoning_chains.types import (
    Capabilities,
    Completion,
    Content,
    Message,
    Problem,
    Sampling,
    ToolSpec,
    Usage,
)

if TYPE_CHECKING:
    from reasoning_chains.buying import Session

__all__ = ["Added", "Ask", "language", "prepare", "record", "upper_bound"]


@dataclass(frozen=True, slots=True)
class Added:
    """What an ask sends beside its template: later messages, a beginning of the reply, tools."""

    history: tuple[Message, ...] = ()
    prefill: str | tuple[int, ...] = ""
    tools: tuple[ToolSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """A rendered template with the problem that it speaks of."""

    prompt: Prompt
    problem: Problem
    backend: str
    capabilities: Capabilities
    settings: Sampling
    made: dict[Sampling, tuple[Content, list[str]]] = field(default_factory=dict)

    def content(self, sampling: Sampling, added: Added) -> tuple[Content, list[str]]:
        """Give what is sent, and notes on what was degraded.

        Raises:
            CapabilityMissing: Something is needed that the backend cannot do, nor be spared.
        """
        if added != Added():
            return self._content(sampling, added)
        if sampling not in self.made:
            self.made[sampling] = self._content(sampling, added)
        return self.made[sampling]

    def _content(self, sampling: Sampling, added: Added) -> tuple[Content, list[str]]:
        self._check_logprobs(sampling.logprobs)
        if added.tools and not self.capabilities.tools:
            raise CapabilityMissing(
                "native tool calls", self.backend, "use style='text', which every model can speak"
            )
        messages = _merged(self.problem.history, self.prompt.messages) + added.history
        begin = self._prefill(added.prefill)
        notes = []
        if begin and not self.capabilities.prefill:
            messages = _spoken(messages, begin, self.backend)
            begin = ""
            notes.append("prefill sent as text: the backend takes none")
        schema = None
        if self.prompt.head.constrain and self.capabilities.json_schema:
            schema = schema_of(self.problem)
        return Content(messages, sampling, added.tools, schema, begin), notes

    def _check_logprobs(self, wanted: int | None) -> None:
        most = self.capabilities.top_logprobs
        if wanted is not None and not self.capabilities.logprobs:
            raise CapabilityMissing(
                "log-probabilities", self.backend, "use 'embedded', or a server that gives logprobs"
            )
        if wanted is not None and wanted > most:
            raise CapabilityMissing(
                f"the log-probabilities of {wanted} alternatives",
                self.backend,
                f"ask for at most {most}: Sampling(logprobs={most})",
            )

    def read(self, completion: Completion) -> Reply:
        """Read a completion by the template's contract, and validate a JSON answer."""
        return read_reply(self.prompt.head, self.problem, completion)

    def _prefill(self, prefill: str | tuple[int, ...]) -> str | tuple[int, ...]:
        if isinstance(prefill, str):
            return self.prompt.prefill + prefill
        if self.prompt.prefill:
            raise UserMistake("token ids cannot follow the text that the template prefills")
        return prefill


def prepare(session: Session, problem: Problem, template: str, variables: Mapping[str, Any]) -> Ask:
    """Render a template for a problem, in the problem's language.

    Voters of one call say the same: it is rendered once a call, where its variables are texts and
    examples, which never change and equal nothing else.
    """
    if not all(map(_fixed, variables.values())):
        return _rendered(session, problem, template, variables)
    known = (session.backend.name, template, id(problem), tuple(variables.items()))
    ask = session.prepared.get(known)
    if ask is None:
        ask = _rendered(session, problem, template, variables)
        session.prepared[known] = ask  # it holds the problem, so the id stays its own
    return ask


def _fixed(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(isinstance(item, Exemplar) for item in value)
    return isinstance(value, str)


def _rendered(
    session: Session, problem: Problem, template: str, variables: Mapping[str, Any]
) -> Ask:
    lang = language(session, problem)
    backend = session.backend
    thinks = backend.capabilities.thinking
    seen = {**problem.inputs, **described(problem, lang), "thinks": thinks, **variables}
    prompt = session.templates.render(template, seen, lang)
    return Ask(
        prompt,
        problem,
        backend.name,
        backend.capabilities,
        prompt.head.settings().over(backend.defaults),
    )


def described(problem: Problem, lang: str) -> dict[str, Any]:
    """Give what every template sees of a problem."""
    schema = schema_of(problem)
    text = json.dumps(schema, ensure_ascii=False) if schema is not None else ""
    return {
        "question": problem.question,
        "context": problem.context,
        "choices": list(problem.choices),
        "kind": problem.kind,
        "schema": text,
        "lang": lang,
    }


def language(session: Session, problem: Problem) -> str:
    """Give the language form in which a problem's templates speak."""
    return session.lang or language_of(problem.question)


def record(span: Span, content: Content, reply: Reply, notes: Sequence[str]) -> None:
    """Write into an ask's span what was sent and what came back."""
    completion = reply.completion
    span.data.update(
        messages=[{"role": m.role, "content": m.content} for m in content.messages],
        prefill=content.prefill if isinstance(content.prefill, str) else list(content.prefill),
        text=completion.text,
        reasoning=completion.reasoning,
        answer=reply.answer,
        finish=completion.finish,
        notes=[*notes, *completion.notes],
    )


def upper_bound(session: Session, content: Content) -> Usage:
    """Give the most that one sample of a content can use.

    A prompt is counted as its bytes until an earlier sample of it says better.

    Raises:
        UserMistake: Nothing limits the reply.
    """
    longest = content.sampling.max_tokens
    if longest is None:
        raise UserMistake(
            "a budget of tokens or money needs a limit of each reply: set Sampling(max_tokens=…)"
        )
    known = session.prompt_tokens.get(content.digest)
    if known is None:
        sizes = (len(m.content.encode()) + len(m.reasoning.encode()) for m in content.messages)
        known = sum(sizes) + 16 * len(content.messages) + 16 + len(str(content.prefill).encode())
        known += len(json.dumps(content.schema)) if content.schema else 0
        known += sum(len(repr(tool).encode()) for tool in content.tools)
    return Usage(1, 1, known, longest)


def _merged(history: Sequence[Message], rendered: Sequence[Message]) -> tuple[Message, ...]:
    """Put the rendered system messages before the conversation, and the rest after it."""
    if not history:
        return tuple(rendered)
    leading = 0
    while leading < len(history) and history[leading].role == "system":
        leading += 1
    system = [message for message in rendered if message.role == "system"]
    rest = [message for message in rendered if message.role != "system"]
    return (*history[:leading], *system, *history[leading:], *rest)


def _spoken(
    messages: tuple[Message, ...], prefill: str | tuple[int, ...], backend: str
) -> tuple[Message, ...]:
    if not isinstance(prefill, str):
        raise CapabilityMissing("a prefill of token ids", backend, "give the prefill as text")
    last = messages[-1]
    if last.role != "user":
        return (*messages, Message("user", prefill))
    return (*messages[:-1], replace(last, content=f"{last.content}\n{prefill}"))
