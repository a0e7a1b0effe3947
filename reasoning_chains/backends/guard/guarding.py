"""Puts retries and a pace around a backend, as code or `reasoning.toml` asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from reasoning_chains.backends.guard.pace import Pace
from reasoning_chains.backends.guard.pacer import Pacer
from reasoning_chains.backends.guard.pacing import Pacing
from reasoning_chains.backends.guard.recalling import Recalling
from reasoning_chains.backends.guard.retry import Retry
from reasoning_chains.backends.guard.retrying import Retrying
from reasoning_chains.errors import UnknownName, UserMistake, shown, wanted
from reasoning_chains.protocols import Backend
from reasoning_chains.store.places import USUAL, store_at

__all__ = ["GUARDS", "KEPT", "guarded", "guarded_by", "kept_by", "stored"]

_P = TypeVar("_P", Retry, Pace)

GUARDS = ("retry", "pace", "account")
KEPT = ("store", "offline")
"""The options of a backend's table that are not the backend's own."""

_accounts: dict[str, Pacer] = {}


def guarded(
    backend: Backend,
    retry: Retry | bool | Mapping[str, Any] = True,
    pace: Pace | bool | Mapping[str, Any] = True,
    account: str | None = None,
) -> Backend:
    """Give a backend that asks again what failed, and no faster than its account allows.

    Args:
        backend: The one that sends.
        retry: When a failed ask is sent again; False for never.
        pace: What the account allows; False for no pace.
        account: Backends that name the same one share its pace.

    Raises:
        UserMistake: A setting cannot be.
    """
    _backend_wanted(backend, "guarded")
    kept, slowed = _read(retry, Retry, "retry"), _read(pace, Pace, "pace")
    made = backend
    if slowed is not None:
        made = Pacing(made, Pacer(slowed) if account is None else _shared(account, slowed))
    elif account is not None:
        raise UserMistake(f"account={shown(account)} has no use without a pace: leave one out")
    return made if kept is None else Retrying(made, kept)


def _backend_wanted(backend: object, by: str) -> None:
    if not hasattr(backend, "complete") or isinstance(backend, type):
        raise UserMistake(
            f"{by} takes a backend, found {shown(backend)}: open it by its name first, as in "
            f"{by}(open_backend('openai:gpt-5-mini'))"
        )


def guarded_by(backend: Backend, options: Mapping[str, Any], *, hosted: bool) -> Backend:
    """Put those guards around a backend that its options ask for; a hosted one has them unasked."""
    told = {name: options[name] for name in GUARDS if name in options}
    if not hosted:
        told = {"retry": False, "pace": "account" in told, **told}
    return guarded(backend, **told)


def stored(backend: Backend, store: Path | str = USUAL, *, offline: bool = False) -> Backend:
    """Give a backend that keeps its replies, and asks for none twice.

    Args:
        backend: The one that is asked for what is not there.
        store: The file.
        offline: Whether nothing is asked: what is not there is an error that says so.

    Raises:
        UserMistake: The store cannot be opened.
    """
    _backend_wanted(backend, "stored")
    wanted("store", store, str, Path)
    wanted("offline", offline, bool)
    return Recalling(backend, store_at(store), offline=offline)


def kept_by(backend: Backend, options: Mapping[str, Any], folder: Path) -> Backend:
    """Put the store around a backend that its options ask for; `folder` is the project's."""
    offline = options.get("offline", False)
    store = options.get("store", offline)
    wanted("store", store, str, Path, bool, hint='write store = true, or "replies.db"')
    wanted("offline", offline, bool)
    if store is False and offline:
        raise UserMistake("offline answers from a store, and store is False: leave one out")
    if store is False:
        return backend
    return stored(backend, folder / (USUAL if store is True else store), offline=offline)


def _read(given: Any, kind: type[_P], name: str) -> _P | None:
    """Make a setting of a mapping, of True for what is usual, or of False for none."""
    if isinstance(given, kind):
        return given
    if isinstance(given, bool):
        return kind() if given else None
    wanted(name, given, kind, bool, Mapping, hint=f"write {name}=False, or a table of its settings")
    known = [field.name for field in fields(kind)]
    for key in given:
        if key not in known:
            raise UnknownName(f"setting of {name}", str(key), known)
    return kind(**given)


def _shared(account: str, pace: Pace) -> Pacer:
    wanted("account", account, str)
    pacer = _accounts.setdefault(account, Pacer(pace))
    if pacer.pace != pace:
        raise UserMistake(f"account {shown(account)} has another pace already: write it once")
    return pacer
