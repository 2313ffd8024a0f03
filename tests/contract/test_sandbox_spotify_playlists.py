"""Playlists of the simulated Spotify, as unmodified spotipy reads and changes them."""

from collections.abc import Iterator

import pytest

from sandbox.catalogue import spotify_id
from tests.contract.spotifyclient import PLAYLIST, REFRESH, STRANGE, Stage, refused, staged


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with staged(monkeypatch) as stage:
        yield stage


def test_the_cheap_look_at_a_playlist_gives_only_what_was_asked_for(stage: Stage) -> None:
    stage.put("yellow", "creep")
    answer = stage.api.playlist(PLAYLIST, fields="snapshot_id,items(total),name,owner.id")
    assert set(answer) == {"snapshot_id", "items", "name", "owner"}
    assert (answer["items"], answer["owner"]) == ({"total": 2}, {"id": "friday"})


def test_fields_reach_into_rows_and_can_leave_things_out(stage: Stage) -> None:
    stage.put("yellow")
    answer = stage.api.playlist_items(PLAYLIST, fields="total,items(item(name,artists(!href,!uri)))")
    item = answer["items"][0]["item"]
    assert set(item) == {"name", "artists"}
    assert set(item["artists"][0]) == {"external_urls", "id", "name", "type"}


def test_rows_come_in_pages_of_fifty_with_absolute_links_until_there_are_no_more(stage: Stage) -> None:
    keys = [song.key for song in stage.world.catalogue.songs if song.spotify_id][:120]
    stage.put(*keys)
    page, seen = stage.api.playlist_items(PLAYLIST), []
    while page:
        assert page["total"] == 120
        assert (page["next"] or "https://api.spotify.com/").startswith("https://api.spotify.com/")
        seen += [row["item"]["id"] for row in page["items"]]
        page = stage.api.next(page)
    assert seen == [stage.song(key) for key in keys]


@pytest.mark.parametrize(("limit", "offset"), [(51, 0), (0, 0), (10, -1)])
def test_a_page_outside_the_limits_is_refused(stage: Stage, limit: int, offset: int) -> None:
    assert refused(lambda: stage.api.playlist_items(PLAYLIST, limit=limit, offset=offset)).http_status == 400


def test_adding_appends_or_inserts_never_deduplicates_and_moves_the_snapshot(stage: Stage) -> None:
    stage.put("yellow")
    before = stage.api.playlist(PLAYLIST)["snapshot_id"]
    first = stage.add("creep", "yellow")
    second = stage.add("jolene", position=0)
    assert len({before, first["snapshot_id"], second["snapshot_id"]}) == 3
    assert stage.api.playlist(PLAYLIST)["snapshot_id"] == second["snapshot_id"]
    assert stage.rows() == [stage.song(key) for key in ("jolene", "yellow", "creep", "yellow")]


def test_a_look_does_not_move_the_snapshot(stage: Stage) -> None:
    stage.put("yellow")
    snapshots = {stage.api.playlist(PLAYLIST)["snapshot_id"] for _ in range(3)}
    stage.api.playlist_items(PLAYLIST)
    assert snapshots == {stage.api.playlist(PLAYLIST)["snapshot_id"]}


def test_the_bare_array_that_spotipy_adds_with_is_refused(stage: Stage) -> None:
    assert refused(lambda: stage.api.playlist_add_items(PLAYLIST, [stage.song("yellow")])).http_status == 400
    assert stage.rows() == []


@pytest.mark.parametrize(
    "uris",
    [
        [],
        ["spotify:local:a:b:c:1"],
        ["nonsense"],
        [f"spotify:track:{spotify_id('nothing')}"],
        [f"spotify:track:{spotify_id('x')}"] * 101,
    ],
)
def test_what_cannot_be_added_is_refused_as_a_whole(stage: Stage, uris: list[str]) -> None:
    good = f"spotify:track:{stage.song('yellow')}"
    body = {"uris": [*uris, good] if uris and len(uris) < 100 else uris}
    problem = refused(lambda: stage.api._post(f"playlists/{PLAYLIST}/items", payload=body))
    assert problem.http_status == 400
    assert stage.rows() == []


