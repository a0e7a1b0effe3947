"""The one closed table of names to objects: chains, rules and backends.

It alone turns a name into an import: from its own table, never from what a model or a file wrote.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from reasoning_chains.errors import UnknownName, UserMistake
from reasoning_chains.protocols import Backend

__all__ = ["BACKENDS", "CHAINS", "RULES", "chain_class", "load", "open_backend"]

CHAINS: Mapping[str, str] = {
    "direct": "reasoning_chains.chains.direct:Direct",
    "few_shot_cot": "reasoning_chains.chains.few_shot_cot:FewShotCoT",
    "self_consistency": "reasoning_chains.chains.self_consistency:SelfConsistency",
    "zero_shot_cot": "reasoning_chains.chains.zero_shot_cot:ZeroShotCoT",
}

RULES: Mapping[str, str] = {
    "beta_rule": "reasoning_chains.voting:BetaRule",
    "unanimous_window": "reasoning_chains.voting:UnanimousWindow",
}
"""What may stand beside chains in the spelling of a chain."""

BACKENDS: Mapping[str, str] = {
    "embedded": "reasoning_chains.backends.embedded:EmbeddedBackend",
    "openai": "reasoning_chains.backends.openai:OpenAIBackend",
    "replay": "reasoning_chains.backends.replay:ReplayBackend",
    "transformers": "reasoning_chains.backends.local:TransformersBackend",
}
"""What stands before the colon of a backend's name; after it stands a model, path or file."""
_FILES = ("replay", "transformers")


def load(table: Mapping[str, str], what: str, name: str) -> Any:
    """Give the object that a table means by a name.

    Raises:
        UnknownName: It is not in the table.
    """
    if name not in table:
        raise UnknownName(what, name, table)
    module, _, attribute = table[name].partition(":")
    return getattr(importlib.import_module(module), attribute)


def chain_class(name: str) -> Any:
    """Give the class of a chain, or of a rule that stands in one, by its name."""
    return load(RULES if name in RULES else CHAINS, "chain", name)


def open_backend(name: str, *, project: str | None = None, **options: Any) -> Backend:
    """Open a backend by its name.

    Args:
        name: `embedded`, `openai:MODEL`, `transformers:PATH`, `replay:FILE`, or the name of a
            table in the project's `reasoning.toml`.
        project: The folder where `reasoning.toml` lies, if not the current one.
        **options: What its constructor takes, such as `base_url` and `api_key`.

    Raises:
        UnknownName: There is no such backend; the message lists near ones.
        UserMistake: An option is unknown, or what stands after the colon is missing.
    """
    kind, _, rest = name.partition(":")
    if kind in BACKENDS:
        return _made(kind, rest, options)
    from reasoning_chains.project import backend_table, project_folder

    tables = backend_table(project, taken=BACKENDS)
    if name not in tables:
        raise UnknownName("backend", name, [*BACKENDS, *tables])
    declared = dict(tables[name])
    if "api_key" in declared:
        raise UserMistake(f"[backends.{name}] holds a key: name its variable with api_key_env")
    kind, _, rest = str(declared.pop("use")).partition(":")
    if kind not in BACKENDS:
        raise UnknownName(f"backend (in reasoning.toml, table {name!r})", kind, BACKENDS)
    if kind in _FILES and rest:
        rest = str(project_folder(project) / rest)  # an absolute path stays as it is
    return _made(kind, rest, {**declared, **options})


def _made(kind: str, rest: str, options: Mapping[str, Any]) -> Backend:
    cls = load(BACKENDS, "backend", kind)
    if kind != "embedded" and not rest:
        wanted = {"openai": "MODEL", "transformers": "PATH", "replay": "FILE"}[kind]
        raise UserMistake(f"backend {kind!r} needs more: write {kind}:{wanted}")
    arguments = (rest,) if rest else ()
    try:
        backend: Backend = cls(*arguments, **options)
    except TypeError as error:
        raise UserMistake(f"backend {kind!r} does not take this: {error}") from None
    return backend
