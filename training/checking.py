"""Documents that check: step verification, critique and revision, choosing among candidates."""

import re
from random import Random

from reasoning_chains.problems import Exercise, Step, rationale
from training.documents import WORKED, Document, Source, Turn, reply, user
from training.judged import Judged, collected
from training.wordings import say

CHECKED = (*WORKED, "letters", "coin")


def _slip(rng: Random, number: str) -> str:
    """Change a number as a mistaken sum would."""
    value = int(number)
    draws = [1, -1, 1, -1, 2, -2, 10, -10, 10, -10, 100, -100, 5, -5]
    while True:
        other = value + rng.choice(draws)
        if rng.random() < 0.15 and number.isdigit() and len(number) > 1:
            other = int(number[::-1])
        if other != value and (other >= 0) == (value >= 0):
            return str(other)


def _wrong_value(rng: Random, step: Step, text: str) -> str:
    """Give a wrong result of the right sum."""
    at = text.rfind(step.value)
    if not re.fullmatch("-?[0-9]+", step.value) or at < 0:
        return text
    return text[:at] + _slip(rng, step.value) + text[at + len(step.value) :]


def _wrong_operand(rng: Random, step: Step, text: str) -> str:
    """Take a wrong operand and work on rightly from it."""
    match = re.fullmatch(r"([0-9]+) ([+*-]) ([0-9]+)", step.expression)
    if not match or step.expression not in text:
        return text
    left, sign, right = match.groups()
    if rng.random() < 0.3:
        sign = rng.choice([other for other in "+-*" if other != sign])
    elif rng.random() < 0.5:
        right = _slip(rng, right)
    else:
        left = _slip(rng, left)
    a, b = int(left), int(right)
    value = a + b if sign == "+" else a - b if sign == "-" else a * b
    said = f"{step.expression} = {step.value}"
    return text.replace(said, f"{left} {sign} {right} = {value}")


def _wrong_word(rng: Random, text: str) -> str:
    """Turn the coin over, or name a wrong letter."""
    for right, wrong in (("heads up", "tails up"), ("tails up", "heads up")):
        if right in text:
            return text.replace(right, wrong)
    match = re.search(r'is "([a-z])"\.', text)
    if match:
        other = rng.choice([c for c in "abcdeghiklmnoprstuvwy" if c != match[1]])
        return text[: match.start(1)] + other + text[match.end(1) :]
    return text


def spoil(rng: Random, step: Step, text: str) -> str:
    """Put a mistake into the text of a step; the same text where none fits."""
    if not step.expression:
        return _wrong_word(rng, text)
    kind = _wrong_operand if rng.random() < 0.35 else _wrong_value
    return kind(rng, step, text)


def recomputed(step: Step) -> str:
    """Say what the step should find."""
    if step.expression:
        return f"{step.expression} = {step.value}"
    return step.verbose.removesuffix(".")


def _checkable(source: Source) -> tuple[Exercise, list[Step]]:
    exercise = source.pick(CHECKED)
    return exercise, list(exercise.steps)


def verify(source: Source) -> Document:
    """Show the steps so far: recompute the last one, then judge it."""
    rng = source.rng
    if collected() and rng.random() < 0.5:
        return _own(source, rng.choice(collected()))
    exercise, steps = _checkable(source)
    k = rng.randrange(len(steps))
    lines = [step.verbose for step in steps[: k + 1]]
    right = lines[-1]
    if rng.random() < 0.5:
        lines[-1] = spoil(rng, steps[k], right)
    verdict = "right" if lines[-1] == right else "wrong"
    prompt = say(rng, "verify", question=exercise.question, steps="\n".join(lines))
    text = f"{recomputed(steps[k])}, so the step is {verdict}."
    return source.document([user(prompt), reply(text)], "other")


def _own(source: Source, one: Judged) -> Document:
    """Judge a step that a model wrote itself."""
    source.asks(one.form)
    said = say(source.rng, "verify", question=one.question, steps="\n".join(one.lines))
    text = f"{one.recomputed}, so the step is {'right' if one.right else 'wrong'}."
    return source.document([user(said), reply(text)], "other")


def critique(source: Source) -> Document:
    """Review an answer that has at most one wrong step, then correct it."""
    rng = source.rng
    exercise, steps = _checkable(source)
    lines = [step.verbose for step in steps]
    k = rng.randrange(len(steps))
    wrong = spoil(rng, steps[k], lines[k]) if rng.random() < 0.5 else lines[k]
    verdict = "Every step is right."
    said = exercise.answer
    if wrong != lines[k]:
        verdict = f"Step {k + 1} is wrong: {recomputed(steps[k])}."
        said = _slip(rng, said) if re.fullmatch("-?[0-9]+", said) else said
    first = "\n".join([*lines[:k], wrong, *lines[k + 1 :], f"The answer is {said}."])
    turns = [user(say(rng, "cot", question=exercise.question)), Turn("assistant", first)]
    turns += [user(say(rng, "review")), reply(verdict)]
    if rng.random() < 0.7:
        turns += [user(say(rng, "revise")), reply(rationale(exercise))]
        return source.document(turns, "rationale")
    return source.document(turns, "other")


def _others(rng: Random, exercise: Exercise, count: int) -> list[str]:
    """Give the right answer among wrong ones."""
    answers = {exercise.answer}
    while len(answers) < count:
        answers.add(_slip(rng, exercise.answer))
    shown = sorted(answers)
    rng.shuffle(shown)
    return shown


def choose(source: Source) -> Document:
    """Choose among numbered candidates, or among lettered options."""
    rng = source.rng
    while not re.fullmatch("-?[0-9]+", (exercise := source.pick(WORKED)).answer):
        source.forms.clear()
    shown = _others(rng, exercise, rng.randint(2, 5))
    k = shown.index(exercise.answer)
    if rng.random() < 0.5:
        listed = "\n".join(f"{i}. {answer}" for i, answer in enumerate(shown, 1))
        prompt = say(rng, "choose", question=exercise.question, candidates=listed)
        ending = f"The answer is {{a}}, so candidate {k + 1} is right."
        return source.document([user(prompt), reply(rationale(exercise, ending=ending))],
                               "rationale")  # fmt: skip
    listed = "\n".join(f"({'ABCDE'[i]}) {answer}" for i, answer in enumerate(shown))
    prompt = say(rng, "options", question=exercise.question, candidates=listed)
    letter = f"({'ABCDE'[k]})"
    if prompt.endswith("letter."):
        return source.document([user(prompt), reply(letter)], "direct")
    text = rationale(exercise, ending=f"The answer is {letter}.")
    return source.document([user(prompt), reply(text)], "rationale")
