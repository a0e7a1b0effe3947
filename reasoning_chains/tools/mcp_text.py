"""What an MCP server says, as text for a model, and the digest of what it offers; no connection."""

from __future__ import annotations

import hashlib
import json
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reasoning_chains.errors import UserMistake

if TYPE_CHECKING:
    import mcp_types as wire

__all__ = ["Offer", "offer_of", "result_text"]

_NAME = frozenset(string.ascii_letters + string.digits + "_-")
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Offer:
    """A tool as a server describes it; `original` is its name there."""

    original: str
    description: str
    parameters: Mapping[str, Any]
    digest: str

    @property
    def name(self) -> str:
        """Its name for a model: what no backend takes, such as dots, becomes `_`."""
        return "".join(char if char in _NAME else "_" for char in self.original)[:64]


def offer_of(tool: wire.Tool) -> Offer:
    """Read what a server says of a tool; all that a model sees of it is in the digest."""
    told = tool.description or ""
    try:
        whole = json.dumps([tool.name, told, tool.input_schema], sort_keys=True)
    except (ValueError, RecursionError):
        raise UserMistake(f"the schema of its tool {tool.name[:60]!r} is no JSON") from None
    digest = hashlib.sha256(whole.encode()).hexdigest()
    shown = told if len(told) <= _LONGEST else told[:_LONGEST] + "…"
    return Offer(tool.name, shown.strip(), tool.input_schema, digest)


def result_text(result: wire.CallToolResult) -> str:
    """Write a result: its texts, else its structured content; pictures and sounds are named."""
    parts = [_block(block) for block in result.content]
    if not parts and result.structured_content is not None:
        return json.dumps(result.structured_content, ensure_ascii=False)
    return "\n".join(part for part in parts if part) or "done"


def _block(block: Any) -> str:
    """Write one part of a result, by its type on the wire."""
    if block.type == "text":
        return str(block.text)
    if block.type in ("image", "audio"):
        return f"[{block.type}, {block.mime_type}, {len(block.data) * 3 // 4:,} bytes]"
    if block.type == "resource_link":
        return f"[resource {block.uri}]"
    held = getattr(block, "resource", None)
    text = getattr(held, "text", None)
    if isinstance(text, str):
        return text
    return f"[resource {getattr(held, 'uri', '')}, {getattr(held, 'mime_type', None) or 'binary'}]"
