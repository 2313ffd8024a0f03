"""Why things are as they are, in a person's language: made of reasons, whatever the objects say in English."""

from functools import cache
from itertools import product
from typing import Any

import pytest

from navaar.notices.decision import SIGN_IN
from navaar.people.evidence import fact, shown, version
from navaar.people.outlook import following, setting
from navaar.people.progress import Progress
from navaar.people.queue import queue
from navaar.people.span import DAY, HOUR, MINUTE, about, coming, short
from navaar.people.story import story
from navaar.people.why import of_place, of_plan, of_song
from navaar.words import ENGLISH, LANGUAGES, REASONS
from reconcilers.alike import asked
from reconcilers.matching.compare import _PEOPLE_WORDS, _TITLE_WORDS, compare
from reconcilers.matching.vocabulary import ARRANGED, DOUBTFUL, SEPARATING
from reconcilers.model import scored
from reconcilers.recording import Candidate, Recording
from reconcilers.services.protocol import ServiceName
from tests.latin import foreign, plain
from tests.reasons import reasons

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
TELEGRAM, YOUTUBE, SPOTIFY = ServiceName.TELEGRAM, ServiceName.YOUTUBE, ServiceName.SPOTIFY
NOW = 1772798400.0
ENGLISH_WORDS = "something that only the API says"


@cache
def given() -> set[str]:
    modules = (
        "account", "api/memory.py", "api/placement.py", "channel.py", "claims.py", "controller.py", "intake.py", "lookup.py",
        "session.py", "status.py", "store",
    )  # fmt: skip
    return reasons("reconcilers", *(f"operator/navaar/{module}" for module in modules))


def sync(**conditions: tuple[str, str]) -> dict[str, Any]:
    """A MusicSync whose places say so."""
    return {
        "metadata": {"namespace": "music", "name": "tapes", "generation": 1},
        "spec": {
            service: {"credentialsSecretRef": {"name": f"our-{service}"}, "playlist": "PL123"}
            for service in ServiceName
        },
        "status": {
            "conditions": [
                {"type": type, "status": "False", "reason": reason, "message": message}
                for type, (reason, message) in conditions.items()
            ],
            "spotify": {"consentExpiresAt": "2026-12-24T00:00:00Z"},
        },
    }


def test_the_sources_are_read_for_reasons() -> None:
    assert {
        "AuthExpired",
        "InvalidSpec",
        "TargetClaimed",
        "PinDead",
        "FetchFailed",
        "NotApplied",
        "FetchNever",
    } <= given()
    assert given() >= SIGN_IN and len(given()) > 80


@pytest.mark.parametrize("language", OTHERS)
def test_every_reason_has_a_sentence_and_no_sentence_is_left_over(language: str) -> None:
    told = {key.split(".")[1] for key in REASONS[language] if key.startswith(("place.", "song."))}
    assert sorted(given() - told) == [], f"without a sentence in {language}"
    assert sorted(told - given()) == [], "said by nobody any more"


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_tells_of_the_place_and_nothing_of_the_api_s_english(language: str) -> None:
    for reason, service in product(sorted(given()), (*ServiceName, None)):
        told, line = of_place(sync(), service, reason, f"{ENGLISH_WORDS}: navaar auth spotify tapes", language)
        assert line == "navaar auth spotify tapes"
        assert told and "{" not in told
        assert (ENGLISH_WORDS in told) == (reason == "Refused")
        assert not foreign(plain(told), ["tapes", ENGLISH_WORDS]), told
        if service is not None:
            song = of_song(
                service, {"state": "Failed", "reason": reason, "message": ENGLISH_WORDS, "id": "x"}, language
            )
            assert song and (ENGLISH_WORDS in song) == (reason == "Refused")
            assert not foreign(plain(song), ["tapes", ENGLISH_WORDS, "x"]), song


def test_in_english_it_is_what_the_api_says() -> None:
    message = "Spotify has no such playlist. Sign in: navaar auth spotify tapes -n music"
    assert of_place(sync(), SPOTIFY, "NotFound", message, ENGLISH) == (
        "Spotify has no such playlist. Sign in:",
        "navaar auth spotify tapes -n music",
    )
    assert of_song(SPOTIFY, {"reason": "PinDead", "message": "it is gone"}, ENGLISH) == "it is gone"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", ["InvalidSpec", "Forbidden"])
