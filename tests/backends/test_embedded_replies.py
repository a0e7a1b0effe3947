"""What the embedded backend replies: samples, seeds, stops, log-probabilities, prefill, limits."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from pathlib import Path

import pytest

from reasoning_chains.backends.embedded import EmbeddedBackend
from reasoning_chains.backends.engine.loading import load_numpy
from reasoning_chains.errors import BackendError, CapabilityMissing, UserMistake
from reasoning_chains.types import (
    Capabilities,
    Completion,
    Content,
    Message,
    Request,
    Sampling,
    ToolSpec,
    Usage,
)
from tests.backends.asking_local import Heard, ask, samples, tell, user
from tests.backends.tiny_model import write_model


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedBackend:
    return EmbeddedBackend(write_model(tmp_path_factory.mktemp("model")))


def test_it_declares_what_it_can_do(backend: EmbeddedBackend) -> None:
    wanted = Capabilities(
        n=True, logprobs=True, top_logprobs=20, prefill=True, seed="row", tools=True,
        score=True, stream=True,
    )  # fmt: skip
    assert backend.capabilities == wanted
    assert backend.defaults == Sampling(temperature=0, max_tokens=512)


def test_temperature_zero_says_the_same_each_time(backend: EmbeddedBackend) -> None:
    first, second = asyncio.run(tell(backend, user("hi", max_tokens=20), range(2)))
    assert first == second != ""


def test_samples_differ_and_each_is_its_seeds_alone(backend: EmbeddedBackend) -> None:
    content = user("the answer", temperature=1.0, max_tokens=30)

    async def main() -> None:
        together = await tell(backend, content, range(12))
        assert len(set(together)) > 6
        assert await tell(backend, content, range(5, 6)) == together[5:6]
        others = [user(f"no {i}", temperature=2.0, max_tokens=10 + i) for i in range(9)]
        crowd = await asyncio.gather(
            tell(backend, content, range(7, 10)), *(tell(backend, other) for other in others)
        )
        assert crowd[0] == together[7:10]

    asyncio.run(main())


def test_more_samples_than_rows_all_come(tmp_path: Path) -> None:
    small = EmbeddedBackend(write_model(tmp_path / "m"), max_rows=3)
    large = EmbeddedBackend(tmp_path / "m")
    content = user("the answer", temperature=1.0, max_tokens=12)
    assert asyncio.run(tell(small, content, range(10))) == asyncio.run(
        tell(large, content, range(10))
    )


def test_deltas_join_to_the_text(backend: EmbeddedBackend) -> None:
    heard = asyncio.run(ask(backend, user("hi", temperature=1.5, max_tokens=40), range(6)))
    for index, completion in enumerate(heard.completions):
        assert heard.shown(index) == completion.text


def test_who_does_not_watch_gets_whole_replies_alone(backend: EmbeddedBackend) -> None:
    heard, content = Heard(), user("hi", max_tokens=40)
    asyncio.run(backend.complete(Request(content, samples(content, range(2))), heard.emit))
    assert not heard.deltas
    assert heard.completions == asyncio.run(ask(backend, content, range(2))).completions


def test_a_reply_ends_before_any_stop_string_at_every_place(backend: EmbeddedBackend) -> None:
    whole = asyncio.run(tell(backend, user("hi", temperature=0, max_tokens=25)))[0]
    starts = range(0, len(whole) - 3, 4)
    asked = [user("hi", max_tokens=25, stop=(whole[at : at + 3],)) for at in starts]

    async def main() -> list[Completion]:
        heard = await asyncio.gather(*(ask(backend, content) for content in asked))
        for one in heard:
            assert one.shown(0) == one.completions[0].text
        return [one.completions[0] for one in heard]

    for content, completion in zip(asked, asyncio.run(main()), strict=True):
        stop = (content.sampling.stop or ("",))[0]
        assert completion.text == whole[: whole.index(stop)]
        assert (completion.stop_text, completion.finish) == (stop, "stop")


def test_a_long_reply_is_cut_by_length(backend: EmbeddedBackend) -> None:
    cut = asyncio.run(ask(backend, user("hi", max_tokens=3))).completions[0]
    assert (cut.finish, cut.usage.completion_tokens) == ("length", 3)


def test_a_reply_that_reaches_the_end_of_the_context_is_cut(backend: EmbeddedBackend) -> None:
    content = user("hi", temperature=1.0, max_tokens=1000)
    found = asyncio.run(ask(backend, content, range(8))).completions
    cut = [one for one in found if one.finish == "length"]
    assert cut
    assert {one.usage.tokens for one in cut} == {160}


def test_a_prompt_that_does_not_fit_is_an_error_of_every_sample(backend: EmbeddedBackend) -> None:
    for text in ("x" * 300, "x" * 1_000_000):
        heard = asyncio.run(ask(backend, user(text), range(2)))
        for end in heard.ends.values():
            assert isinstance(end, BackendError)
            assert not end.retryable
            assert "160 tokens" in str(end)


def test_usage_counts_as_if_alone_and_the_bill_what_was_bought(backend: EmbeddedBackend) -> None:
    found = asyncio.run(ask(backend, user("hi", temperature=1.0, max_tokens=5), range(3)))
    usages = [completion.usage for completion in found.completions]
    read = usages[0].prompt_tokens
    assert read > 5
    assert [usage.requests for usage in usages] == [1, 0, 0]
    assert all((usage.calls, usage.prompt_tokens) == (1, read) for usage in usages)
    bills = [completion.bill for completion in found.completions]
    assert [bill.prompt_tokens for bill in bills] == [read, 0, 0]
    total = sum(bills, Usage())
    assert (total.calls, total.requests) == (3, 1)


def test_log_probabilities_are_the_scores_of_the_text(backend: EmbeddedBackend) -> None:
    content = user("hi", temperature=1.0, max_tokens=12, logprobs=3, top_k=5)

    async def main() -> None:
        for completion in (await ask(backend, content, range(4))).completions:
            tokens = completion.logprobs
            assert "".join(token.token for token in tokens) == completion.text
            assert all(len(token.top) == 3 for token in tokens)
            assert all(math.exp(token.logprob) < 1 for token in tokens)
            if "\ufffd" not in completion.text:
                scored = (await backend.score(content, [completion.text]))[0].logprobs
                same = [token.token for token in scored] == [token.token for token in tokens]
                if same:  # a text may be spelled in other tokens than it was drawn in
                    assert [token.logprob for token in scored] == pytest.approx(
                        [token.logprob for token in tokens], abs=1e-4
                    )

    asyncio.run(main())


def test_no_log_probabilities_unless_asked_for(backend: EmbeddedBackend) -> None:
    assert asyncio.run(ask(backend, user("hi", max_tokens=4))).completions[0].logprobs == ()
    zero = asyncio.run(ask(backend, user("hi", max_tokens=4, logprobs=0))).completions[0]
    assert zero.logprobs
    assert all(token.top == () for token in zero.logprobs)


def test_a_prefilled_beginning_is_gone_on_from(backend: EmbeddedBackend) -> None:
    content = replace(user("hi", max_tokens=8), prefill="the answer is")
    model = load_numpy(backend.folder, 0, 1)
    ids = list(model.prompter.write(content).ids)
    begun = len(ids)
    while len(ids) < begun + 8 and ids[-1] not in model.ends:
        ids.append(int(model.decoder.reread(ids).argmax()))
    wanted = model.prompter.spelling.decode(ids[begun:])
    assert asyncio.run(tell(backend, content)) == [wanted]


def test_a_prefill_in_ids_is_the_same_as_in_text(backend: EmbeddedBackend) -> None:
    from tests.backends.tiny_model import tokenizer

    said = " the answer is"
    ids = tuple(tokenizer().encode(said).ids)
    asked = [replace(user("hi", max_tokens=9), prefill=prefill) for prefill in (said, ids)]
    text, numbers = (asyncio.run(tell(backend, content)) for content in asked)
    assert text == numbers


def test_scores_are_given_for_each_continuation(backend: EmbeddedBackend) -> None:
    content = user("hi", logprobs=2)
    found = asyncio.run(backend.score(content, [" yes", "", " yes the answer"]))
    yes, none, longer = (one.logprobs for one in found)
    assert found[0].usage.prompt_tokens > 0
    assert [one.usage.calls for one in found] == [1, 0, 0]
    assert [one.usage.completion_tokens for one in found] == [1, 0, len(longer)]
    assert [token.token for token in yes] == [" yes"]
    assert none == ()
    assert longer[0].logprob == pytest.approx(yes[0].logprob, abs=1e-4)
    assert len(longer[0].top) == 2
    assert asyncio.run(backend.score(content, [])) == ()


def test_a_score_of_what_does_not_fit_is_an_error(backend: EmbeddedBackend) -> None:
    with pytest.raises(BackendError, match="160 tokens"):
        asyncio.run(backend.score(user("hi"), ["x" * 500]))


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (user("hi", stop=("",)), "stop holds an empty text"),
        (user("hi", logprobs=21), "logprobs=21.* 0 to 20"),
        (replace(user("hi"), prefill=(99_999,)), "token id 99999"),
    ],
)
def test_what_cannot_be_is_refused(backend: EmbeddedBackend, content: Content, wanted: str) -> None:
    with pytest.raises(UserMistake, match=wanted):
        asyncio.run(ask(backend, content))


def test_a_schema_is_refused_and_tools_where_the_template_has_none(tmp_path: Path) -> None:
    mute = EmbeddedBackend(write_model(tmp_path, template="{{ messages[0].content }}"))
    assert not mute.capabilities.tools
    tool = ToolSpec("add", "Adds", {"type": "object"})
    for content in (
        Content((Message("user", "hi"),), tools=(tool,)),
        Content((Message("user", "hi"),), schema={"type": "object"}),
    ):
        with pytest.raises(CapabilityMissing):
            asyncio.run(ask(mute, content))
