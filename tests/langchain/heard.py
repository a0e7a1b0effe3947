"""What callbacks were told, and a chat model that tells what it was sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler, CallbackManagerForLLMRun
from langchain_core.language_models.fake_chat_models import FakeMessagesListChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field


class Heard(BaseCallbackHandler):
    """Keeps each event as its kind, the run's name, its tags, and the ids of run and parent."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.parents: dict[UUID, UUID | None] = {}
        self.names: dict[UUID, str] = {}
        self.errors: list[BaseException] = []

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: UUID, **told: Any) -> None:
        self._begun("chain", serialized, run_id, told)

    def on_chat_model_start(
        self, serialized: Any, messages: Any, *, run_id: UUID, **told: Any
    ) -> None:
        self._begun("model", serialized, run_id, told)

    def on_tool_start(self, serialized: Any, input_str: str, *, run_id: UUID, **told: Any) -> None:
        self._begun("tool", serialized, run_id, told)

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **told: Any) -> None:
        self.events.append(("end", self.names[run_id]))

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **told: Any) -> None:
        self.events.append(("error", self.names[run_id]))
        self.errors.append(error)

    def _begun(self, kind: str, serialized: Any, run_id: UUID, told: dict[str, Any]) -> None:
        self.names[run_id] = told.get("name") or (serialized or {}).get("name") or kind
        self.parents[run_id] = told.get("parent_run_id")
        self.tags += told.get("tags") or []
        self.events.append((kind, self.names[run_id]))

    def parent_of(self, name: str) -> str:
        """Give the name of the run around a run."""
        (run,) = [run for run, own in self.names.items() if own == name]
        parent = self.parents[run]
        return "" if parent is None else self.names[parent]


class Telling(FakeMessagesListChatModel):
    """A chat model that gives its replies in order, and keeps what it was sent."""

    sent: list[list[BaseMessage]] = Field(default_factory=list)
    options: list[dict[str, Any]] = Field(default_factory=list)
    temperature: float | None = None
    num_predict: int | None = None

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        set_ = {"temperature": self.temperature, "num_predict": self.num_predict}
        self.sent.append(list(messages))
        self.options.append({**set_, "stop": stop, **kwargs})
        place = len(self.sent) - 1
        copied = self.model_copy(update={"i": place})
        return FakeMessagesListChatModel._generate(copied, messages, stop)

    def bind_tools(self, tools: Any, **kwargs: Any) -> Runnable[Any, Any]:
        return self.bind(tools=[convert_to_openai_tool(each) for each in tools])
