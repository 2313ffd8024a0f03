"""The API server refuses a MusicSync that can't work, in sentences that a person can act on, and fills in the rest."""

import pytest
import yaml

from navaar.api.convert import sync_from
from reconcilers.policy import Retry
from sandbox.controlplane import Api
from tests.e2e import crdcluster
from tests.e2e.crdcluster import (
    MUSIC_SYNCS,
    ROOT,
    TRACKS,
    Json,
    changed,
    manifest,
    music_sync,
    put_status,
    refusal,
    strictly,
)

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane
api = crdcluster.api


def test_the_quickstart_is_accepted_under_strict_validation(api: Api) -> None:
    folder = ROOT / "examples/quickstart"
    api.create(strictly(MUSIC_SYNCS), manifest(folder / "musicsync.yaml"))
    api.create(strictly(TRACKS), manifest(folder / "track.yaml"))
    for secret in yaml.safe_load_all((folder / "secrets.yaml").read_text()):
        api.create(strictly("/api/v1/namespaces/music/secrets"), secret)


def test_what_a_manifest_leaves_out_is_filled_in(api: Api) -> None:
    spec = api.create(MUSIC_SYNCS, music_sync())["spec"]
    assert spec["telegram"] | {"credentialsSecretRef": None} == {
        "channel": "@fridaytapes",
        "credentialsSecretRef": None,
        "past": "Ignore",
        "access": "ReadWrite",
        "maxAdds": 50,
        "audio": {"fetch": "YouTube", "maxDuration": "20m"},
    }
    assert (spec["spotify"]["access"], spec["spotify"]["interval"]) == ("ReadWrite", "15m")
    assert (spec["mode"], spec["removalPolicy"], spec["deletionPolicy"]) == ("Apply", "Keep", "Retain")
    assert spec["retry"] == {"max": 5, "backoff": "1m"}
    assert spec["suspend"] is False
    assert "maxDeletes" not in spec
    assert "matching" not in spec


def test_what_no_operator_has_looked_at_is_not_taken_for_done_by_who_waits_for_it(api: Api) -> None:
    made = api.create(MUSIC_SYNCS, music_sync())
    assert made["status"] == {"observedGeneration": -1}
    assert made["metadata"]["generation"] == 1


def test_past_is_scanned_unless_a_person_says_otherwise(api: Api) -> None:
    assert api.create(MUSIC_SYNCS, music_sync(telegram={"past": None}))["spec"]["telegram"]["past"] == "Scan"


def test_the_defaults_of_the_api_server_are_those_of_the_planner(api: Api) -> None:
    written = music_sync()
    assert sync_from(api.create(MUSIC_SYNCS, written)) == sync_from(written)


def test_everything_at_once_is_accepted(api: Api) -> None:
    stored = api.create(
        strictly(MUSIC_SYNCS),
        music_sync(
            telegram={
                "channel": "-1001234567890",
                "scratchChat": -1002233445566,
                "past": "Scan",
                "access": "ReadOnly",
                "maxAdds": 0,
                "adminUserIds": [1, 9_000_000_000],
                "audio": {"fetch": "Never", "maxDuration": "1h30m", "cookiesSecretRef": {"name": "cookies"}},
            },
            spotify={"interval": "5m", "access": "WriteOnly"},
            notifications={
                "chat": -1002233445566,
                "language": "fa",
                "events": ["SignIn", "Failed"],
                "severity": "Warning",
                "quietHours": {"from": "22:00", "to": "07:30", "timeZone": "America/Argentina/Buenos_Aires"},
                "digest": "Weekly",
            },
            mode="Plan",
            removalPolicy="Propagate",
            maxDeletes=0,
            deletionPolicy="Delete",
            matching={"accept": 0.8, "review": 0.5},
            retry={"max": 3, "backoff": "90s"},
            exclude=[{"artist": "Nickelback"}, {"title": "Intro", "artist": "Muse"}, {"id": "6rqhFgbbKwnb9MLmUQDhG6"}],
            suspend=True,
        ),
    )
    assert sync_from(stored).retry == Retry(3, 90.0)


def test_an_unknown_field_is_refused_under_strict_validation(api: Api) -> None:
    said = refusal(lambda: api.create(strictly(MUSIC_SYNCS), music_sync(spotify={"playlst": "x"})))
    assert 'unknown field "spec.spotify.playlst"' in said


