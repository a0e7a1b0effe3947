"""A Jinja file with steps as a chain: its tags, its check, its steps and what they gave."""

from reasoning_chains.workflow.workflow import Workflow

__all__ = ["Workflow"]
