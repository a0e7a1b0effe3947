"""The library inside LangChain and LangChain inside the library, on the real packages."""
