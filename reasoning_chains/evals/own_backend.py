"""A backend by its name, one of the user's own project as `module:name` too; it asks nothing."""

from __future__ import annotations

from importlib.util import find_spec

from reasoning_chains.content import is_there
from reasoning_chains.names import BACKENDS, check_backend, open_backend
from reasoning_chains.project import backend_table, project_folder
from reasoning_chains.project_code import project_instance, project_object
from reasoning_chains.protocols import Backend
from reasoning_chains.session import as_backend

__all__ = ["check_named", "opened_by_name"]


def opened_by_name(name: str, project: str | None) -> Backend:
    """Open a backend as `open_backend` does, or that of a module of the user's own.

    The object may be a backend, a class that makes one without arguments, or an async function
    of a request.

    Raises:
        UserMistake: There is none of this name, or it is no backend.
    """
    if not _is_own(name, project):
        return open_backend(name, project=project)
    return as_backend(project_instance(name.strip(), project_folder(project), "backend"))


def _is_own(name: str, project: str | None) -> bool:
    """Tell whether a name means an object of a module that is there."""
    module, colon, attribute = name.strip().partition(":")
    parts = module.split(".")
    if not colon or module in BACKENDS or not all(map(str.isidentifier, (*parts, attribute))):
        return False
    if name in backend_table(project, taken=BACKENDS):
        return False
    file = project_folder(project).joinpath(*parts).with_suffix(".py")
    return is_there(file) or find_spec(parts[0]) is not None


def check_named(name: str, project: str | None) -> None:
    """Refuse the name of no backend, without opening it.

    Raises:
        UserMistake: There is none of this name.
    """
    if _is_own(name, project):
        project_object(name.strip(), project_folder(project), "backend")
    else:
        check_backend(name, project)
