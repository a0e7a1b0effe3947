"""Program of thought: the model writes a program, and the answer is what it computes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from reasoning_chains.chain import Chain
from reasoning_chains.chains.rows import read_rows
from reasoning_chains.errors import UnknownName, ranged, wanted

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["ProgramOfThought"]

_TIERS = ("auto", "monty", "cpython")
_SHOWN = 3
"""The rows of a table that the model is shown."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A program that gave no answer, and why."""

    code: str
    error: str


@dataclass(frozen=True, slots=True)
class ProgramOfThought(Chain):
    r"""Write a program, run it in the sandbox, answer from its result (arXiv:2211.12588).

    Program of Thoughts (Chen et al. 2022) and PAL (Gao et al. 2022, arXiv:2211.10435). The answer
    is the program's variable `answer`, else the value of its last expression, else what it
    printed last. The trace says in which tier of the sandbox it ran.

    Args:
        repairs: How often a program that fails is sent back with its error.
        python: The tier of the sandbox; `auto` takes the second only for what the first cannot run.
        table: The context is a table in CSV: the model is shown its first rows, and the program
            finds all of them in `rows`, a dictionary each.

    Example:
        >>> from reasoning_chains import Problem, ProgramOfThought, ScriptedBackend
        >>> backend = ScriptedBackend(["```python\nanswer = 6 * 7\n```"])
        >>> ProgramOfThought().invoke(Problem("6 * 7?", "number"), backend=backend).answer
        '42'
    """

    template: str = "program_of_thought"
    repairs: int = 1
    python: Literal["auto", "monty", "cpython"] = "auto"
    table: bool = False
    delivers: ClassVar[Mapping[str, str]] = {"": "code", "table": "code"}
    asks: ClassVar[str] = "one ask, and one more a repair"

    def __post_init__(self) -> None:
        """Refuse settings that cannot be."""
        wanted("program_of_thought template", self.template, str)
        ranged("program_of_thought repairs", self.repairs, int, 0)
        if self.python not in _TIERS:
            raise UnknownName("tier of the sandbox", str(self.python), _TIERS)
        wanted("program_of_thought table", self.table, bool)

    def contracts(self) -> Mapping[str, str]:
        """Give the one template that is used."""
        part = "table" if self.table else ""
        return {part: self.delivers[part]}

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Ask for a program and run it; send it back with its error where it gives no answer."""
        failed: list[Attempt] = []
        template, inputs, told = self.template, dict[str, Any](), dict[str, Any]()
        if self.table:
            inputs["rows"] = rows = read_rows(problem.context)
            template, told = (
                f"{template}/table",
                {"rows": [json.dumps(row, ensure_ascii=False) for row in rows[:_SHOWN]]},
            )
        for _ in range(self.repairs + 1):
            reply = await run.ask(template, problem=problem, failed=failed, **told)
            if reply.parsed is None or reply.completion.finish == "length":
                break
            result = await run.execute(reply.parsed, self.python, inputs)
            printed = result.stdout.strip().rpartition("\n")[2]
            found = printed if result.value is None else as_text(result.value)
            answer = run.read(problem, found)
            if result.status == "ok" and answer.answer is not None:
                return run.conclude(problem, answer.after(reply))
            failed.append(Attempt(reply.parsed, result.error or ""))
        return run.conclude(problem)


def as_text(value: object) -> str:
    """Write what a program computed as a reply would: whole numbers without a fraction."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
