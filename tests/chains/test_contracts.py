"""A template with another reader than its chain needs is refused before anything is paid."""

from __future__ import annotations

from pathlib import Path

import pytest

from reasoning_chains import (
    Analogical,
    Cascade,
    Chain,
    Direct,
    PlanAndSolve,
    Refine,
    Retrieve,
    ScriptedBackend,
    StepBack,
    UniversalSelfConsistency,
)
from reasoning_chains.errors import TemplateMistake
from tests.chains.asked import SUM

CHAINS: list[tuple[str, Chain]] = [
    ("step_back", StepBack()),
    ("analogical", Analogical()),
    ("plan_and_solve", PlanAndSolve()),
    ("plan_and_solve", PlanAndSolve(two_stage=True)),
    ("refine", Refine()),
    ("universal_self_consistency", UniversalSelfConsistency(Direct())),
    ("retrieve", Retrieve(Direct(), "word_problems", put="exemplars")),
]
PARTS = [(name, chain, part) for name, chain in CHAINS for part in chain.contracts()]


@pytest.mark.parametrize(
    ("name", "chain", "part"), PARTS, ids=[f"{name}/{part}" for name, _, part in PARTS]
)
def test_every_part_of_a_chain_keeps_its_contract(
    name: str, chain: Chain, part: str, tmp_path: Path
) -> None:
    template = f"{name}/{part}" if part else name
    path = tmp_path / "templates" / f"{template}.jinja"
    path.parent.mkdir(parents=True)
    path.write_text("---\nparse: json\n---\n{{ question }}")
    backend = ScriptedBackend(["7"])
    told = rf"{template}.jinja' declares parse: json, and {type(chain).__name__} needs"
    for asked in (chain, Cascade((Direct(), chain))):
        with pytest.raises(TemplateMistake, match=told):
            asked.invoke(SUM, backend=backend, project=str(tmp_path))
    assert backend.requests == []
