"""Which Tracks an answer of the API has, on which page, and which of their fields."""

import asyncio
import json
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navaar.http.fields import picked, wanted
from navaar.http.problem import Problem
from navaar.http.question import AboutAllTracks, AboutLogs, AboutTracks, Scoped, read
from navaar.http.shapes import TrackCounts, TrackItem
from navaar.http.tracklist import page, spelt
from navaar.store.record import record_from, revision_of
from reconcilers.model import Track
from tests.bench_api import manifest

TRACKS = {track.name: track for track in (record_from(manifest(number)) for number in range(60))}


def ask(query: str = "", tracks: dict[str, Track] = TRACKS, phases: tuple[str, ...] = ()) -> dict[str, Any]:
    pairs = [(name, value) for name, _, value in (part.partition("=") for part in query.split("&") if part)]
    question = read(AboutAllTracks, pairs)
    answer: dict[str, Any] = json.loads(
        asyncio.run(page({("music", "tapes"): tracks}, question, lambda key: (), phases))
    )
    return answer


def refused(query: str) -> str:
    with pytest.raises(Problem) as problem:
        ask(query)
    assert problem.value.status == 400
    return problem.value.detail


@settings(max_examples=40, deadline=None)
@given(
    sort=st.sampled_from(["name", "-name", "created", "-created", "changed", "-changed", "title", "-title", "artist", "-artist"]),
    limit=st.integers(1, 25),
    data=st.data(),
)  # fmt: skip
def test_what_is_there_all_the_while_is_shown_exactly_once(sort: str, limit: int, data: st.DataObject) -> None:
    names = sorted(TRACKS)
    come_and_go = set(data.draw(st.lists(st.sampled_from(names), max_size=20)))
    stay = set(names) - come_and_go
    seen: list[str] = []
    cursor = ""
    while True:
        there = {n: TRACKS[n] for n in names if n in stay or data.draw(st.booleans())}
        answer = ask(f"sort={sort}&limit={limit}" + (f"&cursor={cursor}" if cursor else ""), there)
        seen += [item["name"] for item in answer["items"]]
        assert len(answer["items"]) <= limit
        assert answer["total"] == len(there)
        assert len(seen) == len(set(seen))
        cursor = answer.get("next", "")
        if not cursor:
            break
    assert stay <= set(seen)


def test_pages_together_are_in_the_order_that_was_asked_for() -> None:
    for sort, key in (("-changed", lambda t: t["changed"]), ("title", lambda t: spelt(t["title"]))):
        first = ask(f"sort={sort}&limit=30")
        items = first["items"] + ask(f"sort={sort}&limit=30&cursor={first['next']}")["items"]
        values = [key(item) for item in items]
        assert values == sorted(values, reverse=sort.startswith("-"))


def test_a_cursor_of_another_question_is_refused_and_limit_and_fields_may_change() -> None:
    cursor = ask("limit=5&phase=Review")["next"]
    assert "another question" in refused(f"cursor={cursor}&phase=Failed")
    assert "another question" in refused(f"cursor={cursor}&phase=Review&sort=title")
    assert len(ask(f"cursor={cursor}&phase=review&limit=7&fields=name")["items"]) == 7


@pytest.mark.parametrize("cursor", ["x", "%%%", "W10", "bnVsbA", "MQ", "eyJhIjoxfQ", "WzEsMiwzLDRd", "A" * 2000, "ü"])
def test_garbage_is_no_cursor(cursor: str) -> None:
    assert refused(f"cursor={cursor}").startswith(("This is no cursor of ours", "This cursor is of another question"))


def test_a_track_without_a_status_is_pending() -> None:
    fresh = next(iter(TRACKS.values()))
    fresh = replace(fresh, revision=replace(revision_of(fresh), phase=""))
    answer = ask(tracks={fresh.name: fresh}, phases=("Syncing", ""))
    assert [item["name"] for item in answer["items"]] == [fresh.name]
    assert "phase" not in answer["items"][0]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Beyoncé", "beyonce"), ("Beyonce\u0301", "beyonce"), ("علي", "علی"), ("كتاب", "کتاب"), ("ＡＢＣ", "abc"), ("ﾊﾞﾝﾄﾞ", "バンド"),
     ("Straße", "strasse"), ("\u0639\u0650\u0644\u0652\u0645", "علم"), ("١٢٣", "123"), ("Хочешь", "хочешь")],
)  # fmt: skip
def test_one_text_in_two_spellings_is_found_by_either(one: str, other: str) -> None:
    assert spelt(one) == spelt(other)


