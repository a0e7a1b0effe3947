"""Stop strings mean the same however the text is cut into pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reasoning_chains.backends.engine.stops import StopWatch


def by_hand(text: str, stops: list[str]) -> tuple[str, str]:
    for end in range(1, len(text) + 1):
        met = [stop for stop in stops if text[:end].endswith(stop)]
        if met:
            longest = max(met, key=len)
            return text[: end - len(longest)], longest
    return text, ""


def watched(pieces: list[str], stops: list[str]) -> tuple[list[str], StopWatch]:
    watch = StopWatch(stops)
    shown = [watch.push(piece) for piece in pieces]
    return [*shown, watch.flush()], watch


@given(
    st.lists(st.text(alphabet="abc", max_size=4), max_size=12),
    st.lists(st.text(alphabet="abc", min_size=1, max_size=4), max_size=3),
)
def test_pieces_do_not_matter(pieces: list[str], stops: list[str]) -> None:
    shown, watch = watched(pieces, stops)
    assert ("".join(shown), watch.hit) == by_hand("".join(pieces), stops)


def test_a_stop_string_is_found_at_every_split() -> None:
    text = "so 7.\nQuestion: next"
    for cut in range(len(text) + 1):
        shown, watch = watched([text[:cut], text[cut:]], ["\nQuestion:"])
        assert "".join(shown) == "so 7."
        assert watch.hit == "\nQuestion:"


def test_what_may_become_a_stop_string_is_held_back_until_it_is_clear() -> None:
    watch = StopWatch(["\n\n"])
    assert watch.push("one\n") == "one"
    assert watch.push("two") == "\ntwo"
    assert watch.push("\n") == ""
    assert watch.flush() == "\n"


def test_text_after_the_stop_string_is_kept_apart() -> None:
    watch = StopWatch(["</think>"])
    assert watch.push("a</thi") == "a"
    assert watch.push("nk>b") == ""
    assert watch.push("c") == ""
    assert watch.after == "bc"
