"""Spoilt listings, strange rows and adds that go wrong, as unmodified spotipy and ytmusicapi and plain requests read them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import spotipy
from ytmusicapi import YTMusic

from sandbox import scenario
from sandbox.faults import Fault
from sandbox.thread import SandboxThread
from sandbox.world import World
from tests.contract.callers import Caller
from tests.contract.faulty import TRACK, WRITES, add_video

ROWS = 120
SPOTIFY_LIST = f"GET {TRACK}"


@pytest.fixture
def world() -> World:
    """Both playlists hold the same 120 songs."""
    world = scenario.crowd(World(), 200)
    for playlist in (scenario.SPOTIFY_PLAYLIST, scenario.YOUTUBE_PLAYLIST):
        songs = [song for song in world.catalogue.songs if song.spotify_id and song.video_id][:ROWS]
        if playlist == scenario.SPOTIFY_PLAYLIST:
            world.spotify.replace(playlist, [f"spotify:track:{song.spotify_id}" for song in songs])
        else:
            world.youtube.playlists[playlist].entries.clear()
            for song in songs:
                world.youtube.add(playlist, str(song.video_id))
    return world


@pytest.fixture
def box(world: World) -> Iterator[SandboxThread]:
    with SandboxThread(world) as box:
        yield box


class Reader:
    """Reads one service's list to its end: the ids, the count that each page claims, and the head."""

    def __init__(self, box: SandboxThread, service: str, call: str) -> None:
        self.box, self.service, self.call = box, service, call
        self.caller = Caller(box)

    @property
    def world(self) -> World:
        return self.box.world

    def arm(self, kind: str, **how: Any) -> None:
        self.box.call(lambda: self.world.faults.arm(Fault(kind, self.service, how.pop("call", self.call), **how)))

    def mend(self) -> None:
        self.box.call(self.world.faults.clear)

    def there(self) -> list[str]:
        if self.service == "spotify":
            return self.world.spotify.song_ids(scenario.SPOTIFY_PLAYLIST)
        return [entry.video_id for entry in self.world.youtube.entries(scenario.YOUTUBE_PLAYLIST)]

    def read(self) -> tuple[list[str], int]:
        """The ids, and the first page's count."""
        match self.service:
            case "spotify":
                token = self.caller.spotify_token().json()["access_token"]
                api = spotipy.Spotify(auth=token, requests_session=self.caller.http)
                page = api.playlist_items(scenario.SPOTIFY_PLAYLIST, limit=50)
                ids, total = [], page["total"]
                while page is not None:
                    ids += [row["item"]["id"] for row in page["items"]]
                    page = api.next(page) if page["next"] else None
                return ids, total
            case "youtube":
                page = self.caller.rows()
                ids, total = [], page["pageInfo"]["totalResults"]
                while True:
                    ids += [row["snippet"]["resourceId"]["videoId"] for row in page["items"]]
                    if "nextPageToken" not in page:
                        return ids, total
                    page = self.caller.rows(pageToken=page["nextPageToken"])
            case _:
                playlist = YTMusic(requests_session=self.caller.http).get_playlist(
                    scenario.YOUTUBE_PLAYLIST, limit=None
                )
                return [row["videoId"] for row in playlist["tracks"]], playlist["trackCount"]


@pytest.fixture(params=[("spotify", SPOTIFY_LIST), ("youtube", "playlistItems.list"), ("youtube-music", "browse")])
def reader(box: SandboxThread, request: pytest.FixtureRequest) -> Reader:
    return Reader(box, *request.param)


def test_a_listing_is_whole_when_nothing_is_broken(reader: Reader) -> None:
    assert reader.read() == (reader.there(), ROWS)


@pytest.mark.parametrize(("honest", "count"), [({}, 0), ({"honest": True}, ROWS)])
def test_an_empty_listing_counts_nothing_unless_it_is_honest(
    reader: Reader, honest: dict[str, bool], count: int
) -> None:
    reader.arm("empty", times=None, detail=honest)
    assert reader.read() == ([], count)


def test_a_short_listing_keeps_its_first_rows_over_all_pages(reader: Reader) -> None:
    reader.arm("short", times=None, detail={"keep": 110})
    assert reader.read() == (reader.there()[:110], 110)


