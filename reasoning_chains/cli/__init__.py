"""The command line: it prints, and turns mistakes into one line; it holds no reasoning."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from io import TextIOWrapper
from typing import Annotated, Any

import typer

from reasoning_chains.cli.agent import agent, agents
from reasoning_chains.cli.ask import ask
from reasoning_chains.cli.demo import demo
from reasoning_chains.cli.eval import eval_command
from reasoning_chains.cli.evals import evals_commands
from reasoning_chains.cli.matched import matched
from reasoning_chains.cli.merge import merge
from reasoning_chains.cli.revote import revote
from reasoning_chains.cli.show import backends, chains, lint, render, templates
from reasoning_chains.cli.start import init, new
from reasoning_chains.cli.store import store_commands
from reasoning_chains.errors import ReasoningChainsError, UserMistake

__all__ = ["app", "main"]

_STOPPED = 130
_TOLD: type[Exception] = next(
    cls for cls in typer.BadParameter.__mro__ if cls.__name__ == "ClickException"
)
"""The root of typer's own errors, which stands in another package from version to version."""

app = typer.Typer(
    name="reasoning-chains",
    help="Make language models reason.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    ask,
    agent,
    agents,
    render,
    chains,
    templates,
    lint,
    backends,
    demo,
    init,
    new,
    merge,
    revote,
    matched,
):
    app.command()(command)
app.command("eval")(eval_command)
app.add_typer(store_commands, name="store")
app.add_typer(evals_commands, name="evals")


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"reasoning-chains {version('reasoning-chains')}\n")
        raise typer.Exit


@app.callback()
def _options(
    shown: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Make language models reason."""


def main() -> None:
    """Run the command line: exit code 2 for the user's mistakes, 1 for the world's."""
    if sys.stdout is None:  # closed by the shell: >&-
        _tell("standard output is closed: there is nowhere to print to")
        sys.exit(1)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # what was bought is shown on any terminal
            stream.reconfigure(errors="backslashreplace")
    code = _exit_code()
    if code == _STOPPED:
        _tell("stopped")
    sys.exit(code)


def _exit_code() -> int:
    try:
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
        sys.stdout.flush()
    except ReasoningChainsError as error:
        _tell(str(error))
        return 2 if isinstance(error, UserMistake) else 1
    except _TOLD as error:
        _tell(_in_words(error))
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return _STOPPED
    except OSError as error:
        _drop_output()
        if not isinstance(error, BrokenPipeError):  # its reader, such as head, has had enough
            _tell(f"the output cannot be written: {error.strerror}")
        return 1
    return code if isinstance(code, int) else 0


def _drop_output() -> None:
    """Let what is left unwritten go nowhere, so that the end of the process does not try again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _tell(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"reasoning-chains: {' '.join(text.split())}\n")


def _in_words(error: Any) -> str:
    """Give a usage error of typer in one line, with what mends it."""
    text = str(error.format_message()).rstrip(".") or "a command of it is wanted"
    text += "."
    if any(argument.startswith("-") and " " in argument for argument in sys.argv[1:]):
        return f"{text} A question that begins with a dash stands after --: ask -- '-3 + 4?'"
    context = getattr(error, "ctx", None)
    return f"{text} See {context.command_path} --help" if context is not None else text