SECRET = {"name": "s"}


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        pytest.param(
            {"telegram": None, "youtubeMusic": None},
            "declare at least two of telegram, youtubeMusic and spotify: a single place has nothing to be kept",
            id="one service only",
        ),
        pytest.param(
            {"telegram": None, "youtubeMusic": None, "spotify": None}, "declare at least two", id="no service"
        ),
        pytest.param(
            {place: {"access": "WriteOnly"} for place in ("telegram", "youtubeMusic", "spotify")},
            "at least one place must be readable: set access to ReadWrite or ReadOnly",
            id="nothing to read",
        ),
        pytest.param(
            {place: {"access": "ReadOnly"} for place in ("telegram", "youtubeMusic", "spotify")},
            "at least one place must be writable: set access to ReadWrite or WriteOnly",
            id="nothing to write",
        ),
        pytest.param(
            {"spotify": {"interval": "4m59s"}},
            "interval must be a duration from 5m to 168h, written like 15m or 1h30m",
            id="interval below the floor",
        ),
        pytest.param({"youtubeMusic": {"interval": "soon"}}, "interval must be a duration", id="no interval"),
        pytest.param({"youtubeMusic": {"interval": "5d"}}, "interval must be a duration", id="days"),
        pytest.param(
            {"telegram": {"audio": {"maxDuration": "4h"}}},
            "maxDuration must be a duration from 30s to 3h",
            id="audio that never fits",
        ),
        pytest.param({"retry": {"backoff": "1s"}}, "backoff must be a duration from 10s to 24h", id="backoff"),
        pytest.param(
            {"matching": {"accept": 0.5, "review": 0.8}},
            "review must not be above accept: a result that is good enough to be taken needs no question",
            id="review above accept",
        ),
        pytest.param({"matching": {"accept": 80}}, "should be less than or equal to 1", id="percent"),
        pytest.param(
            {"spotify": {"playlist": "https://open.spotify.com/playlist/5FJXhjdILmRA2z5bvz4nzf"}},
            'playlist must be the id of a Spotify playlist, the 22 letters and digits after "playlist/" in its '
            "address, not its address or its name",
            id="a Spotify address",
        ),
        pytest.param(
            {
                "youtubeMusic": {
                    "playlist": "https://music.youtube.com/playlist?list=PLx0sYbCqOb8TBPRdmBHs5Iftvv9TPboYG"
                }
            },
            'playlist must be the id of a YouTube playlist, the part after "list=" in its address',
            id="a YouTube address",
        ),
        pytest.param(
            {"telegram": {"channel": "https://t.me/fridaytapes"}},
            "channel must be the public name with its @",
            id="a Telegram address",
        ),
        pytest.param({"telegram": {"channel": "fridaytapes"}}, "channel must be the public name with its @", id="no @"),
        pytest.param({"telegram": {"channel": -1001234567890}}, "must be of type string", id="a number as channel"),
        pytest.param(
            {"telegram": {"scratchChat": 2233445566}},
            "scratchChat must be the numeric id of a group, which is negative",
            id="a person as scratch chat",
        ),
        pytest.param(
            {"telegram": {"adminUserIds": [-1002233445566]}},
            "adminUserIds holds the numeric ids of people",
            id="a group as a person",
        ),
        pytest.param({"telegram": {"adminUserIds": [1, 1]}}, "Duplicate value", id="a person twice"),
        pytest.param({"telegram": {"adminUserIds": list(range(1, 22))}}, "at most 20 items", id="many people"),
        pytest.param(
            {"notifications": {"chat": 7, "webhookSecretRef": {"name": "hook"}}},
            "name either chat or webhookSecretRef",
            id="two places for notifications",
        ),
        pytest.param({"notifications": {}}, "name either chat or webhookSecretRef", id="no place for notifications"),
        pytest.param({"notifications": {"chat": 0}}, "chat is the numeric id of a person", id="nobody's chat"),
        pytest.param(
            {"telegram": None, "notifications": {"chat": 7}},
            "notifications.chat needs spec.telegram",
            id="no bot for a chat",
        ),
        pytest.param(
            {"telegram": {"channel": "-1001234567890"}, "notifications": {"chat": -1001234567890}},
            "notifications.chat is the channel itself",
            id="notifications in the channel",
        ),
        pytest.param({"notifications": {"chat": 7, "language": "de"}}, 'supported values: "en", "fa"', id="language"),
        *(
            pytest.param(
                {"notifications": {"chat": 7, "quietHours": {"from": "22:00", "to": "08:00", **hours}}}, said, id=name
            )
            for name, hours, said in (
                ("one digit", {"from": "7:30"}, 'from must be a time of day from "00:00" to "23:59"'),
                ("after midnight", {"to": "24:00"}, 'to must be a time of day from "00:00" to "23:59"'),
                ("seconds", {"to": "08:00:00"}, 'to must be a time of day from "00:00" to "23:59"'),
                ("never", {"to": "22:00"}, "quietHours begin and end at the same time"),
                ("a zone in words", {"timeZone": "Berlin time"}, "timeZone must be a name of the IANA database"),
                ("a path", {"timeZone": "../etc/passwd"}, "timeZone must be a name of the IANA database"),
                ("no end", {"to": None}, "Required value"),
            )
        ),
        pytest.param({"notifications": {"chat": 7, "events": []}}, "at least 1 items", id="no news"),
        pytest.param({"notifications": {"chat": 7, "events": ["Failed"] * 2}}, "Duplicate value", id="news twice"),
        pytest.param(
            {"notifications": {"chat": 7, "events": ["Failure"]}}, 'supported values: "SignIn"', id="such news"
        ),
        pytest.param(
            {"notifications": {"chat": 7, "events": ["Review", "Failed"], "severity": "Error"}},
            "none of events is as grave as severity: lower severity, or name other events",
            id="news that is never told",
        ),
        pytest.param({"notifications": {"chat": 7, "digest": "Daily"}}, 'supported values: "Weekly"', id="digest"),
        pytest.param({"exclude": [{}]}, "an entry of exclude needs an artist, a title or an id", id="empty exclusion"),
        pytest.param({"removalPolicy": "Mirror"}, 'supported values: "Keep", "Propagate"', id="unknown policy"),
        pytest.param({"maxDeletes": -1}, "should be greater than or equal to 0", id="negative"),
        pytest.param({"spotify": {"credentialsSecretRef": None}}, "Required value", id="no credentials"),
    ],
)
def test_what_can_not_work_is_refused_in_a_sentence(api: Api, spec: Json, sentence: str) -> None:
    assert sentence in refusal(lambda: api.create(MUSIC_SYNCS, music_sync(**spec)))


