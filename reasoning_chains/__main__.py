"""`python -m reasoning_chains` is the command line."""

from __future__ import annotations

from reasoning_chains.cli import main

if __name__ == "__main__":
    main()
