"""What a pass costs that finds nothing new: `python -m tests.bench_idle [--tracks N]`. The last line is JSON.

10,000 songs, all on Spotify, half of them on YouTube and the others `NotFound` there; most are in the channel. The operator
reads the places once and comes to rest; then the passes are measured in which both playlists are looked at again because
their interval (five minutes, the shortest there is) is over. Nobody touches anything meanwhile.

`spotify_calls`, `youtube_calls` and `telegram_calls` are all requests that reached the simulated services in that time, the
Telegram long poll aside; `service_writes` those among them that were meant to change something; `kubernetes_writes` are
counted in the API server's audit log, Leases aside; `cpu_s` is the processor time that the operator needed from five seconds
before the first look to five seconds after the last.
"""

import argparse
import json
import time
from collections.abc import Iterable

from reconcilers.model import Match, Origin, Placement, Source, State, Track
from reconcilers.plan.song import fingerprint, track_name
from reconcilers.policy import Sync
from sandbox import quickstart, scenario
from sandbox.catalogue import Song
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

INTERVAL = 300.0
MARGIN = 5.0
"""Seconds around the looks in which the pass, and all that follows from it, lies."""

DAY = 86400.0


def fill(place: Ground, made: list[Song]) -> dict[str, str]:
    """Puts the songs into the world's playlists; the handles of YouTube's rows by video id."""
    world = place.box.world
    world.catalogue.extend(made)
    world.spotify.quota.per_day = None
    world.spotify.insert(scenario.SPOTIFY_PLAYLIST, [f"spotify:track:{song.spotify_id}" for song in made])
    rows = [world.youtube.add(scenario.YOUTUBE_PLAYLIST, song.video_id) for song in made if song.video_id]
    return {row.video_id: row.playlist_item_id for row in rows}


def tracks(made: list[Song], entries: dict[str, str], now: float) -> Iterable[tuple[Track, Manifest]]:
    """One Track per song, as it is weeks after it was synced.

    Of the songs that YouTube lacks every other one is missing in the channel too: there is no audio for it.
    """
    untouched = fingerprint(Sync(""), Track("", identity=recording(made[0])))
    for n, song in enumerate(made):
        at = now - 20 * DAY - (len(made) - n)
        missing = Placement(
            State.NOT_FOUND,
            reason="NotFound",
            message="the service does not have it; looked for again monthly",
            sought=untouched,
            next_attempt=now + 7 * DAY + n,
            changed=at,
        )
        inherited = Placement(
            State.NOT_FOUND,
            reason="Inherited",
            message="waits for the YouTube id that its audio comes from (NotFound there)",
            changed=at,
        )
        id = song.spotify_id or ""
        posted = song.video_id is not None or n % 2 == 0
        track = Track(
            track_name(quickstart.NAME, SPOTIFY, scenario.SPOTIFY_PLAYLIST, id),
            (SPOTIFY, id),
            recording(song),
            placements={
                TELEGRAM: stands(str(n + 1), at) if posted else inherited,
                YOUTUBE: stands(song.video_id, at, entry=entries[song.video_id]) if song.video_id else missing,
                SPOTIFY: Placement(State.PRESENT, Origin.FOUND, id, seen=True, match=Match("Origin"), changed=at),
            },
            source=Source.BACKLOG,
        )
        history = [(at, f"{service.value}: {p.state.value}") for service, p in track.placements.items()]
        yield track, status(track, history)


def measure(count: int) -> dict[str, object]:
    """The whole benchmark."""
    with ground() as place:
        made = songs(count, on_youtube=count // 2)
        entries = place.box.call(lambda: fill(place, made), timeout=120)
        say(f"creating {count} Tracks …")
        seconds = place.create_tracks(list(tracks(made, entries, time.time())))
        say(f"  {count} Tracks in {seconds:.0f} s")
        place.apply_sync("5m")
        operator = place.start()
        operator.wait_ready()
        say("the operator is ready; it reads the places …")
        place.settle()
        settled = place.writes()
        journal = place.box.world.journal
        for write in settled:
            say(f"  settling write: {write.verb} {write.resource} {write.name}")
        say(
            f"at rest: {len(place.calls())} requests to services, {len(journal.writes())} of them writes; "
            f"settling_writes {len(settled)}; {place.ready()[1]}; {operator.rss() / 2**20:.0f} MiB"
        )
        mark, cpu = journal.mark(), [(time.monotonic(), operator.cpu())]
        say(f"waiting for the interval of {INTERVAL:.0f} s to pass …")
        looked: float | None = None
        first: float | None = None
        deadline = time.monotonic() + INTERVAL + 60
        while looked is None or time.monotonic() < looked + MARGIN:
            time.sleep(0.25)
            now = time.monotonic()
            cpu.append((now, operator.cpu()))
            calls = {e.service for e in place.calls(mark)}
            if calls and first is None:
                first = now
                say("a playlist is looked at …")
            if looked is None and {"spotify", "youtube"} <= calls:
                looked = now
            if now > deadline:
                raise TimeoutError(f"the interval passed, and only {sorted(calls) or 'nothing'} was asked")
            if first is None and len(cpu) % 120 == 0:
                say(f"  {now - cpu[0][0]:.0f} s; {operator.cpu() - cpu[0][1]:.2f} s of processor time so far")
        assert first is not None
        began = next(used for at, used in cpu if at >= first - MARGIN)
        calls_made = place.calls(mark)
        writes = place.writes()[len(settled) :]
        for entry in calls_made:
            say(f"  {entry.service} {entry.call}")
        for write in writes:
            say(f"  {write.verb} {write.resource} {write.name} {write.status}")
        total = cpu[-1][1] - cpu[0][1]
        say(f"{total:.2f} s of processor time in the {cpu[-1][0] - cpu[0][0]:.0f} s from rest to the end")
        return {
            "tracks": count,
            "spotify_calls": sum(e.service == "spotify" for e in calls_made),
            "youtube_calls": sum(e.service == "youtube" for e in calls_made),
            "telegram_calls": sum(e.service == "telegram" for e in calls_made),
            "service_writes": len(journal.writes(since=mark)),
            "kubernetes_writes": len(writes),
            "cpu_s": round(cpu[-1][1] - began, 2),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tracks", type=int, default=10_000, help="an even number up to 10,000")
    print(json.dumps(measure(parser.parse_args().tracks)))


if __name__ == "__main__":
    main()
