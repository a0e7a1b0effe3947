"""ReAct: think, act with a tool, observe, in turns until the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from reasoning_chains.chain import Chain
from reasoning_chains.errors import UnknownName, UserMistake, listed, ranged, wanted
from reasoning_chains.toolbox import Tool, Toolbox
from reasoning_chains.tools.langchain import LangChainTool, foreign
from reasoning_chains.types import Message
from reasoning_chains.waiting import together

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["ReAct"]


@dataclass(frozen=True, slots=True)
class Step:
    """One turn as the template shows it; `tool` is empty where no action could be read."""

    text: str
    tool: str = ""
    observation: str = ""


@dataclass(frozen=True, slots=True)
class ReAct(Chain):
    """Think, act and observe in turns (Yao et al. 2022, arXiv:2210.03629).

    Args:
        tools: Tools, LangChain tools, toolboxes such as an MCP server, or names such as
            `calculator`.
        style: `text` reads `Thought: … Action: tool[input]`, which every model can write; `native`
            uses the backend's own tool calls, several at once.
        finish: The action that ends the run; its input is the answer.
        max_steps: How many replies there are at most (7 in the paper).
        numbered: Whether the lines are numbered, as in the paper.
        offer: How many tools are shown at most: those that suit the question best.

    In the style `text` only the first action of a reply counts, and what follows it is cut: an
    observation that the model made up is never read. A reply without an action costs a step, and
    the model is told so. Where the last step acts once more the run ends `budget`, and `unparsed`
    where it could not be read.

    Example:
        >>> from reasoning_chains import Problem, ReAct, ScriptedBackend
        >>> replies = ["Action: calculator[6 * 7]", "Action: Finish[42]"]
        >>> chain = ReAct(tools=["calculator"])
        >>> solution = chain.invoke("What is 6 * 7?", backend=ScriptedBackend(replies))
        >>> solution.answer, solution.trace.acts[0].data["observation"]
        ('42', '42')
    """

    tools: Sequence[Tool | Toolbox | LangChainTool | str] = ()
    template: str = "react"
    style: Literal["text", "native"] = "text"
    finish: str = "Finish"
    max_steps: int = 8
    numbered: bool = False
    offer: int = 16
    delivers: ClassVar[Mapping[str, str]] = {"": "action", "native": "answer"}
    asks: ClassVar[str] = "one ask a step, at most max_steps; each sees all steps before it"

    def __post_init__(self) -> None:
        """Refuse settings that cannot be, and turn the tools into a tuple."""
        hint = "decorate a function with @tool, or name a bundled tool such as calculator"
        kinds = (Tool, Toolbox, str)
        tools = listed("react tools", self.tools, object)
        for each in tools:
            wanted("each of react tools", each, *kinds, *foreign(), hint=hint)
        object.__setattr__(self, "tools", tools)
        wanted("react template", self.template, str)
        wanted("react finish", self.finish, str)
        if self.style not in ("text", "native"):
            raise UnknownName("style of react", str(self.style), ("text", "native"))
        wanted("react numbered", self.numbered, bool)
        ranged("react max_steps", self.max_steps, int, 1)
        ranged("react offer", self.offer, int, 1)

    def requires(self) -> tuple[str, ...]:
        """Give the capabilities without which it cannot run as it is set."""
        return ("tools",) if self.style == "native" else ()

    def contracts(self) -> Mapping[str, str]:
        """Give the one template that the style uses."""
        part = "native" if self.style == "native" else ""
        return {part: self.delivers[part]}

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Ask and act in turns."""
        from reasoning_chains.tools.choosing import gathered, relevant

        if not self.tools:
            raise UserMistake(
                "react has no tools to act with: give some, such as ReAct(tools=['calculator']), "
                "or --tools calculator on the command line"
            )
        tools = relevant(await gathered(self.tools), problem.question, self.offer)
        if self.style == "native":
            return await self._native(problem, run, tools)
        return await self._text(problem, run, tools)

    async def _text(self, problem: Problem, run: Run, tools: Sequence[Tool]) -> Solution:
        steps: list[Step] = []
        shown = [_offered(tool) for tool in tools]
        self._check_names(tools)
        told: dict[str, Any] = {"offered": shown, "finish": self.finish, "numbered": self.numbered}
        for _ in range(self.max_steps):
            reply = await run.ask(self.template, problem=problem, steps=steps, **told)
            action = reply.parsed
            if action is None:
                run.note("no action", text=reply.text)
                steps.append(Step(reply.text))
                continue
            said = reply.text[: action.end]
            if action.tool.casefold() in (self.finish.casefold(), "finish"):
                run.note("finish", thought=action.thought, answer=action.argument)
                return run.conclude(problem, run.read(problem, action.argument))
            seen = await run.act(tools, action.tool, action.argument, thought=action.thought)
            steps.append(Step(said, action.tool, seen.text))
        return run.conclude(problem, stop_reason="budget" if steps[-1].tool else None)

    def _check_names(self, tools: Sequence[Tool]) -> None:
        for tool in tools:
            if tool.name.casefold() in (self.finish.casefold(), "finish"):
                raise UserMistake(
                    f"a tool is called {tool.name}, which ends a run in the style text: rename "
                    'it with @tool(name=…), or take style="native"'
                )

    async def _native(self, problem: Problem, run: Run, tools: Sequence[Tool]) -> Solution:
        history: list[Message] = []
        specs = [tool.spec for tool in tools]
        template = f"{self.template}/native"
        for _ in range(self.max_steps):
            reply = await run.ask(template, problem=problem, history=history, tools=specs)
            calls = reply.completion.tool_calls
            if not calls:
                return run.conclude(problem, reply)
            thought = reply.completion.reasoning
            history.append(Message("assistant", reply.text, thought, calls))
            seen = await together(
                [run.act(tools, c.name, c.arguments, thought=reply.text) for c in calls]
            )
            history += [
                Message("tool", one.text, tool_call_id=call.id)
                for call, one in zip(calls, seen, strict=True)
            ]
        return run.conclude(problem, stop_reason="budget")


def _offered(tool: Tool) -> dict[str, Any]:
    """Give what the template shows of a tool; of one argument alone nothing is said to be free."""
    optional = tool.optional if len(tool.inputs) > 1 else ()
    described = uncapitalised(tool.description)
    return {"shape": tool.shape, "description": described, "optional": list(optional)}


def uncapitalised(text: str) -> str:
    """Write a sentence as it stands behind a colon; a name in capitals stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
