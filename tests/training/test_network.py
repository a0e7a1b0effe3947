"""The training network is the Llama that `transformers` loads, and its decoder agrees with it."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from training.decode import Decoder  # noqa: E402 - only where torch is installed
from training.model import Shape, export, hidden, initial, loss  # noqa: E402
from training.tokenizer import build, save  # noqa: E402

SHAPE = Shape(96, width=32, layers=2, heads=2, inner=48)


def test_logits_are_those_of_transformers(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    weights = {k: w.detach().bfloat16().float() for k, w in initial(SHAPE, 3).items()}
    export(weights, SHAPE, tmp_path)
    model = AutoModelForCausalLM.from_pretrained(tmp_path, dtype=torch.float32)
    ids = torch.randint(0, 96, (2, 30), generator=torch.Generator().manual_seed(1))
    ours = hidden(weights, SHAPE, ids) @ weights["model.embed_tokens.weight"].T
    assert (model(ids).logits - ours).abs().max() < 1e-4


def test_the_loss_reads_only_learned_positions() -> None:
    weights = initial(SHAPE, 3)
    ids = torch.randint(0, 96, (2, 30), generator=torch.Generator().manual_seed(1))
    learned = torch.zeros(2, 30, dtype=torch.bool)
    learned[0, 5] = learned[1, 20] = True
    total, count = loss(weights, SHAPE, ids, learned)
    states = hidden(weights, SHAPE, ids[:, :-1])
    logits = states @ weights["model.embed_tokens.weight"].T
    rows = [logits[r, c - 1].log_softmax(-1)[ids[r, c]] for r, c in ((0, 5), (1, 20))]
    assert count == 2
    assert abs(total.item() + (rows[0] + rows[1]).item()) < 1e-4


def test_decoding_with_a_cache_is_decoding_without(tmp_path: Path) -> None:
    tokenizer = build([])
    shape = Shape(tokenizer.get_vocab_size(), width=32, layers=2, heads=2, inner=48)
    weights = {k: w.detach().bfloat16().float() for k, w in initial(shape, 3).items()}
    export(weights, shape, tmp_path)
    save(tokenizer, tmp_path)
    prompts = [[5, 9, 40, 200], [7, 30], [11, 12, 13, 14, 15, 16]]
    found = Decoder.load(tmp_path).extend(prompts, room=6)
    for prompt, ids in zip(prompts, found, strict=True):
        row = list(prompt)
        for token in ids:
            state = hidden(weights, shape, torch.tensor([row]))[0, -1]
            best = int((weights["model.embed_tokens.weight"] @ state).argmax())
            assert best == token
            row.append(best)
