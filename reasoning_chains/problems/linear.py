"""Linear equations in one unknown, solved step by step."""

from random import Random

from reasoning_chains.problems.exercise import Exercise, Step, signed


def _times(factor: int, unknown: str) -> str:
    return unknown if factor == 1 else f"{factor}{unknown}"


def _move(rng: Random, left: str, b: int, c: int, value: int) -> Step:
    """Take the constant `b` to the right side, where `c` stands."""
    expression = f"{c} - {b}" if b > 0 else f"{c} + {-b}"
    equation = f"{left} = {expression} = {value}"
    verb = "Subtract" if b > 0 else "Add"
    verbose = rng.choice(
        [f"{verb} {abs(b)}: {equation}.", f"Move {abs(b)} to the right: {equation}."]
    )
    return Step(verbose, f"{equation}.", expression, str(value), f"What is {left}?")


def _divide(unknown: str, factor: int, value: int, form: str) -> Step:
    """Divide both sides by the factor."""
    equation = f"{unknown} = {value * factor} / {factor} = {value}"
    return Step(
        f"Divide by {factor}: {equation}.",
        f"{equation}.",
        f"{value * factor} / {factor}",
        str(value),
        f"What is {unknown}?",
        part=form,
    )


def _one_side(rng: Random, unknown: str, x: int, reach: int) -> tuple[str, list[Step], str]:
    """Make ax + b = c."""
    a, b = rng.randint(2, 9 if reach < 50 else 30), rng.randint(-reach, reach) or 3
    c = a * x + b
    form = f"linear:{a},{b},{c}"
    steps = [_move(rng, f"{a}{unknown}", b, c, a * x), _divide(unknown, a, x, form)]
    return f"{a}{unknown} {signed(b)} = {c}", steps, form


def _two_sides(rng: Random, unknown: str, x: int, reach: int) -> tuple[str, list[Step], str]:
    """Make ax + b = dx + c."""
    a, b = rng.randint(3, 12), rng.randint(-reach, reach) or 3
    d = rng.randint(1, a - 2)
    k, c = a - d, a * x + b - d * x
    form = f"linear:{a},{b},{d},{c}"
    both, less = _times(k, unknown), _times(d, unknown)
    steps = [
        Step(
            f"Subtract {less} from both sides: {a} - {d} = {k}, so {both} {signed(b)} = {c}.",
            f"{a} - {d} = {k}: {both} {signed(b)} = {c}.",
            f"{a} - {d}",
            str(k),
            f"What is the coefficient of {unknown}?",
        ),
        _move(rng, both, b, c, k * x),
        _divide(unknown, k, x, form),
    ]
    return f"{a}{unknown} {signed(b)} = {less} {signed(c)}", steps, form


def _bracket(rng: Random, unknown: str, x: int, reach: int) -> tuple[str, list[Step], str]:
    """Make m(ax + b) + e = c."""
    m, a, b = rng.randint(2, 6), rng.randint(2, 6), rng.randint(-12, 12) or 3
    e = rng.randint(-reach, reach) or 3
    inner, c = a * x + b, m * (a * x + b) + e
    form = f"linear:{m}({a},{b}),{e},{c}"
    left = f"{a}{unknown} {signed(b)}"
    steps = [
        _move(rng, f"{m}({left})", e, c, m * inner),
        Step(
            f"Divide by {m}: {left} = {m * inner} / {m} = {inner}.",
            f"{left} = {m * inner} / {m} = {inner}.",
            f"{m * inner} / {m}",
            str(inner),
            f"What is {left}?",
        ),
        _move(rng, f"{a}{unknown}", b, inner, a * x),
        _divide(unknown, a, x, form),
    ]
    return f"{m}({left}) {signed(e)} = {c}", steps, form


_MAKERS = {2: (_one_side, 40), 3: (_two_sides, 40), 4: (_bracket, 20), 5: (_one_side, 300)}


def linear(rng: Random, level: int) -> Exercise:
    """Make an equation: 2 ax+b=c, 3 unknown on both sides, 4 a bracket, 5 large numbers."""
    make, reach = _MAKERS[level]
    x = rng.randint(-9, 15) if rng.random() < 0.5 else rng.randint(1, 15)
    unknown = rng.choice("xxxyznt")
    equation, steps, form = make(rng, unknown, x, reach)
    final = rng.choice([f"Solve for {unknown}: {equation}.", f"What is {unknown} if {equation}?"])
    return Exercise(
        task="linear",
        level=level,
        kind="number",
        context="",
        final=final,
        answer=str(x),
        steps=tuple(steps),
        form=form,
    )
