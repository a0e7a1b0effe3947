"""The first files of a project, written from the skeletons beside this; it overwrites nothing."""

from __future__ import annotations

import keyword
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from reasoning_chains.errors import UnknownName, UserMistake, shown

__all__ = ["KINDS", "add", "begin"]

_SKELETON = Path(__file__).parent / "skeleton"
_PLACES: Mapping[str, Mapping[str, str]] = {
    "chain": {"chain.py": "NAME.py", "test_chain.py": "tests/test_NAME.py"},
    "template": {"template.jinja": "templates/NAME.jinja"},
    "workflow": {"workflow.jinja": "templates/NAME.jinja"},
    "agent": {"agent.yaml": "agents/NAME/agent.yaml"},
    "eval": {"eval.yaml": "evals/NAME/eval.yaml", "problems.jsonl": "evals/NAME/problems.jsonl"},
    "project": {
        "reasoning.toml": "reasoning.toml",
        "conftest.py": "conftest.py",
        "test_project.py": "tests/test_project.py",
    },
}
_SHARED = ("conftest.py",)
"""What a project may have already: the file of the skeleton says nothing that it needs."""
KINDS = ("chain", "template", "workflow", "agent", "eval")
"""What `add` can add."""
_FIRST = {"template": "careful", "workflow": "triage", "agent": "helper", "eval": "sums"}


def begin(folder: Path) -> list[Path]:
    """Write a project: reasoning.toml, one example of each kind, and a test that runs at once.

    Raises:
        UserMistake: A file of it is there already, or the folder cannot be written.
    """
    files = _files("project", "")
    for kind, name in _FIRST.items():
        files |= _files(kind, name)
    return _written(folder, files)


def add(kind: str, name: str, folder: Path) -> list[Path]:
    """Write the beginning of a chain, a template, a workflow, an agent or an eval.

    Raises:
        UnknownName: There is no such kind.
        UserMistake: The name is none, or is taken.
    """
    if kind not in KINDS:
        raise UnknownName("kind of file", kind, KINDS)
    if not name.isidentifier() or not name.isascii() or name != name.lower() or name[0] == "_":
        raise UserMistake(
            f"the name {shown(name)} must be of small letters, digits and _, a letter first"
        )
    if kind == "chain" and _is_taken(name):
        raise UserMistake(f"{name} is another module's name: take another, such as my_{name}")
    return _written(folder, _files(kind, name))


def _is_taken(name: str) -> bool:
    """Tell whether a module of this name would hide another one, or be hidden by it."""
    words = (name, name.capitalize())  # the second is the class in it
    if any(keyword.iskeyword(word) or keyword.issoftkeyword(word) for word in words):
        return True
    if name in ("conftest", "test"):
        return True
    return name in sys.stdlib_module_names or name == __name__.partition(".")[0]


def _files(kind: str, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for source, place in _PLACES[kind].items():
        text = (_SKELETON / f"{source}.new").read_text(encoding="utf-8")
        title = "".join(part.capitalize() for part in name.split("_"))
        found[place.replace("NAME", name)] = text.replace("TITLE", title).replace("NAME", name)
    return found


def _written(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write all of the files, or none."""
    taken = [place for place in files if (folder / place).exists() and place not in _SHARED]
    if taken:
        raise UserMistake(f"{folder / taken[0]} is there already: nothing was written")
    made: list[Path] = []
    try:
        for place, text in files.items():
            if not (folder / place).exists():
                _write(folder / place, text, made)
    except OSError as error:
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise UserMistake(f"{folder} cannot be written: {error.strerror}") from None
    return [path for path in made if path.is_file()]


def _write(path: Path, text: str, made: list[Path]) -> None:
    """Write a file, and tell what was made for it: folders, then the file."""
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir()
        made.append(folder)
    with path.open("x", encoding="utf-8") as file:
        made.append(path)
        file.write(text)
