"""What somebody else's code raises becomes words; what ends a run passes."""

from __future__ import annotations

import asyncio

import pytest

from reasoning_chains.errors import BudgetSpent, UserMistake
from reasoning_chains.failing import Told, innermost
from reasoning_chains.toolbox import ToolFailed


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("x"), "it failed: ValueError: x"),
        (KeyError(), "it failed: KeyError"),
        (SystemExit(2), "it failed: SystemExit: 2"),
        (ExceptionGroup("g", [ExceptionGroup("h", [OSError("o")])]), "it failed: OSError: o"),
    ],
)
def test_errors_become_words(error: BaseException, told: str) -> None:
    with pytest.raises(ToolFailed) as failure, Told("it"):
        raise error
    assert str(failure.value) == told
    assert failure.value.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [
        KeyboardInterrupt(),
        asyncio.CancelledError(),
        BudgetSpent("over"),
        ToolFailed("told already"),
        GeneratorExit(),
    ],
)
def test_what_ends_a_run_passes(error: BaseException) -> None:
    with pytest.raises(type(error)) as passed, Told("it"):
        raise error
    assert passed.value is error


def test_more_may_pass() -> None:
    with pytest.raises(UserMistake), Told("it", UserMistake):
        raise UserMistake("mend it")


def test_nothing_happens_where_nothing_fails() -> None:
    with Told("it") as block:
        assert block.whose == "it"
    error = ValueError("alone")
    assert innermost(error) is error
