"""Tracks and MusicSyncs go to the planner and back without loss, fast enough for tens of thousands."""

import json
import time
from copy import deepcopy
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navaar.api.common import APPROVE_ANNOTATION, MEMORY_ANNOTATION, RECONCILE_ANNOTATION
from navaar.api.convert import manifest_of, memory_of, status_of, sync_from, track_from
from navaar.api.sound import label_of, selector
from reconcilers.model import Intent, Match, Origin, Phase, Placement, Scored, Shortlist, Source, State, Track, Wishes
from reconcilers.policy import Access, Exclusion, Fetch, Mode, Past, RemovalPolicy, Retry, Target, Timing
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName

CHAT = -1001234567890
ALL = tuple(ServiceName)

moments = st.one_of(
    st.integers(1_100_000_000, 4_000_000_000).map(float),
    st.floats(1_100_000_000, 4_000_000_000, allow_nan=False),
)
words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)
ids = st.text("abcDEF0123456789_-", min_size=1, max_size=22)
scores = st.floats(0, 1)
recordings = st.builds(
    Recording,
    title=words,
    artists=st.lists(words, max_size=3).map(tuple),
    album=st.none() | words,
    duration=st.none() | st.floats(0, 10_000),
    isrc=st.none() | st.just("GBUM71029604"),
    version=st.sets(words, max_size=3).map(lambda found: tuple(sorted(found))),
    method=st.sampled_from(["", "tags", "spotify"]),
)
intents = st.builds(
    Intent,
    op=st.sampled_from(["Add", "Remove"]),
    token=ids,
    deadline=moments,
    epoch=st.integers(0, 2**40),
    marker=st.integers(0, 2**40),
)
reasons = st.lists(words, max_size=4).map(tuple)
matches = st.builds(Match, method=words, score=scores, reasons=reasons)
candidates = st.builds(Scored, id=ids, text=words, score=scores, reasons=reasons)
placements = st.builds(
    Placement,
    state=st.sampled_from(State),
    origin=st.none() | st.sampled_from(Origin),
    id=st.none() | ids,
    entry=st.none() | ids,
    requested=st.none() | ids,
    taken=st.none() | ids,
    others=st.lists(ids, max_size=3).map(tuple),
    seen=st.booleans(),
    missing=st.integers(0, 9),
    missed=st.none() | moments,
    approved=st.booleans(),
    intent=st.none() | intents,
    match=st.none() | matches,
    candidates=st.lists(candidates, max_size=5).map(tuple),
    attempts=st.integers(0, 9),
    sought=st.just("") | words,
    next_attempt=st.none() | moments,
    placed=st.none() | moments,
    changed=st.none() | moments,
    reason=st.just("") | words,
    message=st.just("") | words,
).map(lambda found: replace(found, candidates=()) if found.state is State.PRESENT else found)
wishes = st.builds(
    Wishes,
    title=st.none() | words,
    artists=st.lists(words, max_size=3).map(tuple),
    duration=st.none() | st.floats(0, 10_000),
    isrc=st.none() | st.just("GBUM71029604"),
    pins=st.dictionaries(st.sampled_from(ALL), ids),
    rejects=st.dictionaries(st.sampled_from(ALL), st.frozensets(ids, min_size=1, max_size=3)),
    exclude_from=st.frozensets(st.sampled_from(ALL)),
    absent=st.booleans(),
)
tracks = st.builds(
    Track,
    name=ids,
    origin=st.none() | st.tuples(st.sampled_from(ALL), ids),
    identity=st.none() | recordings,
    wishes=wishes,
    placements=st.dictionaries(st.sampled_from(ALL), placements),
    source=st.sampled_from(Source),
    audio=st.none() | ids,
    absent=st.booleans(),
    duplicate_of=st.none() | ids,
    handled=st.just("") | words,
    created=st.integers(1_100_000_000, 4_000_000_000).map(float),
    revision=st.none(),
)


