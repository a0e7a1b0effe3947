"""The tables of the documents, made from the results: run it after a benchmark.

    python -m benchmarks.tables            # write them
    python -m benchmarks.tables --check    # say which differ

A table stands between `<!-- table: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import evaluated, evidence, harness, methods
from benchmarks.drawing import made_by, read, rows, share

HERE = Path(__file__).parent
ROOT = HERE.parent
PAGES = (
    "README.md",
    "docs/agents.md",
    "docs/choosing.md",
    "docs/embedded-model.md",
    "docs/evals.md",
    "docs/harness.md",
    "docs/reliability.md",
    "docs/statistics.md",
    "docs/workflows.md",
    *sorted(f"docs/methods/{path.name}" for path in (ROOT / "docs" / "methods").glob("*.md")),
)


def every_level() -> str:
    """Direct and CoT, every task and level."""
    figures = read("reasoning_table")["figures"]

    def body() -> Iterator[tuple[str, ...]]:
        for name, row in figures.items():
            task, level = name.split("/")
            if "forms" in row:
                yield task, level, "", f"only {row['forms']} held-out forms", "", ""
                continue
            unseen = "words never seen" if task == "letters_unseen" else "longer than trained"
            trained = "" if row["trained"] else unseen
            direct, cot = row["direct"], row["cot"]
            low, high = cot["interval"]
            yield task, level, share(direct), share(cot), f"{low:.2f} to {high:.2f}", trained

    head = ("task", "level", "direct", "chain of thought", "95 % interval", "")
    return rows(head, body()) + made_by("reasoning_table")


SHOWN = ("running/2", "running/4", "comparison/4", "money/3", "arithmetic/3", "letters_unseen/2")


def summary() -> str:
    """A few rows of the whole table."""
    figures = read("reasoning_table")["figures"]

    def body() -> Iterator[tuple[str, ...]]:
        for name in SHOWN:
            row = figures[name]
            yield name, share(row["direct"]), f"**{share(row['cot'])}**", str(row["cot"]["of"])

    head = ("task / level", "`Direct`", "`ZeroShotCoT`", "problems")
    return rows(head, body()) + made_by("reasoning_table")


def voted() -> str:
    """Self-consistency on the band."""
    figures = read("reasoning_votes")["figures"]

    def body() -> Iterator[tuple[str, ...]]:
        for name, row in figures["tasks"].items():
            yield name, f"{row['greedy']:.2f}", f"{row['voted']:.2f}", str(row["of"])
        low, high = figures["interval"]
        pooled = f"**{figures['voted']:.3f}** (difference {low:+.3f} to {high:+.3f})"
        yield "pooled", f"{figures['greedy']:.3f}", pooled, str(figures["of"])

    head = ("task / level", "greedy chain of thought", "self-consistency, 16 samples", "problems")
    return rows(head, body()) + made_by("reasoning_votes", "reasoning_levels")


def shown() -> str:
    """Few-shot: accuracy and form."""
    figures = read("reasoning_examples")["figures"]

    def body() -> Iterator[tuple[str, ...]]:
        for name, row in figures.items():
            yield name, f"{row['share']:.2f}", f"{row['form followed']:.2f}", str(row["of"])

    return rows(
        ("task, examples, ending", "right", "ending followed", "problems"), body()
    ) + made_by("reasoning_examples")


def others() -> str:
    """What a changed step does, and words that were never seen."""
    causes, words = read("reasoning_causes")["figures"], read("reasoning_words")["figures"]
    named = words["artificial intelligence"]["answer"]

    def body() -> Iterator[tuple[str, ...]]:
        followed = f"{causes['followed']} of {causes['of']}"
        yield "answer follows a changed intermediate result", followed
        yield "last letters of two held-out words, chain of thought", share(words["cot"])
        yield "the same, direct", share(words["direct"])
        yield '"artificial intelligence"', str(named)

    return rows(("what", "figure"), body()) + made_by("reasoning_causes", "reasoning_words")


def engine() -> str:
    """The NumPy engine against transformers.generate."""
    data = read("engine")

    def body() -> Iterator[tuple[str, ...]]:
        for name, title in (("alone", "one prompt"), ("batch", "64 prompts")):
            row = data[name]
            yield title, *(f"{row[key]:g}" for key in keys)

    keys = ("ratio_of_medians", "embedded_tokens_per_second", "transformers_tokens_per_second")
    head = ("", "times as fast as `transformers.generate`", "tokens a second", "`transformers`")
    shared = data["one_prefill"]
    note = (
        f"\n{shared['samples']} samples of one prompt of {shared['prompt_tokens']} tokens read "
        f"{shared['prompt_tokens_read']} prompt tokens.\n"
    )
    return rows(head, body()) + "\n" + note + made_by("engine")


def twins() -> str:
    """Two models of one size on the same tasks and as many tokens, with and without rationales."""
    data = read("twins")

    def body() -> Iterator[tuple[str, ...]]:
        for name, row in data["figures"].items():
            yield name, f"{row['direct_only']:.2f}", f"{row['cot_only']:.2f}"

    head = ("task / level", "trained on direct answers only", "trained on rationales only")
    return (
        rows(head, body()) + f"\n\n{data['problems']} held-out problems a cell." + made_by("twins")
    )


def agents() -> str:
    """How often the bundled agents are right on the model in the package."""

    def body() -> Iterator[tuple[str, ...]]:
        for name, row in read("agents")["agents"].items():
            low, high = row["interval"]
            yield f"`{name}`", f"{row['right']} of {row['of']}", f"{low:.2f} to {high:.2f}"

    return rows(("agent", "right", "95 % interval"), body()) + made_by("agents")


def workflow_steps() -> str:
    """How often a step of a workflow goes on, and is right, on the model in the package."""

    def body() -> Iterator[tuple[str, ...]]:
        for option, row in read("workflow_steps")["steps"].items():
            low, high = row["interval"]
            goes = f"{row['goes_on']} of {row['of']} ({low:.2f} to {high:.2f})"
            yield f"`{option}`", goes, f"{row['right']} of {row['of']}"

    head = ("option of the step", "goes on (95 % interval)", "right")
    return rows(head, body()) + made_by("workflow_steps")


def overhead() -> str:
    """CPU a call."""
    figures = read("overhead")["figures"]

    def body() -> Iterator[tuple[str, ...]]:
        for name, row in figures.items():
            yield name, *(f"{value:g}" for value in row.values())

    head = ("client", *next(iter(figures.values())))
    return rows(head, body()) + made_by("overhead")


TABLES: dict[str, Callable[[], str]] = {
    "every level": every_level,
    "summary": summary,
    "votes": voted,
    "examples": shown,
    "others": others,
    "engine": engine,
    "overhead": overhead,
    "agents": agents,
    "soak": evidence.soak,
    "workflow steps": workflow_steps,
    "twins": twins,
    "wilson coverage": evidence.wilson_coverage,
    "pairs coverage": evidence.pairs_coverage,
    "means coverage": evidence.means_coverage,
    "statistics speed": evidence.statistics_speed,
    "harness": harness.table,
    "million": evaluated.million,
    "suites": evaluated.suites,
    "matched": evaluated.matched,
    **methods.parts(),
}


def filled(text: str) -> str:
    """Put each table of a page anew."""
    for name, make in TABLES.items():
        start = f"<!-- table: {name} -->\n"
        if start in text:
            before, _, rest = text.partition(start)
            _, _, after = rest.partition("<!-- end -->")
            text = f"{before}{start}\n{make()}\n\n<!-- end -->{after}"
    return text


def main() -> None:
    """Write the tables, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for page in PAGES:
        path = ROOT / page
        text = path.read_text(encoding="utf-8")
        new = filled(text)
        if new != text:
            stale.append(page)
            if not check:
                path.write_text(new, encoding="utf-8")
    if check and stale:
        sys.exit(f"tables differ from their results in {stale}: run python -m benchmarks.tables")


if __name__ == "__main__":
    main()
