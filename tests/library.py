"""A library in memory as a running operator has it: songs in many scripts, in every phase, and places that get on.

For what shows them to people: `tests.browsing`, and `python -m tests.library`, which serves the page on a free port.
"""

import argparse
import asyncio
import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

from navaar.api.convert import manifest_of, status_of
from navaar.api.instant import written
from navaar.deliveries import Deliveries
from navaar.http.access import Gate
from navaar.http.app import application
from navaar.http.endpoints import Answers
from navaar.http.live import Live
from navaar.http.server import HttpServer
from navaar.http.sources import Leader, Sources
from navaar.page.site import Site
from navaar.store.index import SyncKey
from navaar.store.syncs import Syncs
from navaar.store.trackstore import TrackStore
from navaar.telemetry.loglines import LogLines
from navaar.work import Work
from reconcilers.delivery import Step
from reconcilers.model import Match, Origin, Phase, Placement, Scored, Source, State, Track
from reconcilers.phase import message_of, phase_of
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName

TELEGRAM, YOUTUBE, SPOTIFY = ServiceName
NAMESPACE, SYNC = "music", "friday-tapes"

SONGS = (
    ("داریوش", "چشم من"), ("گوگوش", "پل"), ("محمدرضا شجریان", "مرغ سحر (اجرای زنده در کنسرت بم، ۱۳۸۲)"), ("ابی", "شب‌زده"),
    ("椎名林檎", "丸ノ内サディスティック"), ("YOASOBI", "夜に駆ける"), ("宇多田ヒカル", "First Love -2022 Mix-"),
    ("Björk", "Hyperballad"), ("Massive Attack", "Teardrop"), ("Oasis", "Wonderwall"),
    ("Amr Diab", "تملّي معاك"),
    ("אריק איינשטיין", "עוף גוזל"), ("Земфира", "Хочешь?"), ("Sigur Rós", "Hoppípolla"),
    ("Édith Piaf", "Non, je ne regrette rien"),
    ("Godspeed You! Black Emperor", "Storm: Lift Yr. Skinny Fists, Like Antennas to Heaven… / Gathering Storm / “Welcome…”"),
)  # fmt: skip

HOSTILE = (
    '<script>alert("x")</script>', '"><img src=x onerror=alert(1)>', "{{ 7777 * 7 }}{% raw %}", "javascript:alert(1)",
    "\u202egnp.exe\u202c", "'; rm -rf ~ #", "</title><h1>", "a\u0000b\u001b[31mc", "https://evil.example/?q=<b>",
    "&lt;b&gt; &amp;", "\u2066\u2067unclosed", "</code></pre><script src=//evil.example></script>",
)  # fmt: skip
"""Titles that somebody may give a song."""

REASONS = (
    "title equal",
    "main artist equal",
    "duration differs by 41 s",
    "live in the candidate only",
    "album differs",
)


