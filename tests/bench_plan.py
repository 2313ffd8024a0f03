"""How long one plan takes: `python tests/bench_plan.py [--tracks N]`. The last line is JSON; progress goes before it."""

import argparse
import gc
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reconcilers.model import Match, Origin, Place, Placement, Source, State, Track, Wishes
from reconcilers.plan import Plan, plan
from reconcilers.plan.board import track_name
from reconcilers.plan.operations import Listed, Observation
from reconcilers.policy import Past, Sync, Target
from reconcilers.recording import Recording
from reconcilers.services.protocol import Head, Item, ServiceName

TELEGRAM, YOUTUBE, SPOTIFY = ServiceName.TELEGRAM, ServiceName.YOUTUBE, ServiceName.SPOTIFY
SYNC = Sync(
    "friday-tapes",
    {TELEGRAM: Target("-1002233445566"), YOUTUBE: Target("PL0"), SPOTIFY: Target("sp0")},
    past=Past.IGNORE,
)
NOW = 1_800_000_000.0
FIRST = [
    "Silent", "Golden", "Broken", "Northern", "Electric", "Paper", "Velvet", "Distant", "Burning", "Hollow",
    "Crystal", "Midnight", "Little", "Wild", "Ancient",
]  # fmt: skip
SECOND = [
    "River", "Garden", "Mirror", "Station", "Letter", "Window", "Harbour", "Summer", "Engine", "Shadow",
    "Orchard", "Signal", "Island", "Winter", "Market",
]  # fmt: skip
THIRD = [
    "Song", "Blues", "Waltz", "Heart", "Road", "Dream", "Call", "Machine", "Story", "Light", "Rain", "Ghost",
    "Parade", "Mountain", "Fire",
]  # fmt: skip
NAMES = [
    "Farhad", "Nora", "Miles", "Ana", "Kenji", "Olga", "Samir", "Lucía", "Bashir", "Ingrid", "Tomás", "Yuki",
    "Dariush", "Elif", "Piotr", "Amara", "Jonas", "Leïla",
]  # fmt: skip
SURNAMES = [
    "Mehrad", "Simone", "Davis", "Moura", "Sato", "Petrova", "Haddad", "Ortiz", "Khan", "Larsen", "Silva",
    "Mori", "Eghbali", "Demir", "Nowak", "Okoye", "Berg",
]  # fmt: skip

World = tuple[dict[str, Track], dict[ServiceName, Place], list[Item], list[Item]]


def recording(n: int) -> Recording:
    """The n-th song: names repeat as they do in a large collection, songs don't."""
    rng = random.Random(n)
    artist = f"{rng.choice(NAMES)} {rng.choice(SURNAMES)}"
    title = f"{rng.choice(FIRST)} {rng.choice(SECOND)} {rng.choice(THIRD)}"
    if rng.random() < 0.3:
        title = f"{title} No. {n % 97}"
    return Recording(title, (artist,), duration=float(120 + n % 300), isrc=f"QZ{n:010d}", method="spotify")


def converged(count: int) -> World:
    """Every song stands, and was seen, in all three places; the listings that show it."""
    tracks, videos, songs = {}, [], []
    for n in range(count):
        song = recording(n)
        name = track_name(SYNC.name, TELEGRAM, "-1002233445566", str(n))
        at = NOW - 30 * 86400 - (count - n)
        tracks[name] = Track(
            name,
            (TELEGRAM, str(n)),
            song,
            placements={
                TELEGRAM: Placement(State.PRESENT, Origin.FOUND, str(n), seen=True, match=Match("Origin"), changed=at),
                YOUTUBE: _placed(f"yt{n:09d}", f"e{n}", at),
                SPOTIFY: _placed(f"sp{n:020d}", None, at),
            },
            source=Source.BACKLOG,
            created=at,
        )
        videos.append(Item(f"yt{n:09d}", replace(song, isrc=None), f"e{n}"))
        songs.append(Item(f"sp{n:020d}", song))
    # Observed a minute ago: what is due is due because of what changes, not because of the calendar.
    place = Place(count=count, placed=count, looked=NOW - 60, listed=NOW - 60, started=True)
    places = {TELEGRAM: Place(highest=count), YOUTUBE: place, SPOTIFY: replace(place, snapshot="s0")}
    return tracks, places, videos, songs


