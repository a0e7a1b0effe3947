"""The rules of the house: sizes, floors, names, silence, and the ban on dangerous calls."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import reasoning_chains

PACKAGE = Path(reasoning_chains.__file__).parent
ROOT = PACKAGE.parent
FILES = sorted(PACKAGE.rglob("*.py"))
IDS = [path.relative_to(PACKAGE).as_posix() for path in FILES]

FLOORS = (
    "errors",
    "usage",
    "types",
    "waiting",
    "pricing",
    "secrets",
    "protocols",
    "sandbox",
    "toolbox",
    "failing",
    "answers",
    "voting",
    "problems",
    "yaml_text",
    "declaring",
    "content",
    "ranking",
    "templates",
    "exemplars",
    "store",
    "reservation",
    "budget",
    "trace",
    "solution",
    "refusing",
    "backends",
    "project",
    "names",
    "project_code",
    "reading",
    "asking",
    "loop",
    "acting",
    "attempting",
    "buying",
    "run",
    "weighing",
    "electing",
    "session",
    "verbs",
    "chain",
    "tools",
    "chains",
    "auto_cot",
    "spelling",
    "workflow",
    "langchain",
    "agents",
    "starting",
    "evals",
    "pytest_plugin",
    "cli",
    "__main__",
)
"""A room imports only from rooms before it, or from its own."""

BANNED_MODULES = {"pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
BACKTRACKING = {"re", "regex"}
"""Model text never meets a backtracking expression: nothing in the package has one."""
BANNED_CALLS = {"eval", "exec", "compile", "__import__"}
BANNED_ATTRIBUTES = {("yaml", "load"), ("torch", "load"), ("os", "system"), ("os", "popen")}


def room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(tree: ast.AST) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            found.append((node.lineno, node.module or ""))
    return found


def typing_only(tree: ast.AST) -> set[int]:
    """Lines under `if TYPE_CHECKING:`, which no program runs."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            last = node.body[-1].end_lineno or node.lineno
            lines |= set(range(node.lineno, last + 1))
    return lines


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_rooms_are_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            doc = ast.get_docstring(node, clean=False)
            size = (node.end_lineno or 0) - node.lineno + 1 - (doc.count("\n") + 1 if doc else 0)
            assert size <= 30, f"{node.name}: {size} lines"
            wanted = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
            wanted = [name for name in wanted if name not in {"self", "cls"}]
            assert len(wanted) + len(node.args.kwonlyargs) <= 5, node.name


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_a_room_opens_with_one_sentence(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_imports_go_down(path: Path) -> None:
    mine = room(path)
    if mine == "__init__":
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    spared = typing_only(tree)
    for line, name in imports(tree):
        if not name.startswith("reasoning_chains"):
            continue
        parts = name.split(".")
        assert len(parts) > 1, f"line {line}: imports the package root"
        other = parts[1]
        if other == mine or line in spared:
            continue
        if (mine, other) in UPWARD:
            continue
        assert FLOORS.index(other) < FLOORS.index(mine), f"line {line}: {mine} imports {other}"


UPWARD = {
    ("chain", "loop"),
    ("chain", "verbs"),
    ("chain", "session"),
    ("chain", "langchain"),
}


def test_every_room_has_a_floor() -> None:
    assert {room(path) for path in FILES} <= {*FLOORS, "__init__"}


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_nothing_dangerous_is_called(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for line, name in imports(tree):
        assert name.split(".")[0] not in BANNED_MODULES | BACKTRACKING, f"line {line}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                assert node.func.id not in BANNED_CALLS, f"line {node.lineno}"
            if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                called = (node.func.value.id, node.func.attr)
                assert called not in BANNED_ATTRIBUTES, f"line {node.lineno}"
            for keyword in node.keywords:
                shell = keyword.arg == "shell" and ast.unparse(keyword.value) == "True"
                assert not shell, f"line {node.lineno}: a shell"
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            assert caught not in {"everything", "Exception", "BaseException"}, f"line {node.lineno}"


MAY_IMPORT = {"names.py", "project_code.py", "__init__.py"}


def test_only_names_turns_a_name_into_an_import() -> None:
    for path in FILES:
        used = "import_module" in path.read_text(encoding="utf-8")
        assert not used or path.relative_to(PACKAGE).as_posix() in MAY_IMPORT


@pytest.mark.parametrize("folder", ["templates", "agents", "evals"])
def test_content_folders_hold_no_code(folder: str) -> None:
    assert not list((ROOT / folder).rglob("*.py"))


def test_the_public_names_are_there_and_sorted() -> None:
    assert sorted(reasoning_chains.__all__) == reasoning_chains.__all__
    for name in reasoning_chains.__all__:
        assert getattr(reasoning_chains, name) is not None
    with pytest.raises(AttributeError):
        reasoning_chains.nothing  # noqa: B018


SILENT = """
import sys, asyncio
opened = []
def hook(event, args):
    if event == "open" and isinstance(args[0], str) and not args[0].endswith((".py", ".pyc")):
        opened.append(args[0])
    if event in ("socket.connect", "subprocess.Popen", "os.mkdir"):
        opened.append(event)
sys.addaudithook(hook)
from reasoning_chains import Problem, SelfConsistency, ZeroShotCoT, open_backend
heavy = {"numpy", "openai", "aiohttp", "httpx", "httpx2", "torch", "transformers", "langchain",
         "pydantic", "jinja2", "yaml", "tokenizers", "safetensors"} & set(sys.modules)
print(sorted(heavy), [name for name in opened if "/proc/" not in name])
"""


def test_importing_is_silent_and_loads_nothing_heavy() -> None:
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", SILENT], capture_output=True, text=True, check=True
    )
    assert (told.stdout.strip(), told.stderr) == ("[] []", "")
