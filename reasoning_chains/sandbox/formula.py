"""Writes an arithmetic expression as steps, one call a line; it computes nothing."""

from __future__ import annotations

from reasoning_chains.errors import near
from reasoning_chains.sandbox.scanning import BadFormula, Token, scanned

__all__ = ["FUNCTIONS", "steps"]

_PI, _E = "3.14159265358979323846264338328", "2.71828182845904523536028747135"
_CONSTANTS = {
    "pi": f"number('{_PI}')",
    "e": f"number('{_E}')",
    "tau": f"mul((2,1),number('{_PI}'))",
}
FUNCTIONS = {
    "abs": ("(abs({0}[0]), {0}[1])", 1, 1),
    "sqrt": ("root({0}, (1, 2))", 1, 1),
    "cbrt": ("(root({0}, (1, 3)) if {0}[0] >= 0 else neg(root(neg({0}), (1, 3))))", 1, 1),
    "round": ("nearest({all})", 1, 2),
    "floor": ("floor({0})", 1, 1),
    "ceil": ("ceil({0})", 1, 1),
    "int": ("(floor({0}) if {0}[0] >= 0 else ceil({0}))", 1, 1),
    "trunc": ("(floor({0}) if {0}[0] >= 0 else ceil({0}))", 1, 1),
    "sign": ("(({0}[0] > 0) - ({0}[0] < 0), 1)", 1, 1),
    "min": ("least({all})", 1, 500),
    "max": ("most({all})", 1, 500),
    "sum": ("total({all})", 1, 500),
    "mean": ("div(total({all}), ({count}, 1))", 1, 500),
    "avg": ("div(total({all}), ({count}, 1))", 1, 500),
    "pow": ("power({0}, {1})", 2, 2),
    "mod": ("mod({0}, {1})", 2, 2),
    "gcd": ("common({all})", 1, 500),
    "lcm": ("multiple({all})", 1, 500),
    "factorial": ("factorial({0})", 1, 1),
    "comb": ("choices({0}, {1}, False)", 2, 2),
    "perm": ("choices({0}, {1}, True)", 2, 2),
    "exp": ("rounded(math.exp(real({0})))", 1, 1),
    "ln": ("logarithm({0})", 1, 1),
    "log": ("logarithm({all})", 1, 2),
    "log10": ("logarithm({0}, (10, 1))", 1, 1),
    "log2": ("logarithm({0}, (2, 1))", 1, 1),
    "hypot": ("root(add(mul({0}, {0}), mul({1}, {1})), (1, 2))", 2, 2),
    "atan2": ("snapped(math.atan2(real({0}), real({1})))", 2, 2),
    "degrees": ("snapped(math.degrees(real({0})))", 1, 1),
    "radians": ("snapped(math.radians(real({0})))", 1, 1),
    **{
        name: (f"snapped(math.{name}(real({{0}})))", 1, 1)
        for name in ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh")
    },
}
"""What each function is in the arithmetic, and how many arguments it takes at least and at most."""

_SIGNS = {
    "+": ("add", 1),
    "-": ("sub", 1),
    "*": ("mul", 2),
    "/": ("div", 2),
    "//": ("floordiv", 2),
    "%": ("mod", 2),
    "**": ("power", 4),
}
_UNARY, _POWER = 3, 4
_WORDS = {"x": "*", "of": "*", "mod": "%"}
_DEEPEST = 60


def steps(text: str) -> str:
    """Write the steps of an expression; the last names its result `answer`.

    Raises:
        BadFormula: It says what was wanted and what was found.
    """
    writer = _Writer(scanned(text))
    result = writer.expression(0)
    if writer.now.kind != "end":
        writer.refuse("an operator")
    return "\n".join([*writer.lines, f"answer = shown({result})"])


