"""Which texts fit a query best, by the words they share; it knows no file, tool or template."""

from __future__ import annotations

from reasoning_chains.ranking.bm25 import Index
from reasoning_chains.ranking.terms import terms

__all__ = ["Index", "terms"]
