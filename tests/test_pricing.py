"""Money: what a backend's tokens cost, reserved before it is spent."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reasoning_chains import (
    Budget,
    Direct,
    ScriptedBackend,
    SelfConsistency,
    UserMistake,
    load_agent,
    open_backend,
)
from reasoning_chains.backends.openai import OpenAIBackend
from reasoning_chains.pricing import Price, listed, price_of
from reasoning_chains.types import Completion, Sampling, Usage
from tests.servers.chat import ChatServer

BILL = Usage(1, 1, 40, 100)
DEAR = Price(input=10, output=100)  # 0.0104 a reply of BILL


def replies(count: int) -> list[Completion]:
    return [Completion("7", usage=BILL, bill=BILL) for _ in range(count)]


def test_the_price_of_a_million_tokens() -> None:
    assert DEAR.of(BILL) == pytest.approx(0.0104)
    assert Price.read({"input": 10, "output": 100}) == DEAR
    assert price_of(open_backend("embedded")) == Price()
    assert price_of(SimpleNamespace(name="mine", price={"input": 10, "output": 100})) == DEAR


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"input": 1}, "price lacks output"),
        ({"input": 1, "output": 2, "outpt": 2}, "unknown key 'outpt' in price: did you mean out"),
        ({"input": -1, "output": 2}, "price input"),
        (5, "price must be a mapping|price"),
    ],
)
def test_what_is_no_price_is_told(given: Any, says: str) -> None:
    with pytest.raises(UserMistake, match=says):
        Price.read(given)


def test_what_is_bought_stays_within_the_money() -> None:
    backend = ScriptedBackend(replies(9), price={"input": 10, "output": 100})
    chain = SelfConsistency(Direct(), samples=9)
    sampling = Sampling(max_tokens=100)  # 0.0100 a reply and its prompt's bytes are held
    solution = chain.invoke("?", backend=backend, budget=Budget(money=0.065), sampling=sampling)
    assert (solution.answer, solution.stop_reason) == ("7", "budget")
    assert solution.usage.calls == 6
    assert "of the money is left" in solution.trace.stopped
    assert solution.bill.money == pytest.approx(6 * 0.0104)
    assert solution.usage.money == 0
    free = ScriptedBackend(replies(9))
    assert chain.invoke("?", backend=free, budget=Budget(money=0)).stop_reason == "answered"


def test_a_price_that_nobody_told_is_a_mistake_only_where_money_is_limited() -> None:
    with ChatServer() as server:
        backend = open_backend("openai:m", base_url=server.url)
        assert Direct().invoke("?", backend=backend).answer is not None
        with pytest.raises(UserMistake, match="needs the price of backend 'openai:m"):
            Direct().invoke("?", backend=backend, budget=Budget(money=1))
        priced = open_backend("openai:m", base_url=server.url, price={"input": 1, "output": 2})
        assert Direct().invoke("?", backend=priced, budget=Budget(money=1)).answer is not None


def test_a_project_and_an_agent_tell_price_and_money(tmp_path: Path) -> None:
    table = '[backends.mine]\nuse = "openai:m"\nbase_url = "http://127.0.0.1:9/v1"\n'
    told = table + "price = {input = 10, output = 100}\n"
    (tmp_path / "reasoning.toml").write_text(told, encoding="utf-8")
    assert price_of(open_backend("mine", project=str(tmp_path))) == DEAR
    card = tmp_path / "agents" / "poor" / "agent.yaml"
    card.parent.mkdir(parents=True)
    card.write_text("description: d\nchain: direct\nlimits: {money: 0.001}\n", encoding="utf-8")
    agent = load_agent("poor", tmp_path)
    solution = agent.invoke("?", backend=ScriptedBackend(replies(1), price=DEAR))
    assert (solution.answer, solution.stop_reason) == (None, "budget")


@pytest.mark.parametrize(
    ("model", "price"),
    [
        ("gpt-5-mini", Price(0.25, 2)),
        ("gpt-5-mini-2025-08-07", Price(0.25, 2)),
        ("gpt-5-mini-preview", None),
        ("gpt-5-min", None),
        ("2025-08-07", None),
    ],
)
def test_models_of_openai_have_the_price_that_was_told(model: str, price: Price | None) -> None:
    assert listed(model) == price
    backend: Any = OpenAIBackend(model, "https://api.openai.com/v1", api_key="k")
    assert backend.price == price
    elsewhere: Any = OpenAIBackend(model, "http://127.0.0.1:9/v1", api_key="k")
    assert elsewhere.price is None


def test_a_project_tells_prices_for_all_its_backends(tmp_path: Path) -> None:
    (tmp_path / "reasoning.toml").write_text(
        '[prices]\n"gpt-5-mini" = {input = 1, output = 2}\n"mine" = {input = 3, output = 4}\n'
        '[backends.one]\nuse = "openai:mine"\nbase_url = "http://127.0.0.1:9/v1"\n'
        '[backends.two]\nuse = "openai:mine"\nbase_url = "http://127.0.0.1:9/v1"\n'
        "price = {input = 5, output = 6}\n"
    )
    project = str(tmp_path)

    def price(name: str, **options: Any) -> Price:
        return price_of(open_backend(name, project=project, **options))

    assert price("one") == Price(3, 4)
    assert price("two") == Price(5, 6)
    assert price("openai:gpt-5-mini", api_key="k") == Price(1, 2)
    assert price("openai:gpt-5-nano", api_key="k") == Price(0.05, 0.4)
    assert price("one", price={"input": 7, "output": 8}) == Price(7, 8)


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("prices = 5\n", r"reasoning.toml: prices must be a table"),
        ("[prices]\nm = 5\n", r"reasoning.toml: \[prices\] m: price must be a mapping"),
        ("[prices]\nm = {input = 1}\n", r"\[prices\] m: price lacks output"),
        ("[price]\n", r"unknown table 'price': known are \[backends.NAME\] and \[prices\]"),
    ],
)
def test_prices_that_are_none_are_told(tmp_path: Path, toml: str, told: str) -> None:
    (tmp_path / "reasoning.toml").write_text(toml)
    with pytest.raises(UserMistake, match=told):
        open_backend("openai:m", project=str(tmp_path), base_url="http://127.0.0.1:9/v1")
