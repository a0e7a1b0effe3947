"""Worked examples written to a file that a chain reads; it makes none."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reasoning_chains.errors import UserMistake, listed, wanted
from reasoning_chains.templates.exemplars import Exemplar

__all__ = ["write_exemplars"]


def write_exemplars(path: str | Path, exemplars: Iterable[Exemplar]) -> Path:
    """Write examples as the YAML file that `FewShotCoT(exemplars=…)` reads.

    Raises:
        UserMistake: There are none, the name does not end in .yaml, or it cannot be written.
    """
    import yaml

    wanted("path of the exemplars", path, str, Path)
    target = Path(path)
    if target.suffix != ".yaml":
        raise UserMistake(f"exemplars are written to a .yaml file, not to {target}")
    rows = [
        {"question": each.question, "rationale": each.rationale, "answer": each.answer}
        for each in listed("exemplars", exemplars, Exemplar)
    ]
    if not rows:
        raise UserMistake(f"there are no exemplars to write to {target}")
    text = yaml.safe_dump(rows, allow_unicode=True, sort_keys=False, width=100)
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserMistake(f"{target} cannot be written: {error.strerror}") from None
    return target
