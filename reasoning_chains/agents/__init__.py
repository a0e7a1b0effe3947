"""Agents: a file of YAML names a chain, its tools, its limits and its backend."""

from reasoning_chains.agents.agent import Agent, load_agent

__all__ = ["Agent", "load_agent"]
