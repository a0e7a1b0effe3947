"""Make language models reason: composable chains, Jinja templates, backends, evals."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reasoning_chains.agents import Agent, load_agent
    from reasoning_chains.answers import equivalent, extract_answer
    from reasoning_chains.auto_cot import AutoCoT
    from reasoning_chains.backends.embedded import EmbeddedBackend
    from reasoning_chains.backends.guard.guarding import guarded, stored
    from reasoning_chains.backends.guard.pace import Pace
    from reasoning_chains.backends.guard.retry import Retry
    from reasoning_chains.backends.guard.routing import Router
    from reasoning_chains.backends.langchain import LangChainBackend
    from reasoning_chains.backends.scripted import ScriptedBackend
    from reasoning_chains.budget import Budget
    from reasoning_chains.chain import Chain
    from reasoning_chains.chains.analogical import Analogical
    from reasoning_chains.chains.as_given import AsGiven
    from reasoning_chains.chains.cascade import Cascade
    from reasoning_chains.chains.direct import Direct
    from reasoning_chains.chains.ensemble import Ensemble
    from reasoning_chains.chains.fallback import Fallback
    from reasoning_chains.chains.few_shot_cot import FewShotCoT
    from reasoning_chains.chains.least_to_most import LeastToMost
    from reasoning_chains.chains.on import On
    from reasoning_chains.chains.plan_and_solve import PlanAndSolve
    from reasoning_chains.chains.program_of_thought import ProgramOfThought
    from reasoning_chains.chains.react import ReAct
    from reasoning_chains.chains.refine import Refine
    from reasoning_chains.chains.retrieve import Retrieve
    from reasoning_chains.chains.self_ask import SelfAsk
    from reasoning_chains.chains.self_consistency import SelfConsistency
    from reasoning_chains.chains.step_back import StepBack
    from reasoning_chains.chains.universal import UniversalSelfConsistency
    from reasoning_chains.chains.zero_shot_cot import ZeroShotCoT
    from reasoning_chains.errors import BackendError, ReasoningChainsError, UserMistake
    from reasoning_chains.evals.item import Item
    from reasoning_chains.evals.matched import Matched
    from reasoning_chains.evals.matching import Matching
    from reasoning_chains.evals.report import Report
    from reasoning_chains.evals.running import aevaluate, evaluate
    from reasoning_chains.evals.score import Score
    from reasoning_chains.evals.suite import Suite, load_suite
    from reasoning_chains.exemplars.writing import write_exemplars
    from reasoning_chains.langchain import as_chat_model
    from reasoning_chains.names import open_backend, open_tool
    from reasoning_chains.run import Run
    from reasoning_chains.session import aclose_backend, close_backend
    from reasoning_chains.solution import Solution
    from reasoning_chains.spelling import parse_chain
    from reasoning_chains.toolbox import Tool, ToolFailed
    from reasoning_chains.tools.decorator import tool
    from reasoning_chains.tools.mcp import McpServer
    from reasoning_chains.types import Message, Problem, Sampling
    from reasoning_chains.voting import BetaRule, UnanimousWindow, majority
    from reasoning_chains.workflow import Workflow

__all__ = [
    "Agent",
    "Analogical",
    "AsGiven",
    "AutoCoT",
    "BackendError",
    "BetaRule",
    "Budget",
    "Cascade",
    "Chain",
    "Direct",
    "EmbeddedBackend",
    "Ensemble",
    "Fallback",
    "FewShotCoT",
    "Item",
    "LangChainBackend",
    "LeastToMost",
    "Matched",
    "Matching",
    "McpServer",
    "Message",
    "On",
    "Pace",
    "PlanAndSolve",
    "Problem",
    "ProgramOfThought",
    "ReAct",
    "ReasoningChainsError",
    "Refine",
    "Report",
    "Retrieve",
    "Retry",
    "Router",
    "Run",
    "Sampling",
    "Score",
    "ScriptedBackend",
    "SelfAsk",
    "SelfConsistency",
    "Solution",
    "StepBack",
    "Suite",
    "Tool",
    "ToolFailed",
    "UnanimousWindow",
    "UniversalSelfConsistency",
    "UserMistake",
    "Workflow",
    "ZeroShotCoT",
    "aclose_backend",
    "aevaluate",
    "as_chat_model",
    "close_backend",
    "equivalent",
    "evaluate",
    "extract_answer",
    "guarded",
    "load_agent",
    "load_suite",
    "majority",
    "open_backend",
    "open_tool",
    "parse_chain",
    "stored",
    "tool",
    "write_exemplars",
]

_HOMES = {
    "Agent": "agents",
    "Analogical": "chains.analogical",
    "AsGiven": "chains.as_given",
    "AutoCoT": "auto_cot",
    "BackendError": "errors",
    "BetaRule": "voting",
    "Budget": "budget",
    "Cascade": "chains.cascade",
    "Chain": "chain",
    "Direct": "chains.direct",
    "EmbeddedBackend": "backends.embedded",
    "Ensemble": "chains.ensemble",
    "Fallback": "chains.fallback",
    "FewShotCoT": "chains.few_shot_cot",
    "Item": "evals.item",
    "LangChainBackend": "backends.langchain",
    "LeastToMost": "chains.least_to_most",
    "Matched": "evals.matched",
    "Matching": "evals.matching",
    "McpServer": "tools.mcp",
    "Message": "types",
    "On": "chains.on",
    "Pace": "backends.guard.pace",
    "PlanAndSolve": "chains.plan_and_solve",
    "Problem": "types",
    "ProgramOfThought": "chains.program_of_thought",
    "ReAct": "chains.react",
    "ReasoningChainsError": "errors",
    "Refine": "chains.refine",
    "Report": "evals.report",
    "Retrieve": "chains.retrieve",
    "Retry": "backends.guard.retry",
    "Router": "backends.guard.routing",
    "Run": "run",
    "Sampling": "types",
    "Score": "evals.score",
    "ScriptedBackend": "backends.scripted",
    "SelfAsk": "chains.self_ask",
    "SelfConsistency": "chains.self_consistency",
    "Solution": "solution",
    "StepBack": "chains.step_back",
    "Suite": "evals.suite",
    "Tool": "toolbox",
    "ToolFailed": "toolbox",
    "UnanimousWindow": "voting",
    "UniversalSelfConsistency": "chains.universal",
    "UserMistake": "errors",
    "Workflow": "workflow",
    "ZeroShotCoT": "chains.zero_shot_cot",
    "aclose_backend": "session",
    "aevaluate": "evals.running",
    "as_chat_model": "langchain",
    "close_backend": "session",
    "equivalent": "answers",
    "evaluate": "evals.running",
    "extract_answer": "answers",
    "guarded": "backends.guard.guarding",
    "load_agent": "agents",
    "load_suite": "evals.suite",
    "majority": "voting",
    "open_backend": "names",
    "open_tool": "names",
    "parse_chain": "spelling",
    "stored": "backends.guard.guarding",
    "tool": "tools.decorator",
    "write_exemplars": "exemplars.writing",
}
"""Where each public name lives: a room is entered when its name is first used."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
