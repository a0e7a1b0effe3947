"""Remembers which texts were there in a fixed room: it may take a new one for an old one, rarely.

A Bloom filter (Bloom 1970, doi:10.1145/362686.362692). What was there is never taken for new.
"""

from __future__ import annotations

from hashlib import sha256

__all__ = ["Filter"]

_BITS = 27
_FEW = 8_192
_MIXERS = (
    0x9E3779B97F4A7C15,
    0xBF58476D1CE4E5B9,
    0x94D049BB133111EB,
    0xD6E8FEB86659FD93,
)
_WORD = (1 << 64) - 1


class Filter:
    """Holds the first 8,192 texts as they are, and then 2 ** 27 bits (16 MB), four of them a text.

    Of ten million texts, less than one in two hundred is taken for an old one; of a million, less
    than one in a million. It looks at the first 48 bits of SHA-256: texts that share these are one.
    """

    __slots__ = ("_bits", "_few")

    def __init__(self) -> None:
        self._few: set[int] = set()
        self._bits = bytearray()

    def __contains__(self, text: object) -> bool:
        key = _key(str(text))
        if not self._bits:
            return key in self._few
        return all(self._bits[place >> 3] >> (place & 7) & 1 for place in _places(key))

    def add(self, text: str) -> None:
        """Remember a text."""
        key = _key(text)
        if not self._bits:
            self._few.add(key)
            if len(self._few) > _FEW:
                self._spread()
            return
        for place in _places(key):
            self._bits[place >> 3] |= 1 << (place & 7)

    def _spread(self) -> None:
        """Go over from the few to bits."""
        self._bits = bytearray(1 << (_BITS - 3))
        for place in (place for key in self._few for place in _places(key)):
            self._bits[place >> 3] |= 1 << (place & 7)
        self._few.clear()


def _key(text: str) -> int:
    digest = sha256(text.encode(errors="surrogatepass")).digest()
    return int.from_bytes(digest[:6], "big") + 1


def _places(key: int) -> list[int]:
    return [(key * mixer & _WORD) >> (64 - _BITS) for mixer in _MIXERS]
