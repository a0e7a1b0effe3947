"""The process that carries out one shard: `python -m reasoning_chains.evals.engines.worker ORDER`.

It ends when its standard input ends, which is when the process that began it is gone.
"""

from __future__ import annotations

import _thread
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

from reasoning_chains.evals.engines.engine import PATIENCE
from reasoning_chains.evals.engines.work import carried_out

__all__: list[str] = []

_STOPPED = 130


def _end_with_parent() -> None:
    while os.read(0, 1):
        pass
    _thread.interrupt_main()
    time.sleep(PATIENCE)
    os._exit(_STOPPED)


def main(path: str) -> int:
    """Carry out the order of a file, and write the answer to standard output, alone."""
    answer = os.dup(1)
    os.dup2(2, 1)  # what a chain prints is no answer
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        told = carried_out(json.loads(Path(path).read_text(encoding="utf-8")))
    except KeyboardInterrupt:
        return _STOPPED
    with os.fdopen(answer, "w", encoding="utf-8") as out:
        out.write(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
