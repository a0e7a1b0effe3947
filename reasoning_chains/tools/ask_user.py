"""The bundled tool that asks a person, through a function of the application."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from reasoning_chains.acting import caller
from reasoning_chains.errors import UserMistake, shown
from reasoning_chains.failing import Told
from reasoning_chains.toolbox import Tool, ToolFailed
from reasoning_chains.tools.given import only_text, text_of
from reasoning_chains.tools.results import as_text
from reasoning_chains.waiting import in_thread

__all__ = ["ask_user"]


def ask_user(callback: Callable[[str], Any] | None = None, *, seconds: float = 600.0) -> Tool:
    """Make the tool `ask_user`, whose one argument is `question`.

    Args:
        callback: Takes the question and gives the answer; it may be async, or may block. Left out,
            it is the `ask_user` that the verb of the chain was given.
        seconds: How long the person has.

    Raises:
        UserMistake: The callback is no function.
    """
    if callback is not None and not callable(callback):
        raise UserMistake(f"ask_user needs a function of a question, found {shown(callback)}")

    async def call(arguments: Mapping[str, Any]) -> str:
        question = text_of(arguments, "question")
        asked = callback or _of_the_verb()
        with Told("ask_user"):
            said = await in_thread(partial(asked, question))
            answer = await said if inspect.isawaitable(said) else said
        if answer is None:
            raise ToolFailed("ask_user gave no answer: the application's function returned None")
        return as_text(answer)

    description = "Asks the person a question and gives the answer."
    return Tool("ask_user", description, only_text("question"), call, seconds=seconds)


def _of_the_verb() -> Callable[[str], Any]:
    run = caller.get(None)
    asked: Callable[[str], Any] | None = None if run is None else run.session.ask_user
    if asked is None:
        raise ToolFailed("nobody can be asked: the application gave no ask_user=…")
    return asked
