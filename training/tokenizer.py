"""The tokenizer: whole words of the corpus, single digits, and bytes for all else.

`python -m training.tokenizer OUT_FOLDER` builds it from `vocabulary.txt`; `--collect` first
collects that file anew from the corpus, for a model that starts from nothing.
"""

import argparse
import json
import re
import string
from collections import Counter
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

from reasoning_chains.problems.words import NAMES, SEEN_WORDS
from reasoning_chains.problems.world import world
from training.corpus import MIXTURE, documents, only
from training.documents import WEIGHTS

SPECIAL = ("<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>", "<|pause|>")
PIECES = r" ?[A-Za-z]+| ?[0-9]| ?[^\sA-Za-z0-9]|\s"
CONTEXT = 2048
VOCABULARY = Path(__file__).parent / "vocabulary.txt"


def chat_template() -> str:
    """Give the chat template: every turn alike, tools listed in the system turn."""
    listed = (
        "{%- for tool in tools %}{%- set spec = tool.function if tool.function is defined else tool"
        ' %}{{ \'\\n\' }}{"name": {{ spec.name | tojson }}, "description": '
        "{{ (spec.description or '') | tojson }}, \"parameters\": "
        "{{ (spec.parameters or {}) | tojson }}}{%- endfor %}"
    )
    called = (
        "{%- for call in (message.tool_calls or []) %}"
        "{%- set spec = call.function if call.function is defined else call %}"
        "{%- if content or not loop.first %}{{ '\\n' }}{%- endif %}"
        "{{ '<tool_call>\\n{\"name\": ' }}{{ spec.name | tojson }}{{ ', \"arguments\": ' }}"
        "{%- if spec.arguments is string %}{{ spec.arguments }}{%- else %}"
        "{{ spec.arguments | tojson }}{%- endif %}{{ '}\\n</tool_call>' }}{%- endfor %}"
    )
    return (
        "{%- set told = namespace(done=false) %}"
        "{%- if tools and not (messages and messages[0].role == 'system') %}"
        "{{ '<|system|>\\nYou can call these tools:' }}" + listed + "{{ '<|end|>\\n' }}"
        "{%- set told.done = true %}{%- endif %}"
        "{%- for message in messages %}{%- set content = message.content or '' %}"
        "{{ '<|' + message.role + '|>\\n' + content }}"
        "{%- if tools and not told.done %}{{ '\\nYou can call these tools:' }}" + listed +
        "{%- set told.done = true %}{%- endif %}" + called + "{{ '<|end|>\\n' }}{%- endfor %}"
        "{%- if add_generation_prompt %}{{ '<|assistant|>\\n' }}{%- endif %}"
    )  # fmt: skip


def pre_tokenizer() -> pre_tokenizers.PreTokenizer:
    """Cut text into words, digits and signs, each with the blank before it, as bytes."""
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def collected(count: int, seed: str) -> list[str]:
    """Collect the words of the corpus, without what only the large word list brings."""
    cut, seen = pre_tokenizer(), Counter[str]()
    tasks = {name: weight for name, weight in WEIGHTS.items() if name != "letters"}
    shares = only(*(name for name in MIXTURE if name != "copy"))
    stream = documents(seed, tasks, shares)
    for _ in range(count):
        text = re.sub(r"<\|[a-z]+\|>", "\n", next(stream)[1].text)
        seen.update(piece for piece, _ in cut.pre_tokenize_str(text))
    framed = Counter(
        piece
        for text in _letters(seed, count // 20)
        for piece in {piece for piece, _ in cut.pre_tokenize_str(text)}
    )
    seen.update({piece: n for piece, n in framed.items() if n > count // 400})
    words = [w for w, n in seen.items() if n >= 12 and re.fullmatch("Ġ?[A-Za-z]{2,}", w)]
    own = (*NAMES, *SEEN_WORDS, *(part for name in world() for part in name.split()))
    words += [form for word in own for form in (word, f"Ġ{word}")]
    return sorted(set(words))


def _letters(seed: str, count: int) -> list[str]:
    """Draw documents on letters: their frame words count, their rare words stay below the mark."""
    stream = documents(seed, {"letters": 1}, only("cot", "solve", "step_back"))
    return [re.sub(r"<\|[a-z]+\|>", "\n", next(stream)[1].text) for _ in range(count)]


def build(words: list[str]) -> Tokenizer:
    """Build the tokenizer with these words as whole tokens; "Ġ" stands for a blank before."""
    vocab: dict[str, int] = {}
    singles = sorted(pre_tokenizers.ByteLevel.alphabet())
    marked = [f"Ġ{c}" for c in string.digits + string.ascii_letters + string.punctuation]
    for piece in (*SPECIAL, *singles, *marked, *words):
        vocab.setdefault(piece, len(vocab))
    made = Tokenizer(models.BPE(vocab=vocab, merges=[], ignore_merges=True))
    made.pre_tokenizer = pre_tokenizer()
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in SPECIAL])
    return made


def listed() -> list[str]:
    """Read the words of `vocabulary.txt`, where "_" stands for the blank before a word."""
    return VOCABULARY.read_text(encoding="utf-8").replace("_", "Ġ").split()


def save(tokenizer: Tokenizer, folder: Path) -> None:
    """Write tokenizer.json and tokenizer_config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": CONTEXT,
        "padding_side": "left",
        "pad_token": "<|pad|>",
        "eos_token": "<|end|>",
        "additional_special_tokens": list(SPECIAL[2:]),
        "clean_up_tokenization_spaces": False,
        "chat_template": chat_template(),
    }
    (folder / "tokenizer_config.json").write_text(
        json.dumps(config, indent=2) + "\n", encoding="utf-8"
    )


def main() -> None:
    """Build the tokenizer and say how large it is."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--collect", action="store_true", help="write vocabulary.txt anew")
    parser.add_argument("--documents", type=int, default=30_000)
    options = parser.parse_args()
    if options.collect:
        words = collected(options.documents, "tokenizer")
        VOCABULARY.write_text("\n".join(words).replace("Ġ", "_") + "\n", encoding="utf-8")
    made = build(listed())
    save(made, options.folder)
    print(f"{made.get_vocab_size()} entries")


if __name__ == "__main__":
    main()
