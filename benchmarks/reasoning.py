"""What the embedded model can do, and what each way of reasoning adds: the figures of the docs.

    python -m benchmarks.reasoning levels     # choose the difficulties, on a seed of their own
    python -m benchmarks.reasoning table      # direct and CoT, 200 problems a cell
    python -m benchmarks.reasoning votes      # self-consistency over 16 samples on the band
    python -m benchmarks.reasoning examples   # few-shot: accuracy, and form that is followed
    python -m benchmarks.reasoning causes     # a changed intermediate result changes the answer
    python -m benchmarks.reasoning words      # last letters of words that no training text holds
    python -m benchmarks.reasoning all

Each part writes benchmarks/results/reasoning_PART.json; a part that is there, of these weights and
at least as large, is not run again unless --again. Difficulties are chosen on seed 11, figures
come from seed 77.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

from reasoning_chains import Chain, Direct, Problem, SelfConsistency, ZeroShotCoT
from reasoning_chains.answers import equivalent
from reasoning_chains.backends.embedded import EmbeddedBackend
from reasoning_chains.evals.statistics import paired_bootstrap, wilson
from reasoning_chains.problems import TASKS, Exercise, exercises
from reasoning_chains.run import Run
from reasoning_chains.solution import Solution

HERE = Path(__file__).parent
RESULTS = HERE / "results"
CHOOSING, FIGURES = 11, 77
MULTI_STEP = (
    "running", "running_large", "running_distractor", "comparison", "money", "arithmetic",
    "arithmetic_large", "slope", "linear",
)  # fmt: skip
LOW, HIGH = 0.40, 0.85


def drawn(task: str, level: int, seed: int, count: int) -> list[Exercise]:
    """Draw held-out exercises."""
    return list(islice(exercises(task, level, seed, split="eval"), count))


def solve(chain: Chain, problems: Sequence[Problem], **options: Any) -> list[Solution]:
    """Solve on the embedded model, many at once."""
    backend = EmbeddedBackend()
    return list(chain.batch(problems, backend=backend, concurrency=64, **options))


def right(exercise: Exercise, solution: Solution) -> bool:
    """Say whether a solution is right; what could not be read is not."""
    kind = exercise.problem.kind
    return solution.answer is not None and equivalent(solution.answer, exercise.answer, kind)


def cell(chain: Chain, asked: Sequence[Exercise]) -> dict[str, Any]:
    """Measure one chain on one task and level."""
    solutions = solve(chain, [exercise.problem for exercise in asked])
    hits = sum(right(e, s) for e, s in zip(asked, solutions, strict=True))
    interval = wilson(hits, len(asked))
    return {
        "right": hits,
        "of": len(asked),
        "share": round(hits / len(asked), 3),
        "interval": [round(interval.low, 3), round(interval.high, 3)],
        "unread": sum(s.answer is None for s in solutions),
        "tokens": round(sum(s.usage.completion_tokens for s in solutions) / len(asked), 1),
    }


def levels(count: int) -> dict[str, Any]:
    """Measure greedy CoT at every level, and name those that lie in the band."""
    found: dict[str, Any] = {}
    for task, spec in TASKS.items():
        shares = {}
        for level in spec.levels:
            asked = drawn(task, level, CHOOSING, count)
            if len(asked) >= count // 2:
                shares[level] = cell(ZeroShotCoT(), asked)["share"]
        band = [level for level, share in shares.items() if LOW <= share <= HIGH]
        middle = min(band, key=lambda level: abs(shares[level] - 0.6), default=None)
        found[task] = {"cot": shares, "band": middle}
        print(task, found[task], flush=True)
    return found


def table(count: int) -> dict[str, Any]:
    """Measure direct answering and CoT at every level."""
    cells: dict[str, Any] = {}
    for task, spec in TASKS.items():
        for level in spec.levels:
            asked = drawn(task, level, FIGURES, count)
            if len(asked) < count // 2:
                cells[f"{task}/{level}"] = {"forms": len(asked)}
                continue
            row = {"direct": cell(Direct(), asked), "cot": cell(ZeroShotCoT(), asked)}
            row["trained"] = level in spec.trained
            cells[f"{task}/{level}"] = row
            print(task, level, row["direct"]["share"], row["cot"]["share"], flush=True)
    return cells


def votes(count: int) -> dict[str, Any]:
    """Compare self-consistency over 16 samples with greedy CoT, pooled over the band."""
    chosen = {task: row["band"] for task, row in read("levels").items() if row["band"]}
    chain = SelfConsistency(ZeroShotCoT(), samples=16)
    greedy: list[float] = []
    voted: list[float] = []
    rows: dict[str, Any] = {}
    for task, level in chosen.items():
        asked = drawn(task, int(level), FIGURES, count)
        problems = [exercise.problem for exercise in asked]
        one = [
            float(right(e, s)) for e, s in zip(asked, solve(ZeroShotCoT(), problems), strict=True)
        ]
        many = [float(right(e, s)) for e, s in zip(asked, solve(chain, problems), strict=True)]
        greedy += one
        voted += many
        rows[f"{task}/{level}"] = {
            "greedy": round(sum(one) / len(one), 3),
            "voted": round(sum(many) / len(many), 3),
            "of": len(one),
        }
        print(task, level, rows[f"{task}/{level}"], flush=True)
    difference = paired_bootstrap(voted, greedy, seed=0)
    return {
        "tasks": rows,
        "greedy": round(sum(greedy) / len(greedy), 4),
        "voted": round(sum(voted) / len(voted), 4),
        "of": len(greedy),
        "difference": round(difference.difference, 4),
        "interval": [round(end, 4) for end in (difference.interval.low, difference.interval.high)],
    }


@dataclass(frozen=True, slots=True)
class Shown(Chain):
    """Shows worked examples in a form of its own, and keeps the reply."""

    sets: str
    shots: int
    ending: str = "The answer is {a}."

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Ask with the examples' endings replaced."""
        from dataclasses import replace

        examples = [
            replace(e, rationale=f"{e.rationale} {self.ending.replace('{a}', e.answer)}")
            for e in run.exemplars(self.sets)[: self.shots]
        ]
        reply = await run.ask("benchmark_few_shot", problem=problem, exemplars=examples)
        return run.conclude(problem, reply)


