"""Measures the NumPy engine against `transformers.generate`, side by side in one run.

Same weights, prompts and output lengths, one thread each, with sampling, a stop string and
log-probabilities on in both; the embedded side is the whole backend. Neither streams. Ends of
replies are switched off in both, so that the lengths are the same, and so is the cache of prompts,
which `generate` has none of. Run it as

    python -m benchmarks.engine [--model FOLDER] [--runs 5]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reasoning_chains.backends.embedded import EmbeddedBackend
from reasoning_chains.types import Completion, Content, Message, Request, SampleKey, Sampling

ROOT = Path(__file__).parent.parent
WEIGHTS = ROOT / "reasoning_chains" / "weights"
NAMES = ("Tom", "Ann", "Ben", "Eva", "Max", "Ida", "Leo", "Mia")
HEAT, STOP, TOKENS = 0.7, "\n\nNext question:", 96


def prompts(count: int) -> list[str]:
    """Write different questions of much the same length."""
    return [
        f"{NAMES[i % 8]} has {i + 12} apples. {NAMES[(i + 3) % 8]} gives {NAMES[i % 8]} {i + 5} "
        f"more apples. {NAMES[i % 8]} eats {i % 9 + 2} apples and sells half of the rest. "
        f"How many apples does {NAMES[i % 8]} have now? Let's think step by step."
        for i in range(count)
    ]


def endless(folder: Path, into: Path) -> Path:
    """Copy a model folder in which nothing ends a reply."""
    for name in ("model.safetensors", "tokenizer.json", "chat_template.jinja"):
        if (folder / name).is_file():
            (into / name).write_bytes((folder / name).read_bytes())
    for name in ("config.json", "tokenizer_config.json"):
        data = json.loads((folder / name).read_text(encoding="utf-8"))
        data = {key: value for key, value in data.items() if key not in ENDS}
        (into / name).write_text(json.dumps(data), encoding="utf-8")
    return into


ENDS = {"eos_token_id", "eos_token"}


@dataclass(frozen=True, slots=True)
class Embedded:
    """The backend, asked for one reply a prompt."""

    backend: EmbeddedBackend

    async def ask(self, text: str, samples: int) -> list[Completion]:
        """Ask for samples of one prompt, and check that they have the wanted length."""
        sampling = Sampling(temperature=HEAT, max_tokens=TOKENS, stop=(STOP,), logprobs=1)
        content = Content((Message("user", text),), sampling)
        keys = tuple(SampleKey("bench", content.digest, (place,)) for place in range(samples))
        got: list[Any] = []
        await self.backend.complete(Request(content, keys), lambda _, news: got.append(news))
        done = [news for news in got if isinstance(news, Completion)]
        assert all(one.usage.completion_tokens == len(one.logprobs) == TOKENS for one in done)
        return done

    def run(self, texts: Sequence[str], samples: int = 1) -> None:
        """Ask for all prompts at once."""

        async def main() -> None:
            replies = await asyncio.gather(*(self.ask(text, samples) for text in texts))
            assert sum(map(len, replies)) == len(texts) * samples

        asyncio.run(main())


class Generate:
    """`transformers.generate`, with the same prompts in one padded batch."""

    def __init__(self, folder: Path) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        torch.set_num_threads(1)
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, padding_side="left")
        loader: Any = AutoModelForCausalLM
        self.model = loader.from_pretrained(folder, dtype=torch.float32).eval()

    def run(self, texts: Sequence[str]) -> None:
        """Generate, compute the log-probabilities, decode."""
        import torch

        chats = [[{"role": "user", "content": text}] for text in texts]
        batch = self.tokenizer.apply_chat_template(
            chats, add_generation_prompt=True, padding=True, return_tensors="pt", return_dict=True
        )
        with torch.inference_mode():
            out = self.model.generate(
                input_ids=batch["input_ids"],
                attention_mask=batch["attention_mask"],
                do_sample=True,
                temperature=HEAT,
                top_k=0,
                max_new_tokens=TOKENS,
                stop_strings=[STOP],
                tokenizer=self.tokenizer,
                pad_token_id=self.tokenizer.pad_token_id,
                return_dict_in_generate=True,
                output_logits=True,
            )
            logprobs = self.model.compute_transition_scores(
                out.sequences, out.logits, normalize_logits=True
            )
        assert logprobs.shape == (len(texts), TOKENS)
        self.tokenizer.batch_decode(out.sequences[:, -TOKENS:], skip_special_tokens=True)


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of one run: on the clock, and of this process's CPU (which other load sways less)."""

    wall: list[float]
    cpu: list[float]


