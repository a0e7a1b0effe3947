from __future__ import annotations

from pathlib import Path

import pytest

from reasoning_chains import UserMistake, open_backend
from reasoning_chains.backends.replay import ReplayBackend
from reasoning_chains.errors import UnknownName
from reasoning_chains.names import BACKENDS, CHAINS, RULES, load


def test_every_name_in_the_tables_loads() -> None:
    for table in (CHAINS, RULES, BACKENDS):
        for name in table:
            assert isinstance(load(table, "name", name), type)


def test_a_wrong_name_lists_the_near_ones() -> None:
    with pytest.raises(UnknownName, match="did you mean embedded"):
        open_backend("embeded")
    with pytest.raises(UnknownName, match="known are embedded, openai, replay, transformers"):
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
