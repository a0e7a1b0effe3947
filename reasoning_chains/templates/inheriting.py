"""The blocks that a template fills in of the one that it extends; one that none has is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jinja2 import nodes

from reasoning_chains.errors import near

__all__ = ["lost_blocks"]


def lost_blocks(
    tree: nodes.Template, parent: Callable[[str], nodes.Template]
) -> Iterator[tuple[int, str]]:
    """Give line and words for each block that no file above has: Jinja would drop it.

    Args:
        tree: The file that extends another; of one that extends none, nothing is lost.
        parent: Gives the tree of a file by its name.
    """
    above = _above(tree, parent)
    if above is None:
        return
    known = {block.name for other in above for block in other.find_all(nodes.Block)}
    for node in tree.body:
        if isinstance(node, nodes.Block) and node.name not in known:
            told = near(node.name, known) if known else "they have none"
            yield node.lineno, f"no file that it extends has a block {node.name!r}: {told}"


def _above(
    tree: nodes.Template, parent: Callable[[str], nodes.Template]
) -> list[nodes.Template] | None:
    """Give the files above one; None where there is none, or one is named by a variable."""
    found: list[nodes.Template] = []
    seen: set[str] = set()
    while extends := [node for node in tree.body if isinstance(node, nodes.Extends)]:
        name = extends[0].template
        if not isinstance(name, nodes.Const) or name.value in seen:
            return None
        seen.add(name.value)
        tree = parent(name.value)
        found.append(tree)
    return found or None
