"""What many Tracks cost in memory: `python -m tests.bench_memory [--tracks N]`. The last line is JSON.

20,000 Tracks whose statuses are as large as they get, 6 KiB each: matches with reasons, ten candidates that a person is to
choose among, a full history. One MusicSync owns them, and it works: its places can be read, all songs are in the channel,
as many as a playlist holds are on Spotify and stand `Present`, the others are `NotFound` there, and all wait for a person
because of YouTube.

`ready_s` is the time from the start of the operator's process until its /readyz says 200; `rss_mib` what it holds once it
is at rest, the places having been read and the API having been asked; `baseline_rss_mib` the same with the same MusicSync,
empty places and no Track.
Standard error has the peaks.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

from reconcilers.model import Match, Origin, Placement, Scored, Source, State, Track
from reconcilers.plan.song import fingerprint, track_name
from reconcilers.policy import Sync
from sandbox import quickstart, scenario
from sandbox.catalogue import Song, video_id
from sandbox.operatorprocess import OperatorProcess
from tests.bench_ground import (
    SPOTIFY,
    TELEGRAM,
    YOUTUBE,
    Ground,
    Manifest,
    ground,
    recording,
    say,
    songs,
    stands,
    status,
)

SIZE = 6 * 1024
"""Bytes of each status as JSON."""

CAP = 10_000
"""Songs in a Spotify playlist, at most."""

CANDIDATES = 10
HISTORY = 20
DAY = 86400.0
MIB = 2**20


def tracks(made: list[Song], now: float) -> Iterator[tuple[Track, Manifest]]:
    """One Track per song."""
    untouched = fingerprint(Sync(""), Track("", identity=recording(made[0])))
    for n, song in enumerate(made):
        rng = random.Random(n)
        at = now - 20 * DAY - (len(made) - n)
        id = song.spotify_id or ""
        candidates = tuple(_candidate(song, n, rank, rng) for rank in range(CANDIDATES))
        match = Match("Search", round(rng.uniform(0.86, 1.0), 3), _reasons(rng))
        review = Placement(
            State.REVIEW,
            candidates=candidates,
            sought=untouched,
            reason="Ambiguous",
            message=f"{CANDIDATES} candidates, best {candidates[0].score:.2f} ({'; '.join(candidates[0].reasons)})",
            changed=at,
        )
        missing = Placement(
            State.NOT_FOUND,
            reason="NotFound",
            message="the service does not have it; looked for again monthly",
            sought=untouched,
            next_attempt=now + 7 * DAY + n,
            changed=at,
        )
        track = Track(
            track_name(quickstart.NAME, TELEGRAM, scenario.CHANNEL, str(n + 1)),
            (TELEGRAM, str(n + 1)),
            recording(song),
            placements={
                TELEGRAM: Placement(
                    State.PRESENT, Origin.FOUND, str(n + 1), seen=True, match=Match("Origin"), changed=at
                ),
                YOUTUBE: review,
                SPOTIFY: stands(id, at, match=match) if n < CAP else missing,
            },
            source=Source.BACKLOG,
        )
        yield track, _full(track, at, rng)


def _candidate(song: Song, n: int, rank: int, rng: random.Random) -> Scored:
    text = f"{song.artists[0]} – {song.title} (take {rank} of {song.album}) (3:{rank:02d})"
    score = round(0.82 - rank * 0.04 - rng.random() * 0.02, 2)
    return Scored(video_id(f"candidate:{n}:{rank}"), text, score, _reasons(rng))


def _reasons(rng: random.Random) -> tuple[str, ...]:
    return (
        f"title {rng.randint(60, 99)} % alike",
        "main artist equal",
        f"duration differs by {rng.randint(3, 99)} s",
        rng.choice(("live", "remix", "acoustic", "remaster", "cover")),
    )


def _full(track: Track, at: float, rng: random.Random) -> Manifest:
    """Its status, with as long a history as makes it `SIZE` bytes."""
    made = status(track, [])
    room = SIZE - len(json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode())
    length = max(20, room // HISTORY - 42)
    events = []
    for turn in range(HISTORY):
        event = f"youtubeMusic: Review (Ambiguous), {rng.randint(2, 10)} candidates, best {rng.random():.4f}; "
        events.append((at - (HISTORY - turn) * 3600.0, (event * 4)[:length]))
    return status(track, events)


def fill(place: Ground, made: list[Song]) -> None:
    """Puts the songs into the world's Spotify playlist."""
    world = place.box.world
    world.catalogue.extend(made)
    world.spotify.quota.per_day = None
    world.spotify.insert(scenario.SPOTIFY_PLAYLIST, [f"spotify:track:{song.spotify_id}" for song in made[:CAP]])


def run(place: Ground, what: str) -> tuple[float, float]:
    """One life of the operator: MiB at rest, and seconds until it was ready."""
    started = time.monotonic()
    operator = place.start()
    operator.wait_ready(120)
    ready = time.monotonic() - started
    say(f"{what}: ready after {ready:.1f} s with {operator.rss() / MIB:.0f} MiB (peak {peak(operator):.0f})")
    place.settle()
    say(f"{what}: before the API is asked {operator.rss() / MIB:.1f} MiB")
    for path in ("/api/stats", "/api/tracks?limit=500", "/api/review?sort=-title&limit=500", "/docs"):
        operator.get(path)
    rss = operator.rss() / MIB
    say(f"{what}: at rest with {rss:.1f} MiB (peak {peak(operator):.0f}), {operator.cpu():.1f} s of processor time")
    operator.stop()
    return rss, ready


def peak(operator: OperatorProcess) -> float:
    """The most MiB that it ever held."""
    for line in Path(f"/proc/{operator.process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the operator is gone")


def measure(count: int) -> dict[str, object]:
    """The whole benchmark."""
    with ground() as place:
        place.apply_sync("15m")
        baseline, _ = run(place, "no Tracks")
        known = songs(count)
        made = list(tracks(known, time.time()))
        sizes = [len(json.dumps(s, ensure_ascii=False, separators=(",", ":")).encode()) for _, s in made]
        say(f"creating {count} Tracks with statuses of {min(sizes)} to {max(sizes)} bytes …")
        place.box.call(lambda: fill(place, known), timeout=120)
        seconds = place.create_tracks(made)
        say(f"  {count} Tracks in {seconds:.0f} s")
        del made
        rss, ready = run(place, f"{count} Tracks")
        return {
            "tracks": count,
            "rss_mib": round(rss, 1),
            "ready_s": round(ready, 2),
            "baseline_rss_mib": round(baseline, 1),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tracks", type=int, default=20_000)
    print(json.dumps(measure(parser.parse_args().tracks)))


if __name__ == "__main__":
    main()
