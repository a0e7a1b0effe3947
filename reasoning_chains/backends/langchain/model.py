"""What a chat model is and can be set to, told by its class and fields; it asks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reasoning_chains.errors import Caught, MissingPackage, UserMistake, shown
from reasoning_chains.types import Capabilities, Sampling

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = [
    "abilities",
    "chat_model_wanted",
    "longest_of",
    "name_of",
    "secrets_of",
    "tuned",
    "without_retries",
]

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "temperature": ("temperature",),
    "top_p": ("top_p",),
    "top_k": ("top_k",),
    "max_tokens": (
        "max_tokens",
        "max_output_tokens",
        "max_completion_tokens",
        "num_predict",
        "max_new_tokens",
    ),
    "seed": ("seed", "random_seed"),
}
"""How chat models call what a sampling holds."""

_LONGEST = 4096


def chat_model_wanted(model: object) -> None:
    """Refuse what is no chat model.

    Raises:
        UserMistake: It says what was found, and how one is given.
        MissingPackage: LangChain is not installed.
    """
    try:
        from langchain_core.language_models import BaseChatModel
    except ImportError as error:
        raise MissingPackage("LangChainBackend", "langchain", "langchain") from error
    if not isinstance(model, BaseChatModel):
        hint = "give the chat model itself, without bind or with_retry"
        name = f"open_backend('langchain:{model}')" if isinstance(model, str) else hint
        raise UserMistake(
            f"LangChainBackend wants a LangChain chat model, found {shown(model)}: {name}"
        )


def name_of(model: BaseChatModel) -> str:
    """Make a backend's name of the model's kind and its own name."""
    for name in ("model_name", "model", "model_id"):
        own = getattr(model, name, None)
        if isinstance(own, str) and own:
            return f"langchain:{model._llm_type}:{own}"
    return f"langchain:{model._llm_type}"


def abilities(model: BaseChatModel, *, thinking: bool) -> Capabilities:
    """Tell what is known of a model: LangChain does not tell more of all of them."""
    from langchain_core.language_models import BaseChatModel

    kind = type(model)
    tools = kind.bind_tools is not BaseChatModel.bind_tools
    stream = kind._stream is not BaseChatModel._stream or (
        kind._astream is not BaseChatModel._astream
    )
    seeded = _taken(model, "seed") is not None
    return Capabilities(
        seed="row" if seeded else "none", tools=tools, thinking=thinking, stream=stream
    )


def secrets_of(model: BaseChatModel) -> list[str]:
    """Give the keys that a model holds, so that no error repeats them."""
    values: list[Any] = [getattr(model, name, None) for name in type(model).model_fields]
    found = [v.get_secret_value() for v in values if hasattr(v, "get_secret_value")]
    return [value for value in found if isinstance(value, str)]


def longest_of(model: BaseChatModel) -> int | None:
    """Give how many tokens a reply may have, which budgets reserve; None where nobody can."""
    name = _taken(model, "max_tokens")
    if name is None:
        return None
    own = getattr(model, name)
    return own if isinstance(own, int) and own > 0 else _LONGEST


def without_retries(model: BaseChatModel) -> BaseChatModel:
    """Give a model that never asks twice by itself: the one retry loop is the library's.

    It is made again of its own settings: clients take the number of retries when they are made.

    Raises:
        UserMistake: It cannot be made again.
    """
    kind = type(model)
    if "max_retries" not in kind.model_fields or getattr(model, "max_retries", None) == 0:
        return model
    given = {
        kind.model_fields[name].alias or name: getattr(model, name)
        for name in model.model_fields_set
        if name in kind.model_fields and not _made(model, name)
    }
    again: Any = None
    with Caught() as caught:
        again = kind(**{**given, kind.model_fields["max_retries"].alias or "max_retries": 0})
    if caught.error is not None:
        raise UserMistake(
            f"{kind.__name__} retries by itself, and cannot be made again without it "
            f"({type(caught.error).__name__}): make it with max_retries=0"
        )
    made: BaseChatModel = again
    return made


def _made(model: BaseChatModel, name: str) -> bool:
    """Say whether a field holds a client that the model made of its settings."""
    if not name.endswith("client") or name.startswith("http"):
        return False
    root = f"root_{name}"
    return root not in type(model).model_fields or getattr(model, root, None) is not None


def _taken(model: BaseChatModel, setting: str) -> str | None:
    """Give the model's own name of a setting, or None where it has none."""
    fields = type(model).model_fields
    if setting == "seed" and _answers_by_responses(model):
        return None
    return next((name for name in _FIELDS[setting] if name in fields), None)


def _answers_by_responses(model: BaseChatModel) -> bool:
    """Say whether OpenAI's Responses API is used, which takes no seed."""
    said = (getattr(model, name, None) for name in ("use_responses_api", "reasoning"))
    version = getattr(model, "output_version", None)
    return any(said) or (isinstance(version, str) and version.startswith("responses"))


def tuned(
    model: BaseChatModel, sampling: Sampling, seed: int, *, streaming: bool
) -> tuple[BaseChatModel, tuple[str, ...]]:
    """Give a copy with these settings, which shares its clients, and notes on what it lacks."""
    changed: dict[str, Any] = {}
    notes: list[str] = []
    for setting in ("temperature", "top_p", "top_k", "max_tokens"):
        value = getattr(sampling, setting)
        if value is None:
            continue
        name = _taken(model, setting)
        if name is None:
            notes.append(f"{setting} not sent: {type(model).__name__} has no such field")
        else:
            changed[name] = value
    if (name := _taken(model, "seed")) is not None:
        changed[name] = seed
    if streaming and getattr(model, "stream_usage", False) is None:
        changed["stream_usage"] = True
    return (model.model_copy(update=changed) if changed else model), tuple(notes)
