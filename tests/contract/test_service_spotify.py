"""What is particular to Spotify: token rotation, rows that are no songs, batches, its many ways to say no."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from reconcilers.errors import AuthError, OutcomeUnknown, QuotaError, RateLimitError, TargetError, TransientError
from reconcilers.recording import Recording
from reconcilers.services import Added, AddRequest, Query
from reconcilers.services.found import Found
from reconcilers.services.spotify import SpotifyCredentials, SpotifyService, SpotifyTokens
from sandbox.faults import Fault
from sandbox.thread import SandboxThread
from tests.contract.places import SPOTIFY_PLAYLIST, STRANGERS_SPOTIFY, Place, new_world, open_place, recording

PKCE = SpotifyCredentials("pkce-client", None, "pkce-refresh")


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxThread]:
    with SandboxThread(new_world()) as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
async def place(box: SandboxThread) -> AsyncIterator[Place]:
    opened = open_place("spotify", box)
    yield opened
    await opened.service.close()


async def test_a_rotated_refresh_token_is_stored_before_its_access_token_is_used(box: SandboxThread) -> None:
    stored: list[str] = []

    async def store(token: str) -> None:
        await asyncio.sleep(0.05)
        assert box.world.journal.counts("spotify")["GET /playlists/{id}"] == len(stored)
        stored.append(token)

    service = SpotifyService(SPOTIFY_PLAYLIST, PKCE, store, clock=box.world.clock.now)
    await service.head()
    box.call(lambda: box.world.clock.advance(3600))
    await service.head()
    assert len(stored) == len(set(stored)) == 2
    alive = [token for token, grant in box.world.spotify.accounts.grants.items() if not grant.revoked]
    assert stored[-1] in alive
    await service.close()


async def test_nothing_is_sent_while_the_rotated_token_cannot_be_stored(box: SandboxThread) -> None:
    failures, stored = 2, []

    async def store(token: str) -> None:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise OSError("the API server is away")
        stored.append(token)

    service = SpotifyService(SPOTIFY_PLAYLIST, PKCE, store)
    with pytest.raises(TransientError) as caught:
        await service.add((AddRequest("x" * 22, recording(0)),))
    assert caught.value.reason == "TokenNotStored"
    assert box.world.journal.counts("spotify") == {"POST /api/token": 1}
    assert (await service.head()).count == 0
    assert len(stored) == 1
    await service.close()


async def test_a_cancelled_pass_does_not_lose_a_rotated_token(box: SandboxThread) -> None:
    stored: list[str] = []
    asked = asyncio.Event()

    async def store(token: str) -> None:
        asked.set()
        await asyncio.sleep(0.05)
        stored.append(token)

    service = SpotifyService(SPOTIFY_PLAYLIST, PKCE, store)
    looking = asyncio.create_task(service.head())
    await asked.wait()
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    await asyncio.sleep(0.1)
    assert len(stored) == 1
    assert (await service.head()).count == 0
    assert box.world.journal.counts("spotify")["POST /api/token"] == 1
    await service.close()


async def test_two_playlists_of_one_secret_refresh_once(box: SandboxThread) -> None:
    stored: list[str] = []

    async def store(token: str) -> None:
        stored.append(token)

    tokens = SpotifyTokens(PKCE, store)
    box.call(lambda: box.world.spotify.create_playlist("9" * 22, "More", "friday"))
    both = [SpotifyService(playlist, PKCE, store, tokens=tokens) for playlist in (SPOTIFY_PLAYLIST, "9" * 22)]
    await asyncio.gather(*(service.head() for service in both))
    assert len(stored) == 1
    for service in both:
        await service.close()


async def test_a_token_that_is_called_expired_by_all_at_once_is_replaced_once(box: SandboxThread) -> None:
    tokens = SpotifyTokens(PKCE, _kept)
    four = [SpotifyService(SPOTIFY_PLAYLIST, PKCE, _kept, tokens=tokens) for _ in range(4)]
    await asyncio.gather(*(service.head() for service in four))
    box.call(lambda: box.world.clock.advance(3601))
    # One hears of it when another has long got the next token.
    box.call(lambda: box.world.faults.arm(Fault("late", "spotify", "GET /playlists/{id}", seconds=0.6)))
    mark = box.world.journal.mark()
    await asyncio.gather(*(service.head() for service in four))
    assert box.world.journal.counts("spotify", mark)["POST /api/token"] == 1
    for service in four:
        await service.close()


async def test_a_request_that_is_past_its_question_for_a_token_has_one_though_another_hears_it_is_refused(
    box: SandboxThread,
) -> None:
    tokens = SpotifyTokens(PKCE, _kept)
    service = SpotifyService(SPOTIFY_PLAYLIST, PKCE, _kept, tokens=tokens)
    await service.head()
    before = tokens.get_access_token()
    tokens.reject(before)
    assert tokens.get_access_token() == before
    await service.head()
    assert tokens.get_access_token() != before
    await service.close()


async def test_an_access_token_is_used_by_nobody_until_the_refresh_token_that_came_with_it_is_kept(
    box: SandboxThread,
) -> None:
    keeping, kept = asyncio.Event(), asyncio.Event()
    first = True

    async def keep(token: str) -> None:
        if not first:
            keeping.set()
            await kept.wait()

    tokens = SpotifyTokens(PKCE, keep)
    service = SpotifyService(SPOTIFY_PLAYLIST, PKCE, _kept, tokens=tokens)
    await service.head()
    first, before = False, tokens.get_access_token()
    tokens.reject(before)
    again = asyncio.ensure_future(service.head())
    await keeping.wait()
    assert tokens.get_access_token() == before
    kept.set()
    await again
    assert tokens.get_access_token() != before
    await service.close()


class Kept:
    """Where rotated refresh tokens go."""

    def __init__(self) -> None:
        self.tokens: list[str] = []

    async def __call__(self, token: str) -> None:
        self.tokens.append(token)


async def called_off(box: SandboxThread, service: SpotifyService) -> None:
    """A request is given up, and its service closed, while it waits for a token that Spotify has granted."""
    late = Fault("late", "spotify", "POST /api/token", seconds=0.3)
    box.call(lambda: box.world.faults.arm(late))
    asking = asyncio.ensure_future(service.head())
    while late in box.world.faults.armed:
        await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await service.close()


async def test_a_token_is_not_asked_for_twice_though_who_asked_is_called_off(box: SandboxThread) -> None:
    kept = Kept()
    tokens = SpotifyTokens(PKCE, kept)
    one, other = (SpotifyService(SPOTIFY_PLAYLIST, PKCE, kept, tokens=tokens) for _ in range(2))
    mark = box.world.journal.mark()
    await called_off(box, one)
    assert kept.tokens == []
    await other.head()
    assert box.world.journal.counts("spotify", mark)["POST /api/token"] == 1
    assert len(kept.tokens) == 1
    await other.close()


async def test_what_is_rotated_is_waited_for_and_kept_though_nobody_wants_the_token_any_more(
    box: SandboxThread,
) -> None:
    kept = Kept()
    tokens = SpotifyTokens(PKCE, kept)
    await called_off(box, SpotifyService(SPOTIFY_PLAYLIST, PKCE, kept, tokens=tokens))
    assert kept.tokens == []
    await tokens.at_rest()
    assert len(kept.tokens) == 1


async def test_a_rotated_token_that_is_lost_with_the_process_is_a_persons_to_replace_and_asked_for_once(
    box: SandboxThread,
) -> None:
    async def lose(token: str) -> None:
        raise OSError("the process ends here")

    first = SpotifyService(SPOTIFY_PLAYLIST, PKCE, lose)
    with pytest.raises(TransientError):
        await first.head()
    await first.close()
    mark = box.world.journal.mark()
    tokens = SpotifyTokens(PKCE, _kept)
    four = [SpotifyService(SPOTIFY_PLAYLIST, PKCE, _kept, tokens=tokens) for _ in range(4)]
    for service in (*four, four[0]):
        with pytest.raises(AuthError) as caught:
            await service.head()
        assert caught.value.reason == "AuthExpired"
        assert "Sign in again and replace refresh-token" in caught.value.message
    assert box.world.journal.counts("spotify", mark) == {"POST /api/token": 1}
    for service in four:
        await service.close()


async def test_the_same_search_of_two_syncs_is_made_once_also_when_it_finds_nothing(box: SandboxThread) -> None:
    tokens, found = SpotifyTokens(PKCE, _kept), Found()
    two = [SpotifyService(SPOTIFY_PLAYLIST, PKCE, _kept, tokens=tokens, found=found) for _ in range(2)]
    for wanted in (recording(0), Recording("Nothing of this name", ("Nobody at all",))):
        mark = box.world.journal.mark()
        answers = [await service.search(Query(wanted)) for service in two]
        assert answers[0] == answers[1] is not None
        assert box.world.journal.counts("spotify", mark)["GET /search"] == 1
    for service in two:
        await service.close()


async def test_rows_that_are_no_songs_are_counted_and_marked(place: Place) -> None:
    spotify = place.world.spotify
    place.put(0)
    place.box.call(lambda: spotify.add_local(SPOTIFY_PLAYLIST, "Me", "Demo Tape"))
    place.box.call(lambda: spotify.add_episode(SPOTIFY_PLAYLIST, "A Talk"))
    place.box.call(lambda: spotify.add_null(SPOTIFY_PLAYLIST))
    place.put(1)
    listing = await place.service.list()
    assert listing.rows == (await place.service.head()).count == 5
    song, local, episode, last = listing.items
    assert [item.foreign for item in listing.items] == [False, True, True, False]
    assert local.id.startswith("spotify:local:")
    assert episode.id.startswith("spotify:episode:")
    assert (song.id, last.id) == (place.id(0), place.id(1))
    assert song.recording.isrc == "DEAB12600000"


async def test_the_snapshot_moves_with_every_change_and_only_then(place: Place) -> None:
    first = await place.service.head()
    assert await place.service.head() == first
    await place.service.add((place.request(0),))
    assert (await place.service.head()).snapshot != first.snapshot


async def test_a_hundred_and_fifty_songs_are_two_requests(place: Place) -> None:
    outcomes = await place.service.add(tuple(place.request(n % 6) for n in range(150)))
    assert len(outcomes) == 150
    assert all(isinstance(outcome, Added) for outcome in outcomes)
    assert [len(entry.detail["body"]["uris"]) for entry in place.writes()] == [100, 50]


async def test_trouble_in_the_second_batch_leaves_the_first_told(place: Place) -> None:
    await place.service.head()
    place.box.call(lambda: setattr(place.world.spotify.quota, "per_day", 2))
    outcomes = await place.service.add(tuple(place.request(n % 6) for n in range(150)))
    assert [type(outcome) for outcome in outcomes[::100]] == [Added, QuotaError]
    assert len(place.ids()) == 100


async def test_an_unknown_outcome_of_a_batch_is_that_of_each_of_its_songs(place: Place) -> None:
    place.arm("lost", "add")
    outcomes = await place.service.add(tuple(place.request(n) for n in range(3)))
    assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown] * 3
    assert len(place.writes()) == 1


async def test_a_short_wait_and_the_daily_quota_are_told_apart(place: Place) -> None:
    await place.service.head()
    place.arm("rate-limit", "head", seconds=48_925)
    with pytest.raises(QuotaError) as long:
        await place.service.head()
    assert long.value.reason == "QuotaExhausted"
    assert long.value.retry_at == pytest.approx(place.world.clock.now() + 48_925, abs=5)
    place.arm("rate-limit", "head", seconds=3)
    with pytest.raises(RateLimitError):
        await place.service.head()


async def test_a_playlist_that_may_be_seen_but_not_read_is_forbidden(place: Place, box: SandboxThread) -> None:
    strange = open_place("spotify", box, playlist=STRANGERS_SPOTIFY)
    for awaitable in (strange.service.head(), strange.service.list()):
        with pytest.raises(TargetError) as caught:
            await awaitable
        assert caught.value.reason == "Forbidden"
        assert "owns or collaborates" in caught.value.message
    await strange.service.close()


async def test_a_user_who_is_not_on_the_apps_list_is_told_so(place: Place) -> None:
    place.box.call(lambda: setattr(place.world.spotify.accounts.apps["spotify-client"], "allowed", {"somebody"}))
    with pytest.raises(AuthError) as caught:
        await place.service.head()
    assert "developer.spotify.com/dashboard" in caught.value.message


async def test_a_consent_without_the_scope_is_told_so(place: Place) -> None:
    grant = place.world.spotify.accounts.grants["spotify-refresh"]
    place.box.call(lambda: setattr(grant, "scopes", ("playlist-read-private",)))
    with pytest.raises(AuthError) as caught:
        await place.service.add((place.request(0),))
    assert caught.value.reason == "InsufficientScope"


async def test_a_consent_of_six_months_ago_and_a_wrong_secret_are_told_apart(box: SandboxThread) -> None:
    place = open_place("spotify", box)
    box.call(lambda: box.world.spotify.expire("spotify-refresh"))
    with pytest.raises(AuthError) as old:
        await place.service.head()
    assert "six months" in old.value.message
    wrong = SpotifyService(SPOTIFY_PLAYLIST, SpotifyCredentials("spotify-client", "no", "spotify-refresh"), _store)
    with pytest.raises(AuthError) as secret:
        await wrong.head()
    assert secret.value.reason == "InvalidClient"
    await place.service.close()
    await wrong.close()


async def test_a_sign_in_service_in_trouble_is_not_a_dead_consent(place: Place) -> None:
    place.arm("error", "POST /api/token", status=503, times=9)
    with pytest.raises(TransientError):
        await place.service.head()
    place.box.call(lambda: place.world.faults.clear())
    assert (await place.service.head()).count == 0


async def _store(token: str) -> None:
    raise AssertionError("an application with a secret keeps its refresh token")


async def _kept(token: str) -> None:
    """Somebody keeps it."""
