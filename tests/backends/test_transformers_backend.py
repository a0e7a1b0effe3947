"""The transformers backend says what the embedded one says, on the same weights."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reasoning_chains.backends.embedded import EmbeddedBackend
from reasoning_chains.backends.engine.llama import NumpyLlama
from reasoning_chains.backends.engine.weights import load_weights
from reasoning_chains.backends.local import TransformersBackend
from reasoning_chains.errors import BackendError, UserMistake
from reasoning_chains.types import Completion
from tests.backends.asking_local import ask, tell, user
from tests.backends.tiny_model import TEMPLATE, Tiny, write_json, write_model

torch = pytest.importorskip("torch", reason="the extra `local` is not installed")
REAL = Path(sys.modules["reasoning_chains"].__file__ or "").parent / "weights"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def backend(folder: Path) -> TransformersBackend:
    return TransformersBackend(folder, device="cpu")


def both_logits(folder: Path, length: int) -> tuple[np.ndarray, np.ndarray]:
    from reasoning_chains.backends.engine.torch_loading import load_torch

    weights = load_weights(folder)
    ids = np.random.default_rng(5).integers(0, weights.shape.vocab, length).tolist()
    mine, theirs = NumpyLlama(weights), load_torch(folder, "cpu", None, 1).decoder
    return (
        mine.extend(mine.open(ids[:9]), ids[9:]),
        theirs.extend(theirs.open(ids[:9]), ids[9:]),
    )


def test_logits_are_those_of_the_embedded_engine(folder: Path) -> None:
    mine, theirs = both_logits(folder, 100)
    assert np.abs(mine - theirs).max() < 1e-4


@pytest.mark.skipif(not (REAL / "config.json").exists(), reason="the weights are not there yet")
def test_logits_of_the_librarys_own_model_are_the_same() -> None:
    mine, theirs = both_logits(REAL, 700)
    assert np.abs(mine - theirs).max() < 1e-4


def test_ragged_rows_give_the_logits_of_single_sequences(folder: Path) -> None:
    from reasoning_chains.backends.engine.torch_loading import load_torch

    decoder = load_torch(folder, "cpu", None, 8).decoder
    rng = np.random.default_rng(2)
    rows: list[list[int]] = []
    events = {0: (9, 2), 2: (23, 1), 4: (5, 2)}
    for step in range(10):
        if step in events:
            length, count = events[step]
            ids = rng.integers(0, 300, length).tolist()
            decoder.join(decoder.open(ids), count)
            rows += [list(ids) for _ in range(count)]
        if step in (5, 6, 8):
            decoder.leave(1)
            rows[1] = rows[-1]
            rows.pop()
        fresh = rng.integers(0, 300, len(rows))
        logits = decoder.step(fresh)
        for row, number, line in zip(rows, fresh.tolist(), logits, strict=True):
            row.append(number)
            assert line == pytest.approx(decoder.reread(row), abs=1e-4)


def test_the_same_greedy_text_as_the_embedded_backend(
    folder: Path, backend: TransformersBackend
) -> None:
    embedded = EmbeddedBackend(folder)
    for text in ("hi", "the answer", "é 🙂 <|end|>"):
        content = replace(user(text, max_tokens=25, logprobs=2), prefill=" is")
        mine = asyncio.run(ask(embedded, content)).completions[0]
        theirs = asyncio.run(ask(backend, content)).completions[0]
        assert replace(theirs, logprobs=()) == replace(mine, logprobs=())
        for a, b in zip(mine.logprobs, theirs.logprobs, strict=True):
            assert a.token == b.token
            assert a.logprob == pytest.approx(b.logprob, abs=1e-4)


def test_a_seed_is_the_same_reply_whatever_the_batch(backend: TransformersBackend) -> None:
    content = user("the answer", temperature=1.0, max_tokens=20)

    async def main() -> None:
        together = await tell(backend, content, range(8))
        assert len(set(together)) > 4
        others = [user(f"no {i}", temperature=1.0, max_tokens=9 + i) for i in range(5)]
        crowd = await asyncio.gather(
            tell(backend, content, range(3, 5)), *(tell(backend, other) for other in others)
        )
        assert crowd[0] == together[3:5]

    asyncio.run(main())


def test_deltas_stops_and_scores(backend: TransformersBackend) -> None:
    whole = asyncio.run(tell(backend, user("hi", max_tokens=25)))[0]
    heard = asyncio.run(ask(backend, user("hi", max_tokens=25, stop=(whole[5:8],))))
    completion = heard.completions[0]
    assert heard.shown(0) == completion.text == whole[: whole.index(whole[5:8])]
    scored = asyncio.run(backend.score(user("hi"), [" yes", " no the"]))
    assert [len(one.logprobs) for one in scored] == [1, 2]


def test_a_prompt_that_does_not_fit_is_an_error(backend: TransformersBackend) -> None:
    end = asyncio.run(ask(backend, user("x" * 300))).ends[0]
    assert isinstance(end, BackendError)


def test_thinking_that_the_template_opened_stands_apart(tmp_path: Path) -> None:
    thinking = TEMPLATE.replace("<|assistant|>\n{% endif", "<|assistant|>\n<think>\n{% endif")
    assert thinking != TEMPLATE
    backend = TransformersBackend(write_model(tmp_path, template=thinking), device="cpu")
    assert backend.capabilities.thinking
    heard = asyncio.run(ask(backend, user("hi", max_tokens=12)))
    completion = heard.completions[0]
    assert isinstance(completion, Completion)
    assert completion.reasoning
    assert completion.text == ""
    assert "".join(delta.reasoning for delta in heard.deltas[0]).strip() == completion.reasoning


def test_a_base_model_without_a_template_goes_on_with_the_text(tmp_path: Path) -> None:
    folder = write_model(tmp_path, template=None)
    backend = TransformersBackend(folder, device="cpu")
    assert not backend.capabilities.tools
    content = user("the answer is", max_tokens=5)
    assert asyncio.run(tell(backend, content)) == asyncio.run(
        tell(EmbeddedBackend(folder), content)
    )


def test_other_networks_of_transformers_run_too(tmp_path: Path) -> None:
    from transformers import Qwen2Config, Qwen2ForCausalLM

    folder = write_model(tmp_path, Tiny())
    (folder / "model.safetensors").unlink()
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=320, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=128,
        initializer_range=0.3,
    )  # fmt: skip
    Qwen2ForCausalLM(config).save_pretrained(folder)
    backend = TransformersBackend(folder, device="cpu")
    assert len(asyncio.run(tell(backend, user("hi", temperature=1.0, max_tokens=9), range(3)))) == 3


@pytest.mark.parametrize("path", ["nobody/no-such-model", "not a model at all", "a/b/c"])
def test_a_name_that_is_not_here_is_refused_and_never_downloaded(path: str) -> None:
    with pytest.raises(UserMistake, match="never downloads"):
        asyncio.run(ask(TransformersBackend(path), user("hi")))


def test_a_folder_that_wants_to_run_code_is_refused(tmp_path: Path) -> None:
    import json

    folder = write_model(tmp_path)
    config = json.loads((folder / "config.json").read_text())
    code = {"model_type": "own", "auto_map": {"AutoModelForCausalLM": "own.Own"}}
    write_json(folder / "config.json", {**config, **code})
    (folder / "own.py").write_text("raise SystemExit('ran')")
    with pytest.raises(UserMistake, match="cannot load a model"):
        asyncio.run(ask(TransformersBackend(folder, device="cpu"), user("hi")))


def test_without_torch_the_error_has_the_pip_line(folder: Path) -> None:
    code = f"""
import sys, asyncio
sys.modules["torch"] = None
from reasoning_chains.backends.local import TransformersBackend
from reasoning_chains.errors import MissingPackage
from tests.backends.asking_local import ask, user
try:
    asyncio.run(ask(TransformersBackend({str(folder)!r}), user("hi")))
except MissingPackage as error:
    print(error)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "torch" in told.stdout
    assert "pip install 'reasoning-chains[local]'" in told.stdout
