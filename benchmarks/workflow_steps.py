"""Kinds of workflow steps on the embedded model: how often a step gives something to go on with.

    python -m benchmarks.workflow_steps              # 100 runs a kind
    python -m benchmarks.workflow_steps --count 20

Each workflow has one step, which asks about a sentence such as `Ann is 34 years old and has
12 pens.` A step goes on where its choice, its number or its data could be read; it is right where
they are those of the sentence. Written to benchmarks/results/workflow_steps.json.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.reasoning import weights
from reasoning_chains import Solution, Workflow
from reasoning_chains.backends.embedded import EmbeddedBackend
from reasoning_chains.evals.statistics import wilson
from reasoning_chains.problems.words import NAMES

RESULT = Path(__file__).parent / "results" / "workflow_steps.json"
SEED = 17
STEPS = {
    'choices=["yes", "no"]': "{{ question }} Is {{ age }} more than {{ pens }}?",
    'kind="number"': "What is {{ age }} + {{ pens }}?",
    'chain="zero_shot_cot", kind="number"': "What is {{ age }} + {{ pens }}?",
    'schema={"age": "whole number", "name": "text"}': "{{ question }} Give the name and the age.",
}


def drawn(count: int) -> Iterator[dict[str, Any]]:
    """Draw sentences with what they say."""
    rng = Random(SEED)
    for _ in range(count):
        name, age, pens = rng.choice(NAMES), *rng.sample(range(2, 90), 2)
        told = f"{name} is {age} years old and has {pens} pens."
        yield {"question": told, "name": name, "age": age, "pens": pens}


def right(option: str, asked: Mapping[str, Any], found: Solution) -> bool:
    """Hold what a step gave against the sentence."""
    if option.startswith("schema"):
        return found.value == {"age": asked["age"], "name": asked["name"]}
    if option.startswith("choices"):
        return found.answer == ("yes" if asked["age"] > asked["pens"] else "no")
    return found.answer == str(asked["age"] + asked["pens"])


def measured(option: str, text: str, count: int) -> dict[str, Any]:
    """Run a workflow of one step."""
    asked = list(drawn(count))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "step.jinja")
        head = "---\ndescription: One step.\ninputs: [name, age, pens]\n---\n"
        path.write_text(f"{head}{{% step it, {option} %}}{text}{{% endstep %}}", encoding="utf-8")
        found = list(Workflow(str(path)).batch(asked, EmbeddedBackend(), concurrency=32))
    on = sum(one.stop_reason == "answered" for one in found)
    hits = sum(right(option, one, made) for one, made in zip(asked, found, strict=True))
    interval = wilson(on, count)
    told = [round(interval.low, 3), round(interval.high, 3)]
    return {"goes_on": on, "of": count, "interval": told, "right": hits}


def main() -> None:
    """Measure each kind of step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    count, told = parser.parse_args().count, dict[str, Any]()
    for option, text in STEPS.items():
        told[option] = measured(option, text, count)
        print(option, told[option], flush=True)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    data = {
        "command": f"python -m benchmarks.workflow_steps --count {count}",
        "machine": f"{platform.machine()}, no GPU",
        "commit": commit.stdout.strip(),
        "weights": weights(),
        "steps": told,
    }
    RESULT.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
