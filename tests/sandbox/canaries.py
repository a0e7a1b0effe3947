"""What an escape would touch: a secret in a file, in an environment, behind a port; and a host."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

ESCAPES = sorted((Path(__file__).parent / "escapes").glob("*.yaml"))
_NAME = "SANDBOX_TEST_CANARY"
_MARK = "STOLEN"


@dataclass(frozen=True)
class Payload:
    """A hostile program; `ends` are the statuses that it may end with, all where it is empty."""

    name: str
    code: str
    leaks: bool = False
    slow: bool = False
    ends: tuple[str, ...] = ()


def payloads(page: Path) -> list[Payload]:
    read = yaml.safe_load(page.read_text(encoding="utf-8"))
    return [Payload(**{**entry, "ends": tuple(entry.get("ends", ()))}) for entry in read]


@dataclass(frozen=True)
class Canaries:
    """The secrets of a test, and what stands guard over them."""

    folder: Path
    in_file: str
    in_environment: str
    server: socket.socket
    host: subprocess.Popen[bytes]

    @property
    def file(self) -> Path:
        return self.folder / "secret.txt"

    def aimed(self, code: str) -> str:
        """Tell a payload where its prey is."""
        places = {
            "CANARY_FILE": str(self.file),
            "CANARY_DIR": str(self.folder),
            "CANARY_PORT": str(self.server.getsockname()[1]),
            "CANARY_NAME": _NAME,
            "HOST_PID": str(self.host.pid),
        }
        for word, place in places.items():
            code = code.replace(word, place)
        return code

    def leaked(self, *texts: str) -> bool:
        """Tell whether a secret stands in what came back."""
        return any(self.in_file in text or self.in_environment in text for text in texts)

    def marked(self, *texts: str) -> bool:
        """Tell whether a payload printed that it got through."""
        return any(_MARK in text for text in texts)

    def harmed(self) -> str:
        """Say what is not as it was, or give an empty text."""
        if [entry.name for entry in self.folder.iterdir()] != ["secret.txt"]:
            return f"the folder holds {sorted(entry.name for entry in self.folder.iterdir())}"
        if self.file.read_text(encoding="utf-8") != self.in_file:
            return "the file was changed"
        if self.file.stat().st_mode & 0o777 != 0o644 or self.file.stat().st_nlink != 1:
            return "the file has other permissions or names"
        with contextlib.suppress(BlockingIOError):
            self.server.accept()
            return "something connected"
        return "" if self.host.poll() is None else "the host process died"


@contextlib.contextmanager
def planted(folder: Path) -> Iterator[Canaries]:
    """Plant the secrets, with a process whose environment holds one, and guard them."""
    secret = secrets.token_hex(12)
    environment = {**os.environ, _NAME: secret}
    waiting = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]
    server = socket.create_server(("127.0.0.1", 0))
    server.setblocking(False)
    host = subprocess.Popen(waiting, stdin=subprocess.PIPE, env=environment)
    canaries = Canaries(folder, secrets.token_hex(12), secret, server, host)
    canaries.file.write_text(canaries.in_file, encoding="utf-8")
    canaries.file.chmod(0o644)
    os.environ[_NAME] = secret
    try:
        yield canaries
    finally:
        del os.environ[_NAME]
        server.close()
        host.kill()
        host.communicate()


def unguarded(canaries: Canaries, payload: Payload) -> str:
    """Run a payload without any sandbox, to see that it does what it says."""
    ran = subprocess.run(
        [sys.executable, "-c", canaries.aimed(payload.code)],
        capture_output=True,
        check=False,
        timeout=60,
    )
    told: bytes = ran.stdout + ran.stderr
    return told.decode(errors="replace")
