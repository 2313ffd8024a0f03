"""How long answers of the API, and pages, take with many Tracks: `python -m tests.bench_api [--tracks N]`. The last line is JSON.

Tracks as in `tests.bench_memory` (ten candidates each, artists and titles in four scripts), in the real store and behind the
real server, in this process. `ms` is the slowest of five answers to each question, read to its last byte; `cpu_ms` is what
the dearest of them took of the processor, the client's part included; `lag_ms` is the longest that the event loop kept others
waiting meanwhile.
"""

import argparse
import asyncio
import gc
import json
import random
import time
from typing import Any, cast

import aiohttp

from navaar.api.convert import manifest_of, status_of
from navaar.http.access import Gate
from navaar.http.app import application
from navaar.http.endpoints import Answers
from navaar.http.live import Live
from navaar.http.server import HttpServer
from navaar.http.sources import Leader, Sources
from navaar.page.site import Site
from navaar.run import COLLECTED
from navaar.store.syncs import Syncs
from navaar.store.trackstore import TrackStore
from navaar.telemetry.lag import measure
from navaar.telemetry.loglines import LogLines
from reconcilers.model import Phase, Placement, Scored, State, Track
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName

WORDS = ("چشم", "من", "شب", "باران", "night", "Déjà", "love", "戀", "夜に駆ける", "Хочешь", "river", "کوچه")
QUESTIONS = (
    "counts", "stats", "tracks", "tracks?limit=500", "tracks?sort=-changed", "tracks?sort=title&limit=500", "tracks?text=شب من",
    "tracks?text=deja&sort=artist", "review?limit=500", "review?limit=500&fields=name", "failed", "pending",
    "tracks?state=NotFound&service=spotify&sort=-title", "sync-state", "logs?limit=500",
)  # fmt: skip
PAGES = (
    "", "songs", "songs?text=شب من", "songs?sort=title&phase=Failed", "songs?limit=500", "review", "review?text=deja",
    "syncs/music/tapes", "songs/music/tapes-000001",
)  # fmt: skip


def manifest(number: int) -> dict[str, Any]:
    """One Track as the API server has it."""
    rng = random.Random(number)
    song = Recording(" ".join(rng.choices(WORDS, k=3)), (" ".join(rng.choices(WORDS, k=2)),), "album", 200.0)
    reasons = ("title equal", "main artist equal")
    candidates = tuple(Scored(f"c{number:08d}{n}", f"{song} (3:2{n})", 0.8 - n / 100, reasons) for n in range(10))
    placements = {
        ServiceName.TELEGRAM: Placement(State.PRESENT, id=str(number), seen=True, changed=1.7e9 + number),
        ServiceName.YOUTUBE: Placement(State.REVIEW, candidates=candidates, message="10 candidates", changed=1.7e9),
        ServiceName.SPOTIFY: Placement(State.NOT_FOUND, message="not there", changed=1.7e9),
    }
    track = Track(f"tapes-{number:06d}", (ServiceName.TELEGRAM, str(number)), song, placements=placements)
    made = manifest_of(track, "tapes", "music")
    phase = Phase.REVIEW if number % 4 else Phase.FAILED
    made["status"] = status_of(track, phase=phase, message="youtubeMusic: 10 candidates", generation=1)
    made["metadata"] |= {
        "uid": f"u{number}", "resourceVersion": "1", "generation": 1, "creationTimestamp": "2026-03-01T00:00:00Z"
    }  # fmt: skip
    return made


class One:
    """In the place of the API server, for the one Track that is read from it."""

    async def get(self, kind: Any, namespace: str, name: str) -> dict[str, Any]:
        return manifest(1)


def sources(count: int) -> Sources:
    """What the endpoints read, filled."""
    nowhere = cast(Any, None)
    store = TrackStore(cast(Any, One()), namespaces=["music"])
    for number in range(count):
        store.index.take(manifest(number))
    syncs = Syncs(nowhere, ["music"])
    sync = {
        "metadata": {"namespace": "music", "name": "tapes", "uid": "u", "resourceVersion": "1"},
        "spec": {
            "telegram": {"channel": "@tapes"}, "youtubeMusic": {"playlist": "PL0123456789"}, "spotify": {"playlist": "5" * 22},
        },
        # In the middle of a backfill, so that its pace is looked for.
        "status": {
            "youtubeMusic": {"placed": count // 2, "pending": count - count // 2},
            "conditions": [{"type": "YouTubeMusicReady", "status": "True", "reason": "Backfilling"}],
        },
    }  # fmt: skip
    syncs.take(sync)
    return Sources(["music"], store, syncs, LogLines(), lambda: Leader("me", True, "me"), lambda key: None)


async def ask(count: int) -> dict[str, Any]:
    """Every question, five times."""
    there, gate = sources(count), Gate(None, local=True)
    app = application(
        alive=lambda: None,
        ready=lambda: None,
        metrics=lambda accept: (b"", "text/plain"),
        api=(Answers(there), gate),
        pages=Site(there, gate, Live()),
    )
    # As the operator does, once the Tracks are read.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED)
    server = HttpServer(app, host="127.0.0.1", port=0)
    await server.start()
    longest = 0.0

    def lagged(seconds: float) -> None:
        nonlocal longest
        longest = max(longest, seconds)

    lag = asyncio.create_task(measure(lagged, 0.002))
    answers: dict[str, Any] = {}
    address = f"http://127.0.0.1:{server.addresses[0][1]}/"
    async with aiohttp.ClientSession(trust_env=False) as session:
        for question in (*(f"api/{question}" for question in QUESTIONS), *PAGES):
            slowest = dearest = longest = 0.0
            for _ in range(5):
                started, used = time.perf_counter(), time.process_time()
                async with session.get(address + question) as answer:
                    body = await answer.read()
                    assert answer.status == 200, body
                slowest = max(slowest, time.perf_counter() - started)
                dearest = max(dearest, time.process_time() - used)
                await asyncio.sleep(0.02)
            figures = {"ms": slowest, "cpu_ms": dearest, "lag_ms": longest}
            answers[question] = {name: round(seconds * 1e3, 1) for name, seconds in figures.items()} | {
                "bytes": len(body)
            }
    lag.cancel()
    await server.close()
    return answers


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tracks", type=int, default=20_000)
    tracks = parser.parse_args().tracks
    answers = asyncio.run(ask(tracks))
    for question, figures in answers.items():
        print(
            f"/{question:53} {figures['ms']:7.1f} ms, {figures['cpu_ms']:7.1f} of the processor, "
            f"at most {figures['lag_ms']:5.1f} at a time, {figures['bytes']:9,} bytes"
        )
    worst = {name: max(figures[name] for figures in answers.values()) for name in ("ms", "cpu_ms", "lag_ms")}
    print(json.dumps({"tracks": tracks, **worst}))


if __name__ == "__main__":
    main()