def track(number: int, now: float, hostile: bool = False) -> dict[str, Any]:
    """One Track as the API server has it, `now` in Unix seconds."""
    rng = random.Random(number)
    artist, title = rng.choice(SONGS)
    if hostile:
        artist, title = HOSTILE[number % len(HOSTILE)], HOSTILE[(number * 7 + 3) % len(HOSTILE)]
    length = float(rng.randint(120, 420))
    song = Recording(f"{title} {number}" if number >= len(SONGS) and not hostile else title, (artist,), "Album", length)
    kind = rng.choices(("there", "coming", "asked", "failed", "missing", "removed"), (70, 15, 6, 2, 6, 1))[0]
    age = rng.uniform(0, 40 * 86400)
    found = Placement(State.PRESENT, Origin.FOUND, str(number + 1), seen=True, match=Match("Origin"), changed=now - age)
    put = Placement(
        State.PRESENT, Origin.PLACED, "dQw4w9WgXcQ", seen=True, placed=now - age * rng.random() / 20,
        match=Match("Search", 0.93, ("title equal", "main artist equal", "duration equal")), changed=now - age / 20,
    )  # fmt: skip
    other = Placement(
        State.PRESENT, Origin.PLACED, "6rqhFgbbKwnb9MLmUQDhG6", seen=True, placed=now - age * rng.random() / 15,
        changed=now - age / 15, match=Match("ISRC", 1.0, ("ISRC equal",)),
    )  # fmt: skip
    if kind == "coming":
        put, other = Placement(State.PENDING, changed=now - 600), Placement(State.PENDING, changed=now - 600)
    elif kind == "asked":
        other = _asked(rng, song, number, hostile)
    elif kind == "failed":
        message = "YouTube gives this recording to nobody here; it is tried again when you ask for it"
        put = Placement(State.FAILED, attempts=5, reason="Blocked", message=message, changed=now - 4000)
    elif kind == "missing":
        message = "Spotify doesn't have it"
        other = Placement(State.NOT_FOUND, message=message, next_attempt=now + 20 * 86400, changed=now - 9000)
    elif kind == "removed":
        found = put = other = Placement(State.REMOVED, reason="Propagated", changed=now - 99999)
    placements = {TELEGRAM: found, YOUTUBE: put, SPOTIFY: other}
    source = Source.BACKLOG if number % 3 else Source.NEW
    made = Track(f"{SYNC}-{number:010x}", (TELEGRAM, str(number + 1)), song, placements=placements, source=source)
    manifest = manifest_of(made, SYNC, NAMESPACE)
    manifest["status"] = status_of(
        made, phase=phase_of(made, tuple(ServiceName)), message=message_of(made, tuple(ServiceName)), generation=1,
        namespace=NAMESPACE, events=[(now - age, "telegram: Present"), (now - age / 20, "youtubeMusic: Present")],
    )  # fmt: skip
    manifest["metadata"] |= {
        "uid": f"u{number}", "resourceVersion": str(number + 1), "generation": 1, "creationTimestamp": written(round(now - age)),
    }  # fmt: skip
    return manifest


def _asked(rng: random.Random, song: Recording, number: int, hostile: bool) -> Placement:
    candidates = tuple(
        Scored(
            f"{number:06d}{n}{'x' * 15}", HOSTILE[(number + n) % len(HOSTILE)] if hostile else f"{song} (3:2{n})",
            round(0.84 - n / 20, 2), tuple(rng.sample(REASONS, 3)),
        )
        for n in range(rng.randint(1, 5))
    )  # fmt: skip
    message = f"{len(candidates)} candidates, best 0.84 (duration differs by 41 s; live)"
    return Placement(State.REVIEW, candidates=candidates, reason="Ambiguous", message=message, changed=1.7e9)


def sync(phases: dict[str, int], now: float) -> dict[str, Any]:
    """Their MusicSync in the middle of a backfill."""
    songs = sum(phases.values())
    at = written(round(now - 300))

    def condition(type: str, status: str, reason: str, message: str) -> dict[str, Any]:
        return {"type": type, "status": status, "reason": reason, "message": message, "lastTransitionTime": at}

    waits = "Spotify told us to wait until 14:05 UTC"
    return {
        "apiVersion": "navaar.dev/v1alpha1",
        "kind": "MusicSync",
        "metadata": {"namespace": NAMESPACE, "name": SYNC, "uid": "u", "resourceVersion": "1", "generation": 1},
        "spec": {
            "telegram": {"channel": "@fridaytapes"}, "youtubeMusic": {"playlist": "PL0123456789"},
            "spotify": {"playlist": "5" * 22},
        },
        "status": {
            "observedGeneration": 1,
            "counts": {"songs": songs, **{name.lower(): count for name, count in phases.items() if name}},
            "telegram": {"items": songs, "placed": songs, "pending": 0, "lastChanged": at},
            "youtubeMusic": {"items": songs - 300, "placed": songs - 300, "pending": 300, "lastChanged": at},
            "spotify": {"items": songs - 340, "placed": songs - 340, "pending": 340, "lastChanged": at},
            "conditions": [
                condition("Ready", "False", "RateLimited", f"spotify: {waits}"),
                condition("TelegramReady", "True", "Synced", ""),
                condition("YouTubeMusicReady", "True", "Backfilling", "300 songs are to come"),
                condition("SpotifyReady", "False", "RateLimited", waits),
            ],
        },
    }  # fmt: skip


