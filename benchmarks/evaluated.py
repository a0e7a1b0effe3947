"""The tables of the bundled suites: what each way of reasoning reaches, and what it is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from benchmarks.drawing import made_by, read, rows

CHAINS = {
    "direct": "direct",
    "zero_shot_cot": "zero-shot CoT",
    "few_shot_cot": "few-shot CoT",
    "self_consistency(zero_shot_cot, samples=4)": "vote of 4",
    "self_consistency(zero_shot_cot, samples=8)": "vote of 8",
    "self_consistency(zero_shot_cot, samples=16)": "vote of 16",
    "least_to_most": "least-to-most",
}
"""Each spelling, and its name in a table."""
PLAIN = "zero_shot_cot"
SURE = 0.05


def told() -> dict[str, Any]:
    """Read what was measured."""
    return read("evals")


def beside_plain(suite: str, chain: str) -> str:
    """Mark what is surely better or worse than zero-shot CoT on a suite."""
    for one in told()["comparisons"]:
        if one["suite"] == suite and {one["first"], one["second"]} == {chain, PLAIN}:
            gain = one["difference"] if one["first"] == chain else -one["difference"]
            sure = one["corrected"] < SURE
            return (" ▲" if gain > 0 else " ▼") if sure else ""
    return ""


def suites() -> str:
    """The accuracy of every way of reasoning on every suite."""
    data = told()
    cells = {(cell["suite"], cell["chain"]): cell for cell in data["cells"]}
    names = list(dict.fromkeys(suite for suite, _ in cells))

    def body() -> Iterator[tuple[str, ...]]:
        for suite in names:
            shares = (
                f"{100 * cells[suite, chain]['accuracy']:.0f}{beside_plain(suite, chain)}"
                for chain in CHAINS
            )
            yield f"`{suite}`", *shares
        tokens = (
            sum(_tokens(cells[suite, chain]) for suite in names) / len(names) for chain in CHAINS
        )
        yield "*tokens a problem*", *(f"*{count:,.0f}*" for count in tokens)

    table = rows(("% right of 200", *CHAINS.values()), body())
    wide = max(cell["interval"]["high"] - cell["interval"]["low"] for cell in data["cells"])
    note = (
        f"▲ ▼: better or worse than zero-shot CoT on the same problems (McNemar's exact test, "
        f"p < {SURE} after Holm's correction over all {len(data['comparisons'])} comparisons). "
        f"Wilson's intervals at 95 % are at most {100 * wide:.0f} points wide. "
        f"{data['seconds'] / 60:.0f} minutes, beside other work (load {data['load']:g})."
    )
    return f"{table}\n\n{note}{made_by('evals')}"


def _tokens(cell: dict[str, Any]) -> float:
    cost = cell["cost"]
    return float(cost["prompt_tokens"] + cost["completion_tokens"])


AGAINST = ("direct", "greedy", "majority", "best of n")


def matched() -> str:
    """On how many suites each method is better or worse than others for its tokens."""
    data = told()

    def body() -> Iterator[tuple[str, ...]]:
        for chain, name in CHAINS.items():
            yield name, *(_record(data["matched"], chain, against) for against in AGAINST)

    head = ("method", "direct", "greedy CoT", "majority, same tokens", "best of n, same tokens")
    note = "Suites on which it is better · worse · not surely either (p < .05 after Holm)."
    return f"{rows(head, body())}\n\n{note}{made_by('evals')}"


def _record(matches: list[dict[str, Any]], chain: str, against: str) -> str:
    found = Counter(
        _verdict(one) for one in matches if (one["chain"], one["against"]) == (chain, against)
    )
    if not found or set(found) == {"none"}:
        return "–"
    return f"{found['better']} · {found['worse']} · {found['same']}"


def _verdict(one: dict[str, Any]) -> str:
    if one["difference"] is None or one["corrected"] is None:
        return "none"
    if one["corrected"] >= SURE:
        return "same"
    return "better" if one["difference"] > 0 else "worse"


def million() -> str:
    """How fast problems go through, and in how much memory."""
    data = read("million")

    def body() -> Iterator[tuple[str, ...]]:
        for command, run in data["runs"].items():
            yield (
                f"{run['problems']:,}",
                {"one": "1", "processes": str(run["processes"])}[run["engine"]],
                "on" if run["store"] else "off",
                f"{run['a_second']:,}",
                f"{run['peak_mb']:.0f} MB",
                f"{run['peak_of_first_tenth_mb']:.0f} MB",
                f"`{command}`",
            )

    head = (
        *("problems", "processes", "store", "a second", "memory at most"),
        *("in the first tenth", "made by"),
    )
    return f"{rows(head, body())}\n\nOn {data['machine']}."
