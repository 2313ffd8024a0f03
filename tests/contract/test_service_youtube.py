"""What is particular to YouTube: two ways into one playlist, twins, lost rows, units, cookies."""

import asyncio
import locale
from collections.abc import AsyncIterator, Iterator

import pytest

from reconcilers.budget import next_midnight
from reconcilers.errors import AuthError, ItemError, QuotaError, TargetError, TransientError
from reconcilers.services import Added, Query
from reconcilers.services.youtube_auth import GoogleCredentials, GoogleTokens
from reconcilers.services.youtube_data import YouTubeDataService
from reconcilers.services.youtube_music import YouTubeMusicService
from sandbox.faults import Fault
from sandbox.thread import SandboxThread
from sandbox.youtube.pages import queue
from sandbox.youtube.state import Refused
from sandbox.youtube.videos import Video
from tests.contract.places import (
    SONGS,
    STRANGERS_YOUTUBE,
    YOUTUBE_PLAYLIST,
    Place,
    cookies,
    new_world,
    open_place,
    recording,
)


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxThread]:
    with SandboxThread(new_world()) as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
async def data(box: SandboxThread) -> AsyncIterator[Place]:
    opened = open_place("youtube-data", box)
    yield opened
    await opened.service.close()


@pytest.fixture
async def music(box: SandboxThread) -> AsyncIterator[Place]:
    opened = open_place("youtube-music", box)
    yield opened
    await opened.service.close()


async def test_both_ways_in_see_the_same_songs(data: Place, music: Place) -> None:
    data.put(0, 1, 2)
    data.box.call(lambda: data.world.youtube.add(YOUTUBE_PLAYLIST, str(SONGS[3].music_video_id)))
    official, pages = (await data.service.list()).items, (await music.service.list()).items
    assert [item.id for item in official] == [item.id for item in pages]
    for one, other in zip(official, pages, strict=True):
        assert (one.recording.title, one.recording.artists) == (other.recording.title, other.recording.artists)
        assert one.entry != other.entry


async def test_an_upload_by_anybody_names_its_artist_in_the_title(data: Place, music: Place) -> None:
    video = Video("upload00001", "UGC", "Ann Lee - Two Times (Lyrics)", ("LyricsForAll",), 200)
    data.box.call(lambda: data.world.youtube.add_video(video))
    data.box.call(lambda: data.world.youtube.add(YOUTUBE_PLAYLIST, video.id))
    for place in (data, music):
        said = (await place.service.list()).items[0].recording
        assert (said.title, said.artists) == ("Two Times", ("Ann Lee",))


async def test_songs_come_before_videos_and_say_what_they_are(data: Place) -> None:
    songs, videos = [await data.service.search(Query(recording(1), attempt)) for attempt in range(2)]
    assert songs and videos
    assert {candidate.kind for candidate in songs} == {"ATV"}
    assert "ATV" not in {candidate.kind for candidate in videos}
    assert SONGS[1].video_id in {candidate.id for candidate in songs}
    assert SONGS[1].music_video_id in {candidate.id for candidate in videos}


async def test_a_resolved_id_tells_its_twin(data: Place) -> None:
    song = SONGS[2]
    audio = await data.service.resolve(str(song.video_id))
    video = await data.service.resolve(str(song.music_video_id))
    assert audio is not None
    assert video is not None
    assert (audio.kind, audio.twin) == ("ATV", song.music_video_id)
    assert (video.kind, video.twin) == ("OMV", song.video_id)


async def test_a_private_video_does_not_resolve_until_it_is_public_again(data: Place) -> None:
    data.box.call(lambda: data.world.youtube.make_private(data.id(0)))
    assert await data.service.resolve(data.id(0)) is None
    data.box.call(lambda: data.world.youtube.restore_video(data.id(0)))
    assert await data.service.resolve(data.id(0)) is not None


@pytest.mark.parametrize(("reason", "resolves"), [("bot", None), ("geo", False), ("age", False)])
async def test_what_the_player_refuses_is_not_taken_for_gone(
    data: Place, reason: Refused, resolves: bool | None
) -> None:
    def refuse() -> None:
        data.world.youtube.refuse(reason)
        nothing = Fault("error", "youtube-music", "next", status=200, body=queue("RDAMVM", []))
        data.world.faults.arm(nothing)

    data.box.call(refuse)
    if resolves is None:
        with pytest.raises(TransientError) as caught:
            await data.service.resolve(data.id(0))
        assert caught.value.reason == "BotCheck"
    else:
        candidate = await data.service.resolve(data.id(0))
        assert candidate is not None
        assert candidate.available is resolves


async def test_searching_and_resolving_cost_no_quota(data: Place) -> None:
    await data.service.search(Query(recording(0)))
    await data.service.resolve(data.id(0))
    assert sum(units for _, units, _, _ in data.calls) == 0
    assert data.world.youtube.quota.units("google-client", data.world.clock.now()) == 0


async def test_the_units_that_are_told_are_those_that_are_charged(data: Place) -> None:
    data.put(*[n % 6 for n in range(60)])
    data.calls.clear()
    await data.service.head()
    await data.service.list()
    (added,) = await data.service.add((data.request(0),))
    assert isinstance(added, Added)
    await data.service.remove(added.id, added.entry)
    told = sum(units for _, units, _, _ in data.calls)
    project = data.world.youtube.accounts.clients["google-client"].project
    assert told == data.world.youtube.quota.units(project, data.world.clock.now()) == 1 + 2 + 1 + 50 + 50


