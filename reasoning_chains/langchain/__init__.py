"""The library inside LangChain: chains as runnables and tools, backends as chat models.

LangChain is loaded when one of these is made, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reasoning_chains.errors import MissingPackage, UserMistake

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool

    from reasoning_chains.chain import Chain
    from reasoning_chains.langchain.chat_model import BackendChatModel
    from reasoning_chains.langchain.runnable import ChainRunnable
    from reasoning_chains.session import AnyBackend

__all__ = ["as_chat_model", "as_runnable", "as_tool"]


def as_chat_model(backend: AnyBackend = "embedded", **settings: Any) -> BackendChatModel:
    """Make a LangChain chat model of a backend.

    Args:
        backend: A name such as `embedded`, or a backend.
        **settings: `temperature`, `top_p`, `top_k`, `max_tokens`, `seed`, `project`, and what every
            chat model takes, such as `callbacks`, `tags` and `cache`.

    Raises:
        MissingPackage: LangChain is not installed.
        UserMistake: A setting is unknown, or not of its type.
    """
    _installed("as_chat_model")
    from pydantic import ValidationError

    from reasoning_chains.langchain.chat_model import BackendChatModel

    try:
        return BackendChatModel(backend=backend, **settings)
    except ValidationError as error:
        told = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        raise UserMistake(f"as_chat_model: {'; '.join(told)}") from None


def as_runnable(chain: Chain, backend: AnyBackend, shape: Any, options: Any) -> ChainRunnable:
    """Make a LangChain runnable of a chain; see `Chain.as_runnable`."""
    _installed("as_runnable")
    from reasoning_chains.langchain.runnable import ChainRunnable
    from reasoning_chains.langchain.shape import Shape

    return ChainRunnable(chain, backend, Shape(**shape), options)


def as_tool(
    chain: Chain, backend: AnyBackend, told: tuple[str, str], options: Any
) -> StructuredTool:
    """Make a LangChain tool of a chain; see `Chain.as_tool`."""
    _installed("as_tool")
    from reasoning_chains.langchain.tool import chain_tool

    return chain_tool(chain, backend, told, options)


def _installed(what: str) -> None:
    try:
        import langchain_core  # noqa: F401
    except ImportError as error:
        raise MissingPackage(what, "langchain", "langchain") from error
