"""The command line: it prints, and turns mistakes into one line; it holds no reasoning."""

from __future__ import annotations

import sys

import typer

from reasoning_chains.cli.ask import ask
from reasoning_chains.cli.demo import demo
from reasoning_chains.cli.show import backends, chains, lint, render, templates
from reasoning_chains.errors import ReasoningChainsError, UserMistake

__all__ = ["app", "main"]

app = typer.Typer(
    name="reasoning-chains",
    help="Make language models reason.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (ask, render, chains, templates, lint, backends, demo):
    app.command()(command)


def main() -> None:
    """Run the command line: exit code 2 for the user's mistakes, 1 for the world's."""
    try:
        app()
    except ReasoningChainsError as error:
        line = " ".join(str(error).split())
        sys.stderr.write(f"reasoning-chains: {line}\n")
        sys.exit(2 if isinstance(error, UserMistake) else 1)
    except KeyboardInterrupt:
        sys.stderr.write("reasoning-chains: stopped\n")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
