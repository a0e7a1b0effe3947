"""What a runnable takes and gives: a problem of any LangChain input, an output of a solution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, convert_to_messages
from langchain_core.messages.ai import OutputTokenDetails, UsageMetadata
from langchain_core.prompt_values import PromptValue

from reasoning_chains.errors import UnknownName, UserMistake, named, shown, wanted
from reasoning_chains.langchain.messages import conversation
from reasoning_chains.session import problem_of
from reasoning_chains.solution import Solution
from reasoning_chains.types import Problem, Usage

__all__ = ["Output", "Shape", "tokens"]

Output: TypeAlias = Literal["message", "answer", "text", "solution"]
_WANTED = (
    "a question is wanted as text, a mapping with question or messages, a Problem, a prompt or a "
    "list of messages"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """How inputs are read and outputs written.

    Args:
        output: What is given: a message whose content is the answer, the answer, the reply's text,
            or the solution.
        input_key: The only key that is read of a mapping; without one, a mapping is a problem.
        output_key: The key of the mapping that is given; without one, the output stands alone.
        problem: Fields of every problem that the input does not give itself.
    """

    output: Output = "message"
    input_key: str | None = None
    output_key: str | None = None
    problem: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an output that is none."""
        if self.output not in get_args(Output):
            raise UnknownName("output of a runnable", self.output, get_args(Output))
        for name in ("input_key", "output_key"):
            wanted(name, getattr(self, name), str, type(None))
        object.__setattr__(self, "problem", named("problem", self.problem))

    def read(self, given: Any) -> Problem:
        """Make a problem of an input.

        Raises:
            UserMistake: There is no question in it.
        """
        if self.input_key is not None:
            given = _picked(given, self.input_key)
        if isinstance(given, Problem):
            return given
        return problem_of({**self.problem, **_told(given)})

    def write(self, solution: Solution) -> Any:
        """Give a solution in the form that is wanted."""
        made: Any = solution
        if self.output == "message":
            made = AIMessage(**_message(solution), additional_kwargs=_worked(solution))
        elif self.output != "solution":
            made = (solution.answer if self.output == "answer" else solution.text) or ""
        return made if self.output_key is None else {self.output_key: made}

    def piece(self, text: str) -> Any:
        """Give a piece of what is being written; None where only the end is wanted."""
        if self.output == "message":
            chunk = AIMessageChunk(content="", additional_kwargs={"reasoning_content": text})
            return self._keyed(chunk)
        return self._keyed(text) if self.output == "text" and self.output_key is None else None

    def last(self, solution: Solution) -> Any:
        """Give the last piece, with which the pieces make the whole."""
        if self.output == "message":
            return self._keyed(AIMessageChunk(**_message(solution), chunk_position="last"))
        if self.output == "text" and self.output_key is None:
            return None
        return self.write(solution)

    def _keyed(self, value: Any) -> Any:
        from langchain_core.runnables.utils import AddableDict

        return value if self.output_key is None else AddableDict({self.output_key: value})


def _picked(given: Any, key: str) -> Any:
    """Take one key of a state, which may be a mapping or an object."""
    if isinstance(given, Mapping) and key in given:
        return given[key]
    if not isinstance(given, Mapping) and hasattr(given, key):
        return getattr(given, key)
    known = ", ".join(map(str, given)) if isinstance(given, Mapping) else shown(given)
    raise UserMistake(f"the input has no {key!r}, which input_key names; it holds {known}")


def _told(given: Any) -> Mapping[str, Any]:
    if isinstance(given, PromptValue):
        return conversation(given.to_messages())
    if isinstance(given, BaseMessage):
        return conversation([given])
    if isinstance(given, str):
        return {"question": given}
    if isinstance(given, Mapping):
        if "question" in given or "messages" not in given:
            return given
        rest = {name: value for name, value in given.items() if name != "messages"}
        return {**rest, **_told(given["messages"])}
    if isinstance(given, list | tuple):
        return conversation(convert_to_messages(given))
    raise UserMistake(f"{_WANTED}; found {shown(given)}")


def tokens(usage: Usage) -> UsageMetadata:
    """Give a usage as LangChain counts it."""
    told = UsageMetadata(
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.completion_tokens,
        total_tokens=usage.tokens,
    )
    if usage.reasoning_tokens:
        told["output_token_details"] = OutputTokenDetails(reasoning=usage.reasoning_tokens)
    return told


def _message(solution: Solution) -> dict[str, Any]:
    told: dict[str, Any] = {
        "text": solution.text,
        "stop_reason": solution.stop_reason,
        "confidence": solution.confidence,
        "calls": solution.usage.calls,
        "bought_tokens": solution.bill.tokens,
    }
    return {
        "content": solution.answer or "",
        "response_metadata": told,
        "usage_metadata": tokens(solution.usage),
    }


def _worked(solution: Solution) -> dict[str, str]:
    """Give the text that led to the answer, where LangChain looks for reasoning."""
    if not solution.text or solution.text == solution.answer:
        return {}
    return {"reasoning_content": solution.text}


class OneVoice:
    """Lays replies that are written at the same time one behind the other, a blank line between."""

    def __init__(self) -> None:
        self._held: dict[tuple[str | int, ...], list[str]] = {}
        self._ended: set[tuple[str | int, ...]] = set()
        self._said = False

    def hear(self, path: tuple[str | int, ...], text: str) -> Iterator[str]:
        """Take a piece of a reply; give it on where that reply has the word."""
        new = path not in self._held
        self._held.setdefault(path, [])
        self._ended.discard(path)
        if path != next(iter(self._held)):
            self._held[path].append(text)
            return
        if new and self._said:
            yield "\n\n"
        self._said = True
        yield text

    def end(self, path: tuple[str | int, ...]) -> Iterator[str]:
        """Take the end of a reply; those that waited for it come next."""
        if path not in self._held:
            return
        self._ended.add(path)
        while self._held and (first := next(iter(self._held))) in self._ended:
            del self._held[first]
            self._ended.discard(first)
            if self._held:
                following = next(iter(self._held))
                yield "\n\n"
                yield from self._held[following]
                self._held[following] = []
