"""The calculator's arithmetic, exact wherever a fraction can be; it runs inside, in Monty.

Monty is given this file as text, with one line a step after it. A number is a pair of whole
numbers, numerator and denominator, in lowest terms; what no fraction tells (a sine) is rounded to
fifteen digits at once, so that no noise of binary fractions is ever shown.
"""

from __future__ import annotations

import math

Pair = tuple[int, int]

DIGITS = 4_000
HUGE = 10**DIGITS
SHOWN = 15
TOO_LONG = "the number would have more than 4000 digits"


def ratio(top: int, bottom: int) -> Pair:
    """Make a number of two whole numbers."""
    if bottom == 0:
        raise ValueError("division by zero")
    if bottom < 0:
        top, bottom = -top, -bottom
    shared = math.gcd(top, bottom)
    top, bottom = top // shared, bottom // shared
    if abs(top) >= HUGE or bottom >= HUGE:
        raise ValueError(TOO_LONG)
    return (top, bottom)


def number(text: str) -> Pair:
    """Read a number such as 12.5 or 1e-7."""
    digits, _, tail = text.lower().partition("e")
    whole, _, decimals = digits.partition(".")
    power = int(tail or "0") - len(decimals)
    if abs(power) > DIGITS:
        raise ValueError(TOO_LONG)
    top = int(whole + decimals)
    return ratio(top * 10**power, 1) if power >= 0 else ratio(top, 10**-power)


def rounded(value: float) -> Pair:
    """Make a number of what a function of the library gave."""
    if not math.isfinite(value):
        raise ValueError("the result is not a finite number")
    return number(f"{value:.15g}") if value >= 0 else neg(number(f"{-value:.15g}"))


def snapped(value: float) -> Pair:
    """Round what a function of angles gave: the sine of pi is 0."""
    return (0, 1) if abs(value) < 1e-15 else rounded(value)


def real(a: Pair) -> float:
    """Make a binary fraction, for the functions of the library."""
    return a[0] / a[1]


def whole(a: Pair) -> int:
    """Give a whole number, or refuse another."""
    if a[1] != 1:
        raise ValueError("a whole number is needed, found " + shown(a))
    return a[0]


def add(a: Pair, b: Pair) -> Pair:
    """Add."""
    return ratio(a[0] * b[1] + b[0] * a[1], a[1] * b[1])


def sub(a: Pair, b: Pair) -> Pair:
    """Subtract."""
    return ratio(a[0] * b[1] - b[0] * a[1], a[1] * b[1])


def mul(a: Pair, b: Pair) -> Pair:
    """Multiply."""
    return ratio(a[0] * b[0], a[1] * b[1])


def div(a: Pair, b: Pair) -> Pair:
    """Divide."""
    return ratio(a[0] * b[1], a[1] * b[0])


