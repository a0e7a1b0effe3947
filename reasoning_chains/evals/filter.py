"""Remembers which texts were there in a fixed room: it may take a new one for an old one, rarely.

A Bloom filter (Bloom 1970, doi:10.1145/362686.362692). What was there is never taken for new.
"""

from __future__ import annotations

from hashlib import sha256

__all__ = ["Filter"]

_BITS = 27
_MIXERS = (
    0x9E3779B97F4A7C15,
    0xBF58476D1CE4E5B9,
    0x94D049BB133111EB,
    0xD6E8FEB86659FD93,
)
_WORD = (1 << 64) - 1


class Filter:
    """Holds 2 ** 27 bits (16 MB, of which only touched pages count), four of them a text.

    Of ten million texts, less than one in two hundred is taken for an old one; of a million, less
    than one in a million. It looks at the first 48 bits of SHA-256: texts that share these are one.
    """

    __slots__ = ("_bits",)

    def __init__(self) -> None:
        self._bits = bytearray(1 << (_BITS - 3))

    def __contains__(self, text: object) -> bool:
        return all(self._bits[place >> 3] >> (place & 7) & 1 for place in _places(str(text)))

    def add(self, text: str) -> None:
        """Remember a text."""
        for place in _places(text):
            self._bits[place >> 3] |= 1 << (place & 7)


def _places(text: str) -> list[int]:
    key = int.from_bytes(sha256(text.encode(errors="surrogatepass")).digest()[:6], "big") + 1
    return [(key * mixer & _WORD) >> (64 - _BITS) for mixer in _MIXERS]
