"""Jinja templates as prompts: find, render to messages, and their parse contracts."""

from reasoning_chains.templates.front_matter import READERS, FrontMatter
from reasoning_chains.templates.language import language_of
from reasoning_chains.templates.render import Prompt, Templates, templates_of

__all__ = ["READERS", "FrontMatter", "Prompt", "Templates", "language_of", "templates_of"]
