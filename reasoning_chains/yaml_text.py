"""YAML read safely: what it says as plain data, and in which line it is wrong."""

from __future__ import annotations

from typing import Any

import yaml

from reasoning_chains.errors import UserMistake

__all__ = ["OnceLoader", "measured", "read_mapping", "read_yaml", "yaml_place"]

_TWICE = "stands twice"
_MOST = 1_000_000
_LARGE = f"it holds more than {_MOST:,} values, its aliases written out"


class OnceLoader(yaml.SafeLoader):
    """Refuses a key that stands twice, where the base takes the last one without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        """Make a mapping of a node."""
        seen: list[Any] = []
        for key, _ in node.value:
            if key.value in seen and key.value != "<<":
                told = f"the key {str(key.value)[:60]!r} {_TWICE}"
                raise yaml.constructor.ConstructorError(None, None, told, key.start_mark)
            seen.append(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(text: str, loader: type[yaml.SafeLoader] = OnceLoader) -> Any:
    """Read one document of YAML; nothing in it is made but plain data.

    Raises:
        yaml.YAMLError: It is none, or a key stands twice; `yaml_place` tells where.
    """
    made = loader(text)
    try:
        node = made.get_single_node()
        measured(node)
        return None if node is None else made.construct_document(node)
    finally:
        made.dispose()


def measured(node: yaml.Node | None) -> None:
    """Refuse what would be large once each alias is written out, before anything is made of it.

    Raises:
        yaml.YAMLError: It would.
    """
    if node is not None and _size(node, {}) > _MOST:
        raise yaml.constructor.ConstructorError(None, None, _LARGE, node.start_mark)


def _size(node: yaml.Node, sizes: dict[int, int]) -> int:
    known = sizes.get(id(node))
    if known is not None:
        return known
    sizes[id(node)] = _MOST + 1  # one that holds itself has no end
    inner = node.value if isinstance(node.value, list) else ()
    parts = [part for one in inner for part in (one if isinstance(one, tuple) else (one,))]
    sizes[id(node)] = made = 1 + sum(_size(part, sizes) for part in parts)
    return made


def read_mapping(text: str, place: object) -> dict[str, Any]:
    """Read keys and values; `place` is named where it is something else.

    Raises:
        UserMistake: It is no YAML, or holds no keys.
    """
    try:
        data: Any = read_yaml(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UserMistake(f"{place} is no valid YAML{yaml_place(error)}") from None
    if not isinstance(data, dict):
        raise UserMistake(f"{place} must hold keys and values, such as description: …")
    return data


def _known(why: str, mark: Any) -> str:
    """Say in words what is wrong, of what people write most often."""
    lines = (mark.buffer or "").split("\n")
    line = lines[mark.line] if mark.line < len(lines) else ""
    key, colon, _ = line.strip(" -\0").partition(":")
    if why == "mapping values are not allowed here" and colon:
        return f": the value of {key[:60]!r} holds a colon, or the line above has no value"
    if why.startswith("found character '\\t'"):
        return ": a tab: indent with blanks"
    return ""


def yaml_place(error: Exception, above: int = 0) -> str:
    """Say in which line YAML is wrong, where that is known; its end is its last line with text.

    Args:
        error: What the parser raised.
        above: How many lines of the file stand above the YAML.
    """
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return ""
    last = (mark.buffer or "").rstrip("\0 \n").count("\n")
    why = str(getattr(error, "problem", ""))
    told = f": {why}" if why.endswith(_TWICE) or why == _LARGE else _known(why, mark)
    return f" (line {min(mark.line, last) + 1 + above}{told})"
