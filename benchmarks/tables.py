"""The tables of the documents, made from the results: run it after a benchmark.

    python -m benchmarks.tables            # write them
    python -m benchmarks.tables --check    # say which differ

A table stands between `<!-- table: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import methods

HERE = Path(__file__).parent
ROOT = HERE.parent
PAGES = (
    "README.md",
    "docs/agents.md",
    "docs/choosing.md",
    "docs/embedded-model.md",
    "docs/statistics.md",
    "docs/workflows.md",
    *sorted(f"docs/methods/{path.name}" for path in (ROOT / "docs" / "methods").glob("*.md")),
)


def read(name: str) -> dict[str, Any]:
    """Read a result with the command that made it."""
    data: dict[str, Any] = json.loads((HERE / "results" / f"{name}.json").read_text("utf-8"))
    return data


def made_by(*names: str) -> str:
    """Name the commands beside a table."""
    commands = [f"`{read(name)['command']}`" for name in names]
    machine = read(names[0])["machine"]
    if isinstance(machine, dict):
        machine = f"{machine['architecture']}, {machine['cores']} cores"
    return f"\n\nMade by {', '.join(commands)} on {machine}."


def rows(head: tuple[str, ...], body: Iterator[tuple[str, ...]]) -> str:
    """Write a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in body)])


def share(cell: dict[str, Any]) -> str:
    """Write a share without its leading zero."""
    return f"{cell['share']:.2f}"


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


def overhead() -> str:
    """CPU a call."""
    figures = read("overhead")["figures"]

    def body() -> Iterator[tuple[str, ...]]:
        for name, row in figures.items():
            yield name, *(f"{value:g}" for value in row.values())

    head = ("client", *next(iter(figures.values())))
    return rows(head, body()) + made_by("overhead")


def percent(share: float) -> str:
    """Write a coverage with one decimal."""
    return f"{100 * share:.1f} %"


def wilson_coverage() -> str:
    """How often Wilson's interval holds the share."""

    def body() -> Iterator[tuple[str, ...]]:
        for questions, row in read("coverage")["wilson"].items():
            yield questions, *(percent(row[key]) for key in ("mean", "least", "most"))

    return rows(("questions", "mean", "least", "most"), body()) + made_by("coverage")


def pairs_coverage() -> str:
    """How often the interval of a paired difference holds it."""
    figures = read("coverage")["bonett_price"]

    def body() -> Iterator[tuple[str, ...]]:
        for name, row in figures.items():
            yield name, *(percent(share) for share in row.values())

    sizes = tuple(f"{count} questions" for count in next(iter(figures.values())))
    return rows(("only the first, only the second", *sizes), body()) + made_by("coverage")


def means_coverage() -> str:
    """How often bootstraps and Student's interval hold the mean."""
    figures = read("coverage")["simulated"]

    def body() -> Iterator[tuple[str, ...]]:
        for name, sizes in figures.items():
            for questions, row in sizes.items():
                ways = (row[way] for way in ("bootstrap", "poisson", "student"))
                beside = f"{percent(row['bootstrap'][low])} and {percent(row['bootstrap'][high])}"
                yield name, questions, *(percent(way["covered"]) for way in ways), beside

    low, high = "truth below", "truth above"
    head = ("", "questions", "`mean_bootstrap`, `paired_bootstrap`", "`PoissonBootstrap`")
    tail = ("`clustered_mean`", "the truth lies below, and above, the first")
    return rows((*head, *tail), body()) + made_by("coverage")


def statistics_speed() -> str:
    """Milliseconds of each statistic."""

    def body() -> Iterator[tuple[str, ...]]:
        for name, took in read("statistics_speed")["ms"].items():
            yield name, f"{took:g}"

    return rows(("", "ms"), body()) + made_by("statistics_speed")


TABLES: dict[str, Callable[[], str]] = {
    "every level": every_level,
    "summary": summary,
    "votes": voted,
    "examples": shown,
    "others": others,
    "engine": engine,
    "overhead": overhead,
    "agents": agents,
    "twins": twins,
    "wilson coverage": wilson_coverage,
    "pairs coverage": pairs_coverage,
    "means coverage": means_coverage,
    "statistics speed": statistics_speed,
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