def written(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def stored(track: Track, *, chat_id: int | None = None) -> dict[str, Any]:
    """What the API server would give back: the manifest and the status, through JSON."""
    resource = manifest_of(track, "friday-tapes", "music", chat_id=chat_id)
    resource["metadata"]["creationTimestamp"] = written(track.created)
    resource["status"] = status_of(track, phase=Phase.REVIEW)
    loaded: dict[str, Any] = json.loads(json.dumps(resource))
    return loaded


def full(number: int = 1) -> Track:
    """A track with about as much in it as a track can have."""
    now = 1_770_000_000.0 + number
    reasons = ("title differs in a version word: live", "duration differs by 41 s", "artist equal")
    choices = tuple(
        Scored(
            f"candidate{number:08d}{n}",
            f"Dariush - Cheshme Man, in Concert {n} (5:0{n})",
            0.7 - n / 100,
            reasons,
        )
        for n in range(8)
    )
    asked = Placement(
        State.REVIEW,
        candidates=choices,
        attempts=2,
        sought="0123456789abcdef",
        next_attempt=now + 86400,
        changed=now,
        reason="Ambiguous",
        message="2 candidates, best 0.71 (duration differs by 41 s; live)",
    )
    return Track(
        name=f"friday-tapes-{number:010x}",
        origin=(ServiceName.TELEGRAM, str(number)),
        identity=Recording("Cheshme Man", ("Dariush", "Ebi"), "Faryad", 281.5, "GBUM71029604", ("live",), "tags"),
        placements=MappingProxyType(
            {
                ServiceName.TELEGRAM: Placement(
                    State.PRESENT,
                    Origin.PLACED,
                    str(number),
                    seen=True,
                    intent=None,
                    match=Match("Origin", 1.0, ("origin",)),
                    placed=now,
                    changed=now,
                ),
                ServiceName.YOUTUBE: asked,
                ServiceName.SPOTIFY: asked,
            }
        ),
        source=Source.BACKLOG,
        audio="dQw4w9WgXcQ",
        created=now,
    )


@settings(max_examples=40)
@given(tracks)
def test_a_track_comes_back_from_the_cluster_as_it_went_there(track: Track) -> None:
    assert track_from(stored(track)) == track


@settings(max_examples=40)
@given(tracks)
def test_a_status_that_says_the_same_is_written_the_same(track: Track) -> None:
    resource = stored(track)
    again = status_of(track_from(resource), resource["status"], phase=Phase.REVIEW)
    assert json.loads(json.dumps(again)) == resource["status"]


def test_a_wish_for_another_try_is_new_until_the_status_echoes_it() -> None:
    resource = stored(full())
    resource["metadata"].setdefault("annotations", {})[RECONCILE_ANNOTATION] = "x" * 2000
    asked = track_from(resource)
    assert asked.again and asked.rest is None
    resource["status"] = status_of(replace(asked, handled=asked.asked), resource["status"], phase=Phase.REVIEW)
    assert resource["status"]["lastHandledReconcileAt"] == "x" * 1024
    assert not track_from(resource).again
    del resource["metadata"]["annotations"][RECONCILE_ANNOTATION]
    assert not track_from(resource).again


@settings(max_examples=40)
@given(tracks)
def test_a_memory_that_agrees_with_the_status_changes_nothing(track: Track) -> None:
    assert track_from(stored(track, chat_id=CHAT), CHAT) == track


@settings(max_examples=40)
@given(tracks)
def test_a_track_restored_without_its_status_still_knows_what_stands_in_the_channel(track: Track) -> None:
    resource = stored(track, chat_id=CHAT)
    del resource["status"]
    restored = track_from(resource, CHAT)
    before = track.placements.get(ServiceName.TELEGRAM)
    after = restored.placements.get(ServiceName.TELEGRAM)
    # A post that a person rejected is remembered too: the same is not to be made again.
    refused = before is not None and before.state is State.REVIEW and before.requested is not None
    if before is None or (before.id is None and before.intent is None and not refused):
        assert after is None
    else:
        assert after is not None
        assert (after.state, after.id, after.others) == (before.state, before.id, before.others)
        assert (after.intent, after.origin, after.placed) == (before.intent, before.origin, before.placed)
        assert (after.seen, after.requested) == (before.seen, before.requested)
        assert restored.identity == track.identity
        assert restored.source == track.source
        assert memory_of(restored, CHAT) == memory_of(track, CHAT)
    assert restored.wishes == track.wishes


def test_every_field_of_a_placement_is_stored() -> None:
    placement = Placement(
        State.REVIEW,
        Origin.PLACED,
        id="1",
        entry="2",
        requested="3",
        others=("4",),
        taken="6",
        seen=True,
        missing=1,
        missed=1.5e9,
        approved=True,
        intent=Intent("Add", "t", 1.5e9, 1, 2),
        match=Match("Search", 0.5, ("why",)),
        candidates=(Scored("5", "five", 0.5, ("why",)),),
        attempts=1,
        sought="f",
        next_attempt=1.5e9,
        placed=1.5e9,
        changed=1.5e9,
        reason="Why",
        message="Because.",
    )
    unset = [field.name for field in fields(placement) if getattr(placement, field.name) == field.default]
    assert not unset, "a new field of Placement: store it, and fill it here"
    track = Track("t", created=1.5e9, placements={ServiceName.SPOTIFY: placement})
    assert track_from(stored(track)).placements[ServiceName.SPOTIFY] == placement


def test_repeated_words_are_kept_once() -> None:
    first, second = (track_from(stored(full(number))) for number in (1, 2))
    one, other = first.placements[ServiceName.SPOTIFY], second.placements[ServiceName.SPOTIFY]
    assert one.message is other.message
    assert one.reason is other.reason
    one, other = first.placements[ServiceName.TELEGRAM], second.placements[ServiceName.TELEGRAM]
    assert one.match is other.match


def test_candidates_are_kept_packed_and_are_what_they_were() -> None:
    known = full().placements[ServiceName.SPOTIFY].candidates
    read, again = (track_from(stored(full())).placements[ServiceName.SPOTIFY].candidates for _ in range(2))
    assert read == known
    assert known == read
    assert read == again
    assert hash(read) == hash(known)
    assert (len(read), read[0], read[:2], list(read)) == (len(known), known[0], known[:2], list(known))
    other = track_from(stored(full(2))).placements[ServiceName.SPOTIFY].candidates
    assert read != other
    assert read != known[1:]


@pytest.mark.parametrize("ids", [("one",), ("one", "two"), ("",), ("one", "two\nthree")])
def test_what_a_candidate_is_called_is_known_without_unpacking_it(ids: tuple[str, ...]) -> None:
    choices = tuple(Scored(id, "text", 0.5) for id in ids)
    track = replace(full(), placements={ServiceName.SPOTIFY: Placement(State.REVIEW, candidates=choices)})
    read = track_from(stored(track)).placements[ServiceName.SPOTIFY]
    assert isinstance(read.candidates, Shortlist)
    assert read.candidate_ids == read.candidates.ids == ids
    assert tuple(read.candidates) == choices


def test_candidates_go_once_the_song_is_there() -> None:
    spotify = replace(full().placements[ServiceName.SPOTIFY], state=State.PRESENT, id="x")
    status = status_of(full().with_placement(ServiceName.SPOTIFY, spotify), phase=Phase.REVIEW)
    assert "candidates" not in status["placements"]["spotify"]


def test_history_keeps_the_last_twenty_events_and_what_others_wrote_is_carried_over() -> None:
    previous: dict[str, Any] = {
        "history": [{"at": "2026-01-01T00:00:00Z", "event": str(n)} for n in range(20)],
        "conditions": [{"type": "Theirs"}],
        "observedGeneration": 3,
    }
    status = status_of(full(), previous, phase=Phase.REVIEW, events=[(1_770_000_000.0, "placed in Spotify")])
    assert len(status["history"]) == 20
    assert status["history"][-1] == {"at": "2026-02-02T02:40:00Z", "event": "placed in Spotify"}
    assert status["conditions"] == [{"type": "Theirs"}]
    assert status["observedGeneration"] == 3
    assert len(previous["history"]) == 20


def test_texts_that_are_too_long_are_cut_rather_than_refused_by_the_api_server() -> None:
    long = Placement(State.FAILED, reason="x" * 999, message="x" * 99_999)
    track = Track("t", identity=Recording("x" * 9_999, ("x" * 9_999,) * 99), placements={ServiceName.SPOTIFY: long})
    status = status_of(track, phase=Phase.REVIEW)
    assert len(status["placements"]["spotify"]["message"]) == 2048
    assert len(status["identity"]["title"]) == 1024
    assert len(status["identity"]["artists"]) == 64
    assert len(status["artist"]) == 2048


def test_a_state_that_a_newer_operator_wrote_asks_a_person() -> None:
    resource = stored(full())
    resource["status"]["placements"]["spotify"] = {"state": "Levitating", "id": "x"}
    placement = track_from(resource).placements[ServiceName.SPOTIFY]
    assert (placement.state, placement.reason, placement.id) == (State.REVIEW, "UnknownState", "x")


def test_an_isrc_is_read_however_a_person_writes_it() -> None:
    resource = {"metadata": {"name": "t"}, "spec": {"musicSyncRef": {"name": "s"}, "isrc": "gb-um7-10-29604"}}
    assert track_from(resource).wishes.isrc == "GBUM71029604"


def test_a_bare_track_is_a_request() -> None:
    resource = {"metadata": {"name": "t"}, "spec": {"musicSyncRef": {"name": "s"}, "title": "Hello"}}
    track = track_from(resource)
    assert (track.source, track.origin, track.wishes.title) == (Source.REQUESTED, None, "Hello")


def test_the_artist_and_title_columns_show_what_a_person_wrote_over_what_was_parsed() -> None:
    track = replace(full(), wishes=Wishes(title="Cheshme Man (Live)", artists=("Dariush Eghbali",)))
    status = status_of(track, phase=Phase.REVIEW)
    assert (status["artist"], status["title"]) == ("Dariush Eghbali", "Cheshme Man (Live)")
    assert status["identity"]["title"] == "Cheshme Man"


def test_labels_and_owner_of_a_new_track() -> None:
    owner = {"apiVersion": "navaar.dev/v1alpha1", "kind": "MusicSync", "name": "friday-tapes", "uid": "u"}
    metadata = manifest_of(full(), "friday-tapes", "music", owner=owner)["metadata"]
    assert metadata["labels"] == {
        "app.kubernetes.io/managed-by": "navaar",
        "navaar.dev/sync": "friday-tapes",
        **label_of(full().identity),
    }
    assert metadata["ownerReferences"] == [owner]
    assert MEMORY_ANNOTATION not in metadata


def test_tracks_of_one_song_are_listed_by_one_label_however_it_is_spelled() -> None:
    spellings = [
        Recording("Cheshme Man", ("Dariush",), duration=200.0),
        Recording("CHESHME MAN (Official Video)", ("Dariush Official",), isrc="QZABC2100001"),
        Recording("چشم من", ("داریوش",)),
    ]
    for one in spellings:
        (label,) = label_of(one).items()
        for other in spellings:
            asked = selector("tapes", other)
            assert asked is not None
            assert asked.startswith("navaar.dev/sync=tapes,navaar.dev/sounds-like in (")
            assert label[0] == "navaar.dev/sounds-like"
            assert label[1] in asked
    assert label_of(Recording("Taghdir", ("Shadmehr",))).items() != label_of(spellings[0]).items()
    assert label_of(None) == {}
    assert selector("tapes", None) is None


MUSIC_SYNC: dict[str, Any] = {
    "metadata": {"name": "friday-tapes", "namespace": "music", "annotations": {APPROVE_ANNOTATION: "abc"}},
    "spec": {
        "telegram": {
            "channel": "@fridaytapes",
            "credentialsSecretRef": {"name": "t"},
            "past": "Ignore",
            "audio": {"fetch": "Never"},
        },
        "spotify": {
            "playlist": "5FJXhjdILmRA2z5bvz4nzf",
            "credentialsSecretRef": {"name": "s"},
            "access": "WriteOnly",
            "interval": "1h30m",
            "maxAdds": 7,
        },
        "mode": "Plan",
        "removalPolicy": "Propagate",
        "maxDeletes": 3,
        "matching": {"accept": 0.9, "review": 0.6},
        "retry": {"max": 2, "backoff": "90s"},
        "exclude": [{"artist": "A"}, {"id": "x"}],
    },
}


def test_a_music_sync_as_the_planner_sees_it() -> None:
    sync = sync_from(MUSIC_SYNC, Timing(settle=1))
    assert sync.name == "friday-tapes"
    assert sync.targets == {
        ServiceName.TELEGRAM: Target("@fridaytapes"),
        ServiceName.SPOTIFY: Target("5FJXhjdILmRA2z5bvz4nzf", Access.WRITE_ONLY, 5400, 7),
    }
    assert (sync.mode, sync.removal, sync.max_deletes) == (Mode.PLAN, RemovalPolicy.PROPAGATE, 3)
    assert (sync.fetch, sync.past, sync.approved) == (Fetch.NEVER, Past.IGNORE, "abc")
    assert (sync.accept, sync.review, sync.retry) == (0.9, 0.6, Retry(2, 90))
    assert sync.exclude == (Exclusion(artist="A"), Exclusion(id="x"))
    assert sync.timing.settle == 1


def test_what_a_music_sync_leaves_out_is_what_the_planner_takes_by_itself() -> None:
    resource = deepcopy(MUSIC_SYNC)
    resource["metadata"] = {"name": "friday-tapes"}
    resource["spec"] = {
        "youtubeMusic": {
            "playlist": "PLx0sYbCqOb8TBPRdmBHs5Iftvv9TPboYG",
            "credentialsSecretRef": {"name": "g"},
        },
        "spotify": {"playlist": "5FJXhjdILmRA2z5bvz4nzf", "credentialsSecretRef": {"name": "s"}},
        "somethingNewer": {"a": 1},
    }
    sync = sync_from(resource)
    assert sync == replace(
        type(sync)("friday-tapes"),
        targets={
            ServiceName.YOUTUBE: Target("PLx0sYbCqOb8TBPRdmBHs5Iftvv9TPboYG"),
            ServiceName.SPOTIFY: Target("5FJXhjdILmRA2z5bvz4nzf"),
        },
    )


def test_a_music_sync_that_the_schema_would_refuse_is_a_value_error() -> None:
    resource = deepcopy(MUSIC_SYNC)
    resource["spec"]["spotify"]["interval"] = "soon"
    with pytest.raises(ValueError, match="write it like 15m"):
        sync_from(resource)
