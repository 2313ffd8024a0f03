"""The API server refuses a Track that can't work in a sentence, keeps what the planner knows, and shows it by kubectl."""

from copy import deepcopy
from dataclasses import replace

import pytest

from navaar.api.convert import manifest_of, status_of, track_from
from reconcilers.model import Intent, Match, Origin, Phase, Placement, Scored, Source, State, Track
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from sandbox.controlplane import Api
from tests.e2e import crdcluster
from tests.e2e.crdcluster import APIS, TRACKS, Json, changed, numbers, put_status, refusal, strictly, track

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane
api = crdcluster.api


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