def test_removing_takes_every_copy_and_only_a_change_moves_the_snapshot(stage: Stage) -> None:
    stage.put("yellow", "creep", "yellow")
    before = stage.api.playlist(PLAYLIST)["snapshot_id"]
    after = stage.api.playlist_remove_all_occurrences_of_items(PLAYLIST, [stage.song("yellow")], before)
    again = stage.api.playlist_remove_all_occurrences_of_items(PLAYLIST, [stage.song("yellow")])
    assert stage.rows() == [stage.song("creep")]
    assert before != after["snapshot_id"] == again["snapshot_id"]


def test_a_removal_against_a_snapshot_that_never_was_is_refused(stage: Stage) -> None:
    stage.put("yellow")
    remove = stage.api.playlist_remove_all_occurrences_of_items
    assert refused(lambda: remove(PLAYLIST, [stage.song("yellow")], "nonsense")).http_status == 400
    assert stage.rows() == [stage.song("yellow")]


def test_rows_can_be_replaced_and_moved(stage: Stage) -> None:
    stage.put("yellow")
    stage.api.playlist_replace_items(PLAYLIST, [stage.song(key) for key in ("creep", "jolene", "fix-you")])
    stage.api.playlist_reorder_items(PLAYLIST, range_start=0, insert_before=3)
    assert stage.rows() == [stage.song(key) for key in ("jolene", "fix-you", "creep")]


def test_rows_without_a_song_look_as_they_do_in_old_playlists(stage: Stage) -> None:
    def fill() -> None:
        stage.world.spotify.add_null(PLAYLIST)
        stage.world.spotify.add_local(PLAYLIST, "Some Body", "A Demo: No. 1", seconds=77)
        stage.world.spotify.add_episode(PLAYLIST, "A Talk")
        stage.world.spotify.add(PLAYLIST, stage.song("yellow"))
        stage.world.spotify.withdraw(stage.song("yellow"))

    stage.box.call(fill)
    null, local, episode, withdrawn = stage.api.playlist_items(PLAYLIST)["items"]
    assert (null["item"], null["added_at"], null["added_by"]) == (None, None, None)
    assert local["is_local"]
    assert (local["item"]["id"], local["item"]["name"]) == (None, "A Demo: No. 1")
    assert local["item"]["duration_ms"] == 77_000
    assert episode["item"]["type"] == "episode"
    assert withdrawn["item"] is None
    assert refused(lambda: stage.api.track(stage.song("yellow"))).http_status == 404


def test_other_peoples_playlists_show_their_name_but_not_their_rows(stage: Stage) -> None:
    assert "items" not in stage.api.playlist(STRANGE)
    assert refused(lambda: stage.api.playlist_items(STRANGE)).http_status == 403
    body = {"uris": [f"spotify:track:{stage.song('yellow')}"]}
    assert refused(lambda: stage.api._post(f"playlists/{STRANGE}/items", payload=body)).http_status == 403


def test_a_collaborator_may_add(stage: Stage) -> None:
    stage.box.call(lambda: stage.world.spotify.playlists[STRANGE].collaborators.add("friday"))
    body = {"uris": [f"spotify:track:{stage.song('yellow')}"]}
    assert stage.api._post(f"playlists/{STRANGE}/items", payload=body)["snapshot_id"]
    assert stage.api.playlist_items(STRANGE)["items"][0]["added_by"]["id"] == "friday"


def test_an_unknown_playlist_is_404(stage: Stage) -> None:
    assert refused(lambda: stage.api.playlist(spotify_id("nothing"))).http_status == 404


@pytest.mark.parametrize(
    "path",
    [f"playlists/{PLAYLIST}/tracks", f"tracks?ids={spotify_id('x')}", f"tracks/?ids={spotify_id('x')}"],
)
def test_what_went_away_in_2026_is_403(stage: Stage, path: str) -> None:
    assert refused(lambda: stage.api._get(path)).http_status == 403


def test_a_consent_without_the_scope_cannot_write(stage: Stage) -> None:
    stage.box.call(lambda: stage.world.spotify.grant(REFRESH, "friday", "client", ("playlist-read-private",)))
    problem = refused(lambda: stage.add("yellow"))
    assert (problem.http_status, "Insufficient client scope" in problem.msg) == (403, True)