class _Writer:
    """Goes through the tokens once, writing a line for every operation."""

    __slots__ = ("at", "depth", "lines", "tokens")

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.lines = tokens, list[str]()
        self.at = self.depth = 0

    @property
    def now(self) -> Token:
        """The token that is looked at."""
        return self.tokens[self.at]

    def refuse(self, wanted: str) -> None:
        """Say what was wanted here."""
        found = f"{self.now.text!r} (character {self.now.place + 1})"
        raise BadFormula(f"{wanted} is wanted, found {found if self.now.text else 'the end'}")

    def write(self, body: str) -> str:
        """Write a line and give the name of what it makes."""
        name = f"v{len(self.lines)}"
        self.lines.append(f"{name} = {body}")
        return name

    def take(self, text: str) -> bool:
        """Step over a sign if it stands here."""
        here = self.now.kind == "sign" and self.now.text == text
        self.at += here
        return here

    def expression(self, least: int) -> str:
        """Read operands and operators that bind at least so tightly."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise BadFormula(f"it is nested more than {_DEEPEST} deep")
        left = self.operand()
        while True:
            sign, step = self.operator()
            name, strength = _SIGNS.get(sign, ("", -1))
            if strength < max(least, 1):
                break
            self.at += step
            right = self.expression(_UNARY if sign == "**" else strength + 1)
            left = self.write(f"{name}({left}, {right})")
        self.depth -= 1
        return left

    def operator(self) -> tuple[str, int]:
        """Give the operator that stands here and its number of tokens: `2(3)` multiplies."""
        now = self.now
        if now.kind == "sign":
            return ("*", 0) if now.text in ("(", "√") else (now.text, 1)
        if now.kind == "name":
            calls = self.tokens[self.at + 1].text == "(" and now.text == "mod"
            return ("*", 0) if now.text not in _WORDS or calls else (_WORDS[now.text], 1)
        return "", 0

    def operand(self) -> str:
        """Read a number, a name, or what stands in parentheses, with the signs around it."""
        if self.take("+"):
            return self.expression(_UNARY)
        if self.take("-"):
            return self.write(f"neg({self.expression(_UNARY)})")
        if self.take("√"):
            return self.write(f"root({self.expression(_POWER + 1)}, (1, 2))")
        made = self.primary()
        while self.now.kind == "sign" and self.now.text in ("!", "%"):
            if self.take("!"):
                made = self.write(f"factorial({made})")
            elif self.is_percent():
                self.at += 1
                made = self.write(f"percent({made})")
            else:
                break
        return made

    def is_percent(self) -> bool:
        """Tell a percent sign from a remainder, after which an operand follows."""
        after = self.tokens[self.at + 1]
        named = after.kind == "name" and after.text not in ("x", "of")
        return not (after.kind == "number" or named or after.text in ("(", "√"))

    def primary(self) -> str:
        """Read a number, a constant, a call, or what stands in parentheses."""
        token = self.now
        if token.kind == "number":
            self.at += 1
            return self.write(f"number('{token.text}')")
        if token.kind == "name":
            return self.named(token)
        if not self.take("("):
            self.refuse("a number")
        made = self.expression(0)
        if not self.take(")"):
            self.refuse("')'")
        return made

    def named(self, token: Token) -> str:
        """Read a constant, or a function with its arguments."""
        self.at += 1
        if token.text in _CONSTANTS:
            return self.write(_CONSTANTS[token.text])
        if token.text not in FUNCTIONS:
            hint = near(token.text, [*FUNCTIONS, *_CONSTANTS])
            raise BadFormula(f"{token.text!r} is no function or constant of the calculator; {hint}")
        body, fewest, most = FUNCTIONS[token.text]
        if not self.take("("):
            self.refuse(f"'(' after {token.text}")
        given = [self.expression(0)]
        while self.take(","):
            given.append(self.expression(0))
        if not self.take(")"):
            self.refuse("')'")
        if not fewest <= len(given) <= most:
            wanted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            raise BadFormula(f"{token.text} takes {wanted} numbers, found {len(given)}")
        return self.write(body.format(*given, all=", ".join(given), count=len(given)))
