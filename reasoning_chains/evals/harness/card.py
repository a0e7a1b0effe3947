"""What a task file says, checked: which keys are read, and which files are refused, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from reasoning_chains.declaring import in_words
from reasoning_chains.errors import UserMistake, shown
from reasoning_chains.evals.harness.reading import functions, read_task
from reasoning_chains.evals.harness.refused import Refused

__all__ = ["Examples", "Generation", "MetricOf", "PipelineOf", "TaskCard", "read_task_card"]

_GENERATES = "generate_until"
_COUNTED = "exact_match"
_MEDIA = ("doc_to_image", "doc_to_audio")
_ASIDE = (
    *("task_alias", "tag", "group", "task_list", "training_split", "unsafe_code"),
    *("should_decontaminate", "doc_to_decontamination_query", "output_type"),
)
"""Keys that change nothing of what is asked and scored."""


def _texts(value: Any) -> Any:
    return (value,) if isinstance(value, str) else () if value is None else value


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Generation(_Part):
    """How replies are drawn: the harness's words, and what it takes where they are left out."""

    until: Annotated[tuple[str, ...] | None, BeforeValidator(_texts)] = None
    do_sample: bool | None = None
    temperature: float | None = Field(default=None, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    top_k: int | None = Field(default=None, ge=1)
    max_gen_toks: int | None = Field(default=None, ge=1)
    max_new_tokens: int | None = Field(default=None, ge=1)
    max_tokens: int | None = Field(default=None, ge=1)
    num_beams: int = 1


class MetricOf(_Part):
    """The metric that is counted."""

    metric: str
    aggregation: str = "mean"
    higher_is_better: bool = True
    hf_evaluate: bool = False
    regexes_to_ignore: Annotated[tuple[str, ...], BeforeValidator(_texts)] = ()
    ignore_case: bool = False
    ignore_punctuation: bool = False
    ignore_numbers: bool = False


class PipelineOf(_Part):
    """Filters, one after the other."""

    name: str
    filter: tuple[dict[str, Any], ...]


_Field: TypeAlias = str | int | list[Any] | None


class Examples(_Part):
    """Where worked examples come from, and what they have otherwise than the question."""

    sampler: str = "default"
    split: str | None = None
    fewshot_indices: tuple[int, ...] | None = None
    samples: tuple[dict[str, Any], ...] | None = None
    doc_to_text: _Field = None
    doc_to_choice: _Field | dict[str, Any] = None
    doc_to_target: _Field = None
    gen_prefix: str | None = None
    fewshot_delimiter: str | None = None
    target_delimiter: str | None = None


class TaskCard(_Part):
    """What a task of the kind `generate_until` says."""

    task: str = Field(min_length=1)
    dataset_path: str | None = None
    dataset_name: str | int | float | None = None
    dataset_kwargs: dict[str, Any] = Field(default_factory=dict)
    validation_split: str | None = None
    test_split: str | None = None
    fewshot_split: str | None = None
    doc_to_text: _Field = None
    doc_to_target: _Field = None
    doc_to_choice: _Field | dict[str, Any] = None
    description: str = ""
    target_delimiter: str = " "
    fewshot_delimiter: str = "\n\n"
    fewshot_config: Examples = Examples()
    num_fewshot: int = Field(default=0, ge=0)
    metric_list: tuple[MetricOf, ...] = (MetricOf(metric=_COUNTED),)
    generation_kwargs: Generation = Generation()
    repeats: int = Field(default=1, ge=1)
    filter_list: tuple[PipelineOf, ...] = ()
    gen_prefix: str | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    others: tuple[str, ...] = ()

    @property
    def split(self) -> str:
        """The split whose rows are asked."""
        return self.test_split or self.validation_split or ""

    @property
    def version(self) -> Any:
        """What the file calls its version."""
        return self.metadata.get("version")


_INNER = {
    "fewshot_config": Examples,
    "generation_kwargs": Generation,
    "metric_list": MetricOf,
    "filter_list": PipelineOf,
}


def read_task_card(path: Path) -> TaskCard:
    """Read a task file.

    Raises:
        Refused: It is none of the kind `generate_until`, or needs what is not done here; file and
            key are named, and why.
        UserMistake: It is no YAML, or includes what it may not.
    """
    told = {key: value for key, value in read_task(path).items() if value is not None}
    _check_kind(path, told)
    _drop_unused(told)
    _check_python(path, told)
    told = {key: value for key, value in told.items() if key not in _ASIDE}
    try:
        card = TaskCard.model_validate(told)
    except ValidationError as error:
        raise Refused("key", f"{path}: {in_words(error, TaskCard, _INNER)}") from None
    _check(path, card)
    return card


def _check_kind(path: Path, told: dict[str, Any]) -> None:
    if isinstance(told.get("task"), list) or ("task" not in told and "group" in told):
        members = [one for one in told.get("task", ()) if isinstance(one, str)]
        such = f" ({', '.join(members[:3])}, …)" if members else ""
        raise Refused("group", f"{path} is a group of tasks{such}: name the file of one of them")
    if "task" not in told:
        why = "it has no key task: task files include it, so name one of those"
        raise Refused("part", f"{path} is no task of its own, for {why}")
    kind = told.get("output_type", _GENERATES)
    if kind != _GENERATES:
        raise Refused(
            "output type",
            f"{path}: output_type is {shown(kind)}, which compares likelihoods: only "
            f"{_GENERATES}, in which a model writes its answer, is read",
        )


def _drop_unused(told: dict[str, Any]) -> None:
    """Leave out what is never asked for: examples that are not shown, metrics not counted."""
    if not told.get("num_fewshot"):
        told.pop("fewshot_config", None)
    metrics = told.get("metric_list")
    if not isinstance(metrics, list) or not all(isinstance(one, dict) for one in metrics):
        return
    counted = [one for one in metrics if one.get("metric") == _COUNTED]
    if counted:
        told["metric_list"] = counted[-1:]
        others = (str(one.get("metric")) for one in metrics if one not in counted)
        told["others"] = tuple(dict.fromkeys(others))


def _check_python(path: Path, told: dict[str, Any]) -> None:
    for key in (*_MEDIA, "class", "custom_dataset"):
        if key in told:
            reason = "media" if key in _MEDIA else "python"
            what = "pictures or sound, which are not sent" if key in _MEDIA else "Python code"
            raise Refused(reason, f"{path}: {key} needs {what}: such a task is not read")
    if "use_prompt" in told:
        raise Refused("prompt", f"{path}: use_prompt names a prompt elsewhere: write doc_to_text")
    for key, name in functions({k: v for k, v in told.items() if k not in _ASIDE}).items():
        raise Refused(
            "python",
            f"{path}: {key} is the Python function {name}, and reading a file runs no code: write "
            "it as Jinja, or make the rows beforehand and write an eval.yaml for them",
        )
    if isinstance(told.get("process_results"), str):
        raise Refused("python", f"{path}: process_results needs Python code, which is not run")


def _check(path: Path, card: TaskCard) -> None:
    metric = card.metric_list[0] if card.metric_list else None
    if metric is None or metric.metric != _COUNTED or metric.aggregation != "mean":
        told = metric and (metric.metric if metric.metric != _COUNTED else metric.aggregation)
        raise Refused(
            "metric",
            f"{path}: metric_list counts {shown(told)}: only the mean of {_COUNTED} is counted "
            "here. With rows of your own an eval.yaml can name another scorer",
        )
    if card.generation_kwargs.num_beams != 1:
        raise Refused("generation", f"{path}: num_beams asks for a beam search: no backend does it")
    for key in ("doc_to_text", "doc_to_target", "dataset_path"):
        if getattr(card, key) is None:
            raise Refused("key", f"{path}: key {key!r} is missing: write {key}: …")
    if isinstance(card.doc_to_text, int | list):
        raise Refused("key", f"{path}: doc_to_text must be text, found {shown(card.doc_to_text)}")
    if not card.split:
        raise Refused("data", f"{path}: neither test_split nor validation_split is named")


def of_key(path: Path, key: str, reason: str, error: UserMistake) -> Refused:
    """Make a refusal that names file and key."""
    return Refused(reason, f"{path}: {key}: {error}")
