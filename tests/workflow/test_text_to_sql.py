"""Text to SQL: scripted dialogues through every branch on a real database, in both languages."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reasoning_chains import Problem, ScriptedBackend, UserMistake, Workflow, open_tool
from tests.workflow.flows import sent

LANGUAGES = ("en", "zh")

EASY, JOINED, NESTED, IMPOSSIBLE = range(4)
CLASSES = {
    "en": ("easy", "non-nested", "nested", "impossible"),
    "zh": ("简单", "多表", "嵌套", "无法回答"),
}
ASKED = {"en": "Which customers ordered most?", "zh": "哪些客户下单最多？"}


@pytest.fixture
def shop(tmp_path: Path) -> str:
    file = tmp_path / "shop.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);"
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER"
            " REFERENCES customers (id), total REAL);"
            "INSERT INTO customers VALUES (1, 'Ada'), (2, 'Bo');"
            "INSERT INTO orders VALUES (1, 1, 10), (2, 1, 30), (3, 2, 20);"
        )
    return f"sqlite:{file}"


def fenced(query: str) -> str:
    return f"Here it is.\n```sql\n{query}\n```"


COUNTED = (
    "SELECT c.name, count(*) AS n FROM customers c JOIN orders o ON o.customer_id = c.id "
    "GROUP BY c.id"
)
ABOVE = "SELECT id FROM orders WHERE total > (SELECT avg(total) FROM orders)"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("level", "between", "found_by"),
    [
        (EASY, [], ("SELECT name FROM customers", "name\nAda\nBo\n(2 rows)")),
        (JOINED, ["SELECT c.name, count(*)"], (COUNTED, "name | n\nAda | 2\nBo | 1\n(2 rows)")),
        (
            NESTED,
            ['{"questions": ["the average"]}', fenced("SELECT avg(total) FROM orders")],
            (ABOVE, "id\n2\n(1 row)"),
        ),
        (NESTED, ['{"questions": []}'], (ABOVE, "id\n2\n(1 row)")),
    ],
)
def test_a_question_is_answered_by_its_class(
    shop: str, lang: str, level: int, between: list[str], found_by: tuple[str, str]
) -> None:
    query, rows = found_by
    replies = ["orders.total", CLASSES[lang][level], *between, fenced("SELECT 1"), fenced(query)]
    backend = ScriptedBackend(replies)
    found = Workflow("text_to_sql", tools=[shop]).invoke(ASKED[lang], backend=backend)
    assert found.answer == f"{rows}\n\n{ {'en': 'The query:', 'zh': '查询：'}[lang] }\n{query}"
    assert len(backend.requests) == len(replies)
    asked = [messages[-1][1] for messages in sent(backend)]
    assert all("CREATE TABLE customers (id" in text and ASKED[lang] in text for text in asked)
    assert "SELECT 1" in asked[-1]
    if len(between) == 2:
        assert "SELECT avg(total) FROM orders" in asked[-2]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_tables_do_not_hold_is_said(shop: str, lang: str) -> None:
    backend = ScriptedBackend(["none", CLASSES[lang][IMPOSSIBLE], "No ages are kept."])
    found = Workflow("text_to_sql", tools=[shop]).invoke(ASKED[lang], backend=backend)
    told = {"en": "These tables do not answer the question. ", "zh": "现有的表无法回答这个问题。"}
    assert found.answer == f"{told[lang]}No ages are kept."


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_error_of_sqlite_is_repaired_once(shop: str, lang: str) -> None:
    wrong, right = "SELECT nmae FROM customers", "SELECT name FROM customers LIMIT 1"
    before = ["customers.name", CLASSES[lang][EASY], fenced(wrong), fenced(wrong)]
    backend = ScriptedBackend([*before, fenced(right)])
    flow = Workflow("text_to_sql", tools=[shop])
    found = flow.invoke(Problem(ASKED[lang], context="One shop."), backend=backend)
    assert found.answer is not None
    assert found.answer.startswith("name\nAda\n(1 row)")
    assert found.answer.endswith(right)
    last = sent(backend)[-1][-1][1]
    assert "no such column: nmae" in last
    assert "One shop." in last
    backend = ScriptedBackend([*before, fenced("DELETE FROM customers")])
    lost = flow.invoke(ASKED[lang], backend=backend)
    assert lost.answer is not None
    assert lost.answer.startswith({"en": "There is no result:", "zh": "没有得到结果："}[lang])
    assert "not authorized: only SELECT" in lost.answer


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_database_that_is_gone_is_said(shop: str, lang: str) -> None:
    tool = open_tool(shop)
    Path(shop.partition(":")[2]).unlink()
    found = Workflow("text_to_sql", tools=[tool]).invoke(ASKED[lang], backend=ScriptedBackend([]))
    told = {"en": "The database cannot be read: ", "zh": "无法读取数据库："}[lang]
    assert found.answer == f"{told}unable to open database file"


def test_without_a_database_nothing_is_asked() -> None:
    backend = ScriptedBackend(["x"])
    with pytest.raises(UserMistake, match=r"text_to_sql.jinja, line \d+: unknown tool 'sql'"):
        Workflow("text_to_sql").invoke("?", backend=backend)
    assert backend.requests == []
