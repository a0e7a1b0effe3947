"""What a folder of results holds, and whether another run may go on in it; it reads no records."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reasoning_chains.content import read_text
from reasoning_chains.declaring import in_words
from reasoning_chains.errors import UserMistake, shown

__all__ = ["FILE", "CellHead", "Head", "agreed", "difference", "read_head"]

FILE = "run.json"
_FORM = 2


class CellHead(BaseModel):
    """One suite, chain and backend, and the file with its records.

    `digest` is that of the suite's card and rows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    file: str = Field(pattern="^[0-9]+[.]jsonl$")
    suite: str
    digest: str
    chain: str
    backend: str


class Head(BaseModel):
    """What was asked of whom; a run goes on only with the same.

    `shard` is the part of the problems that it had, such as `2/8`; None means all. `wording` is a
    digest of the templates, and of the code of chains of the user's own. `texts` tells whether the
    records keep the texts of replies.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    form: int = _FORM
    seed: int = 0
    n: int | None = None
    sampling: str = ""
    lang: str | None = None
    logprobs: bool = False
    texts: bool = False
    wording: str = ""
    shard: str | None = None
    cells: tuple[CellHead, ...]

    @property
    def text(self) -> str:
        """The head as it is written; what only some runs have is left out of the others."""
        some = {"shard": self.shard is not None, "logprobs": self.logprobs, "texts": self.texts}
        left = {name for name, there in some.items() if not there}
        return self.model_dump_json(indent=1, exclude=left) + "\n"

    @property
    def whole(self) -> Head:
        """The head of the run that this is a shard of."""
        return self.model_copy(update={"shard": None})


def read_head(folder: Path) -> Head:
    """Read the head of a folder of results.

    Raises:
        UserMistake: There is none, or it is none.
    """
    path = folder / FILE
    if not path.exists():
        raise UserMistake(f"{folder} holds no {FILE}: name a folder of results")
    try:
        head = Head.model_validate_json(read_text(path))
    except ValidationError as error:
        raise UserMistake(f"{path}: {in_words(error, Head, {'cells': CellHead})}") from None
    if head.form != _FORM:
        raise UserMistake(f"{path} is of form {head.form}, and this library knows {_FORM}")
    return head


def agreed(folder: Path, head: Head) -> None:
    """Write the head into a folder, or see that the one there is the same.

    Raises:
        UserMistake: The folder holds another run's results, or something else.
    """
    path = folder / FILE
    if not path.exists():
        if any(folder.glob("*.jsonl")):
            raise UserMistake(f"{folder} holds files and no {FILE}: name an empty folder, or none")
        made = path.with_suffix(".new")
        made.write_text(head.text, encoding="utf-8")
        os.replace(made, path)  # noqa: PTH105 - what is there is whole, whenever it ends
        return
    there = read_head(folder)
    if there != head:
        told = difference(there, head)
        raise UserMistake(f"{folder} holds another run's results ({told}): name another folder")


def difference(there: Head, mine: Head) -> str:
    """Say in what two heads differ."""
    for name in ("seed", "n", "sampling", "lang", "logprobs", "texts", "shard"):
        old, new = getattr(there, name), getattr(mine, name)
        if old != new:
            return f"{name} was {shown(old)} and is now {shown(new)}"
    for name in ("suite", "chain", "backend"):
        old, new = ([*dict.fromkeys(getattr(c, name) for c in h.cells)] for h in (there, mine))
        if old != new:
            return f"each {name} was {', '.join(old)} and is now {', '.join(new)}"
    if there.wording != mine.wording:
        return "a template, or the code of a chain of your own, was changed since"
    changed = [m.suite for t, m in zip(there.cells, mine.cells, strict=True) if t != m]
    return f"the card or the rows of {changed[0]} were changed"
