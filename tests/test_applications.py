"""The FastAPI example of the docs, as a real server process on loopback."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.test_docs import ROOT, blocks

QUESTION = "Ann has 12 pens. She buys 30 more. How many pens does Ann have in the end?"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("app")
    page = blocks(ROOT / "docs" / "applications.md")
    (app,) = [block.text for block in page if block.mark == "file: app.py"]
    (folder / "app.py").write_text(app + "\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "app:app", "--port", str(port)]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert server.poll() is None, "the server ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server does not listen")


def post(address: str, path: str, question: str) -> bytes:
    body = json.dumps({"question": question}).encode()
    head = {"content-type": "application/json"}
    request = urllib.request.Request(f"{address}{path}", body, head)
    with urllib.request.urlopen(request, timeout=60) as reply:
        text: bytes = reply.read()
    return text


def test_an_answer_comes_as_json(address: str) -> None:
    found = json.loads(post(address, "/answer", QUESTION))
    assert found["answer"] == "42"
    assert found["stop_reason"] == "answered"
    assert 0 < found["confidence"] <= 1
    assert found["tokens"] > 100


def test_a_reply_is_streamed_as_text(address: str) -> None:
    assert b"42" in post(address, "/stream", QUESTION)


def test_a_mistake_is_told(address: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        post(address, "/answer", " ")
    assert caught.value.code == 422
    assert b"the question is empty" in caught.value.read()
