"""`@tool` makes a schema of any typed function, holds arguments to it, and contains its errors."""

from __future__ import annotations

import asyncio
import enum
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

import reasoning_chains
from reasoning_chains import UserMistake, tool
from reasoning_chains.acting import Observation, call_tool
from reasoning_chains.budget import Account, Budget
from reasoning_chains.errors import BudgetSpent
from reasoning_chains.toolbox import Tool, ToolFailed


class Unit(enum.Enum):
    METRE = "m"
    FOOT = "ft"


class Place(BaseModel):
    name: str
    height: float = 0.0


@dataclass
class Point:
    x: int
    y: int


def call(made: Tool, **arguments: Any) -> str:
    return asyncio.run(_called(made, arguments))


async def _called(made: Tool, arguments: Mapping[str, Any]) -> str:
    return await made.call(arguments)


def act(made: Tool, written: str | Mapping[str, Any]) -> Observation:
    return asyncio.run(call_tool(Account(Budget()), [made], made.name, written))


def test_the_public_name_is_the_decorator() -> None:
    assert callable(reasoning_chains.tool)
    assert reasoning_chains.Tool is Tool


@tool
def weigh(item: str, grams: float = 1.5, unit: Literal["g", "kg"] = "g") -> str:
    """Weigh an item
    on the old scale.

    More that the model is not told.

    Args:
        item: What is weighed,
            in one word.
        grams (float): How much it
            should be.
        unit: In what.

    Returns:
        nothing: of interest
    """
    return f"{item} {grams:g} {unit}"


def test_schema_and_description_come_from_signature_and_docstring() -> None:
    assert weigh.name == "weigh"
    assert weigh.description == "Weigh an item on the old scale."
    assert weigh.parameters == {
        "type": "object",
        "properties": {
            "item": {"type": "string", "description": "What is weighed, in one word."},
            "grams": {"type": "number", "default": 1.5, "description": "How much it should be."},
            "unit": {
                "type": "string",
                "enum": ["g", "kg"],
                "default": "g",
                "description": "In what.",
            },
        },
        "required": ["item"],
    }
    assert (weigh.seconds, weigh.longest, weigh.approve) == (30.0, 8_000, None)


def test_defaults_are_the_functions_own() -> None:
    assert call(weigh, item="tea") == "tea 1.5 g"
    assert call(weigh, item="tea", grams="2", unit="kg") == "tea 2 kg"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "item is missing"),
        ({"item": 3}, "item: input should be a valid string, found 3"),
        ({"item": "a", "gramms": 1}, "there is no argument gramms: did you mean grams?"),
        ({"item": "a", "grams": "much"}, "grams: input should be a valid number"),
        ({"item": "a", "unit": "t"}, "unit: input should be 'g' or 'kg', found 't'"),
        ({"item": "a", "grams": "1" * 9000 + "x"}, "grams: "),
        ({"": 1, "item": "a"}, "there is no argument"),
    ],
)
def test_a_wrong_argument_is_told_the_model(given: dict[str, Any], told: str) -> None:
    seen = act(weigh, given)
    assert seen.failed
    assert told in seen.text
    assert len(seen.text) < 500


def test_options_are_kept() -> None:
    def asked(name: str, arguments: Mapping[str, Any]) -> bool:
        return name == "other" and arguments == {"x": 1}

    @tool(name="other", approve=asked, seconds=2, longest=5)
    def f(x: int) -> str:
        """Do."""
        return "123456789"

    assert (f.name, f.seconds, f.longest) == ("other", 2, 5)
    assert act(f, {"x": 1}).text == "12345… (cut: 9 characters)"
    assert act(f, {"x": 2}) == Observation("other was not approved: go on without it", failed=True)


def test_rich_types_are_described_and_made() -> None:
    class Local(BaseModel):
        places: list[Place]
        unit: Unit = Unit.METRE

    @tool
    def add(
        local: Local,
        count: Annotated[int, Field(ge=1, description="How often.")],
        note: str | None = None,
        point: Point | None = None,
    ) -> str:
        """Add."""
        assert isinstance(local.places[0], Place)
        return f"{local.places[0].name} {local.unit.value} {count} {note} {point}"

    assert "title" not in str(add.parameters)
    properties: Any = add.parameters["properties"]
    assert properties["count"] == {"type": "integer", "minimum": 1, "description": "How often."}
    given = {"places": [{"name": "K2"}], "unit": "ft"}
    assert call(add, local=given, count=2) == "K2 ft 2 None None"
    assert call(add, local=given, count=2, point={"x": 1, "y": 2}).endswith("Point(x=1, y=2)")
    assert "count: input should be greater" in act(add, {"local": given, "count": 0}).text
    assert (
        "local.places.0.name is missing" in act(add, {"local": {"places": [{}]}, "count": 1}).text
    )


