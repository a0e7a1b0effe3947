"""A Jinja file with steps as a chain: it renders the file, and each step runs where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from reasoning_chains.chain import Chain
from reasoning_chains.errors import UserMistake, listed, ranged, wanted
from reasoning_chains.solution import Reply
from reasoning_chains.toolbox import Tool, Toolbox
from reasoning_chains.tools.langchain import LangChainTool, foreign
from reasoning_chains.workflow.flow import Flow, flow_of
from reasoning_chains.workflow.progress import Progress, Stopped
from reasoning_chains.workflow.tooling import tools_of

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["Workflow"]

_HOW = "write @tool above a function, or name a bundled tool such as calculator"


@dataclass(frozen=True, slots=True)
class Workflow(Chain):
    r"""Go through the steps of a template, each a prompt, a chain, a tool or a question.

    Args:
        path: The file, or the name of a template of the project or the bundled ones.
        tools: What its steps may call beside the bundled tools: tools, toolboxes or names.
        max_steps: How many steps are taken at most, those of loops counted each time.

    The answer is the text of `{% answer %}`, where the workflow ends; without one, the last step's.
    Where a budget ends it, it is the latest reply that an `{% answer %}` names.

    Example:
        >>> import tempfile, pathlib
        >>> from reasoning_chains import ScriptedBackend, Workflow
        >>> file = pathlib.Path(tempfile.mkdtemp(), "review.jinja")
        >>> _ = file.write_text(
        ...     "{% step draft %}Write a title for: {{ question }}{% endstep %}\n"
        ...     "{% answer %}Title: {{ draft }}{% endanswer %}"
        ... )
        >>> backend = ScriptedBackend(["The Sea"])
        >>> Workflow(str(file)).invoke({"question": "a book on whales"}, backend=backend).answer
        'Title: The Sea'
    """

    path: str
    tools: Sequence[Tool | Toolbox | LangChainTool | str] = ()
    max_steps: int = 100
    asks: ClassVar[str] = "one ask a step, and what the chains of its steps ask"

    def __post_init__(self) -> None:
        """Refuse settings that cannot be."""
        object.__setattr__(self, "path", wanted_path(self.path))
        tools = listed("workflow tools", self.tools, object)
        for each in tools:
            wanted("each of workflow tools", each, Tool, Toolbox, str, *foreign(), hint=_HOW)
        object.__setattr__(self, "tools", tools)
        ranged("workflow max_steps", self.max_steps, int, 1)

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Render the file; the steps run as they are reached."""
        flow = flow_of(run, problem, self.path)
        facts = flow.check()
        data = variables(flow, facts.needed, problem, run)
        tools, sampling = await tools_of(flow, self.tools), run.sampling.over(flow.head.settings())
        progress = Progress(run, problem, tools, sampling, self.max_steps)
        progress.watched, progress.names = facts.watched, facts.names
        try:
            await flow.render(data, progress)
        except Stopped as stopped:
            run.note("stopped", reason=str(stopped))
            if stopped.reason == "budget" and (best := progress.best(flow.answering())):
                return run.conclude(problem, self._read(problem, run, best), stop_reason="budget")
            return run.conclude(problem, Reply(str(stopped)), stop_reason=stopped.reason)
        text = progress.text
        if not text:
            told = "no step was reached" if progress.answer is None else "its answer is empty"
            return run.conclude(problem, Reply(f"{flow.name}: {told}"))
        return run.conclude(problem, self._read(problem, run, text, progress.data))

    @staticmethod
    def _read(problem: Problem, run: Run, text: str, data: Any = None) -> Reply:
        return Reply(text, text, value=data) if problem.kind == "text" else run.read(problem, text)


def wanted_path(path: Any) -> str:
    """Take a name or a path, as text or as an object of pathlib."""
    from os import PathLike, fspath

    wanted("workflow path", path, str, PathLike, hint='write Workflow("templates/mine.jinja")')
    told = fspath(path)
    if not isinstance(told, str) or not told.strip():
        raise UserMistake(f"workflow path {told!r}: name a file, or a template")
    return told


def variables(flow: Flow, needed: Sequence[str], problem: Problem, run: Run) -> Mapping[str, Any]:
    """Give what the workflow sees; what it does not declare, or lacks, is refused.

    Raises:
        UnknownName: The problem has an input that the head of the file does not name.
        UserMistake: One that it names is not given.
    """
    from reasoning_chains.asking import described

    flow.check_inputs(problem)
    for name in needed:
        if name not in problem.inputs:
            raise UserMistake(
                f"workflow {flow.name!r} needs {name!r}: give it in "
                f'{{"question": …, "{name}": …}}, or by --input {name}=…'
            )
    thinks = run.session.backend.capabilities.thinking
    return {**problem.inputs, **described(problem, flow.lang), "thinks": thinks}
