"""Completions from any OpenAI-compatible address; it knows nothing of chains."""

from reasoning_chains.backends.openai.address import Address, Spelling
from reasoning_chains.backends.openai.backend import OpenAIBackend
from reasoning_chains.backends.openai.failures import Teller
from reasoning_chains.backends.openai.from_wire import from_wire
from reasoning_chains.backends.openai.to_wire import to_wire
from reasoning_chains.errors import HostedError

__all__ = [
    "Address",
    "HostedError",
    "OpenAIBackend",
    "Spelling",
    "Teller",
    "from_wire",
    "to_wire",
]
