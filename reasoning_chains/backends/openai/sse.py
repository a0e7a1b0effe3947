"""Server-sent events out of bytes as they come, cut anywhere; it knows nothing of their meaning."""

from __future__ import annotations

__all__ = ["Events"]

_BOM = b"\xef\xbb\xbf"


class Events:
    """Takes pieces of a stream and gives the data of each event that is complete.

    Its time is linear in the bytes, however small the pieces are: a piece is looked at once.
    """

    def __init__(self) -> None:
        self._line: list[bytes] = []  # pieces of a line whose end has not come
        self._data: list[bytes] = []  # data lines of an event whose end has not come
        self._after_cr = False
        self._begun = False

    def feed(self, piece: bytes) -> list[bytes]:
        """Give the data of all events that end in this piece."""
        if self._after_cr and piece.startswith(b"\n"):
            piece = piece[1:]  # the second half of a CRLF that was cut in two
            self._after_cr = False
        if not piece:
            return []
        self._after_cr = piece.endswith(b"\r")
        lines = piece.splitlines(keepends=True)
        rest = lines.pop() if not lines[-1].endswith((b"\n", b"\r")) else b""
        events: list[bytes] = []
        for line in lines:
            self._line.append(line.rstrip(b"\r\n"))
            self._take(b"".join(self._line), events)
            self._line.clear()
        if rest:
            self._line.append(rest)
        return events

    def _take(self, line: bytes, events: list[bytes]) -> None:
        if not self._begun:
            self._begun = True
            line = line.removeprefix(_BOM)
        if not line:
            if self._data:
                events.append(b"\n".join(self._data))
                self._data.clear()
            return
        name, _, value = line.partition(b":")
        if name == b"data":  # comments begin with the colon; other fields say nothing here
            self._data.append(value.removeprefix(b" "))