def test_an_argument_called_title_is_kept() -> None:
    class Book(BaseModel):
        title: str

    @tool
    def read(title: str, schema: int, model_config: str, _x: int, book: Book) -> str:
        """Read."""
        return f"{title}{schema}{model_config}{_x}{book.title}"

    assert read.inputs == ("title", "schema", "model_config", "_x", "book")
    assert "title" in str(read.parameters["$defs"])
    given = {"title": "a", "schema": 1, "model_config": "b", "_x": 2, "book": {"title": "c"}}
    assert call(read, **given) == "a1b2c"


def test_structures_written_as_text_are_read() -> None:
    @tool
    def total(numbers: list[int], word: str = "") -> int:
        """Add up."""
        return sum(numbers)

    assert act(total, "[1, 2, 3]").failed  # of two arguments
    assert act(total, {"numbers": "[1, 2]", "word": "3"}).text == "3"

    @tool
    def largest(numbers: list[int]) -> int:
        """Give the largest."""
        return max(numbers)

    assert act(largest, "[1, 2, 3]").text == "3"
    assert act(largest, "[" * 100_000).failed
    assert act(largest, "1, 2").failed


class Counter:
    """Counts up."""

    def __init__(self) -> None:
        self.total = 0

    def add(self, by: int) -> int:
        """Add to the count."""
        self.total += by
        return self.total

    def __call__(self, by: int = 1) -> int:
        return self.add(by)


class Waiter:
    async def __call__(self, ms: int) -> str:
        """Wait."""
        await asyncio.sleep(ms / 1000)
        return "waited"


def test_methods_partials_and_objects_can_be_tools() -> None:
    counter = Counter()
    assert call(tool(counter.add), by=2) == "2"
    assert call(tool(partial(counter.add, by=5))) == "7"
    named = tool(name="count")(counter)
    assert (named.description, named.inputs) == ("Counts up.", ("by",))
    assert call(named) == "8"
    assert call(tool(Waiter()), ms=1) == "waited"
    fixed = tool(partial(greet, user="Ann"))
    assert fixed.inputs == ("word",)
    assert call(fixed, word="Hi") == "Hi Ann"
    assert act(fixed, {"word": "Hi", "user": "Eve"}).failed  # the application's, not the model's
    assert call(tool(partial(greet, "Yo")), user="Bo") == "Yo Bo"
    assert call(tool(placed), a=1, b=2) == "12"


def greet(word: str, user: str) -> str:
    """Greet."""
    return f"{word} {user}"


def placed(a: int, b: int = 3, /, *, c: str = "") -> str:
    """Join."""
    return f"{a}{b}{c}"


def nothing() -> None:
    """Do nothing."""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is\n", "as it is\n"),
        (None, "done"),
        (3, "3"),
        (0.5, "0.5"),
        (True, "true"),
        (Decimal("1.50"), "1.50"),
        (Unit.FOOT, "ft"),
        ({"a": [1, "ü"]}, '{"a": [1, "ü"]}'),
        ([Place(name="K2")], '[{"name": "K2", "height": 0.0}]'),
        (Place(name="K2"), '{"name": "K2", "height": 0.0}'),
        (Point(1, 2), '{"x": 1, "y": 2}'),
        ({"when": Decimal(1), "what": 1 + 2j}, '{"when": "1", "what": "1+2j"}'),
        (b"raw", "b'raw'"),
        (Place, "<class 'tests.tools.test_decorator.Place'>"),
    ],
)
def test_results_are_written_as_text(value: Any, text: str) -> None:
    @tool
    def give() -> Any:
        """Give."""
        return value

    @tool
    async def agive() -> Any:
        """Give."""
        return value

    assert call(give) == text
    assert call(agive) == text


def test_a_result_that_cannot_be_written_is_told() -> None:
    @tool
    def loop() -> list[Any]:
        """Give what holds itself."""
        made: list[Any] = []
        made.append(made)
        return made

    assert act(loop, "").failed


class Odd(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("no such town"), "fail failed: ValueError: no such town"),
        (Odd(), "fail failed: Odd"),
        (TimeoutError("slow"), "fail failed: TimeoutError: slow"),
        (StopIteration("x"), "fail failed: "),
        (SystemExit(3), "fail failed: SystemExit: 3"),
        (UserMistake("write it so"), "fail failed: UserMistake: write it so"),
        (ToolFailed("try another"), "try another"),
        (ExceptionGroup("many", [KeyError("k")]), "fail failed: KeyError: 'k'"),
        (MemoryError(), "fail failed: MemoryError"),
        (RecursionError("deep"), "fail failed: RecursionError: deep"),
    ],
)
def test_what_a_function_raises_is_told_the_model(error: BaseException, told: str) -> None:
    @tool
    def fail() -> None:
        """Fail."""
        raise error

    assert act(fail, "").text.startswith(told)
    assert act(fail, "").failed
    if not isinstance(error, StopIteration):

        @tool(name="fail")
        async def afail() -> None:
            """Fail."""
            raise error

        assert act(afail, "").text.startswith(told)