def test_a_truncated_listing_stops_at_the_page_where_it_struck(reader: Reader) -> None:
    reader.arm("truncated", skip=1)
    ids, count = reader.read()
    page = 100 if reader.service == "youtube-music" else 50
    assert count == ROWS
    assert ids == reader.there()[: (100 + ROWS) // 2 if page == 100 else 100]


def test_a_reordered_listing_has_every_row(reader: Reader) -> None:
    reader.arm("reordered", times=None)
    assert reader.read() == (reader.there()[::-1], ROWS)


def test_a_repeated_row_is_one_more_than_the_count_says(reader: Reader) -> None:
    reader.arm("repeated", times=None)
    ids, count = reader.read()
    assert ids == [reader.there()[0], *reader.there()]
    assert count == ROWS


@pytest.mark.parametrize(("honest", "count"), [({}, ROWS), ({"honest": True}, ROWS - 1)])
def test_a_stale_listing_is_that_of_when_it_was_armed(reader: Reader, honest: dict[str, bool], count: int) -> None:
    before = reader.there()
    reader.arm("stale", times=None, detail=honest)
    remove(reader, before[0])
    assert reader.read() == (before, count)
    reader.mend()
    assert reader.read() == (before[1:], ROWS - 1)


def test_spotifys_head_is_stale_with_the_list_or_moves_on_without_it(box: SandboxThread) -> None:
    reader = Reader(box, "spotify", SPOTIFY_LIST)

    def head() -> tuple[str, int]:
        found = reader.caller.spotify("GET", f"playlists/{scenario.SPOTIFY_PLAYLIST}").json()
        return found["snapshot_id"], found["items"]["total"]

    before = head()
    reader.arm("stale", times=None)
    remove(reader, reader.there()[0])
    assert head()[0] != before[0]
    assert head()[1] == ROWS - 1
    reader.mend()
    now = head()
    reader.arm("stale", times=None, call="*")
    remove(reader, reader.there()[0])
    assert head() == now


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        # The second page starts one row further on: a row is never shown.
        ("remove", lambda rows, page: rows[:page] + rows[page + 1 :]),
        # … or one row back: a row is shown twice, and the count is another.
        ("add", lambda rows, page: rows[:page] + rows[page - 1 :]),
        # The count is the same before and after, and still the last row is never shown.
        ("move", lambda rows, page: rows[:page] + rows[page - 1 : -1]),
    ],
)
def test_a_list_that_changes_while_it_is_paged(reader: Reader, change: str, seen: Callable[..., list[str]]) -> None:
    before = reader.there()
    reader.arm("changing", detail={"change": change})
    ids, _ = reader.read()
    assert ids == seen(before, 100 if reader.service == "youtube-music" else 50)
    assert len(reader.there()) == ROWS + {"remove": -1, "add": 1, "move": 0}[change]


# Rows


def test_spotifys_strange_rows_come_and_are_taken_away_again(box: SandboxThread) -> None:
    reader = Reader(box, "spotify", SPOTIFY_LIST)
    first = reader.there()[0]
    for kind in ("null-row", "local-row", "episode-row", "twice", "gone"):
        reader.arm(kind)
    rows = [row for at in (0, 50, 100) for row in reader.caller.tracks(limit=50, offset=at)["items"]]
    assert len(rows) == ROWS + 4
    assert rows[0]["item"] is None
    null, local, episode, again = rows[-4:]
    assert (null["item"], null["added_at"], null["is_local"]) == (None, None, False)
    assert local["is_local"]
    assert local["item"]["uri"].startswith("spotify:local:")
    assert episode["item"]["type"] == "episode"
    assert again["item"] is None  # the first row's song, which is gone
    reader.mend()
    assert reader.there() == [first, *reader.there()[1:]]
    assert len(reader.world.spotify.entries(scenario.SPOTIFY_PLAYLIST)) == ROWS


def test_youtubes_deleted_private_and_doubled_rows_come_and_are_taken_away_again(box: SandboxThread) -> None:
    reader = Reader(box, "youtube", "*")
    first, second, third = reader.there()[:3]
    reader.arm("gone", about=first)
    reader.arm("private", about=second)
    reader.arm("twice")
    titles = [row["snippet"]["title"] for row in reader.caller.rows()["items"]]
    assert titles[:2] == ["Deleted video", "Private video"]
    assert (len(reader.there()), reader.there().count(first)) == (ROWS + 1, 2)
    reader.mend()
    titles = [row["snippet"]["title"] for row in reader.caller.rows()["items"]]
    assert not {"Deleted video", "Private video"} & set(titles)
    assert reader.there()[:3] == [first, second, third]


# Adds


def test_an_add_is_done_twice_or_puts_in_another(reader: Reader) -> None:
    write = next(write for write in WRITES if write.service == reader.service)
    song = [song for song in reader.world.catalogue.songs if song.spotify_id and song.video_id][-1]
    wanted, other = (song.spotify_id if reader.service == "spotify" else song.video_id), reader.there()[3]
    assert wanted not in reader.there()
    for kind, detail, stored in (("doubled", {}, [wanted, wanted]), ("substitute", {"id": other}, [other])):
        before = len(reader.there())
        reader.arm(kind, call=write.call, detail=detail)
        assert add(reader, str(wanted)).ok
        assert reader.there()[before:] == stored


def add(reader: Reader, identity: str) -> requests.Response:
    match reader.service:
        case "spotify":
            return reader.caller.add_tracks(identity)
        case "youtube":
            return reader.caller.insert(identity)
        case _:
            return add_video(reader.caller, identity)


def remove(reader: Reader, identity: str) -> None:
    if reader.service == "spotify":
        reader.box.call(lambda: reader.world.spotify.remove(scenario.SPOTIFY_PLAYLIST, identity))
    else:
        reader.box.call(lambda: reader.world.youtube.remove(scenario.YOUTUBE_PLAYLIST, identity))
