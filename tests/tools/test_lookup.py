"""`lookup` reads JSONL, text and Markdown, finds by title and by words, and follows changes."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains.errors import UserMistake
from reasoning_chains.problems import passages
from reasoning_chains.tools.lookup import lookup
from reasoning_chains.tools.passages import read_passages
from tests.tools.calling import act

NOTES = """\
What stands before any heading, about cats.

# Paris

Paris lies on the Seine. It is the capital of France.

## The Eiffel Tower ##
The tower was built in 1889.

```
# no heading: a comment in code
```

# 东京
东京是日本的首都,人口一千四百万。
"""


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "towns.md").write_text(NOTES, encoding="utf-8")
    (folder / "Mount Fuji.txt").write_text("It is 3,776 m high.", encoding="utf-8")
    (folder / ".hidden.txt").write_text("secret", encoding="utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    return folder


def test_it_is_what_the_small_model_was_trained_on(notes: Path) -> None:
    tool = lookup(notes)
    assert (tool.name, tool.description) == ("lookup", "Gives the passage about an entity.")
    assert json.dumps(tool.parameters) == (
        '{"type": "object", "properties": {"entity": {"type": "string"}}, "required": ["entity"]}'
    )


@pytest.mark.parametrize(
    ("entity", "found"),
    [
        ("paris", "Paris lies on the Seine. It is the capital of France."),
        ("the EIFFEL tower", "The Eiffel Tower: The tower was built in 1889.\n\n```\n# no head"),
        ("mount fuji", "Mount Fuji: It is 3,776 m high."),
        ("东京", "东京是日本的首都"),
        ("日本的首都", "东京是日本的首都"),
        ("capital of france", "Paris lies on the Seine."),
        ("cats", "towns: What stands before any heading, about cats."),
        ("lookup the tower", "The Eiffel Tower: "),
    ],
)
def test_titles_come_first_and_then_words(notes: Path, entity: str, found: str) -> None:
    seen = act(lookup(notes), entity)
    assert not seen.failed
    assert seen.text.startswith(found)


def test_an_exact_title_stands_alone(notes: Path) -> None:
    (notes / "b.md").write_text("# Seine\nParis Paris Paris\n# Paris\nMore.", encoding="utf-8")
    assert act(lookup(notes), "Paris").text.count("Paris Paris") == 0
    assert act(lookup(notes), "Paris").text.startswith("Paris: More.\n\nParis lies")


def test_nothing_found_is_told(notes: Path) -> None:
    seen = act(lookup(notes), "Pariss")
    assert seen.failed
    assert seen.text == "there is no passage about 'Pariss': did you mean Paris?"
    assert act(lookup(notes), "…").failed


@pytest.mark.parametrize("given", [{}, {"entity": ""}, {"entity": ["a"]}, {"name": "Paris"}, ""])
def test_wrong_arguments_are_told(notes: Path, given: Any) -> None:
    seen = act(lookup(notes), given)
    assert seen.failed
    assert "entity" in seen.text


def test_hidden_files_are_not_read(notes: Path) -> None:
    assert act(lookup(notes), "secret").failed


def test_jsonl_of_any_keys(tmp_path: Path) -> None:
    file = tmp_path / "facts.jsonl"
    lines: list[Any] = [
        {"title": "Ada", "text": "Born in Oslo.", "id": "zzz"},
        {"name": "Bram", "sentences": ["Bram paints.", 3, "He sings."], "n": 4},
        "a bare text about zebras",
        {"title": "Only a title"},
    ]
    file.write_text("\n\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8-sig")
    tool = lookup(file)
    assert act(tool, "Ada").text == "Ada: Born in Oslo."
    assert act(tool, "who is Bram").text == "Bram Bram paints. He sings."
    assert act(tool, "zebras").text == "a bare text about zebras"
    assert act(tool, "only a title").text == "Only a title"
    assert act(tool, "zzz").failed  # `text` is all that is read where there is one


def test_every_entity_of_the_invented_world_is_found(tmp_path: Path) -> None:
    file = tmp_path / "world.jsonl"
    lines = [json.dumps({"title": name, "text": text}) for name, text in passages().items()]
    file.write_text("\n".join(lines), encoding="utf-8")
    tool = lookup(file)
    for name in list(passages())[::60]:
        assert act(tool, name).text == passages()[name]


def test_a_source_that_changes_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("cats purr", encoding="utf-8")
    tool = lookup(file)
    assert act(tool, "cats").text == "a: cats purr"
    file.write_text("dogs bark loudly", encoding="utf-8")
    assert act(tool, "cats").failed
    assert act(tool, "dogs").text == "a: dogs bark loudly"
    file.unlink()
    assert "there is no file or folder" in act(tool, "dogs").text
    file.write_text("cats are back", encoding="utf-8")
    assert act(tool, "cats").text == "a: cats are back"


def test_long_texts_are_cut_where_sentences_end(tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_text("One sentence of words. " * 2_000 + "x" * 5_000, encoding="utf-8")
    pieces = read_passages(file)
    assert all(0 < len(piece.text) <= 1_200 for piece in pieces)
    assert pieces[0].text.endswith("words.")
    assert sum(len(piece.text) for piece in pieces) > 49_000
    assert len(act(lookup(file), "long").text) < 4_000


def test_blank_lines_part_what_is_long_enough(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("\n\n".join(["short"] * 3 + ["word " * 60] * 2), encoding="utf-8")
    assert [len(piece.text) // 100 for piece in read_passages(file)] == [3, 2]


def test_many_threads_share_one_index(notes: Path) -> None:
    tool = lookup(notes)
    seen: list[str] = []
    threads = [
        threading.Thread(target=lambda: seen.append(act(tool, "paris").text)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(seen)) == 1
    assert len(seen) == 8


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.txt", b"", "is empty: write text"),
        ("a.txt", b" \n\n ", "is empty: write text"),
        ("a.md", b"# Only a heading", "is empty: write text"),
        ("a.txt", b"ab\xff\xfe", "is not UTF-8 at byte 2"),
        ("a.jsonl", b'{"a": "b"}\n{"a": \n', "line 2: no valid JSON"),
        ("a.jsonl", b"[1]", "line 1: an object or a text is wanted"),
        ("a.jsonl", b'{"n": 3}', "line 1: it holds no text"),
        ("a.jsonl", b"[" * 200_000, "line 1: no valid JSON"),
        ("a.jsonl", b"\n\n", "is empty: write text"),
        ("a.csv", b"a,b", "lookup reads .jsonl, .md, .markdown, .txt and folders"),
        ("sub/a.csv", b"a,b", "holds no .jsonl, .md, .markdown, .txt file"),
    ],
)
def test_a_source_that_cannot_be_read_is_named(
    tmp_path: Path, name: str, data: bytes, told: str
) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    source = file.parent if "sub" in name else file
    with pytest.raises(UserMistake, match=told) as mistake:
        lookup(source)
    assert str(source) in str(mistake.value)


def test_other_wrong_sources(tmp_path: Path) -> None:
    odd: Any = None
    with pytest.raises(UserMistake, match="there is no file or folder"):
        lookup(tmp_path / "missing.txt")
    with pytest.raises(UserMistake, match="holds no"):
        lookup(tmp_path)
    with pytest.raises(UserMistake, match="lookup:FOLDER"):
        lookup(" ")
    with pytest.raises(UserMistake, match="source of lookup"):
        lookup(odd)
    with pytest.raises(UserMistake, match="most of lookup"):
        lookup(tmp_path, most=0)
    file = tmp_path / "dangling.txt"
    file.symlink_to(tmp_path / "nowhere")
    with pytest.raises(UserMistake, match="there is no file"):
        lookup(file)
    with pytest.raises(UserMistake, match="there is no file"):
        lookup("a\0.txt")
    with pytest.raises(UserMistake, match=r"~nobody-of-this-name.* cannot be found"):
        lookup("~nobody-of-this-name/notes")


def test_a_pipe_in_a_folder_is_left_alone(notes: Path) -> None:
    os.mkfifo(notes / "pipe.txt")
    assert not act(lookup(notes), "paris").failed
