"""A chain of the user's own by `module:Name`: on the command line and in an agent."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import pytest

from reasoning_chains import Direct, ScriptedBackend, UserMistake, load_agent
from reasoning_chains.project_code import project_object
from reasoning_chains.spelling import open_chain
from tests.cli.test_cli import ASKED, ROW, run

MINE = """\
from dataclasses import dataclass
from reasoning_chains import Chain, Direct, SelfConsistency

@dataclass(frozen=True, slots=True)
class Twice(Chain):
    async def solve(self, problem, run):
        await run.ask("direct")
        return run.conclude(problem, await run.ask("direct"))

@dataclass(frozen=True, slots=True)
class Picky(Chain):
    inner: Chain
    async def solve(self, problem, run):
        return await run.solve(self.inner, problem, 0)

made = Picky(Twice())
odd = 5
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    (tmp_path / "leaving.py").write_text("import sys\nsys.exit(3)\n", encoding="utf-8")
    return tmp_path


def test_a_class_and_a_chain_that_is_made(project: Path) -> None:
    for name in ("mine:Twice", "mine:made"):
        backend = ScriptedBackend(["7", "8"])
        assert open_chain(name, project).invoke("3 + 4?", backend=backend).answer == "8"
    assert open_chain("direct", project) == Direct()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("mine:Twise", "mine has no Twise.*Twice"),
        ("mine:odd", "must be a Chain or a class of one, found 5"),
        ("mine:Picky", "cannot be made without arguments.*inner"),
        ("nowhere:X", "No module named 'nowhere'"),
        ("mine:", "unknown chain 'mine:': did you mean refine"),
        ("mine:Chain", "must be a Chain or a class of one"),
        ("leaving:X", "SystemExit: 3"),
    ],
)
def test_what_is_no_chain_says_why(project: Path, name: str, says: str) -> None:
    with pytest.raises(UserMistake, match=says):
        open_chain(name, project)


def test_on_the_command_line_and_in_an_agent(project: Path) -> None:
    (project / "rows.jsonl").write_text(json.dumps(ROW), encoding="utf-8")
    asked = ("ask", ASKED, "-b", "replay:rows.jsonl", "--json", "-k", "number")
    done = run(*asked, "-c", "mine:Twice", folder=project)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["usage"]["calls"] == 2
    done = run(*asked, "-c", "mine:Thrice", folder=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Twice" in done.stderr
    card = project / "agents" / "two" / "agent.yaml"
    card.parent.mkdir(parents=True)
    card.write_text("description: Asks twice.\nchain: mine:Twice\n", encoding="utf-8")
    agent = load_agent("two", project)
    assert agent.invoke("3 + 4?", backend=ScriptedBackend(["7", "8"])).answer == "8"


def test_a_module_that_the_application_imported_is_not_executed_again(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(project))
    imported = importlib.import_module("mine")
    assert project_object("mine:odd", project) is imported.odd
    assert isinstance(open_chain("mine:made", project), imported.Picky)
    del sys.modules["mine"]


def test_a_module_of_the_project_imports_its_neighbours(project: Path) -> None:
    (project / "neighbour_of_mine.py").write_text("VALUE = 7\n")
    (project / "asking.py").write_text("from neighbour_of_mine import VALUE\n")
    before = list(sys.path)
    assert project_object("asking:VALUE", project) == 7
    assert sys.path == before
    del sys.modules["neighbour_of_mine"]
