"""Evals declared in a YAML file, each collected as a test; it runs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains.content import read_text
from reasoning_chains.errors import UserMistake
from reasoning_chains.pytest_plugin import DECLARED, MARK
from reasoning_chains.pytest_plugin.check import read_check
from reasoning_chains.yaml_text import read_mapping

__all__ = ["EvalFile", "EvalItem"]


class EvalFile(pytest.File):
    """A file of names, each with what its eval is."""

    def collect(self) -> Iterator[EvalItem]:
        """Give a test for each.

        Raises:
            CollectError: It is no such file; key and value are named.
        """
        try:
            declared = _read(self.path)
        except UserMistake as error:
            raise self.CollectError(str(error)) from None
        for name, told in declared.items():
            item: EvalItem = EvalItem.from_parent(self, name=name)
            item.stash[DECLARED] = told
            item.add_marker(MARK)
            yield item


class EvalItem(pytest.Item):
    """One eval: the plugin's hooks measure and judge it, as they do those of markers."""

    def runtest(self) -> None:
        """Do nothing more."""

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Tell where it stands."""
        return self.path, None, self.name


def _read(path: Path) -> dict[str, dict[str, Any]]:
    declared = read_mapping(read_text(path), path)
    for name, told in declared.items():
        if not isinstance(name, str) or not name.strip():
            raise UserMistake(f"{path}: {name!r} is no name of an eval: write text, in quotes")
        if not isinstance(told, dict):
            raise UserMistake(f"{path}, {name}: write suite: … and chain: … below it")
        read_check(told, f"{path}, {name}")
    return declared
