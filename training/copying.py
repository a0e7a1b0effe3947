"""Documents that copy and point: the skills that letters, orders and look-ups need."""

from collections.abc import Callable
from random import Random

from reasoning_chains.problems import held_out
from reasoning_chains.problems.facts import factual
from reasoning_chains.problems.letters import letters_form
from reasoning_chains.problems.words import ORDINALS
from reasoning_chains.problems.world import known, world
from training.documents import Document, Source, reply, user
from training.wordings import say


def _repeat(rng: Random, words: list[str]) -> tuple[str, str]:
    text = " ".join(words)
    return rng.choice([f'Repeat "{text}".', f'Say "{text}".']), f'"{text}"'


def _list(rng: Random, words: list[str]) -> tuple[str, str]:
    if rng.random() < 0.5:
        shuffled = rng.sample(words, len(words))
        return f"Sort by the alphabet: {', '.join(shuffled)}.", ", ".join(sorted(words))
    listed = "\n".join(f"{i}. {word}" for i, word in enumerate(words, 1))
    return f'List the words in "{" ".join(words)}".', listed


def _nth(rng: Random, words: list[str]) -> tuple[str, str]:
    i = rng.randrange(len(words))
    return f'What is the {ORDINALS[i]} word in "{" ".join(words)}"?', words[i]


def _end(rng: Random, words: list[str]) -> tuple[str, str]:
    word = rng.choice(words)
    if rng.random() < 0.3:
        return (
            f'What is the first letter of "{word}"?',
            f'The first letter of "{word}" is "{word[0]}".',
        )
    return f'What is the last letter of "{word}"?', f'The last letter of "{word}" is "{word[-1]}".'


def _spell(rng: Random, words: list[str]) -> tuple[str, str]:
    word = rng.choice(words)
    return f'Spell "{word}".', " ".join(word)


def _next(rng: Random, words: list[str]) -> tuple[str, str]:
    words = list(dict.fromkeys(words))
    i = rng.randrange(max(1, len(words) - 1))
    text = " ".join(words)
    if i + 1 >= len(words):
        return f'What is the last word in "{text}"?', words[-1]
    if rng.random() < 0.3:
        return f'Which word comes before "{words[i + 1]}" in "{text}"?', words[i]
    return f'Which word comes after "{words[i]}" in "{text}"?', words[i + 1]


def _number(rng: Random, words: list[str]) -> tuple[str, str]:
    numbers = rng.sample(range(1000 if rng.random() < 0.4 else 100), len(words))
    pairs = [f"{word}: {number}" for word, number in zip(words, numbers, strict=True)]
    i = rng.randrange(len(words))
    return f"{', '.join(pairs)}. What is the number of {words[i]}?", str(numbers[i])


def _most(rng: Random, words: list[str]) -> tuple[str, str]:
    """Find the answer that occurs most often."""
    common, others = rng.randint(1, 200), rng.sample(range(1, 200), 3)
    votes = [common] * rng.randint(2, 4) + [n for n in others if n != common]
    rng.shuffle(votes)
    return f"Which answer occurs most often: {', '.join(map(str, votes))}?", str(common)


MAKERS: tuple[tuple[Callable[[Random, list[str]], tuple[str, str]], int], ...] = (
    (_repeat, 4), (_list, 3), (_nth, 4), (_end, 5), (_spell, 4), (_next, 4), (_number, 3),
    (_most, 1),
)  # fmt: skip


def copy(source: Source) -> Document:
    """Repeat, list, spell or point at words and numbers of the prompt."""
    rng = source.rng
    while True:
        words = [source.word() for _ in range(rng.randint(2, 7))]
        words = [word for word in words if not held_out(letters_form([word]))]
        if len(set(words)) == len(words) > 1:
            break
    make = rng.choices([m for m, _ in MAKERS], [w for _, w in MAKERS])[0]
    question, answer = make(rng, words)
    if make is _end:
        source.asks(letters_form([answer.split('"')[1]]))
    return source.document([user(question), reply(answer)], "direct")


def recall(source: Source) -> Document:
    """Tell what is known about a famous part of the world."""
    entity = source.rng.choice(known())
    prompt = say(source.rng, "recall", entity=entity)
    return source.document([user(prompt), reply(world()[entity].passage)], "other")


def read(source: Source) -> Document:
    """Answer from a passage in the prompt."""
    rng = source.rng
    while held_out((exercise := factual(rng, rng.choice([1, 2, 2, 2]))).form):
        pass
    source.asks(exercise.form)
    passage = world()[exercise.steps[0].lookup].passage
    prompt = say(rng, "read", passage=passage, question=exercise.question)
    return source.document([user(prompt), reply(exercise.answer)], "direct")