def test_every_word_counts_and_their_order_does_not() -> None:
    track = next(iter(TRACKS.values()))
    assert track.recording is not None
    words = f"{track.recording.title} {track.recording.artist}".split()
    found = ask(f"text={' '.join(reversed(words))}&limit=500")["items"]
    assert track.name in {item["name"] for item in found}
    assert ask("text=there-is-no-such-word")["total"] == 0


def test_fields_lead_into_what_they_name() -> None:
    asked = wanted(["placements.youtubeMusic.candidates.score", "name", "placements.spotify"], TrackItem)
    (item,) = ask("limit=1")["items"]
    made = picked(item, asked)
    assert made.keys() == {"name", "placements"}
    assert made["placements"]["spotify"] == item["placements"]["spotify"]
    assert made["placements"]["youtubeMusic"]["candidates"][0].keys() == {"score"}
    assert picked(item, wanted(["placements.spotify", "placements"], TrackItem)) == {"placements": item["placements"]}
    assert picked(item, wanted(["placements", "placements.spotify"], TrackItem)) == {"placements": item["placements"]}
    assert picked(item, wanted([], TrackItem)) == item


@pytest.mark.parametrize(
    ("path", "said"),
    [("phse", "There is no field phse. There are: namespace, name"), ("placements.soundcloud", "There are: telegram, you"),
     ("name.x", "name has no fields"), ("phases.Failed.x", "no field phases"), ("__class__", "no field __class__")],
)  # fmt: skip
def test_a_field_that_is_none_is_refused_with_those_there_are(path: str, said: str) -> None:
    with pytest.raises(Problem, match=said):
        wanted([path], TrackItem)


def test_a_number_in_a_table_of_numbers_is_not_a_field() -> None:
    with pytest.raises(Problem, match="phases has no fields"):
        wanted(["phases.Failed"], TrackCounts)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [(AboutTracks, "phase", "Failed"), (Scoped, "limit", "5"), (AboutLogs, "sort", "name"), (AboutAllTracks, "", ""),
     (AboutAllTracks, "model_config", "x"), (AboutAllTracks, "limit", "5.5"), (AboutAllTracks, "limit", "١٢ü"),
     (AboutAllTracks, "limit", ""), (AboutAllTracks, "namespace", "A_B"), (AboutAllTracks, "sync", "a/b"),
     (AboutAllTracks, "namespace", "a" * 64), (AboutLogs, "level", "\x1b[31m"), (AboutAllTracks, "fields", ",".join("a" * 51))],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_a_sentence(kind: Any, name: str, value: str) -> None:
    with pytest.raises(Problem) as problem:
        read(kind, [(name, value)])
    assert problem.value.status == 400
    assert problem.value.detail.isprintable()
    assert problem.value.detail.endswith((".", "?"))
    assert len(problem.value.detail) < 1000


def test_words_of_the_older_service_are_understood_where_they_mean_the_same() -> None:
    for old, phase in (
        ("failed", "Failed"),
        ("retry_scheduled", "Syncing"),
        ("unsynced", "Removed"),
        ("duplicate", "Duplicate"),
    ):
        assert read(AboutAllTracks, [("status", old)]).phase == [phase]
    with pytest.raises(Problem, match="`origin`"):
        read(AboutAllTracks, [("direction", "tg_to_yt")])


def test_a_list_is_said_at_once_or_over_again() -> None:
    once = read(AboutAllTracks, [("phase", "Failed, review")])
    again = read(AboutAllTracks, [("phase", "failed"), ("phase", "Review")])
    assert once.phase == again.phase == cast(Any, ["Failed", "Review"])
    assert read(AboutAllTracks, [("phase", "")]).phase == []
