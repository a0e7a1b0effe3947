"""Naming tools loads nothing heavy: that comes when a tool is made or used."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from reasoning_chains import McpServer, Tool, ToolFailed, open_tool, tool
McpServer(("program",))
open_tool("calculator"), open_tool("python")
import reasoning_chains.run, reasoning_chains.toolbox, reasoning_chains.tools.choosing
heavy = {"pydantic", "mcp", "mcp_types", "httpx2", "numpy", "jinja2", "yaml", "pydantic_monty"}
print(sorted(heavy & set(sys.modules)), callable(sys.modules["reasoning_chains"].tool))
"""


def test_tools_are_named_without_loading_anything_heavy() -> None:
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", CODE], capture_output=True, text=True, check=True
    )
    assert (told.stdout.strip(), told.stderr) == ("[] True", "")
