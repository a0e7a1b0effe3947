"""What the library adds to a call: CPU a call against the raw client, side by side in one run.

    python -m benchmarks.overhead

500 questions x 8 separate requests, 64 in flight, against a server of no latency in a process of
its own. Each peer runs in a fresh process, in alternation; the figures are medians over rounds of
user and system time, without imports and 64 calls to warm up.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "overhead.json"
SAMPLES, IN_FLIGHT = 8, 64
REPLY = {
    "id": "x",
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "3 + 4 = 7. The answer is 7."},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 30, "completion_tokens": 12, "total_tokens": 42},
}


async def serve() -> None:
    """Answer every request with the same reply, as fast as a plain asyncio server can."""
    body = json.dumps(REPLY).encode()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    whole = head.encode() + body

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                asked = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.split(b":")[1])
                    for line in asked.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                )
                await reader.readexactly(length)
                writer.write(whole)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def raw(url: str, questions: int) -> None:
    """Ask with aiohttp alone."""
    import aiohttp

    turn = asyncio.Semaphore(IN_FLIGHT)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def ask(number: int, seed: int) -> str:
            body = {
                "model": "m",
                "messages": [{"role": "user", "content": f"What is {number} + 4?"}],
                "seed": seed,
            }
            async with turn, session.post(f"{url}/chat/completions", json=body) as response:
                text: str = (await response.json())["choices"][0]["message"]["content"]
            return text.rpartition(" ")[2]

        async def vote(number: int) -> str:
            found = await asyncio.gather(*(ask(number, seed) for seed in range(SAMPLES)))
            return Counter(found).most_common(1)[0][0]

        await asyncio.gather(*(vote(number) for number in range(questions)))


async def sdk(url: str, questions: int) -> None:
    """Ask with the openai package."""
    import openai

    turn = asyncio.Semaphore(IN_FLIGHT)
    async with openai.AsyncOpenAI(api_key="k", base_url=url, max_retries=0) as client:

        async def ask(number: int, seed: int) -> str:
            async with turn:
                reply = await client.chat.completions.create(
                    model="m",
                    messages=[{"role": "user", "content": f"What is {number} + 4?"}],
                    seed=seed,
                )
            return str(reply.choices[0].message.content).rpartition(" ")[2]

        async def vote(number: int) -> str:
            found = await asyncio.gather(*(ask(number, seed) for seed in range(SAMPLES)))
            return Counter(found).most_common(1)[0][0]

        await asyncio.gather(*(vote(number) for number in range(questions)))


async def ours(url: str, questions: int, transport: Any = "aiohttp") -> None:
    """Ask with self-consistency over eight samples that travel alone."""
    from reasoning_chains import Problem, SelfConsistency, ZeroShotCoT
    from reasoning_chains.backends.openai import OpenAIBackend

    backend = OpenAIBackend(
        "m", url, api_key="k", n=False, connections=IN_FLIGHT, transport=transport
    )
    chain = SelfConsistency(ZeroShotCoT(), samples=SAMPLES)
    asked = (Problem(f"What is {number} + 4?", kind="number") for number in range(questions))
    async for solution in chain.abatch(asked, backend=backend, concurrency=IN_FLIGHT):
        assert solution.answer == "7"
    await backend.aclose()


async def ours_sdk(url: str, questions: int) -> None:
    """Ask over the openai package's transport."""
    await ours(url, questions, "sdk")


PEERS: dict[str, Callable[[str, int], Awaitable[None]]] = {
    "raw aiohttp": raw,
    "reasoning_chains": ours,
    "openai": sdk,
    "reasoning_chains over openai": ours_sdk,
}


async def measured(peer: str, url: str, questions: int) -> dict[str, float]:
    """Warm up, then measure one peer in this process."""
    await PEERS[peer](url, 8)
    start = resource.getrusage(resource.RUSAGE_SELF)
    await PEERS[peer](url, questions)
    end = resource.getrusage(resource.RUSAGE_SELF)
    spent = end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime
    return {"ms": spent * 1000 / (questions * SAMPLES), "peak_mb": end.ru_maxrss / 1024}


def main() -> None:
    """Run all peers in alternation and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--peer", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
    elif options.peer:
        peer, url = options.peer
        print(json.dumps(asyncio.run(measured(peer, url, options.questions))))
    else:
        compare(options.rounds, options.questions)


def compare(rounds: int, questions: int) -> None:
    """Start the server, run the peers, write the medians."""
    own = [sys.executable, "-m", "benchmarks.overhead", "--questions", str(questions)]
    server = subprocess.Popen([*own, "--serve"], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
        rows: dict[str, list[dict[str, float]]] = {peer: [] for peer in PEERS}
        for _ in range(rounds):
            for peer in PEERS:
                told = subprocess.run(
                    [*own, "--peer", peer, url], capture_output=True, text=True, check=True
                )
                rows[peer].append(json.loads(told.stdout))
    finally:
        server.terminate()
        server.wait()
    middle = {peer: statistics.median(row["ms"] for row in made) for peer, made in rows.items()}
    figures = {
        peer: {
            "ms CPU a call": round(middle[peer], 3),
            "x raw aiohttp": round(middle[peer] / middle["raw aiohttp"], 2),
            "x openai": round(middle[peer] / middle["openai"], 2),
            "peak MB": round(max(row["peak_mb"] for row in rows[peer]), 1),
        }
        for peer in PEERS
    }
    data = {
        "command": f"python -m benchmarks.overhead --rounds {rounds} --questions {questions}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": os.getloadavg()[0],
        "figures": figures,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(data, indent=1))


if __name__ == "__main__":
    main()
