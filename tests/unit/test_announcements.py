"""Which changes of a status people are told of by an Event."""

from typing import Any

from navaar.announcements import Announcement, announcements

BAD = "Google doesn't know this client."


def status(**conditions: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "conditions": [
            {"type": type, "status": status, "reason": reason, "message": message}
            for type, (status, reason, message) in conditions.items()
        ]
    }


def test_each_place_that_breaks_is_told_of_and_the_whole_only_where_no_place_says_why() -> None:
    now = status(
        Ready=("False", "InvalidClient", f"YouTube Music: {BAD}"),
        YouTubeMusicReady=("False", "InvalidClient", BAD),
        SpotifyReady=("False", "InvalidClient", "another"),
        Stalled=("True", "InvalidClient", "all"),
    )
    assert announcements({}, now) == [
        Announcement("YouTubeMusicReady", "InvalidClient", BAD),
        Announcement("SpotifyReady", "InvalidClient", "another"),
    ]
    claimed = status(Ready=("False", "TargetClaimed", "older"), SpotifyReady=("True", "Ready", ""))
    assert announcements({}, claimed) == [Announcement("Ready", "TargetClaimed", "older")]


def test_what_stays_as_it_is_or_becomes_well_in_one_place_is_no_news_and_that_all_is_well_is() -> None:
    broken = status(Ready=("False", "X", "a"), SpotifyReady=("False", "X", "a"))
    assert announcements(broken, status(Ready=("False", "X", "b"), SpotifyReady=("False", "X", "b"))) == []
    well = status(Ready=("True", "Synced", "12 songs"), SpotifyReady=("True", "Ready", ""))
    assert announcements(broken, well) == [Announcement("Ready", "Synced", "12 songs", "Normal")]
    assert announcements(well, status(Ready=("Unknown", "Progressing", ""), SpotifyReady=("Unknown", "X", ""))) == []


def test_a_consent_that_is_about_to_end_is_told_when_it_is_said_anew() -> None:
    month, week = (status(SpotifyReady=("True", "Ready", said)) for said in ("in a month", "in a week"))
    assert announcements(month, month) == []
    assert announcements(month, week) == [Announcement("SpotifyReady", "ConsentExpiring", "in a week")]
