"""The generated parts of the pages on methods: prompts as rendered, cost, figures.

`python -m benchmarks.tables` puts them between their marks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.chains import CHAINS as MEASURED
from benchmarks.chains import INSIDE, compared
from reasoning_chains.cli.about import settings_of, templates_of_chain
from reasoning_chains.content import Library
from reasoning_chains.names import CHAINS, load
from reasoning_chains.templates import templates_of
from reasoning_chains.templates.preview import preview

RESULT = Path(__file__).parent / "results" / "chains.json"
BASELINE = "zero_shot_cot"
ENOUGH = 0.90
"""A parse rate below this is marked."""
_TEMPLATES = templates_of(Library.of())
HEAD = 2
"""The lines of a table without rows."""


def prompts(name: str) -> str:
    """Show every template of a chain as it is rendered, with what it costs."""
    cls = load(CHAINS, "chain", name)
    parts = [f"Cost: {cls.asks}."]
    for template, reader in templates_of_chain(cls).items():
        prompt = preview(_TEMPLATES, template, "⟨question⟩", "en", settings_of(cls))
        told = "\n".join(f"[{m.role}]\n{m.content}" for m in prompt.messages)
        begins = f"\n[assistant begins]\n{prompt.prefill}" if prompt.prefill else ""
        fence = "````" if "```" in told else "```"
        parts.append(f"`{template}`, read as {reader}:\n\n{fence}text\n{told}{begins}\n{fence}")
    if len(parts) == 1:
        parts.append("It sends no prompt of its own.")
    return "\n\n".join(parts)


def measured() -> dict[str, Any]:
    """Read the figures of the chains."""
    data: dict[str, Any] = json.loads(RESULT.read_text(encoding="utf-8"))
    return data


def figures(name: str) -> str:
    """Show what a chain reached, beside chain of thought on the same problems."""
    data = measured()
    lines = ["| task | inside | right | against chain of thought | read | asks | tokens |"]
    lines.append("|---|---|---|---|---|---|---|")
    for key, row in data["cells"].items():
        chain, inside, task = key.split(" | ")
        if chain.partition(",")[0] == name:
            shown = chain.partition(", ")[2]
            where = inside if not shown else f"{inside}, {shown}"
            lines.append(_line(task, where, row))
        elif inside == name:
            lines.append(_line(task, f"around {chain}", row))
    if len(lines) == HEAD and name in {*(one.partition(",")[0] for one in MEASURED), *INSIDE}:
        return "Not measured yet on the weights in the package."
    if len(lines) == HEAD and name == "as_given":
        return "It is not measured by itself: it reaches what the prompt reaches that it is given."
    if len(lines) == HEAD:
        return "It is not measured by itself: it reaches what the chains in it reach."
    return "\n".join(lines) + _made(data)


def _line(task: str, where: str, row: dict[str, Any]) -> str:
    against = row.get("against zero_shot_cot")
    difference = "" if against is None else "{:+.2f} ({:+.2f} to {:+.2f})".format(
        against["difference"], *against["interval"]
    )  # fmt: skip
    read = f"{row['read']:.2f}" + (" ⚠" if row["read"] < ENOUGH else "")
    cells = (task, where, f"{row['share']:.2f}", difference, read, row["asks"], row["tokens"])
    return "| " + " | ".join(map(str, cells)) + " |"


def _made(data: dict[str, Any]) -> str:
    return (
        f"\n\n{data['count']} problems a cell, the same for every chain; 95 % paired intervals; ⚠ "
        f"marks a parse rate below {ENOUGH:.2f}. Made by `{data['command']}` on {data['machine']}."
    )


def overview() -> str:
    """Show every chain alone: accuracy by task."""
    data = measured()
    alone: dict[str, dict[str, Any]] = {key.split(" | ")[0]: {} for key in data["cells"]}
    tasks: list[str] = []
    for key, row in data["cells"].items():
        chain, inside, task = key.split(" | ")
        if inside == "alone":
            alone[chain][task] = row
            tasks += [task] if task not in tasks else []
    lines = ["| chain | " + " | ".join(tasks) + " | asks | tokens |"]
    lines.append("|" + "---|" * (len(tasks) + 3))
    lines += _overview_lines(alone, tasks)
    return "\n".join(lines) + _made(data)


def _overview_lines(alone: dict[str, dict[str, Any]], tasks: list[str]) -> Iterator[str]:
    for chain, found in alone.items():
        if not found:
            continue
        shares = [_share(found[t]) if t in found else "" for t in tasks]
        asks = sum(row["asks"] for row in found.values()) / len(found)
        tokens = sum(row["tokens"] for row in found.values()) / len(found)
        yield f"| {chain} | " + " | ".join(shares) + f" | {asks:.1f} | {tokens:.0f} |"


def _share(row: dict[str, Any]) -> str:
    return f"{row['share']:.2f}" + (" ⚠" if row["read"] < ENOUGH else "")


def verdicts() -> str:
    """Say where each chain is better and worse than chain of thought, beyond chance."""
    data = measured()
    found: dict[str, dict[str, list[str]]] = {}
    for key, row in data["cells"].items():
        chain, inside, task = key.split(" | ")
        against = row.get("against zero_shot_cot")
        if inside == "alone" and chain != BASELINE and against is not None:
            low, high = against["interval"]
            side = "better" if low > 0 else "worse" if high < 0 else "even"
            told = f"{task} ({against['difference']:+.2f})"
            found.setdefault(chain, {}).setdefault(side, []).append(told)
    lines = ["| chain | better on | worse on | no difference seen on |", "|---|---|---|---|"]
    for chain, sides in found.items():
        cells = (", ".join(sides.get(side, ())) for side in ("better", "worse", "even"))
        lines.append(f"| {chain} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + _made(data)


def around() -> str:
    """Show what a vote, a cascade and a review add to the chain inside of them."""
    data = measured()
    lines = [
        "| chain | task | alone | " + " | ".join(name for name in INSIDE if name != "alone") + " |"
    ]
    lines.append("|---" * (len(INSIDE) + 2) + "|")
    cells = data["cells"]
    for key, row in cells.items():
        chain, inside, task = key.split(" | ")
        others = [cells.get(f"{chain} | {name} | {task}") for name in INSIDE if name != "alone"]
        if inside == "alone" and any(others):
            told = [_change(row, other) if other else "" for other in others]
            lines.append(f"| {chain} | {task} | {_share(row)} | " + " | ".join(told) + " |")
    return "\n".join(lines) + _made(data)


def _change(alone: dict[str, Any], inside: dict[str, Any]) -> str:
    """Tell a share, and the paired difference where it is beyond chance."""
    made = compared(inside["hits"], alone["hits"])
    low, high = made["interval"]
    seen = "" if low <= 0 <= high else f" ({made['difference']:+.2f})"
    return f"{_share(inside)}{seen}"


def parts() -> dict[str, Callable[[], str]]:
    """Give the generated parts by the name of their mark; figures exist once they are measured."""
    made: dict[str, Callable[[], str]] = {}
    for name in CHAINS:
        made[f"prompts {name}"] = lambda name=name: prompts(name)  # type: ignore[misc]
    if not RESULT.exists():
        return made
    for name in CHAINS:
        made[f"figures {name}"] = lambda name=name: figures(name)  # type: ignore[misc]
    return {**made, "chains": overview, "verdicts": verdicts, "around": around}
