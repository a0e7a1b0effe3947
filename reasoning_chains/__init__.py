"""Make language models reason: composable chains, Jinja templates, backends, evals."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reasoning_chains.answers import equivalent, extract_answer
    from reasoning_chains.backends.embedded import EmbeddedBackend
    from reasoning_chains.backends.scripted import ScriptedBackend
    from reasoning_chains.budget import Budget
    from reasoning_chains.chain import Chain
    from reasoning_chains.chains.direct import Direct
    from reasoning_chains.chains.few_shot_cot import FewShotCoT
    from reasoning_chains.chains.self_consistency import SelfConsistency
    from reasoning_chains.chains.zero_shot_cot import ZeroShotCoT
    from reasoning_chains.errors import BackendError, ReasoningChainsError, UserMistake
    from reasoning_chains.names import open_backend
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.spelling import parse_chain
    from reasoning_chains.types import Message, Problem, Sampling
    from reasoning_chains.voting import BetaRule, UnanimousWindow, majority

__all__ = [
    "BackendError",
    "BetaRule",
    "Budget",
    "Chain",
    "Direct",
    "EmbeddedBackend",
    "FewShotCoT",
    "Message",
    "Problem",
    "ReasoningChainsError",
    "Run",
    "Sampling",
    "ScriptedBackend",
    "SelfConsistency",
    "Solution",
    "UnanimousWindow",
    "UserMistake",
    "ZeroShotCoT",
    "equivalent",
    "extract_answer",
    "majority",
    "open_backend",
    "parse_chain",
]

_HOMES = {
    "BackendError": "errors",
    "BetaRule": "voting",
    "Budget": "budget",
    "Chain": "chain",
    "Direct": "chains.direct",
    "EmbeddedBackend": "backends.embedded",
    "FewShotCoT": "chains.few_shot_cot",
    "Message": "types",
    "Problem": "types",
    "ReasoningChainsError": "errors",
    "Run": "run",
    "Sampling": "types",
    "ScriptedBackend": "backends.scripted",
    "SelfConsistency": "chains.self_consistency",
    "Solution": "solution",
    "UnanimousWindow": "voting",
    "UserMistake": "errors",
    "ZeroShotCoT": "chains.zero_shot_cot",
    "equivalent": "answers",
    "extract_answer": "answers",
    "majority": "voting",
    "open_backend": "names",
    "parse_chain": "spelling",
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
