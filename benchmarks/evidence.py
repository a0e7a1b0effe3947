"""The tables of what is held to: soaks, and the coverage and speed of the statistics."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.drawing import made_by, read, rows


def soak() -> str:
    """What stands between a chain and its provider, at full size."""
    data = read("soak")
    faults, kills, budgets = data["faults"], data["kills"], data["budgets"]
    greedy, resume = data["greedy"], data["resume"]
    twice = f"{faults['twice']} (allowed {faults['allowed']})"
    body = (
        ("faults and three kills", f"{faults['items']:,} items", "lost", faults["lost"]),
        ("", "", "counted twice", faults["doubled"]),
        ("", "", "answers unlike those of a run without faults", faults["different"]),
        ("", "", "replies paid for twice", twice),
        ("", "", "requests an item", faults["attempts"]),
        ("", "", "memory grown from a tenth of the items to all", f"{faults['grown']} MB"),
        ("kills of a writer", f"{kills['kills']:,} kills", "violations", kills["violations"]),
        ("budgets", f"{budgets['runs']:,} agents", "spent more than allowed", budgets["over"]),
        ("", "", "bills unlike what was sold", budgets["unbilled"]),
        (
            "a server that writes on",
            f"{greedy['runs']:,} agents",
            "beyond that",
            greedy["over_more"],
        ),
        (
            "a run killed and begun again",
            f"{resume['items']:,} records",
            "seconds to the first request",
            f"{resume['seconds']} ({resume['from_start']} with Python's start and imports)",
        ),
    )
    head = ("what", "size", "counted", "found")
    commands = ", ".join(f"`{data[part]['command']}` on {data[part]['commit']}" for part in data)
    machine = faults["machine"]
    table = rows(head, (tuple(map(str, row)) for row in body))
    return f"{table}\n\nMade by {commands}; {machine}."


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
