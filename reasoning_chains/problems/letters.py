"""Last-letter concatenation: the last letters of some words, put together."""

from random import Random

from reasoning_chains.problems.exercise import Exercise, Step
from reasoning_chains.problems.words import NAMES, SEEN_WORDS, UNSEEN_WORDS

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def random_word(rng: Random) -> str:
    """Make a string of letters that is no word."""
    return "".join(rng.choice(ALPHABET) for _ in range(rng.randint(3, 8)))


def _word(rng: Random) -> str:
    draw = rng.random()
    if draw < 0.35:
        return rng.choice(NAMES)
    return rng.choice(SEEN_WORDS) if draw < 0.9 else random_word(rng)


def letters_form(words: tuple[str, ...] | list[str]) -> str:
    """Give the canonical form of the last letters of these words."""
    return f"letters:{' '.join(words).lower()}"


def letters_step(words: list[str]) -> Step:
    """Take the last letter of the last word; the sub-question asks for all so far."""
    word = words[-1]
    ends = "".join(w[-1] for w in words)
    return Step(
        f'The last letter of "{word}" is "{word[-1]}".',
        f"{word}: {word[-1]}.",
        "",
        ends,
        f'What are the last letters of "{" ".join(words)}" concatenated?',
        part=letters_form(words),
    )


def letters_of(rng: Random, words: list[str], task: str = "letters") -> Exercise:
    """Make the problem of these very words."""
    text, ends = " ".join(words), "".join(word[-1] for word in words)
    steps = [letters_step(words[: i + 1]) for i in range(len(words))]
    join = rng.choice(["Concatenating them is", "Putting them together gives"])
    steps.append(Step(f'{join} "{ends}".', f"{' + '.join(ends)} = {ends}.", "", ends))
    final = rng.choice(
        [
            f'Take the last letters of the words in "{text}" and concatenate them.',
            f'Concatenate the last letters of the words in "{text}".',
            f'What do you get if you join the last letter of each word in "{text}"?',
        ]
    )
    return Exercise(
        task=task,
        level=len(words),
        kind="text",
        context="",
        final=final,
        answer=ends,
        steps=tuple(steps),
        form=letters_form(words),
    )


def letters(rng: Random, level: int) -> Exercise:
    """Make a problem of `level` words: names, everyday words, a few random strings."""
    return letters_of(rng, [_word(rng) for _ in range(level)])


def letters_unseen(rng: Random, level: int) -> Exercise:
    """Make a problem of `level` words that no training document holds."""
    return letters_of(rng, [rng.choice(UNSEEN_WORDS) for _ in range(level)], "letters_unseen")
