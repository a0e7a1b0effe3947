"""Documents that answer: directly, by chain of thought, by extraction and from examples."""

from random import Random

from reasoning_chains.problems import Exercise, rationale
from reasoning_chains.problems.letters import random_word
from reasoning_chains.problems.rationale import Style, draw_style
from reasoning_chains.problems.words import SEEN_WORDS
from training.documents import Document, Ending, Source, Turn, reply, user
from training.wordings import ENDINGS, LABELS, say

PAUSES = "<|pause|>" * 8


def separator(rng: Random) -> str:
    """Draw what stands between steps: mostly a new line."""
    return "\n" if rng.random() < 0.85 else " "


def short(rng: Random, exercise: Exercise) -> str:
    """Give the answer alone, or in one short sentence."""
    return exercise.answer if rng.random() < 0.6 else f"The answer is {exercise.answer}."


def free(rng: Random, exercise: Exercise) -> str:
    """Work an answer out in a drawn style."""
    ending = "The answer is {a}." if rng.random() < 0.85 else "So the answer is {a}."
    return rationale(exercise, draw_style(rng), ending, separator(rng))


def direct(source: Source) -> Document:
    """Ask for the answer alone; a tenth with pause tokens before it."""
    rng, exercise = source.rng, source.pick()
    given = PAUSES if rng.random() < 0.1 else ""
    prompt = say(rng, "direct", question=exercise.question)
    return source.document([user(prompt), reply(short(rng, exercise), given)], "direct")


def bare(source: Source) -> Document:
    """Ask the question alone: two thirds are answered directly."""
    rng, exercise = source.rng, source.pick()
    prompt = user(say(rng, "bare", question=exercise.question))
    if rng.random() < 0.65:
        return source.document([prompt, reply(short(rng, exercise))], "direct")
    return source.document([prompt, reply(free(rng, exercise))], "rationale")


def cot(source: Source) -> Document:
    """Ask for a chain of thought."""
    rng, exercise = source.rng, source.pick()
    prompt = say(rng, "cot", question=exercise.question)
    return source.document([user(prompt), reply(free(rng, exercise))], "rationale")


def extract(source: Source) -> Document:
    """Ask for a chain of thought, then for the answer (Kojima's two stages)."""
    rng, exercise = source.rng, source.pick()
    ending = "The answer is {a}." if rng.random() < 0.5 else ""
    worked = rationale(exercise, draw_style(rng), ending, separator(rng))
    first = say(rng, "cot", question=exercise.question)
    trigger = say(rng, f"extract_{exercise.kind}")
    last = reply(f"{exercise.answer}.")
    if rng.random() < 0.2:
        return source.document([user(f"{first}\n{worked}\n{trigger}"), last], "direct")
    return source.document([user(first), reply(worked), user(trigger), last], "direct")


def made_ending(rng: Random) -> str:
    """Make up an ending that no other document need have."""
    if rng.random() < 0.4:
        return rng.choice(ENDINGS)
    word = rng.choice(SEEN_WORDS) if rng.random() < 0.6 else random_word(rng)
    lead = rng.choice(
        [f"{word}:", f"{word} =", f"{word.capitalize()}:", f"The {word} is",
         "#" * rng.randint(1, 6),
         f"{word} ->", f"<{word}>", f"[{word}]", f"My {word} says", "=" * rng.randint(1, 4) + ">"]
    )  # fmt: skip
    body = rng.choice(["{a}", "{a}", "{a}.", "({a})", "[{a}]", "*{a}*", '"{a}"', "{a}!", "<{a}>"])
    return f"{lead} {body}"


def _examples(source: Source, count: int) -> list[Exercise]:
    """Draw examples and the question itself, last: one task or several."""
    question = source.pick()
    among = [question.task] if source.rng.random() < 0.65 else ()
    examples = []
    for _ in range(count):
        level = min(question.level, 3) if source.rng.random() < 0.5 else 0
        examples.append(source.pick(among, level))
    return [*examples, question]


def _answer(exercise: Exercise, style: Style | None, ending: str, between: str) -> str:
    if style is None:
        return ending.replace("{a}", exercise.answer)
    return rationale(exercise, style, ending, between)


def few_shot(source: Source) -> Document:
    """Show one to four examples in one form, then ask: the reply keeps the form."""
    rng = source.rng
    shown = _examples(source, rng.choice([1, 2, 2, 3, 3, 4]))
    style = draw_style(rng) if rng.random() < 0.6 else None
    ending, between = made_ending(rng), rng.choice([" ", "\n"])
    if style is None and rng.random() < 0.5:
        ending = "{a}"
    replies = [_answer(exercise, style, ending, between) for exercise in shown]
    closing: Ending = "direct" if style is None else "rationale"
    if rng.random() < 0.25:
        turns: list[Turn] = []
        for exercise, text in zip(shown[:-1], replies, strict=False):
            turns += [user(exercise.question), Turn("assistant", text, learn=bool(turns))]
        turns += [user(shown[-1].question), reply(replies[-1])]
        return source.document(turns, closing)
    asks, answers = rng.choice(LABELS)
    blocks = [
        f"{asks} {exercise.question}\n{answers} {text}"
        for exercise, text in zip(shown[:-1], replies, strict=False)
    ]
    prompt = "\n\n".join([*blocks, f"{asks} {shown[-1].question}\n{answers}"])
    return source.document([user(prompt), reply(replies[-1])], closing)
