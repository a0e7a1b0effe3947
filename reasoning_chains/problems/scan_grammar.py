"""What a SCAN command means, by its grammar (Lake & Baroni 2018, arXiv:1711.00350)."""

from __future__ import annotations

__all__ = ["interpret"]

_TIMES = {"twice": 2, "thrice": 3}
_ACTS = {"walk": "WALK", "run": "RUN", "jump": "JUMP", "look": "LOOK"}


def interpret(command: str) -> tuple[str, ...]:
    """Give the actions of a command, such as `jump twice after walk around left`.

    Raises:
        ValueError: It is no command of the grammar.
    """
    for link in ("after", "and"):
        left, found, right = command.partition(f" {link} ")
        if found:
            first, second = _part(left), _part(right)
            return (*second, *first) if link == "after" else (*first, *second)
    return _part(command)


def _part(text: str) -> tuple[str, ...]:
    words = text.split()
    times = _TIMES.get(words[-1], 0) if words else 0
    return _once(words[:-1] if times else words) * max(1, times)


def _once(words: list[str]) -> tuple[str, ...]:
    match words:
        case [verb] if verb in _ACTS:
            return (_ACTS[verb],)
        case [verb, ("left" | "right") as way]:
            return (_turn(way), *_act(verb))
        case [verb, "opposite", ("left" | "right") as way]:
            return (_turn(way), _turn(way), *_act(verb))
        case [verb, "around", ("left" | "right") as way]:
            return (_turn(way), *_act(verb)) * 4
    raise ValueError(f"{' '.join(words)!r} is no SCAN command")


def _turn(way: str) -> str:
    return f"TURN_{way.upper()}"


def _act(verb: str) -> tuple[str, ...]:
    if verb == "turn":
        return ()
    if verb not in _ACTS:
        raise ValueError(f"{verb!r} is no SCAN verb")
    return (_ACTS[verb],)
