"""Documents that act: ReAct as text, native tool calls, small programs."""

import json
import re
from fractions import Fraction

from reasoning_chains.problems import Exercise, Step, held_out, rationale
from reasoning_chains.problems.facts import factual, two_hop
from reasoning_chains.problems.words import SEEN_WORDS
from reasoning_chains.problems.world import world
from training.documents import WORKED, Document, Source, Turn, reply, user
from training.tables import column, table
from training.wordings import (
    NATIVE,
    NATIVE_CALL,
    NATIVE_HEAD,
    NATIVE_WORKER,
    TOOLS,
    WORKERS,
    WORKS,
    say,
)


def _decimal(value: str) -> str:
    """Write a value as a calculator shows it; "" where that has too many digits."""
    number = Fraction(value)
    if number.denominator == 1:
        return str(number)
    shown = repr(float(number))
    return shown if len(shown) < 7 else ""


def _calculated(source: Source) -> tuple[Exercise, list[tuple[Step, str]], str]:
    """Draw an exercise for the calculator, with what each call gives, and the final answer."""
    while True:
        exercise = source.pick(WORKED)
        calls = [(step, _decimal(step.value)) for step in exercise.steps if step.expression]
        if all(shown for _, shown in calls):
            return exercise, calls, calls[-1][1]
        source.forms.clear()


def looked_up(source: Source) -> tuple[Exercise, list[tuple[Step, str]], str]:
    """Draw a question about the world, most of it not known by heart."""
    make = two_hop if source.rng.random() < 0.7 else factual
    while True:
        exercise = make(source.rng, 2 if source.rng.random() < 0.8 else 1)
        forms = (exercise.form, *exercise.parts)
        if not any(map(held_out, forms)):
            break
    source.forms.extend(forms)
    calls = [(step, world()[step.lookup].passage) for step in exercise.steps]
    return exercise, calls, exercise.answer


def _acts(source: Source) -> tuple[Exercise, list[tuple[Step, str]], str]:
    return (looked_up if source.rng.random() < 0.3 else _calculated)(source)


def _call(step: Step) -> tuple[str, str, str]:
    """Give the tool, its parameter and the argument of a step."""
    if step.lookup:
        return "lookup", "entity", step.lookup
    return "calculator", "expression", step.expression


def _offered(source: Source, needed: set[str]) -> list[str]:
    """Offer the tools that are needed, mostly all of them, in any order."""
    names = list(TOOLS) if source.rng.random() < 0.7 else sorted(needed)
    if source.rng.random() < 0.2:
        names.reverse()
    return names


def _thought(source: Source, step: Step, first: bool) -> str:
    rng = source.rng
    if step.lookup:
        return rng.choice([f"I need to look up {step.lookup}.", step.question])
    lead = rng.choice(["First, compute", "I need to compute"] if first else
                      ["Next, compute", "I need to compute"])  # fmt: skip
    if step.question and rng.random() < 0.3:
        return f"{step.question} I need to compute {step.expression}."
    return f"{lead} {step.expression}."


def _worker(source: Source) -> tuple[Exercise, str, str]:
    """Draw an exercise with a tool that takes the whole question: its name and what it does."""
    rng = source.rng
    name = rng.choice(WORKERS) if rng.random() < 0.6 else rng.choice(SEEN_WORDS)
    return source.pick(), name, rng.choice(WORKS)


def _seen(source: Source, exercise: Exercise) -> str:
    answer = exercise.answer
    return source.rng.choice([answer, f"The answer is {answer}.", rationale(exercise)])


def _delegated(source: Source) -> Document:
    """Give the whole question to a worker, in text."""
    exercise, name, works = _worker(source)
    told = [f"{name}[question]: {works}"]
    if source.rng.random() < 0.3:
        told.insert(source.rng.randint(0, 1), TOOLS["calculator"])
    asked = say(source.rng, "react", tools="\n".join(told), question=exercise.question)
    thought = f"Thought: I need to ask {name}.\nAction: {name}[{exercise.question}]"
    last = f"Thought: I know the answer.\nAction: Finish[{exercise.answer}]"
    seen = f"Observation: {_seen(source, exercise)}"
    return source.document([user(asked), reply(thought), user(seen), reply(last)], "other")


def react(source: Source) -> Document:
    """Think, act and observe in turns until Finish."""
    if source.rng.random() < 0.12:
        return _delegated(source)
    exercise, calls, answer = _acts(source)
    names = _offered(source, {_call(step)[0] for step, _ in calls})
    told = "\n".join(TOOLS[name] for name in names)
    turns = [user(say(source.rng, "react", tools=told, question=exercise.question))]
    for i, (step, seen) in enumerate(calls):
        tool, _, argument = _call(step)
        thought = _thought(source, step, i == 0)
        turns.append(reply(f"Thought: {thought}\nAction: {tool}[{argument}]"))
        turns.append(user(f"Observation: {seen}"))
    turns.append(reply(f"Thought: I know the answer.\nAction: Finish[{answer}]"))
    return source.document(turns, "other")


def _delegated_call(source: Source) -> Document:
    """Give the whole question to a worker, by a call in JSON."""
    exercise, name, works = _worker(source)
    told = [NATIVE_WORKER.replace("NAME", name).replace("WORKS", works)]
    if source.rng.random() < 0.3:
        told.insert(source.rng.randint(0, 1), NATIVE["calculator"])
    value = json.dumps(exercise.question)[1:-1]
    call = NATIVE_CALL.format(name=name, key="question", value=value)
    system = Turn("system", NATIVE_HEAD + "\n".join(told))
    turns = [system, user(exercise.question), reply(call), Turn("tool", _seen(source, exercise))]
    return source.document([*turns, reply(f"The answer is {exercise.answer}.")], "other")


def native(source: Source) -> Document:
    """Call tools in JSON; their results come back in the tool role."""
    if source.rng.random() < 0.3:
        return _delegated_call(source)
    exercise, calls, answer = _acts(source)
    names = _offered(source, {_call(step)[0] for step, _ in calls})
    told = NATIVE_HEAD + "\n".join(NATIVE[name] for name in names)
    turns = [Turn("system", told), user(exercise.question)]
    for step, seen in calls:
        name, key, value = _call(step)
        turns.append(reply(NATIVE_CALL.format(name=name, key=key, value=value)))
        turns.append(Turn("tool", seen))
    turns.append(reply(f"The answer is {answer}."))
    return source.document(turns, "other")


def _coded(exercise: Exercise) -> list[str]:
    """Write the steps as assignments that use earlier results by name."""
    lines: list[str] = []
    names: dict[str, str] = {}
    for i, step in enumerate(exercise.steps):
        expression = step.expression
        for value, name in names.items():
            expression = re.sub(rf"(?<![\d.]){re.escape(value)}(?!\d)", name, expression, count=1)
        name = "abcdefghijklmnopqrstuvwxyz"[i]
        lines.append(f"{name} = {expression}")
        if not step.value.startswith("-"):
            names[step.value] = name
    return [*lines, f"answer = {name}"]


def program(source: Source) -> Document:
    """Write a small program whose variable `answer` holds the result."""
    draw = source.rng.random()
    if draw < 0.6:
        question, lines = (column if draw < 0.12 else table)(source)
    else:
        exercise = source.pick(WORKED)
        question, lines = exercise.question, _coded(exercise)
    prompt = say(source.rng, "program", question=question)
    text = "\n".join(["```python", *lines, "```"])
    return source.document([user(prompt), reply(text)], "other")
