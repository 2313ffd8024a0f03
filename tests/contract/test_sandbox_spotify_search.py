"""Songs of the simulated Spotify, and what its search finds, as unmodified spotipy sees them."""

from collections.abc import Iterator

import pytest

from tests.contract.spotifyclient import Stage, refused, staged


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with staged(monkeypatch) as stage:
        yield stage


def test_a_track_has_its_isrc_and_all_its_artists(stage: Stage) -> None:
    track = stage.api.track(stage.song("uptown-funk"))
    assert track["external_ids"] == {"isrc": "GBARL1401524"}
    assert [artist["name"] for artist in track["artists"]] == ["Mark Ronson", "Bruno Mars"]
    assert track["duration_ms"] // 1000 == 269


def test_a_search_by_isrc_finds_the_one_recording(stage: Stage) -> None:
    found = stage.api.search("isrc:USQX91300809")["tracks"]["items"]
    assert [item["id"] for item in found] == [stage.song("get-lucky-radio-edit")]


def test_a_search_by_filters_finds_only_what_has_them(stage: Stage) -> None:
    found = stage.api.search('track:"Hello" artist:"Lionel Richie"')["tracks"]["items"]
    assert [item["id"] for item in found] == [stage.song("hello-lionel-richie")]


def test_a_search_in_words_finds_the_song_and_the_wrong_twins_with_it(stage: Stage) -> None:
    found = [item["id"] for item in stage.api.search("hallelujah jeff buckley")["tracks"]["items"]]
    assert stage.song("hallelujah-jeff-buckley") in found
    assert stage.song("hallelujah-leonard-cohen") in found


@pytest.mark.parametrize(
    ("query", "key"),
    [("گوگوش پل", "pol"), ("Googoosh Pol", "pol"), ("bohemian rapsody queen", "bohemian-rhapsody")],
)
def test_a_search_forgives_the_script_and_a_typo(stage: Stage, query: str, key: str) -> None:
    assert stage.api.search(query)["tracks"]["items"][0]["id"] == stage.song(key)


def test_a_song_that_spotify_lacks_is_not_found(stage: Stage) -> None:
    found = stage.api.search('track:"Plastic Love"')["tracks"]
    assert (found["items"], found["total"]) == ([], 0)


def test_a_search_page_has_five_results_unless_asked_for_up_to_ten(stage: Stage) -> None:
    assert stage.api._get("search", q="love", type="track")["tracks"]["limit"] == 5
    assert stage.api.search("love", limit=10)["tracks"]["limit"] == 10
    problem = refused(lambda: stage.api.search("love", limit=11))
    assert (problem.http_status, "Invalid limit" in problem.msg) == (400, True)
