"""Examples by the likeness of embeddings: a function of the user's, or a local model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from reasoning_chains.errors import MissingPackage, UserMistake, shown
from reasoning_chains.exemplars.strategies import Embed
from reasoning_chains.templates.exemplars import Exemplar

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["by_embedding"]


def by_embedding(
    embed: str | Embed, exemplars: Sequence[Exemplar], question: str, count: int
) -> tuple[Exemplar, ...]:
    """Take those whose questions are likest by the cosine of their embeddings, the likest last.

    Args:
        embed: A function of texts, or the name of a sentence-transformers model.
        exemplars: What is chosen from.
        question: What they are to suit.
        count: How many at most.

    Raises:
        MissingPackage: A model is named, and sentence-transformers is not installed.
        UserMistake: The function gave something else than one vector a text.
    """
    function = _model(embed) if isinstance(embed, str) else embed
    pool = tuple(exemplars)
    if not pool or count < 1:
        return ()
    known = _embedded(function, tuple(each.question for each in pool))
    asked = _vectors(function, (question,))
    if asked.shape[1] != known.shape[1]:
        raise UserMistake(f"embed gave vectors of {known.shape[1]} and {asked.shape[1]} numbers")
    likeness = (known @ asked[0]).tolist()
    places = sorted(range(len(pool)), key=lambda place: -likeness[place])[:count]
    return tuple(pool[place] for place in reversed(places))


@lru_cache(maxsize=8)
def _embedded(function: Embed, texts: tuple[str, ...]) -> NDArray[Any]:
    return _vectors(function, texts)


def _vectors(function: Embed, texts: tuple[str, ...]) -> NDArray[Any]:
    """Ask for vectors, check them, and bring them to length 1."""
    import numpy as np

    given = function(list(texts))
    try:
        found = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise UserMistake(f"embed must give one vector a text, found {shown(given)}") from None
    if found.ndim != 2 or len(found) != len(texts) or not np.isfinite(found).all():
        raise UserMistake(
            f"embed must give one vector of finite numbers a text, all of one length: asked for "
            f"{len(texts)}, it gave an array of shape {found.shape}"
        )
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return found / np.where(lengths == 0, 1, lengths)


@lru_cache(maxsize=2)
def _model(name: str) -> Embed:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise MissingPackage(f"embed={name!r}", "sentence-transformers", "embeddings") from None
    encode: Embed = SentenceTransformer(name).encode
    return encode
