"""What an eval of a test-suite declares, by marker or in a file; it runs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reasoning_chains.budget import Budget
from reasoning_chains.chain import Chain
from reasoning_chains.declaring import in_words
from reasoning_chains.errors import UserMistake, near, shown, wanted
from reasoning_chains.evals.suite import Suite
from reasoning_chains.types import Sampling

__all__ = ["Check", "read_check"]


class Check(BaseModel):
    """A chain on a suite with a backend, and what is wanted of it.

    Suite, chain and backend are names, or in Python the objects themselves. `name` is what its
    baseline is called, by default the test; `project` is a folder beside the file that declares.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    suite: Any
    chain: Any
    backend: Any = "embedded"
    name: str | None = Field(default=None, min_length=1)
    data: str | None = Field(default=None, min_length=1)
    project: str | None = Field(default=None, min_length=1)
    n: int | None = Field(default=None, ge=1)
    seed: int = 0
    lang: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    budget_tokens: int | None = None
    budget_money: float | None = None
    concurrency: int = Field(default=16, ge=1)
    store: bool = True
    min_accuracy: float | None = Field(default=None, ge=0, le=1)
    max_regression: float | None = Field(default=None, ge=0, le=1)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    strict: bool = False

    @property
    def sampling(self) -> Sampling:
        """What is told to every ask."""
        return Sampling(temperature=self.temperature, max_tokens=self.max_tokens)

    @property
    def budget(self) -> Budget:
        """The limits of the run."""
        return Budget(self.budget_tokens, money=self.budget_money)


def read_check(declared: Mapping[str, Any], place: str) -> Check:
    """Read a declaration.

    Raises:
        UserMistake: A key is missing or not known, or a value cannot be; the place is named.
    """
    for key in declared:
        if key not in Check.model_fields:
            told = near(str(key), Check.model_fields)
            raise UserMistake(f"{place}: unknown key {shown(key)}: {told}")
    try:
        check = Check.model_validate(dict(declared))
    except ValidationError as error:
        raise UserMistake(f"{place}: {in_words(error, Check, {})}") from None
    wanted(f"{place}: suite", check.suite, str, Suite)
    wanted(f"{place}: chain", check.chain, str, Chain)
    if isinstance(check.backend, list | tuple | dict | set) or check.backend is None:
        wanted(f"{place}: backend", check.backend, str, hint="one name, or a backend")
    if check.data is not None and not isinstance(check.suite, str):
        raise UserMistake(f"{place}: data goes with the name of a suite: leave it out")
    return check