@pytest.mark.parametrize("error", [BudgetSpent("no more"), KeyboardInterrupt()])
def test_what_ends_a_run_passes(error: BaseException) -> None:
    @tool
    async def fail() -> None:
        """Fail."""
        raise error

    @tool
    def sync() -> None:
        """Fail."""
        raise error

    for made in (fail, sync):
        with pytest.raises(type(error)):
            call(made)


def test_a_function_that_hangs_is_left_alone() -> None:
    stop = threading.Event()

    @tool(seconds=0.05)
    def hang() -> None:
        """Hang."""
        stop.wait(20)

    @tool(seconds=0.05)
    async def ahang() -> None:
        """Hang."""
        await asyncio.sleep(20)

    assert act(hang, "").text == "hang gave no result in 0.05 s"
    assert act(ahang, "").text == "ahang gave no result in 0.05 s"
    stop.set()


def test_a_sync_function_that_gives_a_coroutine_is_awaited() -> None:
    async def inner() -> str:
        return "from inside"

    @tool
    def outer() -> Any:
        """Give one."""
        return inner()

    assert call(outer) == "from inside"


def test_a_sync_function_does_not_block_the_loop() -> None:
    @tool
    def where() -> str:
        """Say the thread."""
        return threading.current_thread().name

    assert call(where) == "reasoning-chains-call"


def untyped(a):  # type: ignore[no-untyped-def]
    """Do."""


def undocumented(a: int) -> None: ...


def many(*a: int) -> None:
    """Do."""


def keywords(**a: int) -> None:
    """Do."""


def yielding() -> Iterator[int]:
    """Do."""
    yield 1


def unknown(a: Nowhere) -> None:  # type: ignore[name-defined]  # noqa: F821
    """Do."""


def opaque(a: threading.Lock) -> None:
    """Do."""


def called(a: Callable[[int], int]) -> None:
    """Do."""


class Method:
    def do(self, a: int) -> None:
        """Do."""


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (untyped, "tool untyped: a has no type: write a: str"),
        (undocumented, "tool undocumented has no docstring"),
        (many, r"tool many: \*a: '?int'? has no place in a tool"),
        (keywords, r"tool keywords: \*\*a: '?int'? has no place in a tool"),
        (yielding, "tool yielding yields: return the whole result"),
        (unknown, "tool unknown: an annotation cannot be read: name 'Nowhere'"),
        (opaque, "tool opaque: a type of its arguments has no JSON schema"),
        (called, "tool called: a type of its arguments has no JSON schema"),
        (Method.do, r"tool do: self is no argument .* tool\(object.method\)"),
        (Place, "tool wants a function, found <class"),
        (weigh, "tool wants a function, found Tool"),
        (3, "tool wants a function, found 3"),
        (lambda: None, "tool <lambda> has no docstring"),
        (print, "tool print: "),
    ],
)
def test_what_is_no_tool_is_refused(function: Any, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        tool(function)


def test_wrong_options_are_refused() -> None:
    odd: Any = True
    with pytest.raises(UserMistake, match="approve must be a function"):
        tool(approve=odd)
    with pytest.raises(UserMistake, match="1 to 64 letters"):
        tool(name="a b")(nothing)
    with pytest.raises(UserMistake, match="seconds"):
        tool(seconds=0)(nothing)
    with pytest.raises(UserMistake, match="longest"):
        tool(longest=0)(nothing)


def test_an_approval_that_trips_forbids() -> None:
    def trips(name: str, arguments: Mapping[str, Any]) -> bool:
        return bool(arguments["path"])

    async def later(name: str, arguments: Mapping[str, Any]) -> bool:
        await asyncio.sleep(0)
        return trips(name, arguments)

    for approve in (trips, later):

        @tool(approve=approve)
        def read(path: str) -> str:
            """Read."""
            return path

        assert act(read, {"path": "a"}).text == "a"
        assert act(read, {}).text == "the approval of read failed: KeyError: 'path'"


def test_a_tool_made_by_hand_may_raise() -> None:
    async def call(arguments: Mapping[str, Any]) -> str:
        return str(arguments["x"])

    made = Tool("bare", "", {}, call)
    assert act(made, {}) == Observation("bare failed: KeyError: 'x'", failed=True)


def test_what_is_no_text_is_mended() -> None:
    @tool
    def half() -> str:
        """Give half of a pair."""
        return "a\ud800b"

    assert act(half, "").text == "a?b"
