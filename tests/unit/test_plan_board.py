"""Which track an entry belongs to, however the tracks are kept at hand."""

from dataclasses import replace

import pytest

from reconcilers.model import NO_WISHES, Placement, State, Track, Wishes
from reconcilers.plan.board import Board, ids_of
from reconcilers.services.protocol import ServiceName
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE
from tests.planworld import GLORY, NOW, TEARDROP, here

PLACES = (TELEGRAM, YOUTUBE, SPOTIFY)
RESTING = Track("resting", identity=GLORY, placements={TELEGRAM: here("1"), YOUTUBE: here("yt1"), SPOTIFY: here("sp1")})
OTHER = Track("other", identity=TEARDROP, placements={TELEGRAM: here("2"), YOUTUBE: here("yt2"), SPOTIFY: here("sp2")})


def board(*tracks: Track) -> Board:
    return Board({track.name: track for track in tracks}, PLACES, NOW)


@pytest.mark.parametrize(
    "placement",
    [
        here("yt1"),
        here("yt1", others=("yt8", "yt9")),
        here("yt1", taken="yt0"),
        here("yt1", requested="yt-asked"),
        replace(here("yt1"), seen=False),
        Placement(State.REMOVED, id="yt1"),
        Placement(State.PENDING),
    ],
    ids=["at rest", "with further entries", "one taken out", "stored by another id", "not seen", "removed", "nowhere"],
)
@pytest.mark.parametrize("wishes", [NO_WISHES, Wishes(pins={YOUTUBE: "yt-pin"})], ids=["untouched", "pinned"])
@pytest.mark.parametrize("elsewhere", [here("sp1"), Placement(State.NOT_FOUND)], ids=["at rest elsewhere", "not so"])
def test_every_entry_by_which_a_place_may_show_a_song_leads_to_its_track(
    placement: Placement, wishes: Wishes, elsewhere: Placement
) -> None:
    track = replace(RESTING, placements={TELEGRAM: here("1"), YOUTUBE: placement, SPOTIFY: elsewhere}, wishes=wishes)
    for tracks in ((track, OTHER), (OTHER, track)):
        for service in PLACES:
            for id in ids_of(track, service):
                assert board(*tracks).owner(service, id) is track, id
            assert board(*tracks).owner(service, "elsewhere") is None


def test_what_a_post_was_made_from_is_no_entry_of_the_channel() -> None:
    track = replace(RESTING, placements={**RESTING.placements, TELEGRAM: here("1", requested="yt1")})
    assert board(track).owner(TELEGRAM, "1") is track
    assert board(track).owner(TELEGRAM, "yt1") is None


@pytest.mark.parametrize("asked_first", PLACES)
def test_two_tracks_that_rest_by_one_entry_are_told_of_whatever_is_asked_first(asked_first: ServiceName) -> None:
    twin = replace(RESTING, name="twin", created=RESTING.created + 1)
    for tracks in ((RESTING, twin, OTHER), (twin, OTHER, RESTING)):
        there = board(*tracks)
        owner = there.owner(asked_first, RESTING.placements[asked_first].id or "")
        assert owner is RESTING, "the older one"
        assert {frozenset((a.name, b.name)) for a, b in there.overlaps()} == {frozenset(("resting", "twin"))}


def test_places_that_are_prepared_together_are_as_those_that_are_asked_for_one_by_one() -> None:
    pending = replace(OTHER, name="pending", placements={YOUTUBE: here("yt3"), SPOTIFY: Placement()})
    tracks = (RESTING, OTHER, pending, replace(RESTING, name="twin", created=1.0))
    together, one_by_one = board(*tracks), board(*tracks)
    together.index(PLACES)
    for service in PLACES:
        assert together.settled(service) == one_by_one.settled(service)
        assert together.entries(service) == one_by_one.entries(service)
        assert together.seen(service) == one_by_one.seen(service)
        assert together.placed(service) == len(one_by_one.seen(service))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_song_without_a_placement_in_a_place_that_was_declared_since_is_not_one_that_vanished_there(
    count: int,
) -> None:
    elsewhere = {TELEGRAM: here("1"), YOUTUBE: here("yt1")}
    new = [Track(f"t{n}", identity=GLORY, placements=elsewhere) for n in range(count)]
    there = board(OTHER, *new)
    assert set(there.settled(SPOTIFY)) == {"sp2"}
    assert there.placed(SPOTIFY) == 1
