"""How the tests of tools call one: as a run does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from reasoning_chains.acting import Observation, call_tool
from reasoning_chains.budget import Account, Budget
from reasoning_chains.toolbox import Tool

__all__ = ["act"]


def act(tool: Tool, written: str | Mapping[str, Any]) -> Observation:
    """Call a tool with what a model wrote."""
    return asyncio.run(call_tool(Account(Budget()), [tool], tool.name, written))
