"""Names of suites, chains and backends made into cells; it asks nothing and writes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from reasoning_chains.chain import Chain, chain_wanted
from reasoning_chains.chains.few_shot_cot import FewShotCoT
from reasoning_chains.content import is_there
from reasoning_chains.errors import UserMistake, shown
from reasoning_chains.evals.own_backend import opened_by_name
from reasoning_chains.evals.sharding import Shard
from reasoning_chains.evals.suite import Suite, load_suite
from reasoning_chains.session import AnyBackend, as_backend
from reasoning_chains.spelling import open_chain, spell
from reasoning_chains.types import Sampling

if TYPE_CHECKING:
    from reasoning_chains.backends.coalesce import Coalescing

__all__ = ["Plan", "digest_of", "opened", "planned"]

_T = TypeVar("_T")
_EXAMPLE = "ZeroShotCoT(), or 'zero_shot_cot'"
_USUAL = FewShotCoT()


@dataclass(frozen=True, slots=True)
class Plan:
    """The suites, the chains by their names, and what is sampled otherwise than in all the run."""

    suites: tuple[Suite, ...]
    chains: tuple[tuple[str, Chain], ...]
    project: str | None = None
    sampling: Mapping[str, Sampling] = field(default_factory=dict)

    def sampled(self, chain: str, backend: Coalescing) -> Sampling:
        """Give how a chain is sampled; log-probabilities only where the backend gives them."""
        own = self.sampling.get(chain, Sampling())
        return own if backend.capabilities.logprobs else replace(own, logprobs=None)

    def in_shard(self, shard: Shard | None) -> Plan:
        """Give the plan with one part of each suite's problems."""
        return replace(self, suites=tuple(replace(one, shard=shard) for one in self.suites))

    def fitted(self, chain: Chain, suite: Suite) -> Chain:
        """Give a chain with the suite's own worked examples, where the chain names no others."""
        made: Chain = _fitted(chain, suite)
        return made


_Many: TypeAlias = _T | str | Iterable[_T | str]


def planned(suites: _Many[Suite], chains: _Many[Chain], n: int | None, project: str | None) -> Plan:
    """Open suites and chains by their names.

    Raises:
        UserMistake: One is not known or stands twice, or a suite's first problem is broken.
    """
    opened = [
        load_suite(suite, project) if isinstance(suite, str) else suite
        for suite in _listed("suites", suites, Suite)
    ]
    for suite in opened:
        if not isinstance(suite, Suite):
            raise UserMistake(f"each of suites must be a Suite or a name, found {shown(suite)}")
    sized = tuple(suite if n is None else suite.sized(n) for suite in opened)
    made = tuple(_named(chain, project) for chain in _listed("chains", chains, Chain))
    _once("suite", [suite.name for suite in sized])
    _once("chain", [name for name, _ in made])
    for suite in sized:
        next(iter(suite))  # what is wrong with its first row is told before anything is asked
    return Plan(sized, made, project)


def opened(
    backends: AnyBackend | Iterable[AnyBackend], project: str | None
) -> list[tuple[str, Any, bool]]:
    """Open the backends on the running loop; give what each is called, and if the run closes it.

    Raises:
        UserMistake: One is not known, or stands twice.
    """
    one = isinstance(backends, str) or callable(backends) or hasattr(backends, "complete")
    given: list[Any] = [backends] if one else list(_iterable("backends", backends))
    if not given:
        raise UserMistake("backends is empty: name at least one, such as 'embedded'")
    made = []
    for each in given:
        named = isinstance(each, str)
        backend = opened_by_name(each, project) if named else as_backend(each)
        made.append((each if named else backend.name, backend, named))
    _once("backend", [name for name, _, _ in made])
    return made


def digest_of(suite: Suite) -> str:
    """Give a digest of a suite's card and, where they lie in files, of its rows and examples."""
    told = hashlib.sha256(suite.card.model_dump_json().encode())
    for name in (suite.source.name, (suite.exemplars or "").partition("#")[0]):
        path = Path(name)
        if name and is_there(path) and path.is_file():
            with path.open("rb") as file:
                told.update(hashlib.file_digest(file, "sha256").digest())
    return told.hexdigest()[:16]


def _named(chain: Any, project: str | None) -> tuple[str, Chain]:
    """Give a chain with what it was called, or with its spelling."""
    made = open_chain(chain, project) if isinstance(chain, str) else chain
    chain_wanted("each of chains", made, _EXAMPLE)
    if isinstance(chain, str):
        return chain.strip(), made
    try:
        return spell(made), made
    except UserMistake:  # one of the user's own
        told = repr(made)
        return (type(made).__qualname__ if " at 0x" in told else told), made


def _fitted(chain: Any, suite: Suite) -> Any:
    if not is_dataclass(chain) or isinstance(chain, type):
        return chain
    if type(chain) is FewShotCoT:
        return _shown(chain, suite)
    changed = {}
    for each in fields(chain):
        value = getattr(chain, each.name)
        if isinstance(value, tuple):
            fit: Any = tuple(_fitted(one, suite) for one in value)
        else:
            fit = _fitted(value, suite) if isinstance(value, Chain) else value
        if each.init and fit != value:
            changed[each.name] = fit
    return replace(chain, **changed) if changed else chain


def _shown(chain: FewShotCoT, suite: Suite) -> FewShotCoT:
    if chain.exemplars != _USUAL.exemplars or suite.exemplars is None:
        return chain
    shots = suite.card.shots if chain.shots is None else chain.shots
    return replace(chain, exemplars=suite.exemplars, shots=shots)


def _listed(name: str, given: Any, kind: type) -> Sequence[Any]:
    """Make a list of one or many."""
    many = [given] if isinstance(given, str | kind) else list(_iterable(name, given))
    if not many:
        raise UserMistake(f"{name} is empty: name at least one")
    return many


def _iterable(name: str, given: Any) -> Iterable[Any]:
    if not isinstance(given, Iterable) or isinstance(given, dict):
        raise UserMistake(f"{name} must be a name or a list, found {shown(given)}: write [...]")
    return given


def _once(what: str, names: Sequence[str]) -> None:
    for place, name in enumerate(names):
        if name in names[:place]:
            raise UserMistake(f"the {what} {shown(name)} is given twice: leave one out")
