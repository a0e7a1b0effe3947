"""`--tools` of the command line: the tools opened, and the person at the terminal."""

from __future__ import annotations

import sys
import threading
from typing import Any

from reasoning_chains.cli.printing import safe
from reasoning_chains.errors import UserMistake
from reasoning_chains.names import TOOLS, open_tool
from reasoning_chains.project import project_folder
from reasoning_chains.project_code import project_object
from reasoning_chains.toolbox import Tool, ToolFailed
from reasoning_chains.tools.decorator import as_tool

__all__ = ["Person", "opened_tools"]


class Person:
    """Who sits at the terminal; a spinner that is shown there stands still while they write."""

    def __init__(self) -> None:
        self.spinner: Any = None
        self._turn = threading.Lock()

    def __call__(self, question: str) -> str:
        """Ask on standard error, and read a line from standard input.

        Raises:
            ToolFailed: Standard input has ended.
        """
        with self._turn:
            if self.spinner is not None:
                self.spinner.stop()
            sys.stderr.write(f"{safe(question)}\n> ")
            sys.stderr.flush()
            line = sys.stdin.readline()
            if self.spinner is not None:
                self.spinner.start()
        if not line:
            raise ToolFailed("standard input ended before the person answered")
        return line.rstrip("\n")


def opened_tools(written: str, person: Person) -> tuple[Tool, ...]:
    """Open the tools of a line such as `calculator,lookup:notes/`.

    Raises:
        UnknownName: There is no such tool.
        UserMistake: A name is missing, or nobody sits at a terminal who could be asked.
    """
    names = [name.strip() for name in written.split(",")]
    if not all(names):
        raise UserMistake(f"--tools {written!r} has an empty name: write calculator,lookup:notes/")
    return tuple(_opened(name, person) for name in names)


def _opened(name: str, person: Person) -> Tool:
    if name.partition(":")[0] not in TOOLS and ":" in name:
        made: Tool = as_tool(project_object(name, project_folder()))
        return made
    if name != "ask_user":
        return open_tool(name)
    from reasoning_chains.tools.ask_user import ask_user

    if not sys.stdin.isatty():
        raise UserMistake(
            "the tool ask_user asks on the terminal, and standard input is none: leave it out of "
            "--tools, or run this in a terminal with the question as an argument"
        )
    return ask_user(person)
