"""A Track goes from the planner to the cluster and comes back as it was, and what people write into it is read."""

import json
from dataclasses import fields, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from navaar.api.common import RECONCILE_ANNOTATION
from navaar.api.convert import memory_of, status_of, track_from
from reconcilers.model import Intent, Match, Origin, Phase, Placement, Scored, Source, State, Track, Wishes
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from tests.storedtracks import full, stored

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
