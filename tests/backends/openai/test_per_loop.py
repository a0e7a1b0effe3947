"""Connections end with their loop or with their backend, whichever ends first."""

import asyncio
import gc
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from reasoning_chains.backends.openai import OpenAIBackend
from tests.backends.openai.asked import KEY, Got, Via, ask, run
from tests.servers.chat import ChatServer


@contextmanager
def background() -> Iterator[asyncio.AbstractEventLoop]:
    """Run a loop in a thread, as the library does for its sync verbs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield loop
    asyncio.run_coroutine_threadsafe(settled(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


async def settled() -> None:
    """Wait for what is closing just now."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others)


def asked_in(loop: asyncio.AbstractEventLoop, backend: OpenAIBackend) -> Got:
    return asyncio.run_coroutine_threadsafe(ask(backend), loop).result(10)


def until_closed(server: ChatServer) -> bool:
    deadline = time.monotonic() + 3
    while server.connected and time.monotonic() < deadline:
        time.sleep(0.01)
    return not server.connected


def test_a_forgotten_backend_closes_its_connections(transport: Via) -> None:
    with ChatServer() as server, background() as loop:
        backend = OpenAIBackend("m", server.url, KEY, transport=transport)
        assert asked_in(loop, backend).completions
        assert server.connected == 1
        del backend
        gc.collect()
        assert until_closed(server)


def test_closing_reaches_the_loops_of_other_threads(transport: Via) -> None:
    with ChatServer() as server, background() as loop:
        backend = OpenAIBackend("m", server.url, KEY, transport=transport)
        assert asked_in(loop, backend).completions
        run(backend.aclose)
        assert until_closed(server)
        assert asked_in(loop, backend).completions
        run(backend.aclose)


def test_two_loops_at_once_have_connections_of_their_own(transport: Via) -> None:
    with ChatServer() as server, background() as one, background() as other:
        backend = OpenAIBackend("m", server.url, KEY, transport=transport)
        assert asked_in(one, backend).completions
        assert asked_in(other, backend).completions
        assert server.connected == 2
        run(backend.aclose)
        assert until_closed(server)


def test_the_end_of_the_program_is_silent(transport: Via) -> None:
    program = f"""
import asyncio, threading
from reasoning_chains.backends.openai import OpenAIBackend
from tests.backends.openai.asked import ask
loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()
backend = OpenAIBackend("m", "URL", "{KEY}", transport="{transport}")
print(len(asyncio.run_coroutine_threadsafe(ask(backend), loop).result(10).completions))
"""
    with ChatServer() as server:
        command = [sys.executable, "-W", "error", "-c", program.replace("URL", server.url)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("1\n", "")
