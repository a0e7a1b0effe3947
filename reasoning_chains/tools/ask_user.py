"""The bundled tool that asks a person, through a function of the application."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from reasoning_chains.errors import UserMistake
from reasoning_chains.failing import Told
from reasoning_chains.toolbox import Tool
from reasoning_chains.tools.given import only_text, text_of
from reasoning_chains.tools.results import as_text
from reasoning_chains.waiting import in_thread

__all__ = ["ask_user"]


def ask_user(callback: Callable[[str], Any] | None = None, *, seconds: float = 600.0) -> Tool:
    """Make the tool `ask_user`, whose one argument is `question`.

    Args:
        callback: Takes the question and gives the answer; it may be async, or may block.
        seconds: How long the person has.

    Raises:
        UserMistake: There is no callback.
    """
    if not callable(callback):
        raise UserMistake(
            "ask_user asks a person, and needs the application's function for it: give the tool "
            "ask_user(callback) in place of the name, from reasoning_chains.tools.ask_user"
        )
    asked: Callable[[str], Any] = callback

    async def call(arguments: Mapping[str, Any]) -> str:
        question = text_of(arguments, "question")
        with Told("ask_user"):
            said = await in_thread(partial(asked, question))
            return as_text(await said if inspect.isawaitable(said) else said)

    description = "Asks the person a question and gives the answer."
    return Tool("ask_user", description, only_text("question"), call, seconds=seconds)
