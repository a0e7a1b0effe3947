"""The embedded backend's thread, loops, cancelling, closing, and what one prompt costs."""

from __future__ import annotations

import asyncio
import gc
import math
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains.backends.embedded import EmbeddedBackend
from reasoning_chains.backends.engine.jobs import Asked
from reasoning_chains.backends.engine.llama import NumpyLlama
from reasoning_chains.backends.engine.loading import load_numpy
from reasoning_chains.backends.engine.scheduler import Scheduler
from reasoning_chains.errors import BackendError, UserMistake
from reasoning_chains.types import Request, Sampling
from tests.backends.asking_local import Heard, ask, samples, tell, user
from tests.backends.tiny_model import Tiny, write_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model"), Tiny(context=100_000))


_elsewhere: set[threading.Thread] = set()


@pytest.fixture(scope="module", autouse=True)
def _those_of_others() -> None:
    """Leave out the threads of backends that other tests named: the process closes those."""
    gc.collect()
    _elsewhere.update(threading.enumerate())


def threads() -> list[str]:
    names = [thread.name for thread in threading.enumerate() if thread not in _elsewhere]
    return [name for name in names if name.startswith("reasoning-chains embedded")]


def settled(wanted: int) -> bool:
    end = time.monotonic() + 5
    while len(threads()) != wanted and time.monotonic() < end:
        time.sleep(0.01)
        gc.collect()  # a backend is a ring of objects, and the thread lets go of it a little later
    return len(threads()) == wanted


def test_no_thread_runs_before_the_first_request_nor_after_closing(folder: Path) -> None:
    assert settled(0)
    backend = EmbeddedBackend(folder)
    assert backend.capabilities.n
    assert threads() == []

    async def main() -> None:
        await ask(backend, user("hi", max_tokens=3))
        assert len(threads()) == 1
        await backend.aclose()

    asyncio.run(main())
    assert settled(0)


def test_a_backend_that_is_dropped_frees_its_thread(folder: Path) -> None:
    backend = EmbeddedBackend(folder)
    asyncio.run(ask(backend, user("hi", max_tokens=3)))
    assert len(threads()) == 1
    del backend
    assert settled(0)


def test_it_works_from_several_loops_and_after_closing(folder: Path) -> None:
    backend = EmbeddedBackend(folder)

    async def main() -> list[str]:
        said = await tell(backend, user("hi", max_tokens=5))
        await backend.aclose()
        return said + await tell(backend, user("hi", max_tokens=5))

    texts = asyncio.run(main()) + asyncio.run(main())
    assert len(set(texts)) == 1
    asyncio.run(backend.aclose())


