"""A chain as a LangChain tool with one argument, the question; it knows no agent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.tools import StructuredTool, ToolException
from pydantic import BaseModel, ConfigDict

from reasoning_chains.chain import Chain
from reasoning_chains.errors import UserMistake, wanted
from reasoning_chains.langchain.shape import Shape
from reasoning_chains.session import AnyBackend, Settings
from reasoning_chains.solution import Solution

__all__ = ["chain_tool"]


class Question(BaseModel):
    """What the tool takes."""

    model_config = ConfigDict(extra="forbid")
    question: str


def chain_tool(
    chain: Chain, backend: AnyBackend, told: tuple[str, str], options: Mapping[str, Any]
) -> StructuredTool:
    """Make the tool; `told` is its name and what it does, for the model.

    A solution without an answer is an error that the model is told.
    """
    name, description = told
    wanted("as_tool name", name, str)
    wanted("as_tool description", description, str)
    if not description.strip():
        raise UserMistake("as_tool description is empty: say what the tool does, for the model")
    fields = Shape(problem=options.get("problem", {}))
    settings = {key: value for key, value in options.items() if key != "problem"}
    Settings.of(settings)

    def solve(question: str) -> str:
        return _answer(chain.invoke(fields.read(question), backend, **settings))

    async def asolve(question: str) -> str:
        return _answer(await chain.ainvoke(fields.read(question), backend, **settings))

    return StructuredTool.from_function(
        solve,
        asolve,
        name=name,
        description=description,
        args_schema=Question,
        handle_tool_error=True,
    )


def _answer(solution: Solution) -> str:
    if solution.answer is None:
        raise ToolException(f"no answer: {solution.stop_reason}")
    return solution.answer
