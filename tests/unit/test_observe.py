"""How a place is read, and what a reading is worth."""

import asyncio
from typing import Any

import pytest

from reconcilers.observe import observe
from reconcilers.plan.operations import Listed, Looked, Observe
from reconcilers.recording import Recording
from reconcilers.services.protocol import Head, Listing
from tests.memory import SPOTIFY, YOUTUBE, Playlist


def playlist(count: int, name: Any = SPOTIFY) -> Playlist:
    place = Playlist(name, songs={f"s{n}": Recording(f"Song {n}") for n in range(count + 60)})
    for n in range(count):
        place.put(f"s{n}")
    place.calls.clear()
    return place


def look(place: Playlist, operation: Observe) -> Looked | Listed:
    return asyncio.run(observe(place, operation, lambda: 7.0))


def known(place: Playlist) -> Head:
    head = asyncio.run(place.head())
    place.calls.clear()
    return head


def test_an_unchanged_place_costs_one_call() -> None:
    place = playlist(3)
    head = known(place)
    assert look(place, Observe(SPOTIFY, head)) == Looked(SPOTIFY, head, 7.0)
    assert place.calls == ["head"]


def test_a_whole_listing_is_made_when_asked_for_though_nothing_changed() -> None:
    place = playlist(3)
    found = look(place, Observe(SPOTIFY, known(place), full=True))
    assert isinstance(found, Listed)
    assert found.complete
    assert len(found.items) == 3


def test_the_tail_suffices_when_its_unknown_entries_equal_the_growth() -> None:
    place = playlist(120)
    head, seen = known(place), frozenset(place.ids)
    place.put("s120")
    place.put("s121")
    found = look(place, Observe(SPOTIFY, head, seen))
    assert isinstance(found, Listed)
    assert not found.complete
    assert not found.problem
    assert len(found.items) == 50
    assert found.items[-1].id == "s121"
    assert place.calls == ["head", "list", "head"]


def test_the_tail_does_not_suffice_when_something_vanished_too() -> None:
    place = playlist(120)
    head, seen = known(place), frozenset(place.ids)
    place.take("s5")
    place.put("s120")
    place.put("s121")
    found = look(place, Observe(SPOTIFY, head, seen))
    assert isinstance(found, Listed)
    assert found.complete
    assert len(found.items) == 121


def test_the_tail_does_not_suffice_for_more_growth_than_a_page_or_without_a_snapshot() -> None:
    for place, more in ((playlist(120), 51), (playlist(120, YOUTUBE), 1)):
        head, seen = known(place), frozenset(place.ids)
        for n in range(more):
            place.put(f"s{120 + n}")
        found = look(place, Observe(place.name, head, seen))
        assert isinstance(found, Listed)
        assert found.complete


def test_a_tail_that_changes_while_it_is_read_is_not_believed() -> None:
    place = playlist(60)
    head, seen = known(place), frozenset(place.ids)
    place.put("s60")
    once = iter([1])

    def change() -> None:
        if next(once, None):
            place.put("s61")

    place.while_listed = change
    found = look(place, Observe(SPOTIFY, head, seen))
    assert isinstance(found, Listed)
    assert {"s60", "s61"} <= {i.id for i in found.items}


def test_a_playlist_that_keeps_changing_has_no_head_and_proves_nothing() -> None:
    place = playlist(3)

    def change() -> None:
        place.changes += 1

    place.while_listed = change
    found = look(place, Observe(SPOTIFY, full=True))
    assert isinstance(found, Listed)
    assert found.head is None
    assert not found.complete


@pytest.mark.parametrize("keep", [0, 2])
def test_fewer_rows_than_the_service_counts_is_incomplete_and_says_so(keep: int) -> None:
    place = playlist(3)
    place.lie = lambda items: items[:keep]
    found = look(place, Observe(SPOTIFY, full=True))
    assert isinstance(found, Listed)
    assert not found.complete
    assert found.problem == f"the service says that there are 3 entries, and showed {keep}"


def test_a_listing_whose_last_page_was_not_reached_is_incomplete_and_says_so() -> None:
    place = playlist(3)

    async def truncated(start: int = 0) -> Listing:
        return Listing((), 3, start, ended=False)

    place.list = truncated  # type: ignore[method-assign]
    found = look(place, Observe(SPOTIFY, full=True))
    assert isinstance(found, Listed)
    assert not found.complete
    assert "last page" in found.problem
