from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains import (
    Direct,
    FewShotCoT,
    Retrieve,
    Sampling,
    ScriptedBackend,
    UserMistake,
    Workflow,
    load_agent,
    open_backend,
    open_tool,
)
from reasoning_chains.backends.replay import ReplayBackend
from reasoning_chains.errors import UnknownName
from reasoning_chains.names import BACKENDS, CHAINS, RULES, load


def test_every_name_in_the_tables_loads() -> None:
    for table in (CHAINS, RULES, BACKENDS):
        for name in table:
            assert callable(load(table, "name", name))


def test_a_wrong_name_lists_the_near_ones() -> None:
    with pytest.raises(UnknownName, match="did you mean embedded"):
        open_backend("embeded")
    with pytest.raises(UnknownName, match="known are embedded, langchain, openai, replay"):
        open_backend("zzz")


@pytest.mark.parametrize(
    ("name", "told"),
    [("openai", "write openai:MODEL"), ("transformers:", "PATH"), ("replay", "replay:FILE")],
)
def test_what_stands_after_the_colon_is_needed(name: str, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        open_backend(name)


def test_an_unknown_option_is_a_users_mistake() -> None:
    with pytest.raises(UserMistake, match="colour"):
        open_backend("embedded", colour="red")


def declare(folder: Path, text: str) -> str:
    (folder / "reasoning.toml").write_text(text, encoding="utf-8")
    return str(folder)


def test_a_table_in_reasoning_toml_is_a_backend(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"question": "q", "completions": ["a"]}\n')
    project = declare(tmp_path, f'[backends.mine]\nuse = "replay:{tmp_path}/rows.jsonl"\n')
    assert isinstance(open_backend("mine", project=project), ReplayBackend)
    declare(tmp_path, '[backends.mine]\nuse = "replay:rows.jsonl"\n')
    assert isinstance(open_backend("mine", project=project), ReplayBackend)
    with pytest.raises(UnknownName, match="did you mean mine"):
        open_backend("mines", project=project)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[backends.mine", "no valid TOML"),
        ("[chains.mine]\n", "unknown table 'chains'"),
        ("backends = 3", "must be tables"),
        ("[backends.mine]\nmodel = 'x'\n", "needs use"),
        ("[backends.mine]\nuse = 'other:x'\n", "table 'mine'"),
        ("[backends.mine]\nuse = 'openai:x'\napi_key = 'k'\n", "api_key_env"),
        ("[backends.openai]\nuse = 'embedded'\n", "'openai' is a built-in backend"),
    ],
)
def test_a_wrong_reasoning_toml_is_told_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        open_backend("mine", project=declare(tmp_path, text))


def test_the_defaults_of_a_backend_are_written_as_a_table(tmp_path: Path) -> None:
    use = '[backends.mine]\nuse = "openai:x"\nbase_url = "http://127.0.0.1:9/v1"\n'
    project = declare(tmp_path, use + "defaults = {temperature = 0.2, stop = ['Q']}\n")
    assert open_backend("mine", project=project).defaults == Sampling(0.2, stop=("Q",))
    for text, told in (
        ("defaults = {temprature = 0.2}", "'temprature' in defaults: did you mean temperature"),
        ("defaults = {temperature = -1}", "sampling temperature=-1"),
        ("defaults = 3", "defaults must be a table, such as"),
        ("headers = 'abc'", "headers must be names with values"),
        ("n = 'yes'", "n must be True or False or None"),
    ):
        with pytest.raises(UserMistake, match=told):
            open_backend("mine", project=declare(tmp_path, use + text))
    with pytest.raises(UserMistake, match="base_url must be text"):
        open_backend("mine", project=declare(tmp_path, use.replace('"http://127.0.0.1:9/v1"', "5")))


def test_a_model_is_a_folder_of_the_project_a_home_folder_or_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "here").mkdir()
    for written, placed in (
        ("Qwen/Qwen3-4B", "Qwen/Qwen3-4B"),
        ("here", str(tmp_path / "here")),
        ("~/models/x", str(tmp_path / "home" / "models" / "x")),
        ("/nowhere/x", "/nowhere/x"),
    ):
        project = declare(tmp_path, f'[backends.mine]\nuse = "transformers:{written}"\n')
        with pytest.raises(UserMistake, match=f" {placed}( |:|$)|'{placed}'"):
            open_backend("mine", project=project).capabilities  # noqa: B018
    project = declare(tmp_path, '[backends.mine]\nuse = "replay:~no_such_user/x"\n')
    with pytest.raises(UserMistake, match="no such home folder"):
        open_backend("mine", project=project)


LONG = "a" * 5_000  # more than a file system takes
LONG_NAMES = {
    "workflow": lambda: Workflow(f"{LONG}.jinja").invoke("?", backend=ScriptedBackend([])),
    "folder of a workflow": lambda: Workflow(f"x/{LONG}/y.jinja").invoke("?", backend="embedded"),
    "agent": lambda: load_agent(LONG),
    "project": lambda: load_agent("calculator", LONG),
    "look-up": lambda: open_tool(f"lookup:{LONG}"),
    "database": lambda: open_tool(f"sqlite:{LONG}"),
    "recording": lambda: open_backend(f"replay:{LONG}"),
    "model": lambda: open_backend(f"transformers:{LONG}").capabilities,
    "template": lambda: Direct(template=LONG).invoke("?", backend=ScriptedBackend([])),
    "exemplars": lambda: FewShotCoT(exemplars=LONG).invoke("?", backend=ScriptedBackend([])),
    "passages": lambda: Retrieve(Direct(), LONG).invoke("?", backend=ScriptedBackend([])),
}


@pytest.mark.parametrize("call", LONG_NAMES.values(), ids=LONG_NAMES)
def test_a_name_that_no_file_can_have_is_told(call: Callable[[], object]) -> None:
    with pytest.raises(UserMistake):
        call()


@pytest.mark.parametrize(("name", "project"), [(5, None), ("mine", 5)])
def test_what_is_no_name_is_told(name: Any, project: Any) -> None:
    with pytest.raises(UserMistake, match="must be text"):
        open_backend(name, project=project)
