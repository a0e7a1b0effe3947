"""One sequence gives the same logits alone, in a batch, in parts and from a cache."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reasoning_chains.backends.engine import network
from reasoning_chains.backends.engine.llama import NumpyLlama
from reasoning_chains.backends.engine.weights import Weights, load_weights
from reasoning_chains.errors import UserMistake
from tests.backends.tiny_model import Tiny, write_json, write_model

RNG = np.random.default_rng(3)


@pytest.fixture(scope="module", params=[4, 2, 1], ids=["multi-head", "grouped", "multi-query"])
def weights(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Weights:
    folder = tmp_path_factory.mktemp("model")
    return load_weights(write_model(folder, Tiny(kv_heads=request.param)))


def tokens(weights: Weights, count: int) -> list[int]:
    return [int(number) for number in RNG.integers(0, weights.shape.vocab, count)]


def test_ragged_rows_give_the_logits_of_single_sequences(weights: Weights) -> None:
    decoder, judge = NumpyLlama(weights), NumpyLlama(weights, cache_bytes=0)
    rows: list[list[int]] = []

    def join(length: int, count: int) -> None:
        ids = tokens(weights, length)
        decoder.join(decoder.open(ids), count)
        rows.extend(list(ids) for _ in range(count))

    def leave(place: int) -> None:
        decoder.leave(place)
        rows[place] = rows[-1]
        rows.pop()

    events = {0: lambda: join(9, 3), 2: lambda: join(23, 1), 4: lambda: leave(1)}
    events |= {5: lambda: join(9, 2), 7: lambda: leave(4), 8: lambda: leave(0), 9: lambda: leave(0)}
    for step in range(12):
        events.get(step, lambda: None)()
        fresh = tokens(weights, len(rows))
        logits = decoder.step(np.array(fresh, dtype=np.int64))
        for row, number, line in zip(rows, fresh, logits, strict=True):
            row.append(number)
            assert line == pytest.approx(judge.reread(row), abs=1e-4)


def test_a_batch_that_ran_empty_starts_again(weights: Weights) -> None:
    decoder = NumpyLlama(weights)
    for _ in range(2):
        ids = tokens(weights, 5)
        decoder.join(decoder.open(ids), 1)
        line = decoder.step(np.array([7]))[0]
        assert line == pytest.approx(decoder.reread([*ids, 7]), abs=1e-4)
        decoder.leave(0)


def test_long_prompts_are_read_in_chunks(weights: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = tokens(weights, 50)
    whole = NumpyLlama(weights).reread(ids)
    monkeypatch.setattr(network, "CHUNK", 7)
    assert NumpyLlama(weights).reread(ids) == pytest.approx(whole, abs=1e-4)


def test_a_prompt_read_before_is_not_read_again(weights: Weights) -> None:
    decoder = NumpyLlama(weights)
    ids = tokens(weights, 40)
    first = decoder.open(ids)
    assert decoder.open(list(ids)) is first
    assert decoder.tokens_read == 40


def test_a_common_beginning_is_read_once(weights: Weights) -> None:
    decoder = NumpyLlama(weights)
    ids = tokens(weights, 40)
    decoder.open(ids)
    longer = decoder.open([*ids[:30], *tokens(weights, 12)])
    assert decoder.tokens_read == 40 + 12
    assert longer.logits == pytest.approx(decoder.reread(longer.ids), abs=1e-4)
    shorter = decoder.open(ids[:20])
    assert shorter.logits == pytest.approx(decoder.reread(ids[:20]), abs=1e-4)


def test_cached_prompts_stay_under_the_cap_and_the_last_used_stay(weights: Weights) -> None:
    one = NumpyLlama(weights).open(tokens(weights, 20)).size
    decoder = NumpyLlama(weights, cache_bytes=3 * one)
    prompts = [tokens(weights, 20) for _ in range(4)]
    for ids in (*prompts[:3], prompts[0], prompts[3]):
        decoder.open(ids)
    assert decoder.prefixes.size <= 3 * one
    before = decoder.tokens_read
    decoder.open(prompts[0])
    assert decoder.tokens_read == before
    decoder.open(prompts[1])
    assert decoder.tokens_read == before + 20


def test_prompts_read_together_are_as_if_read_alone(weights: Weights) -> None:
    decoder, judge = NumpyLlama(weights), NumpyLlama(weights, cache_bytes=0)
    long, shared, known = tokens(weights, 150), tokens(weights, 40), tokens(weights, 20)
    decoder.open(known)
    texts = [tokens(weights, length) for length in (5, 70, 1, 120, 90)]
    texts += [long, [*shared, 3], [*shared, 4], texts[0], known]
    before = decoder.tokens_read
    prompts = decoder.open_all(texts)
    assert decoder.tokens_read - before == sum(map(len, texts)) - 40 - 5 - 20
    for ids, prompt in zip(texts, prompts, strict=True):
        assert prompt.ids == tuple(ids)
        assert prompt.logits == pytest.approx(judge.reread(ids), abs=1e-4)
        alone = judge.open(ids)
        assert prompt.keys == pytest.approx(alone.keys, abs=1e-4)
        assert prompt.values == pytest.approx(alone.values, abs=1e-4)


def test_extend_gives_a_line_for_each_token(weights: Weights) -> None:
    decoder = NumpyLlama(weights)
    ids = tokens(weights, 30)
    lines = decoder.extend(decoder.open(ids[:20]), ids[20:])
    for place, line in enumerate(lines):
        assert line == pytest.approx(decoder.reread(ids[: 21 + place]), abs=1e-4)


@pytest.mark.parametrize("begun", [1, 6, 7, 20, 29])
def test_extend_gives_all_lines_where_it_reads_in_chunks(
    weights: Weights, monkeypatch: pytest.MonkeyPatch, begun: int
) -> None:
    decoder = NumpyLlama(weights)
    ids = tokens(weights, 30)
    wanted = np.array([decoder.reread(ids[: end + 1]) for end in range(begun, 30)])
    monkeypatch.setattr(network, "CHUNK", 7)
    lines = decoder.extend(decoder.open(ids[:begun]), ids[begun:])
    assert lines == pytest.approx(wanted, abs=1e-4)


def test_rereading_gives_the_same_bits(weights: Weights) -> None:
    ids = tokens(weights, 33)
    decoder = NumpyLlama(weights)
    first = decoder.reread(ids)
    decoder.open(ids)
    assert np.array_equal(first, decoder.reread(ids))


@pytest.mark.parametrize(
    ("key", "value"),
    [("model_type", "gpt2"), ("hidden_act", "gelu"), ("attention_bias", True)],
)
def test_another_network_is_refused_by_what_it_has(tmp_path: Path, key: str, value: object) -> None:
    import json

    folder = write_model(tmp_path)
    config = json.loads((folder / "config.json").read_text())
    write_json(folder / "config.json", {**config, key: value})
    with pytest.raises(UserMistake, match=f"{key}={value!r}.*transformers"):
        load_weights(folder)


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match=r"no config\.json"):
        load_weights(tmp_path)
    folder = write_model(tmp_path)
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(UserMistake, match=r"model\.safetensors is not"):
        load_weights(folder)
    (folder / "model.safetensors").unlink()
    with pytest.raises(UserMistake, match=r"no \.safetensors"):
        load_weights(folder)


def test_a_tensor_of_another_shape_is_named(tmp_path: Path) -> None:
    import json

    folder = write_model(tmp_path)
    config = json.loads((folder / "config.json").read_text())
    write_json(folder / "config.json", {**config, "intermediate_size": 50})
    with pytest.raises(UserMistake, match=r"gate_proj.*\(50, 32\) was wanted"):
        load_weights(folder)