def floor(a: Pair) -> Pair:
    """Round down."""
    return (a[0] // a[1], 1)


def ceil(a: Pair) -> Pair:
    """Round up."""
    return (-(-a[0] // a[1]), 1)


def floordiv(a: Pair, b: Pair) -> Pair:
    """Divide and round down."""
    return floor(div(a, b))


def mod(a: Pair, b: Pair) -> Pair:
    """Give the remainder, with the sign of the divisor."""
    return sub(a, mul(b, floordiv(a, b)))


def neg(a: Pair) -> Pair:
    """Change the sign."""
    return (-a[0], a[1])


def percent(a: Pair) -> Pair:
    """Take hundredths."""
    return ratio(a[0], a[1] * 100)


def power(a: Pair, b: Pair) -> Pair:
    """Raise to a power: exactly where the result is a fraction."""
    if b[1] != 1:
        return root(a, b)
    if a[0] == 0 and b[0] < 0:
        raise ValueError("division by zero")
    size = max(len(str(abs(a[0]))), len(str(a[1])))
    if ((abs(a[0]) > 1 or a[1] > 1) and (size - 1) * abs(b[0]) > DIGITS) or abs(b[0]) > 4 * DIGITS:
        if a[1] == 1 and abs(a[0]) < 2:
            return (a[0] ** (b[0] % 2), 1)
        raise ValueError(TOO_LONG)
    if b[0] < 0:
        return ratio(a[1] ** -b[0], a[0] ** -b[0])
    return ratio(a[0] ** b[0], a[1] ** b[0])


def root(a: Pair, b: Pair) -> Pair:
    """Raise to a power that is no whole number."""
    if a[0] < 0:
        raise ValueError("a root of a negative number is no real number")
    if a[0] and b[1] <= 10:
        top, bottom = exact_root(a[0], b[1]), exact_root(a[1], b[1])
        if top and bottom:
            return power((top, bottom), (b[0], 1))
    return rounded(math.pow(real(a), real(b)))


def exact_root(value: int, degree: int) -> int:
    """Give the whole root of a whole number, or 0 where there is none."""
    low, high = 1, 10 ** (len(str(value)) // degree + 1)
    while low < high:
        middle = (low + high) // 2
        if middle**degree < value:
            low = middle + 1
        else:
            high = middle
    return low if low**degree == value else 0


def nearest(a: Pair, places: Pair = (0, 1)) -> Pair:
    """Round, halves away from zero, as people do."""
    scale = power((10, 1), (whole(places), 1))
    scaled = mul((abs(a[0]), a[1]), scale)
    made = div(floor(add(scaled, (1, 2))), scale)
    return made if a[0] >= 0 else neg(made)


def factorial(a: Pair) -> Pair:
    """Multiply the numbers from 1 on."""
    if whole(a) < 0:
        raise ValueError("a factorial of a negative number is not defined")
    if whole(a) > 1_500:
        raise ValueError(TOO_LONG)
    return (math.factorial(a[0]), 1)


def choices(a: Pair, b: Pair, ordered: bool) -> Pair:
    """Count the ways to take some of many."""
    many, some = whole(a), whole(b)
    if many < 0 or some < 0:
        raise ValueError("comb and perm need numbers from 0 on")
    if some > many:
        return (0, 1)
    few = some if ordered else min(some, many - some)
    made = 1
    for step in range(few):
        made = made * (many - step) // (1 if ordered else step + 1)
        if made >= HUGE:
            raise ValueError(TOO_LONG)
    return (made, 1)


def total(*values: Pair) -> Pair:
    """Add many."""
    made = (0, 1)
    for value in values:
        made = add(made, value)
    return made


def least(first: Pair, *others: Pair) -> Pair:
    """Give the smallest."""
    for value in others:
        first = value if sub(value, first)[0] < 0 else first
    return first


def most(first: Pair, *others: Pair) -> Pair:
    """Give the largest."""
    for value in others:
        first = value if sub(value, first)[0] > 0 else first
    return first


def common(first: Pair, *others: Pair) -> Pair:
    """Give the greatest common divisor."""
    made = abs(whole(first))
    for value in others:
        made = math.gcd(made, whole(value))
    return (made, 1)


def multiple(first: Pair, *others: Pair) -> Pair:
    """Give the least common multiple."""
    made = abs(whole(first))
    for value in others:
        other = abs(whole(value))
        made = made * other // math.gcd(made, other) if made and other else 0
    return ratio(made, 1)


def logarithm(a: Pair, base: Pair = (0, 1)) -> Pair:
    """Give a logarithm: the natural one, or to a base."""
    if a[0] <= 0 or base[0] < 0 or base == (1, 1):
        raise ValueError("a logarithm needs a number above 0, and a base above 0 that is not 1")
    made = math.log(a[0]) - math.log(a[1])
    return rounded(made if base[0] == 0 else made / (math.log(base[0]) - math.log(base[1])))


def shown(a: Pair) -> str:
    """Write a number as a person does."""
    sign = "-" if a[0] < 0 else ""
    top, bottom = abs(a[0]), a[1]
    if bottom == 1:
        return sign + str(top)
    place = len(str(top)) - len(str(bottom))
    place -= 1 if (top < bottom * 10**place if place >= 0 else top * 10**-place < bottom) else 0
    wanted = SHOWN - 1 - place
    exact = bottom
    while exact % 10 == 0:
        exact //= 10
    while exact % 2 == 0:
        exact //= 2
    while exact % 5 == 0:
        exact //= 5
    if exact == 1 and place + 20 < 45 and (top * 10**20) % bottom == 0:
        wanted = 20
    up, down = (10**wanted, 1) if wanted >= 0 else (1, 10**-wanted)
    digits = str((2 * top * up + bottom * down) // (2 * bottom * down))
    if -7 < place < 21:
        digits = digits + "0" * -wanted if wanted < 0 else digits
        digits = "0" * (wanted + 1 - len(digits)) + digits
        cut = len(digits) - max(wanted, 0)
        return sign + (digits[:cut] + "." + digits[cut:]).rstrip("0").rstrip(".")
    place += len(digits) - SHOWN if wanted != 20 else 0
    return sign + (digits[0] + "." + digits[1:]).rstrip("0").rstrip(".") + "e" + str(place)
