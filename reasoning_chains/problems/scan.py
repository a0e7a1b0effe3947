"""Commands in the manner of SCAN, translated into actions."""

from random import Random

from reasoning_chains.problems.exercise import Exercise, Step

_VERBS = {"walk": "WALK", "run": "RUN", "jump": "JUMP", "look": "LOOK"}
_WAYS = tuple(
    " ".join(filter(None, (how, way)))
    for way in ("left", "right")
    for how in ("", "opposite", "around")
)


def _command(rng: Random) -> tuple[str, str]:
    """Make one command without a connective, and its actions."""
    verb = rng.choice(tuple(_VERBS))
    way = rng.choice(("", "", *_WAYS))
    times = rng.choice([1, 1, 2, 3] if "around" not in way else [1, 1, 2])
    act, turn = _VERBS[verb], f"TURN {way.split()[-1].upper()}" if way else ""
    once = [turn, act] if turn else [act]
    if way.startswith("opposite"):
        once = [turn, turn, act]
    elif way.startswith("around"):
        once = [turn, act] * 4
    often = {1: "", 2: "twice", 3: "thrice"}[times]
    return " ".join(filter(None, (verb, way, often))), " ".join(once * times)


def scan(rng: Random, level: int) -> Exercise:
    """Make a command of `level` parts joined by "and", "then" or one "after"."""
    parts = [_command(rng) for _ in range(level)]
    links = [rng.choice(["and", "then"]) for _ in range(level - 1)]
    if links and rng.random() < 0.3:
        links[-1] = "after"
    told = " ".join(f"{part[0]} {link}" for part, link in zip(parts, [*links, ""], strict=True))
    command = told.strip()
    order = [parts[-1], *parts[:-1]] if links and links[-1] == "after" else parts
    steps = [
        Step(f'"{c}" is {a}.', f"{c}: {a}.", "", a, f'What is "{c}"?', part=f"scan:{c}")
        for c, a in order
    ]
    final = rng.choice(
        [
            f'Translate the command "{command}" into actions.',
            f'What are the actions for "{command}"?',
        ]
    )
    return Exercise(
        task="scan",
        level=level,
        kind="text",
        context="",
        final=final,
        answer=" ".join(actions for _, actions in order),
        steps=tuple(steps),
        form=f"scan:{command}",
    )
