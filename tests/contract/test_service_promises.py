"""What every playlist's adapter promises to the planner, held against the simulated services on the wire."""

import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from reconcilers.errors import (
    AuthError,
    ItemError,
    OutcomeUnknown,
    QuotaError,
    RateLimitError,
    ServiceError,
    TargetError,
    TransientError,
)
from reconcilers.services import Added, Query
from sandbox.thread import SandboxThread
from tests.contract.places import (
    SECRETS,
    STRANGERS_SPOTIFY,
    STRANGERS_YOUTUBE,
    Place,
    new_world,
    open_place,
    recording,
)
from tests.waiting import soon

KINDS = ("spotify", "youtube-data", "youtube-music")


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxThread]:
    with SandboxThread(new_world()) as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running
        assert running.refused == []


@pytest.fixture(params=KINDS)
async def place(request: pytest.FixtureRequest, box: SandboxThread) -> AsyncIterator[Place]:
    opened = open_place(request.param, box)
    yield opened
    await opened.service.close()


def error_of(outcome: Any) -> ServiceError:
    assert isinstance(outcome, ServiceError), outcome
    return outcome


async def failing(awaitable: Any) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        await awaitable
    assert not any(secret in str(caught.value) for secret in SECRETS)
    return caught.value


# Observing


async def test_head_and_list_count_the_same_rows_over_several_pages(place: Place) -> None:
    place.put(*[n % 6 for n in range(130)])
    head, listing = await place.service.head(), await place.service.list()
    assert head.count == listing.rows == 130
    assert (listing.start, listing.ended) == (0, True)
    assert [item.id for item in listing.items] == place.ids()


async def test_an_empty_playlist_has_no_rows_and_ends(place: Place) -> None:
    listing = await place.service.list()
    assert (await place.service.head()).count == listing.rows == 0
    assert (listing.items, listing.ended) == ((), True)


async def test_a_listing_from_a_position_has_what_follows_it(place: Place) -> None:
    place.put(0, 1, 2, 3, 4)
    listing = await place.service.list(3)
    assert [item.id for item in listing.items] == [place.id(3), place.id(4)]
    assert (listing.rows, listing.start) == (2, 3)


async def test_the_cheap_look_costs_one_request(place: Place) -> None:
    await place.service.head()
    place.calls.clear()
    before = place.world.journal.mark()
    await place.service.head()
    assert len(list(place.world.journal)[before:]) == 1
    assert [(operation, outcome) for operation, _, outcome, _ in place.calls] == [("head", "ok")]


async def test_an_item_says_who_sings_what_and_for_how_long(place: Place) -> None:
    place.put(2)
    said = (await place.service.list()).items[0].recording
    assert (said.title, said.artists, said.album) == ("Copper Song", ("Singer Copper",), "Copper Album")
    assert said.duration == pytest.approx(194, abs=1)


async def test_a_song_that_is_gone_upstream_still_counts(place: Place) -> None:
    place.put(0, 1, 2)
    place.withdraw(1)
    head, listing = await place.service.head(), await place.service.list()
    assert head.count == listing.rows == 3
    assert [item.id for item in listing.items if item.available] == [place.id(0), place.id(2)]


async def test_a_listing_that_was_cut_short_shows_it(place: Place) -> None:
    place.put(*[n % 6 for n in range(130)])
    place.arm("truncated", "list")
    listing = await place.service.list()
    assert not listing.ended or listing.rows != (await place.service.head()).count


# Searching


async def test_a_search_finds_the_song_and_ends_after_its_formulations(place: Place) -> None:
    found = await place.service.search(Query(recording(3)))
    assert found is not None
    assert place.id(3) in [candidate.id for candidate in found]
    before = place.world.journal.mark()
    assert await place.service.search(Query(recording(3), 9)) is None
    assert place.world.journal.mark() == before


async def test_a_song_that_nobody_has_is_an_empty_answer(place: Place) -> None:
    place.arm("empty", "search", times=2)
    assert await place.service.search(Query(recording(0))) == ()


async def test_an_id_resolves_while_its_song_exists(place: Place) -> None:
    candidate = await place.service.resolve(place.id(4))
    assert candidate is not None
    assert (candidate.id, candidate.recording.title) == (place.id(4), "Ember Song")
    place.withdraw(4)
    assert await place.service.resolve(place.id(4)) is None
    assert await place.service.resolve("no id at all") is None


