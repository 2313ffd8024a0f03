"""A MusicSync's conditions: what they say, and that they keep the rules that kstatus and Flux read them by."""

from dataclasses import replace
from typing import Any

import pytest

from navaar.api.instant import written
from navaar.people.remedy import parted
from navaar.session import conditions
from navaar.status import CONDITION, Consent, Facts, Verdict, assembled, count
from reconcilers.budget import Wait
from reconcilers.model import Match, Origin, Place, Placement, State, Track
from reconcilers.plan import Plan
from reconcilers.plan.bulk import Held
from reconcilers.policy import Mode, Sync, Target
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from tests.conditions_check import check

TELEGRAM, YOUTUBE, SPOTIFY = ServiceName.TELEGRAM, ServiceName.YOUTUBE, ServiceName.SPOTIFY
SYNC = Sync("tapes", {TELEGRAM: Target("@c"), YOUTUBE: Target("PL1"), SPOTIFY: Target("sp1")})
READ = Place(20, "s1", looked=1.0, started=True)
PLACES = {TELEGRAM: Place(started=True), YOUTUBE: READ, SPOTIFY: READ}
GONE = Place(reason="NotFound", message="there is no such playlist; correct its id", terminal=True)
HELD = Held(
    frozenset({("t", SPOTIFY, "add")}), {SPOTIFY: "60 new songs would be added, more than maxAdds (50) in 24 hours"}
)
PLAN = Plan((), {}, PLACES, {}, HELD, None, None)
WELL = Facts(SYNC, 3, PLACES, namespace="music")


@pytest.mark.parametrize(
    ("facts", "counts", "ready", "reason"),
    [
        (WELL, {"songs": 4}, "True", "Synced"),
        (WELL, {"songs": 4, "syncing": 2}, "True", "Backfilling"),
        (replace(WELL, sync=replace(SYNC, mode=Mode.PLAN)), {}, "True", "Planned"),
        (replace(WELL, places={**PLACES, SPOTIFY: Place()}), {}, "Unknown", "Progressing"),
        (replace(WELL, places={**PLACES, SPOTIFY: GONE}), {}, "False", "NotFound"),
        (replace(WELL, places={**PLACES, SPOTIFY: GONE, YOUTUBE: Place()}), {}, "False", "NotFound"),
        (replace(WELL, places=dict.fromkeys(PLACES, GONE)), {}, "False", "NotFound"),
        (
            replace(WELL, problems={TELEGRAM: ("ChannelPastUnknown", "how to settle it", False)}),
            {},
            "False",
            "ChannelPastUnknown",
        ),
        (replace(WELL, plan=PLAN), {}, "False", "AwaitingApproval"),
        (replace(WELL, suspended=True), {}, "False", "Suspended"),
        (replace(WELL, sync=None, stalled=("TargetClaimed", "music/other writes it")), {}, "False", "TargetClaimed"),
    ],
)
def test_ready_sums_up_the_places_and_the_rules_of_conditions_hold(
    facts: Facts, counts: dict[str, int], ready: str, reason: str
) -> None:
    made = conditions({}, facts, counts, 1_800_000_000.0)
    check({"conditions": made, "observedGeneration": facts.generation}, facts.generation)
    (said,) = [c for c in made if c["type"] == "Ready"]
    assert (said["status"], said["reason"]) == (ready, reason)


def test_ready_names_each_place_that_is_in_trouble_once() -> None:
    spoken = replace(GONE, message="YouTube Music is away")
    made = conditions({}, replace(WELL, places={**PLACES, SPOTIFY: GONE, YOUTUBE: spoken}), {}, 1.0)
    (said,) = [c for c in made if c["type"] == "Ready"]
    assert said["message"] == "YouTube Music is away; Spotify: there is no such playlist; correct its id"


def test_stalled_only_when_no_place_can_go_on() -> None:
    one = conditions({}, replace(WELL, places={**PLACES, SPOTIFY: GONE}), {}, 1.0)
    all_of_them = conditions({}, replace(WELL, places=dict.fromkeys(PLACES, GONE)), {}, 1.0)
    assert "Stalled" not in {c["type"] for c in one}
    assert "Stalled" in {c["type"] for c in all_of_them}


def test_an_approval_is_asked_for_with_the_annotation_that_gives_it() -> None:
    made = conditions({}, replace(WELL, plan=PLAN), {}, 1.0)
    (said,) = [c for c in made if c["type"] == "SpotifyReady"]
    command = f"kubectl annotate musicsync tapes -n music --overwrite navaar.dev/approve={HELD.hash}"
    assert said["message"].endswith(command)
    (ready,) = [c for c in made if c["type"] == "Ready"]
    assert ready["message"].count("kubectl") == 1 and ready["message"].endswith(command)