def alternate(runs: int, *sides: Callable[[], None]) -> list[Spent]:
    """Time the sides in turn, after one untimed round each."""
    times = [Spent([], []) for _ in sides]
    for turn in range(runs + 1):
        for side, spent in zip(sides, times, strict=True):
            wall, cpu = time.perf_counter(), time.process_time()
            side()
            if turn:
                spent.wall.append(round(time.perf_counter() - wall, 3))
                spent.cpu.append(round(time.process_time() - cpu, 3))
    return times


def compare(runs: int, rows: int, mine: Embedded, theirs: Generate) -> dict[str, Any]:
    """Measure both with so many prompts at once."""
    texts = prompts(rows)
    ours, others = alternate(runs, lambda: mine.run(texts), lambda: theirs.run(texts))
    fast, slow = statistics.median(ours.wall), statistics.median(others.wall)
    cpu = statistics.median(others.cpu) / statistics.median(ours.cpu)
    return {
        "rows": rows,
        "tokens_a_row": TOKENS,
        "ratio_of_medians": round(slow / fast, 2),
        "ratio_of_cpu_medians": round(cpu, 2),
        "embedded_tokens_per_second": round(rows * TOKENS / fast),
        "transformers_tokens_per_second": round(rows * TOKENS / slow),
        "embedded": asdict(ours),
        "transformers": asdict(others),
    }


def one_prefill(folder: Path) -> dict[str, int]:
    """Count the prompt tokens that 16 samples of one prompt send through the network."""
    from reasoning_chains.backends.engine.jobs import Asked
    from reasoning_chains.backends.engine.loading import load_numpy
    from reasoning_chains.backends.engine.scheduler import Scheduler

    async def main() -> dict[str, int]:
        model = load_numpy(folder, cache_bytes=0, max_rows=64)
        decoder: Any = model.decoder
        decoder.tolerance = 0.0  # deciding twice reads tokens too; here prompts alone count
        content = Content((Message("user", prompts(1)[0]),))
        keys = tuple(SampleKey("bench", content.digest, (place,)) for place in range(16))
        job = Asked(Request(content, keys), Sampling(temperature=HEAT, max_tokens=8))
        scheduler = Scheduler(model)
        scheduler.take(job)
        while scheduler.turn():
            pass
        written = job.written
        return {
            "samples": 16,
            "prompt_tokens": len(written.ids) if written else 0,
            "prompt_tokens_read": decoder.tokens_read,
        }

    return asyncio.run(main())


def main() -> None:
    """Measure, print and write benchmarks/results/engine.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    model = f" --model {given.model}" if given.model else ""
    with tempfile.TemporaryDirectory() as into:
        folder = endless(given.model or WEIGHTS, Path(into))
        mine, theirs = Embedded(EmbeddedBackend(folder, cache_bytes=0)), Generate(folder)
        report = {
            "command": f"python -m benchmarks.engine{model} --runs {given.runs}",
            "machine": {"cores": os.cpu_count(), "architecture": platform.machine()},
            "load_average_at_start": round(os.getloadavg()[0], 1),
            "setting": f"temperature {HEAT}, a stop string, log-probabilities, one thread each",
            "alone": compare(given.runs, 1, mine, theirs),
            "batch": compare(given.runs, 64, mine, theirs),
            "one_prefill": one_prefill(folder),
        }
        asyncio.run(mine.backend.aclose())
    text = json.dumps(report, indent=1)
    print(text)
    (ROOT / "benchmarks" / "results").mkdir(exist_ok=True)
    (ROOT / "benchmarks" / "results" / "engine.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