# Adding and removing


async def test_what_was_added_is_listed_under_the_ids_that_add_told(place: Place) -> None:
    place.put(0)
    outcomes = await place.service.add((place.request(2), place.request(1)))
    assert place.ids() == [place.id(0), place.id(2), place.id(1)]
    items = (await place.service.list()).items[1:]
    told = [(outcome.id, outcome.entry) for outcome in outcomes if isinstance(outcome, Added)]
    assert told == [(item.id, item.entry) for item in items]


async def test_another_song_stored_than_asked_for_shows_in_the_listing(place: Place) -> None:
    place.arm("substitute", "add", detail={"id": place.id(5)})
    await place.service.add((place.request(0),))
    assert [item.id for item in (await place.service.list()).items] == [place.id(5)]


async def test_removing_is_repeatable(place: Place) -> None:
    place.put(0, 1)
    item = (await place.service.list()).items[0]
    await place.service.remove(item.id, item.entry)
    assert place.ids() == [place.id(1)]
    await place.service.remove(item.id, item.entry)
    assert place.ids() == [place.id(1)]


async def test_removing_without_a_handle_takes_every_copy(place: Place) -> None:
    place.put(0, 1, 0)
    await place.service.remove(place.id(0), None)
    assert place.ids() == [place.id(1)]
    await place.service.remove(place.id(0), None)


async def test_one_bad_song_does_not_sink_its_batch(place: Place) -> None:
    place.withdraw(1)
    outcomes = await place.service.add(tuple(place.request(n) for n in (0, 1, 2)))
    assert [type(outcome) for outcome in outcomes[::2]] == [Added, Added]
    assert isinstance(error_of(outcomes[1]), ItemError)
    assert place.ids() == [place.id(0), place.id(2)]


@pytest.mark.parametrize("kind", ["lost", "reset", "error"])
async def test_a_write_without_an_answer_is_sent_once_and_of_unknown_outcome(place: Place, kind: str) -> None:
    await place.service.head()
    place.arm(kind, "add", status=503)
    (outcome,) = await place.service.add((place.request(0),))
    assert type(outcome) is OutcomeUnknown
    assert len(place.writes()) == 1
    assert place.ids() == ([place.id(0)] if kind == "lost" else [])


async def test_a_write_that_is_answered_too_late_is_of_unknown_outcome(place: Place, box: SandboxThread) -> None:
    slow = open_place(place.kind, box, read_timeout=0.3)
    await slow.service.head()
    place.arm("late", "add", seconds=0.8)
    (outcome,) = await slow.service.add((place.request(0),))
    assert type(outcome) is OutcomeUnknown
    await soon(lambda: place.ids() == [place.id(0)])
    await slow.service.close()


async def test_a_removal_without_an_answer_is_of_unknown_outcome(place: Place) -> None:
    place.put(0)
    item = (await place.service.list()).items[0]
    place.arm("lost", "remove")
    assert type(await failing(place.service.remove(item.id, item.entry))) is OutcomeUnknown
    assert len(place.writes()) == 1


async def test_a_write_that_never_left_is_not_of_unknown_outcome(
    place: Place, monkeypatch: pytest.MonkeyPatch, box: SandboxThread
) -> None:
    await place.service.head()
    await place.service.close()
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    outcome = await failing(place.service.add((place.request(0),)))
    assert type(outcome) is TransientError
    assert place.writes() == []


# Trouble


async def test_a_read_survives_a_hiccup(place: Place) -> None:
    place.put(0)
    await place.service.head()
    place.arm("error", "list", status=503)
    assert (await place.service.list()).rows == 1


async def test_a_read_that_fails_for_good_is_transient_trouble(place: Place) -> None:
    await place.service.head()
    place.arm("error", "head", status=503, times=9)
    started = time.monotonic()
    assert type(await failing(place.service.head())) is TransientError
    assert time.monotonic() - started < 4


async def test_an_answer_that_is_no_json_is_transient_trouble(place: Place) -> None:
    await place.service.head()
    place.arm("error", "head", status=200, body="<html>please sign in to this network</html>", times=9)
    assert type(await failing(place.service.head())) is TransientError


