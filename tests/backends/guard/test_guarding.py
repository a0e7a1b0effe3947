"""Guards by name: hosted backends have them unasked, and a table may say otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains import Direct, ScriptedBackend, UserMistake, open_backend
from reasoning_chains.backends.embedded import EmbeddedBackend
from reasoning_chains.backends.guard.guarding import guarded, stored
from reasoning_chains.backends.guard.pace import Pace
from reasoning_chains.backends.guard.pacing import Pacing
from reasoning_chains.backends.guard.retry import Retry
from reasoning_chains.backends.guard.retrying import Retrying
from reasoning_chains.backends.openai import OpenAIBackend
from reasoning_chains.errors import HostedError
from reasoning_chains.types import Completion, Content, Message, Sampling

HERE = "http://127.0.0.1:9/v1"


def test_a_hosted_backend_is_guarded_unless_told_otherwise() -> None:
    opened: Any = open_backend("openai:m", base_url=HERE)
    assert isinstance(opened, Retrying)
    assert isinstance(opened.inner, Pacing)
    assert isinstance(opened.inner.inner, OpenAIBackend)
    assert opened.name == opened.inner.inner.name
    assert (opened.retry, opened.inner.pacer.pace) == (Retry(), Pace())
    bare = open_backend("openai:m", base_url=HERE, retry=False, pace=False)
    assert isinstance(bare, OpenAIBackend)
    only = open_backend("openai:m", base_url=HERE, retry={"attempts": 3}, pace=False)
    assert isinstance(only, Retrying)
    assert (only.retry.attempts, type(only.inner)) == (3, OpenAIBackend)


def test_a_local_backend_is_not_guarded_unless_asked() -> None:
    assert not isinstance(open_backend("embedded"), Retrying | Pacing)
    slowed = open_backend("embedded", pace=Pace(concurrency=2))
    assert isinstance(slowed, Pacing)
    assert slowed.capabilities.score


def test_a_project_declares_its_guards(tmp_path: Path) -> None:
    (tmp_path / "reasoning.toml").write_text(
        f'[backends.one]\nuse = "openai:a"\nbase_url = "{HERE}"\naccount = "ours"\n'
        "retry = {attempts = 2, seconds = 9}\npace = {requests = 60, concurrency = 4}\n"
        f'[backends.two]\nuse = "openai:b"\nbase_url = "{HERE}"\naccount = "ours"\n'
        "pace = {requests = 60, concurrency = 4}\n"
    )
    one: Any = open_backend("one", project=str(tmp_path))
    two: Any = open_backend("two", project=str(tmp_path))
    assert one.retry == Retry(attempts=2, seconds=9)
    assert one.inner.pacer.pace == Pace(requests=60, concurrency=4)
    assert one.inner.pacer is two.inner.pacer


WRONG: Mapping[str, dict[str, Any]] = {
    "retry must be a Retry or True or False or a mapping": {"retry": 5},
    "unknown setting of retry 'attemps': did you mean attempts": {"retry": {"attemps": 5}},
    "retry attempts=0: it must be": {"retry": {"attempts": 0}},
    "unknown setting of pace 'rpm'": {"pace": {"rpm": 5}},
    "account='x' has no use without a pace": {"account": "x", "pace": False},
    "unknown option of backend 'openai' 'retri': did you mean retry": {"retri": True},
}


@pytest.mark.parametrize("told", WRONG)
def test_settings_that_cannot_be_are_told(told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        open_backend("openai:m", base_url=HERE, **WRONG[told])


def test_one_account_has_one_pace() -> None:
    guarded(ScriptedBackend([]), pace=Pace(requests=5), account="test of two paces")
    with pytest.raises(UserMistake, match="has another pace already"):
        guarded(ScriptedBackend([]), pace=Pace(requests=6), account="test of two paces")


def test_ones_own_backend_is_guarded_too() -> None:
    backend = guarded(ScriptedBackend(["The answer is 7."]))
    assert Direct().invoke("3 + 4?", backend).answer == "7"


class Scoring(EmbeddedBackend):
    """The embedded model, whose scores fail at first."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def score(self, content: Content, continuations: Sequence[str]) -> Sequence[Completion]:
        self.asked += 1
        if self.asked < 3:
            raise HostedError("busy", retryable=True, status=503)
        return await super().score(content, continuations)


def test_scores_are_asked_for_again_and_at_the_accounts_pace() -> None:
    inner = Scoring()
    backend: Any = guarded(inner, retry=Retry(first=0.001), pace=Pace(concurrency=1))
    content = Content((Message("user", "What is 3 + 4?"),), Sampling())

    async def story() -> Sequence[Completion]:
        found: Sequence[Completion] = await backend.score(content, ["7", "8"])
        await inner.aclose()
        return found

    assert len(asyncio.run(story())) == 2
    assert inner.asked == backend.inner.pacer.attempts == 3


@pytest.mark.parametrize("wrap", [guarded, stored])
def test_a_name_is_no_backend_yet(wrap: Any) -> None:
    with pytest.raises(
        UserMistake, match=r"takes a backend, found 'embedded': open it by its name"
    ):
        wrap("embedded")