def test_a_condition_that_repeats_an_exception_is_not_repeated_itself(reason: str, language: str) -> None:
    planted = "tracks is forbidden: User system:serviceaccount:navaar cannot create"
    told, _ = of_place(sync(), None, reason, planted, language)
    assert told and "serviceaccount" not in told


def test_a_sentence_holds_what_the_object_says() -> None:
    secret, _ = of_place(sync(), SPOTIFY, "SecretNotFound", "", "ru")
    assert "`our-spotify`" in secret and "Spotify" in secret
    assert "`PL123`" in of_place(sync(), YOUTUBE, "NotFound", "", "ru")[0]
    waits, _ = of_place(sync(), YOUTUBE, "QuotaExhausted", "It goes on at 2026-11-22 08:00 UTC.", "ru")
    assert waits.endswith("Продолжим 2026-11-22 08:00 UTC.")
    assert of_place(sync(), SPOTIFY, "Ready", "The consent ends soon.", "ru")[0].endswith("2026-12-24.")
    other = asked("Adele – Hello", "tapes-3f9a1c77d2", "spotify", "x")
    assert "`tapes-3f9a1c77d2`" in of_song(SPOTIFY, {"reason": "PossibleDuplicate", "message": other}, "ru")
    candidates = [{"id": "a", "score": 0.71, "text": "x"}, {"id": "b", "score": 0.6, "text": "x"}]
    told = of_song(SPOTIFY, {"reason": "Ambiguous", "candidates": candidates}, "fa")
    assert "(2)" in told and "0.71" in told


def test_a_plan_is_told_in_its_numbers() -> None:
    plan = {
        "summary": "60 posts",
        "telegram": {"adds": 60, "removes": 0},
        "spotify": {"adds": 2, "removes": 1},
        "searches": 9,
    }
    assert of_plan(plan, ENGLISH) == "60 posts"
    assert of_plan(plan, "ru") == "Telegram: добавить 60, Spotify: добавить 2, Spotify: убрать 1, ещё поискать: 9"


def test_a_newer_operators_reason_is_told_as_it_is() -> None:
    assert "`MadeUpLater`" in of_place(sync(), SPOTIFY, "MadeUpLater", "", "fa")[0]


# --- evidence ---------------------------------------------------------------------------------------------------------

PHRASES = [
    *_TITLE_WORDS.values(), *_PEOPLE_WORDS.values(), "duration unknown", "duration equal", "ISRC equal",
    "a bracket more", "an artist more", "artist only in the title", "not available", "nothing found",
    "duration differs by 41 s", "perhaps live", "another live/remix", "not acoustic", "which live is not said", "live album",
    *SEPARATING, *DOUBTFUL, *ARRANGED,
]  # fmt: skip


@pytest.mark.parametrize("language", OTHERS)
def test_what_speaks_for_a_match_and_against_it_is_told_in_words(language: str) -> None:
    for phrase in PHRASES:
        told = fact(phrase, language)
        assert told and not foreign(told), told
        assert fact(phrase, ENGLISH) == phrase


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Recording("Hello", ("Adele",), duration=295), Recording("Hello (Live)", ("Adele",), duration=336)),
        (Recording("Hello - Remix", ("Adele",)), Recording("Adele - Hello", ("Karaoke Band",))),
        (Recording("چشم من", ("داریوش",), duration=200), Recording("Cheshme Man", ("Dariush",), duration=200)),
        (Recording("Kiss", ("Prince",), "Hits (Live)"), Recording("Kiss (Sample)", ("Prince", "Tom Jones"))),
    ],
)
def test_what_the_matcher_really_says_is_in_the_catalogues(one: Recording, other: Recording) -> None:
    said = compare(one, other).reasons
    assert said
    for language in OTHERS:
        assert not foreign("; ".join(fact(each, language) for each in said)), said


def test_a_candidate_keeps_its_name_and_says_what_it_is() -> None:
    film = scored(Candidate("x", Recording("Hello (Live)", ("Adele",), duration=295), kind="OMV"), 0.8, ())
    assert film.text == "Adele – Hello (Live) (4:55, official video)"
    assert shown(film.text, "ru", lambda name: f"<{name}>") == "<Adele – Hello (Live)> (4:55, официальное видео)"
    assert shown("Adele – Hello", "ru") == "Adele – Hello"
    assert version("live/remix", "ru") == "концертная запись/ремикс"


