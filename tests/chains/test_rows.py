"""A table in CSV: columns, numbers, and what is no table."""

from __future__ import annotations

import pytest

from reasoning_chains import UserMistake
from reasoning_chains.chains.rows import read_rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\n1,2.5", [{"a": 1, "b": 2.5}]),
        ("\ufeffa;b\r\nx;-3\r\n", [{"a": "x", "b": -3}]),
        ("name\tage\nAnn\t31\nBob\t", [{"name": "Ann", "age": 31}, {"name": "Bob", "age": None}]),
        ('a,b\n1,"x\ny"', [{"a": 1, "b": "x\ny"}]),
        ("a,b\n1,x\x85y\n\n2,z", [{"a": 1, "b": "x\x85y"}, {"a": 2, "b": "z"}]),
        (
            "a\n007\n+49\n1_000\n٣\nnan\n1e999\n0.5",
            ["007", "+49", "1_000", "٣", "nan", "1e999", 0.5],
        ),
        ("a\n" + "1" * 400, ["1" * 400]),
    ],
)
def test_a_table_is_read(text: str, rows: list[object]) -> None:
    found = read_rows(text)
    assert found == [row if isinstance(row, dict) else {"a": row} for row in rows]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "a table is wanted"),
        ("a,b", "a table is wanted"),
        ("a,b\n1,2\n\n3", "line 4 of the table has 1 cells, and there are 2 columns"),
        ("a,a\n1,2", "need a name each"),
        ("a,\n1,2", "need a name each"),
        ('a,b\n1,"2', "no table in CSV"),
    ],
)
def test_what_is_no_table_is_told(text: str, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        read_rows(text)