def examples(count: int) -> dict[str, Any]:
    """Measure bare questions against one and three worked examples, and the form of the replies."""
    rows: dict[str, Any] = {}
    for task, level, sets in (
        ("running", 3, "word_problems"), ("linear", 3, "equations"),
        ("letters_unseen", 2, "last_letters"), ("arithmetic", 3, "arithmetic"),
    ):  # fmt: skip
        asked = drawn(task, level, FIGURES, count)
        for shots in (0, 1, 3):
            for ending in ("The answer is {a}.", "#### {a}", "=> {a}"):
                if shots == 0 and ending != "The answer is {a}.":
                    continue
                solutions = solve(
                    Shown(sets, shots, ending),
                    [exercise.problem for exercise in asked],
                    project=str(HERE),
                )
                mark = ending.split("{a}")[0].strip()
                hits = sum(right(e, s) for e, s in zip(asked, solutions, strict=True))
                form = sum(mark in s.text for s in solutions)
                rows[f"{task}/{level} shots={shots} ending={mark}"] = {
                    "share": round(hits / len(asked), 3),
                    "form followed": round(form / len(asked), 3),
                    "of": len(asked),
                }
                print(task, shots, mark, hits, form, flush=True)
    return rows


@dataclass(frozen=True, slots=True)
class Continued(Chain):
    """Continues a rationale whose beginning is given."""

    beginning: str

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Ask for the rest."""
        reply = await run.ask("zero_shot_cot", problem=problem, prefill=self.beginning)
        return run.conclude(problem, reply)


def carried(exercise: Exercise, change: int) -> tuple[str, Fraction] | None:
    """Change the first result; give the begun rationale and the answer that follows from it."""
    first, *later = exercise.steps
    if not later or not first.expression or first.value not in first.verbose:
        return None
    at = first.verbose.rfind(first.value)
    wrong = int(first.value) + change
    begun = f"{first.verbose[:at]}{wrong}{first.verbose[at + len(first.value) :]}\n"
    before, now = Fraction(first.value), Fraction(wrong)
    for step in later:
        parts = step.expression.split(" ")
        if len(parts) != 3 or Fraction(parts[0]) != before:
            return None
        operate = _OPERATIONS.get(parts[1])
        if operate is None:
            return None
        before, now = Fraction(step.value), operate(now, Fraction(parts[2]))
    return begun, now


_OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


def causes(count: int) -> dict[str, Any]:
    """Change the first intermediate result and see whether the answer follows."""
    followed = kept = total = 0
    backend = EmbeddedBackend()
    for task, level in (("arithmetic", 3), ("running", 3)):
        for exercise in usable(exercises(task, level, FIGURES, split="eval"), count // 2):
            begun, wanted = carried(exercise, 3) or ("", Fraction(0))
            solution = Continued(begun).invoke(exercise.problem, backend=backend)
            total += 1
            followed += solution.answer is not None and equivalent(solution.answer, str(wanted))
            kept += solution.answer is not None and equivalent(solution.answer, exercise.answer)
    return {"followed": followed, "kept the old answer": kept, "of": total}


def usable(stream: Iterable[Exercise], count: int) -> list[Exercise]:
    """Take exercises in which every step works on the result before it."""
    return list(islice((e for e in stream if carried(e, 3)), count))


def words(count: int) -> dict[str, Any]:
    """Last letters of two held-out English words, and of one pair by name."""
    asked = drawn("letters_unseen", 2, FIGURES, count)
    question = 'Concatenate the last letters of the words in "artificial intelligence".'
    backend = EmbeddedBackend()
    named = ZeroShotCoT().invoke(Problem(question), backend=backend)
    return {
        "cot": cell(ZeroShotCoT(), asked),
        "direct": cell(Direct(), asked),
        "artificial intelligence": {"answer": named.answer, "text": named.text},
    }


PARTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "levels": levels,
    "table": table,
    "votes": votes,
    "examples": examples,
    "causes": causes,
    "words": words,
}


def read(part: str) -> dict[str, Any]:
    """Read what a part found."""
    data: dict[str, Any] = json.loads((RESULTS / f"reasoning_{part}.json").read_text("utf-8"))
    return dict(data["figures"])


def write(part: str, figures: dict[str, Any], count: int, seconds: float) -> None:
    """Write what a part found, with what it was found with."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    data = {
        "command": f"python -m benchmarks.reasoning {part} --count {count}",
        "commit": commit,
        "weights": weights(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, no GPU",
        "seconds": round(seconds, 1),
        "figures": figures,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"reasoning_{part}.json"
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def weights() -> str:
    """Tell one model from another."""
    file = EmbeddedBackend().folder / "model.safetensors"
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def done(path: Path, count: int) -> bool:
    """Say whether a part has been run, on these weights and with as many problems."""
    if not path.exists():
        return False
    data = json.loads(path.read_text("utf-8"))
    return data.get("weights") == weights() and int(data["command"].split()[-1]) >= count


def main() -> None:
    """Run the parts that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=[*PARTS, "all"])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    for part in PARTS if options.part == "all" else [options.part]:
        count = options.count if part != "levels" else min(options.count, 100)
        if not options.again and done(RESULTS / f"reasoning_{part}.json", count):
            continue
        start = time.perf_counter()
        write(part, PARTS[part](count), count, time.perf_counter() - start)


if __name__ == "__main__":
    main()
