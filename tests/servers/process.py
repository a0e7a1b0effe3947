"""A chat server in a process of its own, which may be killed: `with ServerProcess() as server`."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from tests.servers.chat import ChatServer, Manner
from tests.servers.replies import Model

__all__ = ["ServerProcess"]

_ROOT = Path(__file__).parents[2]


class ServerProcess:
    """Runs `python -m tests.servers.process` with these arguments, and knows its address."""

    def __init__(self, text: str, delay: float = 0.0) -> None:
        self._text, self._delay = text, delay
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def __enter__(self) -> ServerProcess:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    @property
    def url(self) -> str:
        """What a client takes as base_url."""
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> None:
        """Start it, at the port that it had before."""
        given = [self._text, str(self._delay), str(self.port)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, *given], cwd=_ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def kill(self) -> None:
        """End it as `kill -9` does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            if self._process.stdout is not None:
                self._process.stdout.close()


def main() -> None:
    """Serve until killed."""
    text, delay, port = sys.argv[1:]
    with ChatServer(Manner(delay=float(delay)), Model(text=text), port=int(port)) as server:
        sys.stdout.write(server.url.split(":")[2].partition("/")[0] + "\n")
        sys.stdout.flush()
        while True:
            time.sleep(60)


if __name__ == "__main__":
    main()
