"""How many requests finding a song costs, counted in the services' own logs: the scarcest thing that a sync uses."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from reconcilers.matching import PostFacts, identify
from reconcilers.model import Track
from reconcilers.plan.operations import Search
from reconcilers.policy import Sync
from reconcilers.recording import Candidate, Recording
from reconcilers.search import found_by
from reconcilers.services import Query, Service, ServiceName
from reconcilers.services.spotify import SpotifyCredentials, SpotifyService
from reconcilers.services.youtube_search import YouTubeSearch
from sandbox import scenario
from sandbox.catalogue import Song
from sandbox.thread import SandboxThread
from sandbox.world import World

MOST = 1.2
"""Requests per song and place, on average."""

SYNC = Sync("tapes")


@dataclass
class Logged:
    """The services over the demonstration's catalogue, and their logs."""

    box: SandboxThread
    services: dict[ServiceName, Service]

    def requests(self, service: ServiceName, since: int) -> int:
        name, call = {"spotify": ("spotify", "GET /search")}.get(service.value, ("youtube-music", "search"))
        return self.box.world.journal.counts(name, since)[call]


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxThread]:
    world = World()
    scenario.empty(world)
    world.spotify.quota.per_day = None
    with SandboxThread(world) as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
async def counted(box: SandboxThread) -> AsyncIterator[Logged]:
    credentials = SpotifyCredentials(
        scenario.SPOTIFY_CLIENT_ID, scenario.SPOTIFY_CLIENT_SECRET, scenario.SPOTIFY_REFRESH_TOKEN
    )
    made: dict[ServiceName, Service] = {
        ServiceName.SPOTIFY: SpotifyService(
            scenario.SPOTIFY_PLAYLIST, credentials, _rotated, clock=box.world.clock.now
        ),
        ServiceName.YOUTUBE: YouTubeSearch(clock=box.world.clock.now),
    }
    yield Logged(box, made)
    for service in made.values():
        await service.close()


async def _rotated(token: str) -> None:
    return None


def posted(song: Song) -> Recording:
    """The song as somebody posts it to the channel."""
    artists, title = song.names("telegram")
    said = identify(PostFacts(performer=", ".join(artists), title=title, duration=float(song.duration)))
    assert said is not None
    return said


@pytest.mark.parametrize("service", [ServiceName.SPOTIFY, ServiceName.YOUTUBE])
async def test_finding_a_song_of_the_demonstrations_catalogue_takes_about_one_search(
    counted: Logged, service: ServiceName
) -> None:
    spent: dict[str, int] = {}
    for song in counted.box.world.catalogue.songs:
        recording, since = posted(song), counted.box.world.journal.mark()
        track = Track(song.key, identity=recording)
        await found_by(counted.services[service], Search(service, song.key, recording), SYNC, track)
        spent[song.key] = counted.requests(service, since)
    average = sum(spent.values()) / len(spent)
    print(f"{service.value}: {average:.2f} searches a song; how many took how many: {dict(Counter(spent.values()))}")
    assert average <= MOST, {key: count for key, count in spent.items() if count > 1}


async def test_a_song_whose_isrc_was_seen_at_the_service_costs_no_search(counted: Logged) -> None:
    spotify, journal = counted.services[ServiceName.SPOTIFY], counted.box.world.journal
    song = counted.box.world.catalogue.by_key("get-lucky")
    await spotify.search(Query(Recording("Get Lucky", ("Daft Punk",))))
    since = journal.mark()
    wanted = Recording("Get Lucky", ("Daft Punk",), duration=float(song.duration), isrc=song.isrc)
    found: tuple[Candidate, ...] = await found_by(
        spotify, Search(ServiceName.SPOTIFY, "t", wanted), SYNC, Track("t", identity=wanted)
    )
    assert song.spotify_id in {candidate.id for candidate in found}
    assert journal.counts("spotify", since)["GET /search"] == 0