def test_a_bad_interval_is_one_complaint_not_three(api: Api) -> None:
    said = refusal(lambda: api.create(MUSIC_SYNCS, music_sync(spotify={"interval": "every hour"})))
    assert said.count("spec.spotify.interval") == 1


def test_a_name_that_leaves_no_room_for_those_of_tracks_is_refused(api: Api) -> None:
    long = music_sync()
    long["metadata"]["name"] = "x" * 53
    said = refusal(lambda: api.create(MUSIC_SYNCS, long))
    assert "the name of a MusicSync must not be longer than 52 characters" in said


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        pytest.param(
            {"telegram": {"channel": "@saturdaytapes"}},
            "channel can't be changed from '@fridaytapes' to '@saturdaytapes': another channel is another MusicSync",
            id="channel",
        ),
        pytest.param(
            {"spotify": {"playlist": "5FJXhjdILmRA2z5bvz4nzf"}},
            "playlist can't be changed from '5NavaarQuickstart00000' to '5FJXhjdILmRA2z5bvz4nzf'",
            id="Spotify playlist",
        ),
        pytest.param(
            {"youtubeMusic": {"playlist": "PLx0sYbCqOb8TBPRdmBHs5Iftvv9TPboYG"}},
            "playlist can't be changed",
            id="YouTube",
        ),
        pytest.param(
            {"telegram": None},
            "Telegram can't be taken out of a MusicSync again: set its access to ReadOnly",
            id="telegram taken out",
        ),
        pytest.param({"youtubeMusic": None}, "YouTube Music can't be taken out", id="youtubeMusic taken out"),
        pytest.param({"spotify": None}, "Spotify can't be taken out", id="spotify taken out"),
    ],
)
def test_places_stay_what_they_are(api: Api, spec: Json, sentence: str) -> None:
    name = api.create(MUSIC_SYNCS, music_sync())["metadata"]["name"]
    assert sentence in refusal(lambda: changed(api, MUSIC_SYNCS, name, spec))


def test_a_place_can_be_added_later_and_the_rest_be_changed(api: Api) -> None:
    whole = music_sync()
    name = api.create(MUSIC_SYNCS, music_sync(telegram=None))["metadata"]["name"]
    assert changed(api, MUSIC_SYNCS, name, {"telegram": whole["spec"]["telegram"]})["spec"]["telegram"]["maxAdds"] == 50
    stored = changed(api, MUSIC_SYNCS, name, {"suspend": True, "spotify": {"access": "ReadOnly", "maxAdds": 3}})
    assert (stored["spec"]["suspend"], stored["spec"]["spotify"]["maxAdds"]) == (True, 3)


def test_a_status_is_stored_as_it_was_written(api: Api) -> None:
    stored = api.create(MUSIC_SYNCS, music_sync())
    condition = {
        "type": "Ready",
        "status": "True",
        "reason": "Synced",
        "message": "35 songs",
        "lastTransitionTime": "2026-03-06T18:00:00Z",
        "observedGeneration": 1,
    }
    status = {
        "observedGeneration": 1,
        "lastHandledReconcileAt": "now, please",
        "lastChanged": "2026-03-06T18:00:00.25Z",
        "counts": {"songs": 35, "synced": 30, "partial": 5},
        "telegram": {"chatId": -1001234567890, "items": 20, "placed": 20, "pending": 0},
        "youtubeMusic": {"items": 20, "snapshot": "etag"},
        "spotify": {"items": 20, "snapshot": "AAAAEg==", "lastChanged": "2026-03-06T18:00:00Z"},
        "plan": {
            "hash": "3f9a1c77d2",
            "adds": 1,
            "samples": [{"track": "t", "service": "spotify", "op": "Add", "title": "Dariush - Cheshme Man"}],
        },
        "conditions": [condition],
    }
    written = put_status(api, MUSIC_SYNCS, stored, status)
    assert written["status"] == status
