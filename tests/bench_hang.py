"""What becomes of the operator while services hang: `python -m tests.bench_hang [--seconds N]`. The last line is JSON.

The quickstart's songs are synced; then every request to Spotify, YouTube and Telegram hangs for 30 seconds while people add
songs and ask for a pass. Meanwhile `/healthz` is asked twenty times a second. `healthz_ms` is its longest answer and
`healthz_median_ms` the usual one; `lag_samples` are the operator's own measurements of its event loop in that time, and
`lag_over_100ms` those in which it was more than 100 ms late.
"""

import argparse
import json
import time
from functools import partial

from sandbox import quickstart, scenario
from sandbox.faults import Fault
from sandbox.operatorprocess import OperatorProcess
from tests.bench_ground import Ground, ground, say

SERVICES = ("spotify", "youtube", "youtube-music", "telegram")
EVERY = 0.05


def lag(operator: OperatorProcess) -> tuple[int, int]:
    """How often the event loop's lag was measured, and how often it was more than 100 ms."""
    counts = {}
    for line in operator.get("/metrics").splitlines():
        if line.startswith("navaar_event_loop_lag_seconds_"):
            name, _, value = line.removeprefix("navaar_event_loop_lag_seconds_").rpartition(" ")
            counts[name] = int(float(value))
    return counts["count"], counts["count"] - counts['bucket{le="0.1"}']


def hang(place: Ground, operator: OperatorProcess, seconds: float) -> list[float]:
    """Lets every service hang, and asks `/healthz` for as long; its answers in seconds."""
    world = place.box.world
    for service in SERVICES:
        place.box.call(partial(world.faults.arm, Fault("hang", service, times=None, seconds=seconds)))
    place.box.call(lambda: scenario.post(world, world.catalogue.by_key("bad-guy")))
    asked = {"metadata": {"annotations": {"navaar.dev/reconcile-requested-at": "hang"}}}
    place.stage.patch("MusicSync", quickstart.NAMESPACE, quickstart.NAME, asked)
    answers = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        operator.get("/healthz")
        answers.append(time.monotonic() - began)
        time.sleep(EVERY)
    place.box.call(world.faults.clear)
    return answers


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long every request hangs (30)")
    seconds = parser.parse_args().seconds
    with ground() as place:
        place.box.call(lambda: scenario.put(place.box.world, scenario.SMALL))
        operator = place.start()
        operator.wait_ready()
        place.apply_sync("5m")
        place.settle()
        say(f"every service hangs for {seconds:.0f} s …")
        samples, late = lag(operator)
        answers = sorted(hang(place, operator, seconds))
        after, late_after = lag(operator)
    print(
        json.dumps(
            {
                "hang_s": seconds,
                "healthz_ms": round(answers[-1] * 1000),
                "healthz_median_ms": round(answers[len(answers) // 2] * 1000, 1),
                "lag_samples": after - samples,
                "lag_over_100ms": late_after - late,
            }
        )
    )


if __name__ == "__main__":
    main()