class Kept:
    """In the place of the API server, for the one read of one Track."""

    def __init__(self) -> None:
        self.manifests: dict[tuple[str, str], dict[str, Any]] = {}

    async def get(self, kind: Any, namespace: str, name: str) -> dict[str, Any]:
        from navaar.kube.errors import NotFound

        if (namespace, name) not in self.manifests:
            raise NotFound("there is no such thing", status=404)
        return self.manifests[namespace, name]


def sources(count: int, now: float, hostile: bool = False) -> Sources:
    """What the page reads, filled."""
    kept = Kept()
    store = TrackStore(cast(Any, kept), namespaces=[NAMESPACE])
    for number in range(count):
        made = track(number, now, hostile)
        kept.manifests[NAMESPACE, made["metadata"]["name"]] = made
        store.index.take(made)
    syncs = Syncs(cast(Any, None), [NAMESPACE])
    syncs.take(sync(dict(store.phases().get((NAMESPACE, SYNC), {})), now))

    def work(key: SyncKey) -> Work | None:
        return Work(ended=now - 42, seconds=0.8, next=now + 18) if key == (NAMESPACE, SYNC) else None

    return Sources([NAMESPACE], store, syncs, LogLines(), lambda: Leader("me", True, "me"), work)


def changes(there: Sources) -> Iterator[tuple[str, str]]:
    """A song that is done with each step, as (namespace, name)."""
    for phase in (Phase.SYNCING, Phase.REVIEW):
        for name, one in sorted(there.tracks.index.tracks(NAMESPACE, SYNC).items()):
            if one.revision.phase == phase.value:
                yield NAMESPACE, name


async def deliver(all: Deliveries) -> None:
    """Brings one song after another, without end."""
    watch, size = all.of((NAMESPACE, SYNC)), 3_400_000
    for number in itertools.count():
        artist, title = SONGS[number % len(SONGS)]
        token = str(number)
        watch.begun(token, f"{SYNC}-{number % 50:010x}", TELEGRAM, Recording(title, (artist,)))
        for step in Step:
            counted = step in (Step.DOWNLOADING, Step.SENDING)
            for part in range(21 if counted else 4):
                all.told(token, step, part * size // 20 if counted else 0, size if counted else None)
                await asyncio.sleep(0.5)
            if step is Step.SENDING:
                break
        watch.ended(token, True)


async def serve(port: int, count: int, hostile: bool) -> None:
    """Until it is interrupted."""
    import time

    live, gate = Live(), Gate(None, local=True)
    all = Deliveries(live.moved)
    there = replace(sources(count, time.time(), hostile), deliveries=all.under_way)
    there.tracks.index.on_change = live.changed
    app = application(
        alive=lambda: None, ready=lambda: None, metrics=lambda accept: (b"", "text/plain"),
        api=(Answers(there, live), gate), pages=Site(there, gate, live),
    )  # fmt: skip
    server = HttpServer(app, host="127.0.0.1", port=port)
    await server.start()
    way = asyncio.create_task(deliver(all))
    print(f"http://localhost:{server.addresses[0][1]}/", flush=True)
    await way


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--songs", type=int, default=2000)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--hostile", action="store_true", help="with titles that nobody should be given")
    chosen = parser.parse_args()
    asyncio.run(serve(chosen.port, chosen.songs, chosen.hostile))
