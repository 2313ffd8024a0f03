"""What is done first, and what is looked at before."""

from dataclasses import replace

from reconcilers.matching import keys
from reconcilers.model import Place, Placement, Source, Track
from reconcilers.plan import plan
from reconcilers.plan.bulk import queue_order
from reconcilers.plan.operations import Add, Listed, Observe, Search
from reconcilers.policy import Sync, Target
from reconcilers.recording import Recording
from reconcilers.services.protocol import Head, Item
from tests.memory import SPOTIFY, YOUTUBE
from tests.planworld import GLORY, NOW, PLACES, here, world


def test_new_songs_go_before_the_backlog_and_the_backlog_oldest_first() -> None:
    tracks = {}
    for name, source, created in (
        ("old", Source.BACKLOG, 1.0),
        ("older", Source.BACKLOG, 0.0),
        ("new", Source.NEW, 9.0),
    ):
        placements = {YOUTUBE: here(name), SPOTIFY: Placement()}
        identity = Recording(name, ("x",))
        tracks[name] = Track(name, (YOUTUBE, name), identity, placements=placements, source=source, created=created)
    sync = Sync("tapes", {SPOTIFY: Target("sp1"), YOUTUBE: Target("PL1")})
    made = plan(sync, tracks, {SPOTIFY: Place(0, "s", looked=NOW)}, [], NOW)
    assert [o.track for o in made.operations[SPOTIFY] if isinstance(o, Search)] == ["new", "older", "old"]


def test_a_place_that_only_counts_is_read_whole_before_an_addition_unless_it_just_was() -> None:
    track = Track("t", (SPOTIFY, "1"), GLORY, placements={SPOTIFY: here("1"), YOUTUBE: Placement(id="yt-glory")})
    sync = Sync("tapes", {SPOTIFY: Target("sp1"), YOUTUBE: Target("PL1")})
    fresh = Place(0, looked=NOW, listed=NOW - 30)
    assert [type(o) for o in plan(sync, {"t": track}, {YOUTUBE: fresh}, [], NOW).operations[YOUTUBE]] == [Add]
    stale = replace(fresh, listed=NOW - 90)
    (look,) = plan(sync, {"t": track}, {YOUTUBE: stale}, [], NOW).operations[YOUTUBE]
    assert isinstance(look, Observe)
    assert look.full


def test_a_busy_place_is_asked_nothing_more() -> None:
    sync = Sync("tapes", {SPOTIFY: Target("sp1"), YOUTUBE: Target("PL1")})
    assert list(plan(sync, {}, {}, [], NOW, busy={SPOTIFY}).operations) == [YOUTUBE]


def test_identity_keys_that_are_remembered_are_not_those_of_another_recording() -> None:
    assert keys(GLORY) is keys(GLORY)
    other = replace(GLORY, title="Roads", isrc="GBAAA0000001")
    assert keys(other) == keys(Recording("Roads", GLORY.artists, isrc="GBAAA0000001"))
    assert set(keys(other)).isdisjoint(keys(GLORY))


def test_places_is_what_every_test_here_means_by_all() -> None:
    assert tuple(world().sync.targets) == PLACES


def test_what_one_listing_shows_first_is_added_elsewhere_first() -> None:
    """The API server knows to the second when a Track was made; names are hashes. Neither is the order of a playlist."""
    sync = Sync("tapes", {SPOTIFY: Target("sp1"), YOUTUBE: Target("PL1")})
    titles = [f"Song {word}" for word in ("zulu", "alpha", "mike", "bravo", "yankee")]
    items = tuple(
        Item(f"id{9 - n}", Recording(title, (f"Singer {title}",), duration=200.0 + n)) for n, title in enumerate(titles)
    )
    made = plan(sync, {}, {}, [Listed(SPOTIFY, items, NOW, complete=True, head=Head(5, "s"))], NOW)
    stored = [replace(track, created=float(int(NOW))) for track in made.records]
    assert [track.identity.title for track in sorted(stored, key=queue_order) if track.identity] == titles
