"""The helper's program: runs each program that it is given in Monty; it knows no forked process.

Started as `python -I helping.py`. The first line of its input is the list of folders to import
from; each line after it is a program with its limits, and is answered by a line. It ends with its
input.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict


def main() -> None:
    """Serve programs until the input ends."""
    sys.path[:] = json.loads(sys.stdin.readline())
    from reasoning_chains.errors import SandboxUnavailable
    from reasoning_chains.sandbox.limits import Limits
    from reasoning_chains.sandbox.monty import run_in_monty
    from reasoning_chains.sandbox.program import Program
    from reasoning_chains.sandbox.stopping import Stop

    for line in sys.stdin:
        program, limits = json.loads(line)
        try:
            result, gap = run_in_monty(Program(**program), Limits(**limits), Stop())
            told = {"result": asdict(result), "gap": gap}
        except SandboxUnavailable as error:
            told = {"missing": [error.what, error.missing]}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
