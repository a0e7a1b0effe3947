"""The training loop: one leg of Muon and AdamW on the corpus, resumable, on CPU processes.

Run it by `torchrun --nproc-per-node 2 -m training.train --tokenizer TOK --out OUT --minutes 85`.

A leg's learning rates warm up, stay, and fall over its last part; `--resume` goes on from the
checkpoint in OUT, `--weights FOLDER` begins a new leg from exported weights.
"""

import argparse
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from shutil import copyfile
from typing import Any

import torch
import torch.distributed as dist
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from training.corpus import SHARES, documents, only
from training.model import SIZES, Shape, Weights, export, initial, loss, restore

Row = tuple[list[int], list[bool]]


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    add = parser.add_argument
    add("--tokenizer", type=Path, required=True, help="folder with tokenizer.json")
    add("--out", type=Path, required=True, help="folder for checkpoints, kept out of git")
    add("--minutes", type=float, default=85.0, help="length of the leg")
    add("--tokens", type=float, default=0.0, help="length of the leg in tokens, not in minutes")
    add("--decay", type=float, default=0.4, help="last part in which the rates fall")
    add("--size", choices=tuple(SIZES), default="full")
    add("--seed", type=int, default=0)
    add("--batches", type=int, default=4, help="batches of a step, all processes together")
    add("--batch", type=int, default=1152, help="padded tokens of a batch")
    add("--longest", type=int, default=1024, help="longer documents are left out")
    add("--muon", type=float, default=0.015)
    add("--adam", type=float, default=3e-3)
    add("--points", type=int, default=10, help="how many exports are kept for the curves")
    add("--mixture", choices=tuple(SHARES), default="full")
    add("--only", default="", help="formats, by comma: --only direct for a direct-only run")
    add("--tasks", default="", help="tasks, by comma")
    add("--weights", type=Path, default=None, help="exported weights to begin from")
    add("--resume", action="store_true", help="go on from the checkpoint in --out")
    return parser.parse_args()


def rows(given: argparse.Namespace, tokenizer: Tokenizer, seed: str) -> Iterator[Row]:
    """Yield documents as token ids with what is learned of them."""
    tasks = dict.fromkeys(given.tasks.split(","), 1) if given.tasks else None
    shares = only(*given.only.split(",")) if given.only else SHARES[given.mixture]
    for _, document in documents(seed, tasks, shares):
        ids: list[int] = []
        learned: list[bool] = []
        for text, learn in document.segments():
            piece = tokenizer.encode(text, add_special_tokens=False).ids
            ids += piece
            learned += [learn] * len(piece)
        if len(ids) <= given.longest:
            yield ids, learned


