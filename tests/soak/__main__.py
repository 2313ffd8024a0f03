"""`make soak`: a virtual day with faults, for several seeds; the last line is JSON."""

import argparse
import json
import logging
import sys
import time
from dataclasses import asdict

from tests.soak.soak import soak


def main() -> int:
    """Prints each seed's figures, and ends with 1 where one of them is not as promised."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--songs", type=int, default=200, help="of each sync at its start (%(default)s)")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    runs = []
    for seed in range(options.seeds):
        started = time.monotonic()
        figures = soak(seed, options.songs)
        runs.append(figures)
        print(f"{asdict(figures)}: {time.monotonic() - started:.0f} s", flush=True)
    summed = {name: max(asdict(run)[name] for run in runs) for name in asdict(runs[0]) if name != "seed"}
    print(json.dumps({"seeds": options.seeds, "well": all(run.well for run in runs), **summed}))
    return 0 if all(run.well for run in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
