"""How long a plan for a first union takes to stand: `python -m tests.bench_preview [--scale N]`. The last line is JSON.

1,500 posts that wait for the bot, 900 videos and 1,200 Spotify songs, overlapping, are declared as one MusicSync in `mode: Plan`.
Nothing is known of them before: every song becomes a Track.

`seconds` pass until the condition Ready says what would be done; `longest_silence_s` is the longest time in which the
MusicSync's status did not change until then. `spotify_calls` and `youtube_calls` are all requests, tokens among them;
`searches` those of any service, `service_writes` those that were meant to change something. `status_bytes` is the size of
the MusicSync's status; `kubernetes_writes` are counted in the API server's audit log, Leases aside.
"""

import argparse
import json
import time
from typing import Any

from sandbox import quickstart
from sandbox.journal import Journal
from sandbox.libraries import Libraries, fill, libraries
from tests.bench_ground import Ground, ground, say

SIZES = (1500, 900, 1200)


def searches(journal: Journal) -> int:
    """Requests that looked for a song, in any service."""
    return sum("search" in entry.call.lower() for entry in journal.entries)


def until_planned(place: Ground, seconds: float = 900.0) -> tuple[dict[str, Any], float]:
    """The status once the plan stands, and the longest time for which it said nothing new. Raises TimeoutError."""
    end, said, since, longest = time.monotonic() + seconds, "", time.monotonic(), 0.0
    while time.monotonic() < end:
        time.sleep(0.25)
        status = place.stage.get("MusicSync", quickstart.NAMESPACE, quickstart.NAME).get("status") or {}
        state, reason, message = place.ready()
        longest = max(longest, time.monotonic() - since)
        text = json.dumps(status)
        if text != said:
            said, since = text, time.monotonic()
            say(f"  {state} {reason}: {message}")
        if reason == "Planned":
            return status, longest
    raise TimeoutError(f"no plan after {seconds:.0f} s: {place.ready()}")


def measure(made: Libraries) -> dict[str, Any]:
    """The whole benchmark."""
    with ground() as place:
        place.box.call(lambda: fill(place.box.world, made), timeout=120)
        place.apply_sync("15m", mode="Plan")
        operator = place.start()
        operator.wait_ready()
        began, cpu = time.monotonic(), operator.cpu()
        status, silence = until_planned(place)
        seconds = time.monotonic() - began
        journal = place.box.world.journal
        return {
            "posts": len(made.telegram),
            "videos": len(made.youtube),
            "songs": len(made.spotify),
            "tracks": status["counts"]["songs"],
            "doubtful": status["plan"]["doubtful"],
            "seconds": round(seconds, 1),
            "longest_silence_s": round(silence, 1),
            "cpu_s": round(operator.cpu() - cpu, 1),
            "spotify_calls": sum(journal.counts("spotify").values()),
            "youtube_calls": sum(journal.counts("youtube").values()),
            "searches": searches(journal),
            "service_writes": len(journal.writes()),
            "kubernetes_writes": len(place.writes()),
            "status_bytes": len(json.dumps(status, ensure_ascii=False).encode()),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    made = libraries(*(int(size * options.scale) for size in SIZES))
    print(json.dumps(measure(made)))


if __name__ == "__main__":
    main()