def batches(stream: Iterator[Row], size: int, rng: Random) -> Iterator[tuple[Any, Any]]:
    """Sort a pool of documents by length and yield it in batches of about `size` tokens."""
    while True:
        pool = sorted((next(stream) for _ in range(2048)), key=lambda row: len(row[0]))
        cut = []
        while pool:
            length = (len(pool[-1][0]) + 7) // 8 * 8
            count = max(1, size // length)
            cut.append(pool[-count:])
            pool = pool[:-count]
        rng.shuffle(cut)
        for part in cut:
            yield padded(part)


def padded(part: list[Row]) -> tuple[torch.Tensor, torch.Tensor]:
    """Put rows of different lengths into one rectangle."""
    length = (max(len(ids) for ids, _ in part) + 7) // 8 * 8 + 1
    ids = torch.zeros(len(part), length, dtype=torch.long)
    learned = torch.zeros(len(part), length, dtype=torch.bool)
    for i, (row, mask) in enumerate(part):
        ids[i, : len(row)] = torch.tensor(row)
        learned[i, : len(mask)] = torch.tensor(mask, dtype=torch.bool)
    return ids, learned


def orthogonal(matrix: torch.Tensor) -> torch.Tensor:
    """Bring the singular values of a matrix near one (five Newton-Schulz steps)."""
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
    found: torch.Tensor = x.T if tall else x
    return found


class Muon:
    """Muon on the matrices, shared out over the processes; AdamW on the rest."""

    def __init__(self, weights: Weights, muon: float, adam: float) -> None:
        self.weights, self.muon, self.adam = weights, muon, adam
        self.matrices = [k for k, w in weights.items() if w.ndim == 2 and "embed" not in k]
        self.others = [k for k in weights if k not in self.matrices]
        self.flat = torch.zeros(sum(w.numel() for w in weights.values()))
        at = 0
        for tensor in weights.values():
            tensor.grad = self.flat[at : at + tensor.numel()].view_as(tensor)
            at += tensor.numel()
        self.state = {f"muon.{k}": torch.zeros_like(weights[k]) for k in self.matrices}
        self.state |= {f"first.{k}": torch.zeros_like(weights[k]) for k in self.others}
        self.state |= {f"second.{k}": torch.zeros_like(weights[k]) for k in self.others}
        self.update = torch.zeros(sum(weights[k].numel() for k in self.matrices))
        self.count = 0

    @torch.no_grad()
    def step(self, scale: float) -> None:
        """Move the weights by the gradients, at `scale` times the full rates."""
        self.count += 1
        rank, world = dist.get_rank(), dist.get_world_size()
        self.update.zero_()
        at = 0
        for i, name in enumerate(self.matrices):
            gradient, momentum = self.weights[name].grad, self.state[f"muon.{name}"]
            assert gradient is not None
            momentum.lerp_(gradient, 0.05)
            part = self.update[at : at + gradient.numel()].view_as(gradient)
            at += gradient.numel()
            if i % world == rank:
                part.copy_(orthogonal(gradient.lerp(momentum, 0.95)))
        dist.all_reduce(self.update)
        self._apply(self.muon * scale)
        self._adam(self.adam * scale)

    def _apply(self, rate: float) -> None:
        at = 0
        for name in self.matrices:
            weight = self.weights[name]
            part = self.update[at : at + weight.numel()].view_as(weight)
            at += weight.numel()
            stretch = max(1.0, weight.shape[0] / weight.shape[1]) ** 0.5
            weight.mul_(1 - rate * 0.02).add_(part, alpha=-rate * stretch)

    def _adam(self, rate: float) -> None:
        for name in self.others:
            weight = self.weights[name]
            assert weight.grad is not None
            gradient = weight.grad.clamp_(-1, 1)
            first, second = self.state[f"first.{name}"], self.state[f"second.{name}"]
            first.lerp_(gradient, 0.1)
            second.lerp_(gradient.square(), 0.02)
            high = (second / (1 - 0.98**self.count)).sqrt_().add_(1e-8)
            weight.addcdiv_(first / (1 - 0.9**self.count), high, value=-rate)


class Leg:
    """One leg of training: weights, optimizer, clock and files."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.rank = dist.get_rank()
        self.store: Any = dist.distributed_c10d._get_default_store()
        tokenizer = Tokenizer.from_file(str(given.tokenizer / "tokenizer.json"))
        size = (tokenizer.get_vocab_size() + 31) // 32 * 32
        self.shape = Shape(size, *SIZES[given.size])
        self.weights = initial(self.shape, given.seed)
        if given.weights:
            restore(self.weights, given.weights / "model.safetensors")
        self.muon = Muon(self.weights, given.muon, given.adam)
        self.done: dict[str, float] = {"seconds": 0.0, "tokens": 0.0, "steps": 0.0, "runs": 0.0}
        self.curve: list[dict[str, float]] = []
        if given.resume:
            self._load()
        self.done["runs"] += 1
        seed = f"{given.seed}/{self.rank}/{int(self.done['runs'])}"
        self.stream = batches(rows(given, tokenizer, seed), given.batch, Random(seed))
        self.fresh = {"loss": 0.0, "learned": 0.0}

    def _load(self) -> None:
        saved = load_file(self.given.out / "state.safetensors")
        restore(self.weights, self.given.out / "weights.safetensors")
        for name, tensor in self.muon.state.items():
            tensor.copy_(saved[name])
        text = (self.given.out / "state.json").read_text(encoding="utf-8")
        self.done, self.curve = json.loads(text)["done"], json.loads(text)["curve"]
        self.muon.count = int(self.done["steps"])

    def save(self) -> None:
        """Write the checkpoint from which `--resume` goes on, and the newest export."""
        if self.rank:
            return
        out = self.given.out
        out.mkdir(parents=True, exist_ok=True)
        plain = {name: tensor.detach() for name, tensor in self.weights.items()}
        save_file(plain, out / "weights.safetensors")
        save_file(self.muon.state, out / "state.safetensors")
        text = json.dumps({"done": self.done, "curve": self.curve}, indent=1)
        (out / "state.json").write_text(text, encoding="utf-8")
        self.export(out / "hf")

    def export(self, folder: Path) -> None:
        """Write the weights with the tokenizer in the Hugging Face layout."""
        if self.rank:
            return
        export(self.weights, self.shape, folder)
        for name in ("tokenizer.json", "tokenizer_config.json"):
            copyfile(self.given.tokenizer / name, folder / name)
        told = json.dumps({"seconds": round(self.done["seconds"], 1)})
        (folder / "point.json").write_text(told, encoding="utf-8")

    def scale(self, part: float) -> float:
        """Give the factor of the learning rates at this part of the leg."""
        warm = min(1.0, (self.done["steps"] + 1) / 60)
        fall: float = max(0.02, (1 - part) / self.given.decay)
        return warm * min(1.0, fall)

    def step(self, part: float) -> None:
        """Take one step on every process."""
        self.muon.flat.zero_()
        learned, seen = 0, 0
        # A process that is held up by other work on the machine takes fewer batches.
        while self.store.add(f"step {self.done['steps']}", 1) <= self.given.batches:
            ids, mask = next(self.stream)
            total, count = loss(self.weights, self.shape, ids, mask)
            total.backward()  # type: ignore[no-untyped-call]
            learned, seen = learned + count, seen + int((ids > 0).sum())
            self.fresh["loss"] += total.item()
        self.fresh["learned"] += learned
        number = torch.tensor([float(learned), float(seen)])
        dist.all_reduce(number)
        self.done["tokens"] += int(number[1])
        dist.all_reduce(self.muon.flat)
        self.muon.flat.div_(number[0])
        self.muon.step(self.scale(part))
        self.done["steps"] += 1

    def report(self) -> None:
        """Print where the leg stands."""
        if self.rank or not self.fresh["learned"]:
            return
        mean = self.fresh["loss"] / self.fresh["learned"]
        point = {k: round(v, 1) for k, v in self.done.items()} | {"loss": round(mean, 4)}
        rate = self.done["tokens"] / max(1.0, self.done["seconds"])
        self.curve.append(point)
        self.fresh = {"loss": 0.0, "learned": 0.0}
        print(json.dumps(point | {"tokens_per_second": round(rate)}), flush=True)

    def part(self) -> float:
        """Give how much of the leg is over, by its tokens where they are set, else by the clock."""
        if self.given.tokens:
            return float(self.done["tokens"] / self.given.tokens)
        return float(self.done["seconds"] / (self.given.minutes * 60))

    def run(self) -> None:
        """Train until the leg is over."""
        began, before = time.monotonic(), self.done["seconds"]
        marks = [i / self.given.points for i in range(1, self.given.points)]
        marks = [mark for mark in marks if mark > self.part()]
        said = before
        while True:
            clock = torch.tensor([before + time.monotonic() - began], dtype=torch.float64)
            dist.broadcast(clock, 0)
            self.done["seconds"] = clock.item()
            if self.part() >= 1:
                break
            self.step(self.part())
            if clock.item() - said > 60:
                said = clock.item()
                self.report()
            if marks and self.part() >= marks[0]:
                marks.pop(0)
                self.save()
                name = f"{self.given.points - 1 - len(marks):02d}"
                self.export(self.given.out / "points" / name)
        self.report()
        self.save()
        self.export(self.given.out / "points" / f"{self.given.points:02d}")


def main() -> None:
    """Run one leg."""
    given = options()
    torch.set_num_threads(1)
    dist.init_process_group("gloo", timeout=timedelta(minutes=30))
    Leg(given).run()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
