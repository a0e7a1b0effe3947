"""Writes `curves.json`: loss and accuracy at the kept points of a leg.

Run it after the leg: `python -m training.curves OUT --count 24`; OUT is the leg's folder.
"""

import argparse
import json
from pathlib import Path

import torch

from training.decode import Decoder
from training.evaluate import FOLLOWED, accuracy, followed

CURVES = Path(__file__).parent / "curves.json"


def nearest(curve: list[dict[str, float]], seconds: float) -> dict[str, float]:
    """Find the logged minute that is nearest to a point."""
    return min(curve, key=lambda logged: abs(logged["seconds"] - seconds))


def main() -> None:
    """Measure every kept point that the file does not hold yet, and write the file."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--leg", default="leg1")
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--tasks", default="", help="by comma; without it all")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(1)
    told = json.loads((given.out / "state.json").read_text(encoding="utf-8"))
    points = sorted((given.out / "points").iterdir())
    cells = followed(given.tasks.split(",") if given.tasks else FOLLOWED)
    made = []
    for folder in points:
        stamp = json.loads((folder / "point.json").read_text(encoding="utf-8"))
        logged = nearest(told["curve"], stamp["seconds"])
        decoder = Decoder.load(folder)
        scores = accuracy(decoder, cells, given.count, given.seed)
        made.append({"tokens": logged["tokens"], "loss": logged["loss"], "accuracy": scores})
        print(folder.name, logged["tokens"], logged["loss"], flush=True)
    whole = json.loads(CURVES.read_text(encoding="utf-8")) if CURVES.exists() else {}
    whole[given.leg] = {
        "problems_a_cell": given.count,
        "seed": given.seed,
        "points": made,
        "loss_by_minute": [[p["tokens"], p["loss"]] for p in told["curve"]],
    }
    CURVES.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