async def test_a_write_answered_with_nonsense_is_of_unknown_outcome(place: Place) -> None:
    await place.service.head()
    place.arm("error", "add", status=200, body="<html>hello</html>")
    (outcome,) = await place.service.add((place.request(0),))
    assert type(outcome) is OutcomeUnknown


@pytest.mark.parametrize("what", ["head", "add"])
async def test_a_request_to_wait_is_passed_on_and_not_slept(place: Place, what: str) -> None:
    await place.service.head()
    place.arm("rate-limit", what, seconds=40)
    started = time.monotonic()
    error = await failing(place.service.head() if what == "head" else place.service.add((place.request(0),)))
    assert isinstance(error, RateLimitError)
    assert error.retry_at == pytest.approx(place.world.clock.now() + 40, abs=3)
    assert time.monotonic() - started < 2
    assert len(place.writes()) == (1 if what == "add" else 0)


@pytest.mark.parametrize("place", KINDS[:2], indirect=True)
async def test_a_quota_used_up_is_neither_auth_nor_trouble(place: Place) -> None:
    await place.service.head()
    place.arm("quota", "add")
    error = await failing(place.service.add((place.request(0),)))
    assert type(error) is QuotaError
    assert error.retry_at > place.world.clock.now() + 60


async def test_a_permission_taken_back_says_what_to_do(place: Place) -> None:
    await place.service.head()
    place.kill_token()
    error = await failing(place.service.head())
    assert isinstance(error, AuthError)
    assert "Secret" in error.message
    assert isinstance(await failing(place.service.add((place.request(0),))), AuthError)


@pytest.mark.parametrize("place", KINDS[:2], indirect=True)
async def test_an_access_token_that_was_refused_once_is_replaced(place: Place) -> None:
    await place.service.head()
    place.arm("revoked", "head")
    assert (await place.service.head()).count == 0


@pytest.mark.parametrize("place", KINDS[:2], indirect=True)
async def test_a_write_refused_for_its_token_is_not_sent_again(place: Place) -> None:
    await place.service.head()
    place.arm("revoked", "add")
    error = await failing(place.service.add((place.request(0),)))
    assert type(error) is TransientError
    assert len(place.writes()) == 1
    assert isinstance((await place.service.add((place.request(0),)))[0], Added)


async def test_a_token_that_expires_is_renewed_in_time(place: Place) -> None:
    await place.service.head()
    place.box.call(lambda: place.world.clock.advance(3590))
    assert (await place.service.head()).count == 0
    assert {outcome for _, _, outcome, _ in place.calls} == {"ok"}


async def test_a_playlist_that_is_not_there_needs_a_person(place: Place, box: SandboxThread) -> None:
    gone = "PLnobody0000000000000000000000000" if "youtube" in place.kind else "7" * 22
    lost = open_place(place.kind, box, playlist=gone)
    for awaitable in (lost.service.head(), lost.service.list(), lost.service.add((place.request(0),))):
        error = await failing(awaitable)
        assert isinstance(error, TargetError)
        assert error.reason == "NotFound"
    await lost.service.close()


async def test_somebody_elses_playlist_is_not_written_to(place: Place, box: SandboxThread) -> None:
    strange = open_place(place.kind, box, playlist=STRANGERS_YOUTUBE if "youtube" in place.kind else STRANGERS_SPOTIFY)
    error = await failing(strange.service.add((place.request(0),)))
    assert isinstance(error, TargetError)
    assert error.reason == "Forbidden"
    await strange.service.close()


async def test_every_request_is_accounted_for(place: Place) -> None:
    place.put(0)
    await place.service.head()
    await place.service.list()
    await place.service.add((place.request(1),))
    await place.service.remove(place.id(1), None)
    operations = {operation for operation, *_ in place.calls}
    assert {"head", "list", "add", "remove"} <= operations
    assert all(seconds >= 0 for *_, seconds in place.calls)
    journal = [entry for entry in place.world.journal if "token" not in entry.call and entry.call != "home"]
    assert len(journal) == len([1 for operation, *_ in place.calls if operation != "token"])


async def test_closing_twice_is_fine(place: Place) -> None:
    await place.service.head()
    await place.service.close()
    await place.service.close()
