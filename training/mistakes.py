"""Collects a model's own mistaken steps, for verification documents of its next leg.

`python -m training.mistakes FOLDER OUT.jsonl --count 2000` samples rationales of problems that are
not held out and keeps, of each, the first step that differs from the right one, and as many right
steps. Name the file in CORPUS_MISTAKES when the next leg is trained.
"""

import argparse
import json
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from random import Random

import torch

from reasoning_chains.problems import TASKS, exercises
from training.decode import Decoder
from training.documents import WORKED
from training.evaluate import prompt
from training.judged import Judged, judged


def sampled(decoder: Decoder, count: int, seed: int, temperature: float) -> list[Judged]:
    """Sample `count` rationales and judge one step of each."""
    rng, asked = Random(seed), []
    cells = [(task, level) for task in WORKED for level in TASKS[task].trained if level > 1]
    each = count // len(cells) + 1
    for task, level in cells:
        asked += list(islice(exercises(task, level, seed, split="train"), each))
    rng.shuffle(asked)
    texts = decoder.replies([prompt(e, "cot") for e in asked], 200, temperature)
    found = [judged(e, text) for e, text in zip(asked, texts, strict=True)]
    return [one for one in found if one]


def main() -> None:
    """Sample, and write as many right steps as wrong ones."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--temperature", type=float, default=1.0)
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    found = sampled(Decoder.load(given.folder), given.count, given.seed, given.temperature)
    wrong = [one for one in found if not one.right]
    kept = wrong + [one for one in found if one.right][: len(wrong)]
    Random(given.seed).shuffle(kept)
    given.out.write_text("".join(json.dumps(asdict(one)) + "\n" for one in kept), encoding="utf-8")
    print(f"{len(wrong)} mistakes in {len(found)} steps")


if __name__ == "__main__":
    main()