def _placed(id: str, entry: str | None, at: float) -> Placement:
    return Placement(
        State.PRESENT, Origin.PLACED, id, entry, seen=True, match=Match("Search", 0.97), placed=at, changed=at
    )  # fmt: skip


def changes(world: World) -> tuple[dict[str, Track], list[Observation]]:
    """A hundred: 60 new songs in three places, 20 gone from one, 20 tracks that people wrote into."""
    tracks, _, videos, songs = world
    tracks, count = dict(tracks), len(tracks)
    new = [recording(count + i) for i in range(60)]
    rng = random.Random(1)
    gone = set(rng.sample(range(count), 20))
    posts = tuple(Item(str(count + i), song) for i, song in enumerate(new[:20]))
    seen_videos = (*videos, *(Item(f"yt{count + i:09d}", song, f"e{count + i}") for i, song in enumerate(new[20:40])))
    kept = [song for i, song in enumerate(songs) if i not in gone]
    seen_songs = (*kept, *(Item(f"sp{count + i:020d}", song) for i, song in enumerate(new[40:])))
    for i, name in enumerate(rng.sample(sorted(tracks), 20)):
        wishes = (
            Wishes(absent=True),
            Wishes(exclude_from=frozenset({SPOTIFY})),
            Wishes(pins={SPOTIFY: f"pinned{i}"}),
            Wishes(rejects={YOUTUBE: frozenset({tracks[name].placements[YOUTUBE].id or ""})}),
        )[i % 4]
        tracks[name] = replace(tracks[name], wishes=wishes)
    return tracks, [
        Listed(TELEGRAM, posts, NOW),
        Listed(YOUTUBE, seen_videos, NOW, complete=True, head=Head(len(seen_videos))),
        Listed(SPOTIFY, seen_songs, NOW, complete=True, head=Head(len(seen_songs), "s1")),
    ]


def milliseconds(body: Callable[[], object], runs: int) -> float:
    """Of processor time, which a busy machine changes least: the median of several runs, after one that warms the caches."""
    body()
    taken = []
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        body()
        taken.append((time.process_time() - start) * 1000)
    return round(statistics.median(taken), 1)


def measure(count: int, runs: int) -> tuple[float, float]:
    """Milliseconds of a plan with a hundred changes, and of one with nothing to do."""
    world = converged(count)
    tracks, observations = changes(world)

    def once(tracks: Mapping[str, Track], observations: Sequence[Observation]) -> Plan:
        # A listing works out its ids when it is made: that is part of what a plan of it costs.
        return plan(SYNC, tracks, world[1], [replace(observation) for observation in observations], NOW)

    made, idle = once(tracks, observations), once(world[0], [])
    assert idle.empty, "a converged world has an empty plan"
    assert len(made.records) >= 90, f"only {len(made.records)} records"
    return milliseconds(lambda: once(tracks, observations), runs), milliseconds(lambda: once(world[0], []), runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    print(f"{options.tracks} tracks in three places and 100 changes …", flush=True)
    busy, idle = measure(options.tracks, options.runs)
    print(f"  {busy:.1f} ms with the changes, {idle:.1f} ms with nothing to do", flush=True)
    print(f"{options.tracks * 5} tracks …", flush=True)
    many, many_idle = measure(options.tracks * 5, max(3, options.runs // 2))
    print(
        f"  {many:.1f} ms with the changes, {many_idle:.1f} ms with nothing to do: {many / busy:.1f} times as long",
        flush=True,
    )
    figures = {
        "tracks": options.tracks,
        "plan_ms": busy,
        "idle_ms": idle,
        "tracks_100k_ms": many,
        "idle_100k_ms": many_idle,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