async def test_a_quota_that_ends_within_a_batch_leaves_the_first_songs_told(data: Place) -> None:
    data.box.call(lambda: setattr(data.world.youtube.quota, "units_per_day", 110))
    outcomes = await data.service.add(tuple(data.request(n) for n in range(4)))
    assert [type(outcome) for outcome in outcomes] == [Added, Added, QuotaError, QuotaError]
    refused = outcomes[2]
    assert isinstance(refused, QuotaError)
    assert refused.retry_at == next_midnight(data.world.clock.now())
    assert len(data.ids()) == 2


async def test_four_services_of_one_google_consent_ask_for_one_token_and_for_none_once_it_ended(
    box: SandboxThread,
) -> None:
    credentials = GoogleCredentials("google-client", "google-secret", "google-refresh")
    tokens = GoogleTokens(credentials)
    four = [YouTubeDataService(YOUTUBE_PLAYLIST, credentials, tokens=tokens) for _ in range(4)]
    await asyncio.gather(*(service.head() for service in four))
    assert box.world.journal.counts("youtube")["token"] == 1
    box.call(lambda: box.world.clock.advance(3601))
    await asyncio.gather(*(service.head() for service in four))
    assert box.world.journal.counts("youtube")["token"] == 2
    box.call(lambda: box.world.youtube.revoke("google-refresh"))
    for service in (*four, four[0]):
        with pytest.raises(AuthError) as caught:
            await service.head()
        assert caught.value.reason == "AuthExpired"
    assert box.world.journal.counts("youtube")["token"] == 3
    for service in four:
        await service.close()


async def test_a_wrong_google_client_is_told_apart_from_a_dead_consent(box: SandboxThread) -> None:
    for credentials, reason in (
        (GoogleCredentials("google-client", "wrong", "google-refresh"), "InvalidClient"),
        (GoogleCredentials("google-client", "google-secret", "wrong"), "AuthExpired"),
    ):
        service = YouTubeDataService(YOUTUBE_PLAYLIST, credentials)
        with pytest.raises(AuthError) as caught:
            await service.head()
        assert caught.value.reason == reason
        await service.close()


async def test_a_full_playlist_stops_its_batch(data: Place) -> None:
    data.box.call(lambda: [data.world.youtube.add(YOUTUBE_PLAYLIST, data.id(0)) for _ in range(5000)])
    with pytest.raises(TargetError) as caught:
        await data.service.add((data.request(1),))
    assert caught.value.reason == "Full"


async def test_a_private_video_cannot_be_added_and_never_will(data: Place, music: Place) -> None:
    data.box.call(lambda: data.world.youtube.make_private(data.id(0)))
    for place in (data, music):
        (outcome,) = await place.service.add((place.request(0),))
        assert isinstance(outcome, ItemError)


async def test_rows_that_the_client_drops_are_counted_all_the_same(music: Place) -> None:
    music.put(*range(6))
    for n in (1, 4):
        music.withdraw(n)
    head, listing = await music.service.head(), await music.service.list()
    assert head.count == listing.rows == 6
    assert listing.ended


async def test_cookies_without_what_signs_them_are_told_before_anything_is_sent(box: SandboxThread) -> None:
    for headers in ({}, {"cookie": "SID=x", "x-goog-authuser": "0"}, {"cookie": "__Secure-3PAPISID=the-sapisid"}):
        service = YouTubeMusicService(YOUTUBE_PLAYLIST, headers)
        with pytest.raises(AuthError) as caught:
            await service.head()
        assert caught.value.reason == "InvalidCredentials"
        await service.close()
    assert list(box.world.journal) == []


async def test_the_wrong_account_of_a_browser_sees_no_playlist(box: SandboxThread) -> None:
    service = YouTubeMusicService(YOUTUBE_PLAYLIST, {**cookies(), "X-Goog-AuthUser": "1"})
    with pytest.raises(TargetError) as caught:
        await service.head()
    assert "x-goog-authuser" in caught.value.message
    await service.close()


async def test_a_public_playlist_of_a_stranger_can_be_read_but_not_written(music: Place, box: SandboxThread) -> None:
    box.call(lambda: box.world.youtube.add(STRANGERS_YOUTUBE, music.id(0)))
    strange = open_place("youtube-music", box, playlist=STRANGERS_YOUTUBE)
    item = (await strange.service.list()).items[0]
    assert (item.id, item.entry) == (music.id(0), None)
    with pytest.raises(TargetError):
        await strange.service.remove(item.id, "A" * 16)
    await strange.service.close()


async def test_a_page_that_youtube_has_changed_beyond_recognition_is_trouble_not_emptiness(music: Place) -> None:
    await music.service.head()
    music.arm("error", "list", status=200, body={"contents": {"somethingNew": {}}}, times=9)
    with pytest.raises(TransientError):
        await music.service.list()


async def test_the_process_keeps_its_locale(music: Place) -> None:
    before = locale.setlocale(locale.LC_ALL)
    await music.service.head()
    await music.service.search(Query(recording(0)))
    assert locale.setlocale(locale.LC_ALL) == before
