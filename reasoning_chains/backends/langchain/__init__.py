"""Any LangChain chat model as a backend; langchain_core is loaded when a model is given."""

from reasoning_chains.backends.langchain.backend import LangChainBackend, opened

__all__ = ["LangChainBackend", "opened"]
