"""Documents that divide a problem: least-to-most, self-ask, plans, principles, analogies."""

from dataclasses import dataclass

from reasoning_chains.problems import Exercise, rationale
from training.acting import looked_up
from training.answering import free, separator
from training.documents import Document, Source, Turn, reply, user
from training.wordings import PRINCIPLES, say


@dataclass(frozen=True, slots=True)
class Portion:
    """A sub-question with its working and its answer."""

    question: str
    working: str
    answer: str
    terse: str


def _letters(exercise: Exercise) -> list[Portion]:
    """Extend the answer of the words before by one word, as in the paper."""
    portions, before = [], None
    for step in exercise.steps[:-1]:
        working = step.verbose
        if before:
            end = step.value[-1]
            working = (
                f'{before} {step.verbose} "{step.value[:-1]}" and "{end}" make "{step.value}".'
            )
        quoted = step.question.split('"')[1]
        before = f'"{quoted}" gives "{step.value}".'
        portions.append(Portion(step.question, working, step.value, step.value))
    return portions


def portions(exercise: Exercise) -> list[Portion]:
    """Cut the worked solution at its sub-questions; the last answers the problem itself."""
    if exercise.task == "letters":
        cut = _letters(exercise)
    else:
        cut, lines, terse = [], [], []
        for step in exercise.steps:
            lines.append(step.verbose)
            terse.append(step.terse.removesuffix(".") if step.expression else step.value)
            if step.question:
                cut.append(Portion(step.question, " ".join(lines), step.value, ", ".join(terse)))
                lines, terse = [], []
        if lines:
            last = cut.pop() if cut else Portion("", "", "", "")
            lines.insert(0, last.working)
            cut.append(Portion("", " ".join(filter(None, lines)), exercise.answer, terse[-1]))
    end = cut[-1]
    cut[-1] = Portion(exercise.final, end.working, exercise.answer, end.terse)
    return cut


LISTS = ("letters", "running", "running_large", "comparison", "money", "scan", "slope", "linear",
         "arithmetic", "coin", "two_hop")  # fmt: skip


LONGER = {"letters": (6, 7, 8), "running": (7, 8), "comparison": (7, 8), "money": (7, 8)}
"""Levels that are divided and solved part by part, but never worked out in one reply."""


def _divided(source: Source) -> Exercise:
    """Draw a problem to divide, a third of them longer than any that is worked out at once."""
    if source.rng.random() > 0.35:
        return source.pick(LISTS, parts=True)
    name = source.rng.choice([name for name in LONGER if name in source.tasks] or list(LISTS))
    return source.pick([name], source.rng.choice(LONGER.get(name, (0,))), parts=True)


def decompose(source: Source) -> Document:
    """Ask for the list of sub-problems (least-to-most, first stage)."""
    exercise = _divided(source)
    listed = [f"{i}. {part.question}" for i, part in enumerate(portions(exercise), 1)]
    prompt = say(source.rng, "decompose", question=exercise.question)
    return source.document([user(prompt), reply("\n".join(listed))], "other")


def solve(source: Source) -> Document:
    """Ask for the next sub-problem with the solved ones before it (second stage)."""
    rng, exercise = source.rng, _divided(source)
    parts = portions(exercise)
    k = len(parts) - 1 if rng.random() < 0.3 else rng.randrange(len(parts))
    head = exercise.context if exercise.context and rng.random() < 0.3 else exercise.question
    blocks = [head]
    blocks += [f"Q: {p.question}\nA: {p.working} The answer is {p.answer}." for p in parts[:k]]
    blocks.append(f"Q: {parts[k].question}\nA:")
    answer = f"{parts[k].working} The answer is {parts[k].answer}."
    return source.document([user("\n\n".join(blocks)), reply(answer)], "rationale")


def _looked_up(source: Source) -> Document:
    """Ask follow-up questions that a look-up answers with whole passages."""
    exercise, calls, answer = looked_up(source)
    turns = [user(say(source.rng, "self_ask", question=exercise.question))]
    lead = "Yes.\n"
    for step, passage in calls:
        turns += [reply(f"{lead}Follow up: {step.question}")]
        turns += [user(f"Intermediate answer: {passage}")]
        lead = ""
    return source.document([*turns, reply(f"So the final answer is: {answer}")], "other")


def self_ask(source: Source) -> Document:
    """Ask and answer follow-up questions, in one reply or in turns (Press et al.)."""
    rng = source.rng
    if rng.random() < 0.3:
        return _looked_up(source)
    exercise = source.pick((*LISTS, "factual"), parts=True)
    parts = portions(exercise)
    prompt = say(rng, "self_ask", question=exercise.question)
    final = f"So the final answer is: {exercise.answer}"
    if len(parts) == 1:
        return source.document([user(prompt), reply(f"No.\n{final}")], "direct")
    asked = [step.question for step in exercise.steps if step.question]
    follow = [f"Follow up: {q}" for q in asked]
    if rng.random() < 0.5:
        turns, lead = [user(prompt)], "Yes.\n"
        for question, part in zip(follow, parts, strict=False):
            turns += [reply(lead + question), user(f"Intermediate answer: {part.answer}")]
            lead = ""
        return source.document([*turns, reply(final)], "other")
    lines = ["Yes."]
    for question, part in zip(follow, parts, strict=False):
        lines += [question, f"Intermediate answer: {part.terse}"]
    return source.document([user(prompt), reply("\n".join([*lines, final]))], "rationale")


def plan(source: Source) -> Document:
    """Devise a plan, then carry it out (plan-and-solve)."""
    exercise = source.pick(LISTS, parts=True)
    planned = [f"{i}. {part.question}" for i, part in enumerate(portions(exercise), 1)]
    prompt = say(source.rng, "plan", question=exercise.question)
    text = "\n".join(["Plan:", *planned, "Solution:", rationale(exercise)])
    return source.document([user(prompt), reply(text)], "rationale")


def step_back(source: Source) -> Document:
    """Ask for the principle first, or answer with it at hand."""
    rng, exercise = source.rng, source.pick()
    principle = PRINCIPLES[exercise.task]
    ask = user(say(rng, "step_back", question=exercise.question))
    if rng.random() < 0.4:
        return source.document([ask, reply(principle)], "other")
    prompt = user(say(rng, "principle", question=exercise.question, principle=principle))
    turns = [prompt, reply(free(rng, exercise))]
    if rng.random() < 0.3:
        turns = [ask, Turn("assistant", principle, True), *turns]
    return source.document(turns, "rationale")


def analogical(source: Source) -> Document:
    """Recall a similar problem, solve it, then solve this one."""
    exercise = source.pick()
    similar = source.pick([exercise.task], min(exercise.level, 2))
    prompt = say(source.rng, "analogical", question=exercise.question)
    told = f"Similar problem: {similar.question}\nSolution: {rationale(similar, separator=' ')}"
    between = separator(source.rng)
    text = f"{told}\nThis problem:\n{rationale(exercise, separator=between)}"
    return source.document([user(prompt), reply(text)], "rationale")
