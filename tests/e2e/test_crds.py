"""The API server refuses what can't work, in sentences that a person can act on, and fills in the rest."""

import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from navaar.api.convert import manifest_of, status_of, sync_from, track_from
from reconcilers.model import Intent, Match, Origin, Phase, Placement, Scored, Source, State, Track
from reconcilers.policy import Retry
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from sandbox import controlplane
from sandbox.controlplane import Api, ApiError

ROOT = Path(__file__).parents[2]
APIS = "/apis/navaar.dev/v1alpha1/namespaces/music"
MUSIC_SYNCS, TRACKS = f"{APIS}/musicsyncs", f"{APIS}/tracks"
MERGE = "application/merge-patch+json"

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane
numbers = count(1)

Json = dict[str, Any]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A cluster with the CRDs and the namespace of the quickstart."""
    with controlplane.start(data=tmp_path_factory.mktemp("crds")) as plane:
        client = Api.from_kubeconfig(plane.kubeconfig)
        for path in sorted((ROOT / "crds").glob("*.yaml")):
            client.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", manifest(path))
        client.create("/api/v1/namespaces", manifest(ROOT / "examples/quickstart/00-namespace.yaml"))
        wait_until_served(client)
        yield client


def manifest(path: Path) -> Json:
    loaded: Json = yaml.safe_load(path.read_text())
    return loaded


def wait_until_served(client: Api) -> None:
    for attempt in range(100):
        try:
            client.get(MUSIC_SYNCS)
            client.get(TRACKS)
            return
        except ApiError:
            if attempt == 99:
                raise
            time.sleep(0.1)


def strictly(path: str) -> str:
    """The path with the validation that kubectl asks for."""
    return f"{path}?fieldValidation=Strict"


def music_sync(**spec: Any) -> Json:
    """The MusicSync of the quickstart under a name of its own, with `spec` merged in; None takes a field out."""
    found = manifest(ROOT / "examples/quickstart/musicsync.yaml")
    found["metadata"]["name"] = f"tapes-{next(numbers)}"
    merge(found["spec"], spec)
    return found


def track(**spec: Any) -> Json:
    """The Track of the quickstart under a name of its own, with `spec` merged in; None takes a field out."""
    found = manifest(ROOT / "examples/quickstart/track.yaml")
    found["metadata"]["name"] = f"song-{next(numbers)}"
    merge(found["spec"], spec)
    return found


def merge(into: Json, patch: Json) -> None:
    for name, value in patch.items():
        if value is None:
            into.pop(name, None)
        elif isinstance(value, dict) and isinstance(into.get(name), dict):
            merge(into[name], value)
        else:
            into[name] = value


def refusal(act: Callable[[], Any]) -> str:
    """What the API server says when it refuses."""
    with pytest.raises(ApiError) as caught:
        act()
    assert caught.value.status in (400, 422), caught.value
    return str(caught.value)


# --- MusicSync ---------------------------------------------------------------------------------------------------


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


def changed(api: Api, path: str, name: str, spec: Json) -> Json:
    found: Json = api.request("PATCH", f"{path}/{name}", {"spec": spec}, MERGE)
    return found


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


def put_status(api: Api, path: str, stored: Json, status: Json) -> Json:
    body = {**stored, "status": status}
    found: Json = api.request("PUT", f"{strictly(path + '/' + stored['metadata']['name'] + '/status')}", body)
    return found


# --- Track -------------------------------------------------------------------------------------------------------


def whole_track() -> Track:
    """A track in which every field that is stored has a value."""
    placement = Placement(
        State.REVIEW,
        Origin.PLACED,
        id="6rqhFgbbKwnb9MLmUQDhG6",
        entry="UExY",
        requested="6rqhFgbbKwnb9MLmUQDhG7",
        others=("6rqhFgbbKwnb9MLmUQDhG8",),
        seen=True,
        missing=1,
        missed=1_772_820_000.0,
        approved=True,
        intent=Intent("Add", "0123456789abcdef", 1_772_820_000.1234567, epoch=7, marker=120),
        match=Match("Search", 0.71, ("duration differs by 41 s", "live")),
        candidates=(Scored("6rqhFgbbKwnb9MLmUQDhG9", "Dariush – Cheshme Man (5:12)", 1.0, ("live",)),),
        attempts=2,
        sought="fingerprint",
        next_attempt=1_772_820_000.5,
        placed=1_772_820_000.25,
        changed=1_772_820_000.0,
        reason="Ambiguous",
        message="2 candidates, best 0.71 (duration differs by 41 s; live)",
    )
    return Track(
        f"friday-tapes-{next(numbers):010x}",
        origin=(ServiceName.TELEGRAM, "123"),
        identity=Recording("Cheshme Man", ("Dariush", ""), "", 281.0, "GBUM71029604", ("live",), "tags"),
        placements=dict.fromkeys(ServiceName, placement),
        source=Source.BACKLOG,
        audio="dQw4w9WgXcQ",
        absent=True,
        duplicate_of="friday-tapes-0",
        handled="now, please",
    )


def test_everything_that_the_planner_knows_of_a_track_survives_the_api_server(api: Api) -> None:
    song = whole_track()
    stored = api.create(strictly(TRACKS), manifest_of(song, "friday-tapes", "music", chat_id=-1001234567890))
    status = status_of(song, phase=Phase.REVIEW, message="?", generation=1, events=[(1_772_820_000.0, "seen")])
    written = put_status(api, TRACKS, stored, status)
    assert written["status"] == status
    read = track_from(written, -1001234567890)
    assert read == replace(song, created=read.created)
    assert read.created > 0


def test_a_status_that_comes_with_the_creation_is_dropped_but_the_memory_stays(api: Api) -> None:
    song = whole_track()
    body = manifest_of(song, "friday-tapes", "music", chat_id=-1001234567890)
    body["status"] = status_of(song, phase=Phase.REVIEW)
    stored = api.create(TRACKS, body)
    assert "status" not in stored
    assert track_from(stored).placements[ServiceName.TELEGRAM].id == song.placements[ServiceName.TELEGRAM].id


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        pytest.param(
            {"title": None},
            "a Track needs a title (best with artists), an isrc or a pin, or there is nothing to look for",
            id="nothing to look for",
        ),
        pytest.param({"title": None, "pins": {}}, "a Track needs a title", id="no pin in pins"),
        pytest.param({"title": ""}, "should be at least 1 chars long", id="empty title"),
        pytest.param({"musicSyncRef": None}, "spec.musicSyncRef: Required value", id="no MusicSync"),
        pytest.param(
            {"pins": {"spotify": "https://open.spotify.com/track/6rqhFgbbKwnb9MLmUQDhG6"}},
            'pins.spotify must be the 22 letters and digits after "track/" in the address of the song',
            id="a Spotify address",
        ),
        pytest.param(
            {"pins": {"youtubeMusic": "dQw4w9WgXcQ&list=x"}},
            'pins.youtubeMusic must be the 11 characters after "v="',
            id="a YouTube address",
        ),
        pytest.param(
            {"pins": {"telegram": "https://t.me/fridaytapes/12"}},
            "pins.telegram must be the number of the message in the channel",
            id="a Telegram address",
        ),
        pytest.param({"isrc": "unknown"}, "isrc must be an International Standard Recording Code", id="isrc"),
        pytest.param({"excludeFrom": ["deezer"]}, '"telegram", "youtubeMusic", "spotify"', id="unknown place"),
        pytest.param({"excludeFrom": ["spotify", "spotify"]}, "Duplicate value", id="twice"),
        pytest.param({"state": "Gone"}, 'supported values: "Present", "Absent"', id="unknown state"),
    ],
)
def test_a_track_that_can_not_work_is_refused_in_a_sentence(api: Api, spec: Json, sentence: str) -> None:
    assert sentence in refusal(lambda: api.create(TRACKS, track(**spec)))


@pytest.mark.parametrize(
    "spec",
    [
        {"title": None, "isrc": "gb-um7-10-29604"},
        {"title": None, "artists": None, "pins": {"spotify": "6rqhFgbbKwnb9MLmUQDhG6"}},
        {"title": None, "artists": None, "origin": {"service": "telegram", "id": "12"}},
    ],
)
def test_an_isrc_a_pin_or_an_origin_says_enough(api: Api, spec: Json) -> None:
    assert api.create(strictly(TRACKS), track(**spec))["spec"]["state"] == "Present"


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        pytest.param(
            {}, {"musicSyncRef": {"name": "other"}}, "musicSyncRef can't be changed: apply another", id="sync"
        ),
        pytest.param(
            {}, {"origin": {"service": "spotify", "id": "x"}}, "origin can't be added or taken away", id="origin added"
        ),
        pytest.param(
            {"origin": {"service": "spotify", "id": "x"}},
            {"origin": None},
            "origin can't be added or taken away",
            id="origin taken away",
        ),
        pytest.param(
            {"origin": {"service": "spotify", "id": "x"}},
            {"origin": {"id": "y"}},
            "origin can't be changed: it says where the operator first saw the song",
            id="origin changed",
        ),
    ],
)
def test_a_track_stays_the_track_of_its_first_sighting(api: Api, before: Json, after: Json, sentence: str) -> None:
    name = api.create(TRACKS, track(**before))["metadata"]["name"]
    assert sentence in refusal(lambda: changed(api, TRACKS, name, after))


def test_people_decide_by_merge_patches(api: Api) -> None:
    name = api.create(TRACKS, track())["metadata"]["name"]
    decided = changed(
        api,
        TRACKS,
        name,
        {
            "pins": {"spotify": "6rqhFgbbKwnb9MLmUQDhG6"},
            "rejects": {"youtubeMusic": ["dQw4w9WgXcQ"]},
            "excludeFrom": ["telegram"],
            "state": "Absent",
        },
    )
    wishes = track_from(decided).wishes
    assert wishes.pins == {ServiceName.SPOTIFY: "6rqhFgbbKwnb9MLmUQDhG6"}
    assert wishes.rejects == {ServiceName.YOUTUBE: {"dQw4w9WgXcQ"}}
    assert wishes.exclude_from == {ServiceName.TELEGRAM}
    assert wishes.absent


def test_tracks_are_selected_by_phase_and_by_music_sync(api: Api) -> None:
    here = api.create(TRACKS, track(musicSyncRef={"name": "selected"}))
    put_status(api, TRACKS, here, {"phase": "Review"})
    api.create(TRACKS, track(musicSyncRef={"name": "selected"}))

    def names(selector: str) -> list[str]:
        return [item["metadata"]["name"] for item in api.get(f"{TRACKS}?fieldSelector={selector}")["items"]]

    assert len(names("spec.musicSyncRef.name=selected")) == 2
    assert names("status.phase=Review,spec.musicSyncRef.name=selected") == [here["metadata"]["name"]]


# --- What kubectl shows --------------------------------------------------------------------------------------------


def test_kubectl_prints_what_the_design_shows(api: Api) -> None:
    api._headers["Accept"] = "application/json;as=Table;g=meta.k8s.io;v=v1"
    try:
        columns = {
            kind: [
                column["name"] for column in api.get(f"{APIS}/{kind}")["columnDefinitions"] if not column["priority"]
            ]
            for kind in ("musicsyncs", "tracks")
        }
    finally:
        api._headers["Accept"] = "application/json"
    assert columns["musicsyncs"] == [
        "Name", "Ready", "Reason", "Songs", "Synced", "Partial", "Review", "Failed", "Changed", "Age",
    ]  # fmt: skip
    assert columns["tracks"] == ["Name", "Artist", "Title", "Telegram", "YouTube", "Spotify", "Phase", "Message"]


def test_short_names_and_a_category_but_not_all(api: Api) -> None:
    resources = api.get("/apis/navaar.dev/v1alpha1")["resources"]
    served = {one["name"]: (one.get("shortNames"), one.get("categories")) for one in resources}
    assert served["musicsyncs"] == (["msync"], ["navaar"])
    assert served["tracks"] == (["trk"], ["navaar"])
    assert {"musicsyncs/status", "tracks/status"} <= served.keys()


def test_kubectl_explain_has_a_sentence_for_every_field_of_a_spec(api: Api) -> None:
    published = api.get("/openapi/v3/apis/navaar.dev/v1alpha1")["components"]["schemas"]
    silent: list[str] = []

    def walk(schema: Json, path: str) -> None:
        for name, part in schema.get("properties", {}).items():
            if not part.get("description", "").endswith("."):
                silent.append(f"{path}.{name}")
            walk(deepcopy(part.get("items", part)), f"{path}.{name}")

    for kind in ("MusicSync", "Track"):
        walk(published[f"dev.navaar.v1alpha1.{kind}"]["properties"]["spec"], kind)
    assert silent == []
