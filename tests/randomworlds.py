"""Worlds drawn at random, the same few by default: `NAVAAR_PROPERTIES=20` tries twenty times as many, and others each time."""

import os
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from reconcilers.policy import Past, RemovalPolicy, Retry, Sync, Target
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE, World

QUICK = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
TIMES = int(os.environ.get("NAVAAR_PROPERTIES", "1"))


def worlds(count: int) -> settings:
    """How many worlds a property is tried on: few, the same ones, by default."""
    if TIMES == 1:
        return settings(QUICK, max_examples=count)
    phases = (Phase.explicit, Phase.generate, *((Phase.shrink,) if os.environ.get("NAVAAR_SHRINK") else ()))
    return settings(QUICK, max_examples=count * TIMES, derandomize=False, phases=phases)


SONGS = {
    "hyperballad": Recording("Hyperballad", ("Björk",), duration=321.0),
    "hyperballad live": Recording("Hyperballad (Live)", ("Björk",), duration=345.0, version=("live",)),
    "glory box": Recording("Glory Box", ("Portishead",), duration=308.0),
    "teardrop": Recording("Teardrop", ("Massive Attack",), duration=330.0),
    "teardrop cover": Recording("Teardrop", ("José González",), duration=200.0),
    "karma police": Recording("Karma Police", ("Radiohead",), duration=264.0),
    "sinnerman": Recording("Sinnerman", ("Nina Simone",), duration=622.0),
    "sinnerman remix": Recording(
        "Sinnerman (Felix da Housecat Remix)", ("Nina Simone",), duration=400.0, version=("remix",)
    ),
}
NAMES = sorted(SONGS)
PLAYLISTS = (YOUTUBE, SPOTIFY)
PLACES = (TELEGRAM, *PLAYLISTS)


def id_of(service: ServiceName, song: str) -> str:
    """The id that a playlist's service gives the song."""
    return f"{'yt' if service is YOUTUBE else 'sp'}:{song}"


def spelled(service: ServiceName, song: str) -> Recording:
    """The song as that service writes it."""
    recording = SONGS[song]
    if service is YOUTUBE:
        return replace(recording, title=recording.title.upper(), duration=(recording.duration or 0) + 1)
    return recording


def unlimited(removal: RemovalPolicy = RemovalPolicy.KEEP) -> Sync:
    """A spec that holds back nothing for being too much."""
    targets = {
        s: Target(id, interval=3600.0, max_adds=999) for s, id in zip(PLACES, ("-100", "PL1", "sp1"), strict=True)
    }
    return Sync("tapes", targets, removal=removal, past=Past.IGNORE, max_deletes=999, retry=Retry(max=50))


class Songs(World):
    """A world whose songs have names, and that says which of them stand where."""

    def __init__(self, sync: Sync | None = None) -> None:
        super().__init__(sync or unlimited())
        for service in PLAYLISTS:
            self.places[service].songs.update({id_of(service, s): spelled(service, s) for s in NAMES})

    def here(self, service: ServiceName) -> list[str]:
        """The songs that stand in a place, doubles included."""
        if service is TELEGRAM:
            return sorted(named(r) for r in self.telegram.posts.values())
        return sorted(id.split(":", 1)[1] for id in self.places[service].ids)

    def contents(self) -> dict[ServiceName, list[str]]:
        """The songs that stand in each place."""
        return {service: self.here(service) for service in self.places}

    def song_of(self, service: ServiceName, id: str) -> str:
        """The song that an entry of a place is, also of one that is gone."""
        return named(self.telegram.ever[id]) if service is TELEGRAM else id.split(":", 1)[1]

    def act(self, service: ServiceName, song: str, *, add: bool) -> None:
        """A person adds a song, or takes it out; what is so already stays so."""
        if service is TELEGRAM:
            if add and song not in self.here(TELEGRAM):
                self.telegram.post(SONGS[song])
        elif add and song not in self.here(service):
            self.places[service].put(id_of(service, song))
        elif not add:
            self.places[service].take(id_of(service, song))

    def fill(self, placed: Sequence[tuple[ServiceName, str]]) -> None:
        """People have put these songs into these places."""
        for service, song in placed:
            self.act(service, song, add=True)


def named(recording: Recording) -> str:
    """The name of a song, however it is spelled."""
    (name,) = [
        n for n, r in SONGS.items() if r.title.lower() == recording.title.lower() and r.artists == recording.artists
    ]
    return name


def partition(w: Songs) -> set[frozenset[tuple[str, str]]]:
    """Which entries are held to be one song; posts by what they are, for their numbers are the channel's own."""
    groups = set()
    for track in w.tracks():
        entries = set()
        for service, p in track.placements.items():
            entries |= {(service.value, w.song_of(service, i)) for i in (p.id, *p.others) if i is not None}
        groups.add(frozenset(entries))
    return groups


placings = st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(NAMES)), min_size=1, max_size=12, unique=True)
removals = st.sampled_from(list(RemovalPolicy))