def test_loops_in_several_threads_share_it(folder: Path) -> None:
    backend = EmbeddedBackend(folder)
    found: list[list[str]] = []
    workers = [
        threading.Thread(
            target=lambda: found.append(asyncio.run(tell(backend, user("hi", max_tokens=9))))
        )
        for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(found) == 4
    assert all(texts == found[0] for texts in found)
    asyncio.run(backend.aclose())


def test_cancelling_frees_the_row_and_the_others_go_on(folder: Path) -> None:
    backend = EmbeddedBackend(folder)

    async def main() -> None:
        endless = user("hi", temperature=0, max_tokens=90_000)
        heard = Heard()
        request = Request(endless, samples(endless, range(2)))
        task = asyncio.create_task(backend.streamed().complete(request, heard.emit))
        while not heard.deltas:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        shown = heard.shown(0)
        start = time.monotonic()
        await ask(backend, user("hi", max_tokens=3))
        await backend.aclose()  # waits for the worker, which has nothing more to do
        assert time.monotonic() - start < 5
        assert heard.shown(0) == shown
        assert not heard.ends

    asyncio.run(main())


def test_the_event_loop_stays_free_and_deltas_come_while_it_decodes(folder: Path) -> None:
    backend = EmbeddedBackend(folder)

    async def main() -> None:
        heard = Heard()
        content = user("hi", max_tokens=60)
        request = Request(content, samples(content, range(1)))
        task = asyncio.create_task(backend.streamed().complete(request, heard.emit))
        turns = 0
        while not task.done():
            await asyncio.sleep(0)
            turns += 1
        await task
        assert turns > 20
        await backend.aclose()

    asyncio.run(main())


def test_closing_ends_what_is_being_worked_at(folder: Path) -> None:
    backend = EmbeddedBackend(folder)

    async def main() -> None:
        content = user("hi", max_tokens=90_000)
        heard = Heard()
        request = Request(content, samples(content, range(1)))
        task = asyncio.create_task(backend.streamed().complete(request, heard.emit))
        while not heard.deltas:
            await asyncio.sleep(0.01)
        await backend.aclose()
        with pytest.raises(BackendError, match="closed"):
            await asyncio.wait_for(task, 5)

    asyncio.run(main())


def test_a_loop_that_ends_mid_way_leaves_the_backend_usable(folder: Path) -> None:
    backend = EmbeddedBackend(folder)

    async def leave() -> None:
        task = asyncio.create_task(ask(backend, user("hi", max_tokens=90_000)))
        await asyncio.sleep(0.05)
        del task

    asyncio.run(leave())  # cancels the task, and closes the loop under the worker
    assert asyncio.run(tell(backend, user("hi", max_tokens=3)))
    asyncio.run(backend.aclose())


def test_a_folder_without_a_model_is_named_at_every_ask(tmp_path: Path) -> None:
    backend = EmbeddedBackend(tmp_path / "none")
    for _ in range(2):
        with pytest.raises(UserMistake, match=r"no config\.json in the model folder"):
            asyncio.run(ask(backend, user("hi")))
    assert settled(0)


def test_sixteen_samples_of_a_prompt_read_it_once(folder: Path) -> None:
    model = load_numpy(folder, cache_bytes=0, max_rows=5)
    decoder = model.decoder
    assert isinstance(decoder, NumpyLlama)
    decoder.tolerance = 0.0  # so that only prompts are read
    content = user("the answer is seven apples", temperature=1.0, max_tokens=6)

    async def main() -> None:
        job = Asked(Request(content, samples(content, range(16))), Sampling(max_tokens=6))
        scheduler = Scheduler(model)
        scheduler.take(job)
        while scheduler.turn():
            pass
        assert job.done
        assert job.written is not None
        assert decoder.tokens_read == len(job.written.ids)

    asyncio.run(main())


def test_asks_that_come_while_it_works_join_the_batch(folder: Path) -> None:
    model = load_numpy(folder, cache_bytes=0, max_rows=8)

    async def main() -> None:
        scheduler = Scheduler(model)
        jobs = []
        for turn in range(30):
            if turn % 5 == 0:
                content = user(f"the {turn}", max_tokens=25)
                sampling = Sampling(temperature=1.0, max_tokens=25)
                jobs.append(Asked(Request(content, samples(content, range(2))), sampling))
                scheduler.take(jobs[-1])
            scheduler.turn()
        assert jobs[0].done
        assert not jobs[-1].done
        jobs[-1].line.dropped = True
        turns = 0
        while scheduler.turn():
            turns += 1
        assert turns < 25 + 5
        assert all(job.done for job in jobs)

    asyncio.run(main())


def test_numpy_computes_in_one_thread_though_it_is_loaded_by_the_first_request(
    folder: Path,
) -> None:
    code = f"""
import asyncio, sys
from reasoning_chains.backends.embedded import EmbeddedBackend
from reasoning_chains.types import *
backend = EmbeddedBackend({str(folder)!r})
assert "numpy" not in sys.modules
content = Content((Message("user", "hi"),), Sampling(max_tokens=90_000))
request = Request(content, (SampleKey("local", content.digest),))
async def main():
    works = asyncio.Event()
    task = asyncio.create_task(backend.streamed().complete(request, lambda *_: works.set()))
    await works.wait()
    from threadpoolctl import threadpool_info
    print([pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"])
    task.cancel()
asyncio.run(main())
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[1]"


@pytest.mark.parametrize(
    ("prefill", "told"),
    [
        (("a",), "the model cannot read this prompt: ValueError"),
        ((math.inf,), "the model cannot read this prompt: OverflowError"),
        ((1 << 70,), "prefill has token id 1180591620717411303424: this model's ids go"),
        ("\ud800", "the model cannot read this prompt: TypeError"),
    ],
)
def test_a_prompt_that_breaks_the_tokenizer_fails_alone(
    folder: Path, prefill: Any, told: str
) -> None:
    good, bad = user("hi", max_tokens=3), user("hi", max_tokens=3)
    object.__setattr__(bad, "prefill", prefill)

    async def main() -> None:
        backend = EmbeddedBackend(folder)
        first, broken, last = await asyncio.gather(
            *(ask(backend, content) for content in (good, bad, good)), return_exceptions=True
        )
        scored, lost = await asyncio.gather(
            backend.score(good, ["yes"]), backend.score(bad, ["yes"]), return_exceptions=True
        )
        assert isinstance(first, Heard)
        assert isinstance(last, Heard)
        assert isinstance(scored, tuple)
        for error in (broken, lost):
            with pytest.raises(UserMistake, match=told):
                raise error if isinstance(error, BaseException) else AssertionError(error)
        await backend.aclose()

    asyncio.run(main())