@pytest.mark.parametrize(
    ("service", "reason", "cookies", "line"),
    [
        (TELEGRAM, "AuthExpired", False, "navaar auth telegram tapes -n music"),
        (SPOTIFY, "AuthExpired", False, "navaar auth spotify tapes -n music"),
        (SPOTIFY, "SecretNotFound", False, "navaar auth spotify tapes -n music"),
        (SPOTIFY, "InvalidClient", False, "navaar auth spotify tapes -n music --client-id ID"),
        (YOUTUBE, "SecretIncomplete", False, "navaar auth google tapes -n music"),
        (YOUTUBE, "AuthExpired", True, "navaar auth cookies tapes -n music"),
        (YOUTUBE, "InvalidCredentials", False, "navaar auth cookies tapes -n music"),
        (TELEGRAM, "SecretForAudioMissing", False, ""),
        (YOUTUBE, "ApiDisabled", False, ""),
        (SPOTIFY, "QuotaExhausted", False, ""),
    ],
)
def test_where_a_sign_in_mends_it_the_line_that_signs_in_stands_behind_what_happened(
    service: ServiceName, reason: str, cookies: bool, line: str
) -> None:
    says = "It is so. Do something about it"
    stopped = Place(reason=reason, message=f"{says}.", terminal=True)
    for facts in (
        replace(WELL, places={**PLACES, service: stopped}, cookies=cookies),
        replace(WELL, problems={service: (reason, f"{says}.", True)}, cookies=cookies),
    ):
        (said,) = [c for c in conditions({}, facts, {}, 1.0) if c["type"] == CONDITION[service]]
        assert said["message"] == (f"{says}: {line}" if line else f"{says}.")
        assert parted(said["message"]) == (f"{says}:" if line else f"{says}.", line)


def test_only_what_stands_at_the_end_of_a_message_is_a_line_to_copy() -> None:
    assert parted("Look: kubectl get tracks. Then go on.") == ("Look: kubectl get tracks. Then go on.", "")
    assert parted("To begin: kubectl patch track x -p '{\"spec\": {}}'") == (
        "To begin:",
        "kubectl patch track x -p '{\"spec\": {}}'",
    )
    assert parted("All is well.") == ("All is well.", "")


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (40, ""),
        (29, "ends on 2027-02-13, six months after it was given"),
        (28, "ends on 2027-02-12, six months"),
        (6, "ends on 2027-01-21, in less than a week"),
        (-1, "should have ended on 2027-01-14"),
    ],
)
def test_a_consent_that_is_about_to_end_is_announced_while_all_is_well(days: int, says: str) -> None:
    now = 1_800_000_000.0
    facts = replace(WELL, consents={SPOTIFY: Consent("spotify-secret", now + days * 86400)}, now=now)
    (said,) = [c for c in conditions({}, facts, {}, now) if c["type"] == "SpotifyReady"]
    assert (said["status"], said["reason"]) == ("True", "Ready")
    assert says in said["message"] if says else said["message"] == ""
    line = "replace refresh-token in Secret spotify-secret: navaar auth spotify tapes -n music"
    assert (line in said["message"]) is bool(says)
    status = assembled({}, facts, {}, {}, {}, None, now)
    assert status["spotify"]["consentExpiresAt"] == written(now + days * 86400)


def test_a_backlog_that_waits_for_its_turn_is_ready_and_says_how_long_it_takes() -> None:
    waiting = replace(PLAN, held=Held(), waits={SPOTIFY: Wait(400, 2.6 * 86400, 170.4)})
    made = conditions({}, replace(WELL, plan=waiting), {"songs": 900, "syncing": 412}, 1.0)
    (said,) = [c for c in made if c["type"] == "Ready"]
    assert (said["status"], said["reason"]) == ("True", "Backfilling")
    assert said["message"] == (
        "412 of 900 songs are on their way; Spotify takes about 170 a day, so its 400 need about 3 days"
    )


def _status(previous: dict[str, Any], tracks: dict[str, Track], now: float) -> dict[str, Any]:
    counts, places = count(tracks, SYNC)
    return assembled(previous, WELL, counts, places, {"placed": 1}, None, now)


def test_a_status_that_says_the_same_is_the_same_whenever_it_is_made() -> None:
    placement = Placement(State.PRESENT, Origin.FOUND, "1", seen=True, match=Match("Origin"))
    tracks = {"t": Track("t", (TELEGRAM, "1"), Recording("Title"), placements={TELEGRAM: placement})}
    first = _status({}, tracks, 1_800_000_000.0)
    assert _status(first, tracks, 1_800_009_999.0) == first
    assert _status(first, {}, 1_800_009_999.0)["lastChanged"] != first["lastChanged"]


def test_a_restart_says_what_was_said_until_the_places_are_read() -> None:
    said = {
        c["type"]: Verdict(c["type"], c["status"], c["reason"], c["message"]) for c in conditions({}, WELL, {}, 1.0)
    }
    unread = replace(WELL, places=dict.fromkeys(PLACES, Place()), said=said)
    assert conditions({}, unread, {}, 1.0) == conditions({}, WELL, {}, 1.0)