# --- times and what happens next --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", OTHERS)
def test_times_are_told_in_words(language: str) -> None:
    for seconds in (0, 59, 61, 270, 50 * MINUTE, HOUR, 5 * HOUR, 30 * HOUR, 4.5 * DAY, 40 * DAY):
        for told in (short(seconds, language), about(seconds, language), coming(seconds, language)):
            assert told and not foreign(told)
        assert not foreign(Progress(1, 9, seconds).lasting(language))


def test_times_read_like_this() -> None:
    assert [short(s, "ru") for s in (8, 270, 3 * HOUR, 21 * DAY)] == ["8 с", "4 мин 30 с", "3 ч", "21 дн."]
    assert [about(s, "ru") for s in (5, 12 * MINUTE, 3 * DAY)] == ["меньше минуты", "около 12 мин", "около 3 дн."]
    assert [coming(s) for s in (5, MINUTE, HOUR, 2 * DAY)] == [
        "in less than a minute",
        "in a minute",
        "in an hour",
        "in 2 days",
    ]


STATES = [
    {"state": "Pending"},
    {"state": "Pending", "nextAttempt": "2030-01-01T00:00:00Z", "attempts": 2, "reason": "Unreachable"},
    {"state": "Adding", "intent": {"op": "add", "token": "t", "deadline": "2030-01-01T00:00:00Z"}},
    {"state": "Removing", "reason": "Absent"},
    {"state": "Correcting", "reason": "WrongPost"},
    {"state": "NotFound", "reason": "NotFound", "nextAttempt": "2030-01-01T00:00:00Z"},
    {"state": "Present"},
    {"state": "Present", "seen": True, "origin": "Placed", "placedAt": "2026-01-01T00:00:00Z", "ids": ["9"]},
    *({"state": state} for state in ("Review", "Failed", "Removed", "Excluded", "Retained", "Unavailable")),
]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("placement", STATES, ids=lambda one: "-".join(map(str, one.values())))
def test_a_songs_story_is_told_in_one_language(placement: dict[str, Any], language: str) -> None:
    match = {"method": "Search", "score": 0.91, "reasons": ["title equal", "perhaps live", "duration differs by 4 s"]}
    track = {
        "metadata": {"namespace": "music", "name": "tapes-1", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {
            "musicSyncRef": {"name": "tapes"}, "origin": {"service": "spotify", "id": "x"}, "title": "T", "artists": ["A"],
            "isrc": "I", "durationSeconds": 9, "pins": {"spotify": "x"}, "rejects": {"spotify": ["y"]},
            "excludeFrom": ["telegram"], "state": "Absent",
        },
        "status": {
            "phase": "Failed", "message": ENGLISH_WORDS, "source": "New", "audio": {"youtubeId": "x"},
            "identity": {"title": "T", "artist": "A", "album": "B", "isrc": "I", "version": ["live"], "method": "file name"},
            "placements": {"spotify": {**placement, "message": ENGLISH_WORDS, "match": match}},
            "history": [{"at": "2026-01-01T00:00:00Z", "event": "spotify: Review (Ambiguous)"}],
        },
    }  # fmt: skip
    for around in (
        sync(),
        sync(SpotifyReady=("QuotaExhausted", ENGLISH_WORDS)),
        sync(SpotifyReady=("AwaitingApproval", "x")),
        None,
    ):
        told = story(track, around, NOW, language)
        lines = [told.came, told.message, *told.known, *told.wishes, *(event for _, event in told.history)]
        for chapter in told.chapters:
            lines += [*chapter.evidence, chapter.attempts, chapter.message, chapter.next.says]
            lines += [chapter.next.when] if chapter.next.word != "stopped" else []
        assert not foreign(plain("\n".join(lines))), lines
        waiting = queue(around, [track], NOW, language)
        assert not foreign(
            plain(" ".join(f"{one.next.says} {one.next.when * (one.next.word != 'stopped')}" for one in waiting))
        )


def test_what_is_suspended_says_so_in_the_language() -> None:
    idle = sync()
    idle["spec"]["suspend"] = True
    assert (
        following({"state": "Pending"}, setting(idle, SPOTIFY), NOW, "ru").says
        == "ничего: синхронизация приостановлена"
    )
    assert following({"state": "Pending"}, setting(idle, SPOTIFY), NOW).says == "nothing, as the MusicSync is suspended"
