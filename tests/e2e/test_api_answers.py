"""What the HTTP API of a running operator tells: what kubectl says, in the shapes of its own document."""

import json
from collections import Counter

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from sandbox import quickstart
from tests.e2e import apicaller
from tests.e2e.apicaller import Client, Json, attic, old_tracks, tracks
from tests.e2e.conftest import Scene

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane, and Helm
scene = apicaller.scene
everywhere = apicaller.everywhere


def test_counts_are_those_of_kubectl(scene: Scene, everywhere: Client) -> None:
    there = Counter(t["status"]["phase"] for t in tracks(scene))
    answer = everywhere("/counts")
    assert answer["tracks"] == sum(there.values())
    assert {phase: number for phase, number in answer["phases"].items() if number} == dict(there)
    assert answer["withoutStatus"] == 0
    expected = sorted([(attic(scene), "gone"), (scene.namespace, quickstart.NAME)])
    assert [(s["namespace"], s["name"]) for s in answer["syncs"]] == expected
    for sync in answer["syncs"]:
        own = Counter(t["status"]["phase"] for t in scene.tracks(sync["namespace"]))
        assert {phase: number for phase, number in sync["phases"].items() if number} == dict(own)


def test_counts_are_those_of_the_status_and_of_the_metrics(scene: Scene, everywhere: Client) -> None:
    (sync,) = everywhere("/counts", namespace=scene.namespace)["syncs"]
    counts = scene.sync()["status"]["counts"]
    assert {name.lower(): number for name, number in sync["phases"].items()}.items() <= counts.items()
    scraped = scene.operator.get("/metrics")
    for phase, number in sync["phases"].items():
        label = f'navaar_tracks{{namespace="{scene.namespace}",phase="{phase}",sync="{quickstart.NAME}"}}'
        assert f"{label} {float(number)}" in scraped


def test_stats_tell_of_each_service_what_the_tracks_say(scene: Scene, everywhere: Client) -> None:
    answer = everywhere("/stats")
    for service in answer["services"]:
        placements = [t["status"].get("placements", {}).get(service["service"]) for t in tracks(scene)]
        there = [p for p in placements if p is not None]
        assert service["states"] == Counter(p["state"] for p in there)
        assert service["placed"] == sum(p["state"] == "Present" and p.get("origin") == "Placed" for p in there)
    assert answer["sources"] == {"Requested": 0, "New": 0, "Backlog": 0} | Counter(
        t["status"]["source"] for t in tracks(scene)
    )
    assert answer["operator"]["leading"] is True
    assert answer["operator"]["leader"] == answer["operator"]["name"]


def test_a_track_is_told_as_its_status_says_it(scene: Scene, everywhere: Client) -> None:
    told = {(t["namespace"], t["name"]): t for t in everywhere("/tracks", limit=500)["items"]}
    there = tracks(scene)
    assert told.keys() == {(t["metadata"]["namespace"], t["metadata"]["name"]) for t in there}
    for track in there:
        item = told[track["metadata"]["namespace"], track["metadata"]["name"]]
        status = dict(track["status"])
        for elsewhere in ("history", "observedGeneration", "conditions"):
            status.pop(elsewhere, None)
        for placement in status["placements"].values():
            for candidate in placement.get("candidates", ()):
                candidate["approve"] = (
                    f"kubectl patch track {track['metadata']['name']} -n {attic(scene)} --type=merge -p "
                    f'\'{{"spec":{{"pins":{{"youtubeMusic":"{candidate["id"]}"}}}}}}\''
                )
        assert {name: item.get(name) for name in status} == status
        assert item["sync"] == track["spec"]["musicSyncRef"]["name"]
        assert item["created"] == track["metadata"]["creationTimestamp"]
        assert item.get("origin") == track["spec"].get("origin")


@pytest.mark.parametrize(
    ("path", "phases"), [("/failed", {"Failed"}), ("/review", {"Review"}), ("/pending", {"Syncing"})]
)
def test_failed_pending_and_review_are_the_tracks_of_these_phases(
    scene: Scene, everywhere: Client, path: str, phases: set[str]
) -> None:
    wanted = {t["metadata"]["name"] for t in tracks(scene) if t["status"]["phase"] in phases}
    answer = everywhere(path)
    assert {t["name"] for t in answer["items"]} == wanted
    assert answer["total"] == len(wanted)
    (phase,) = phases
    assert everywhere("/tracks", phase=phase)["total"] == len(wanted)
    old = {"Failed": "failed", "Syncing": "searching", "Review": "review"}[phase]
    assert everywhere("/tracks", status=old)["total"] == len(wanted)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"text": "چشم"}, {"old-0"}),
        ({"text": "داريوش"}, {"old-0"}),  # the Arabic ye, which keyboards write for the Persian one
        ({"text": "کوچه nazeri"}, {"old-1"}),  # the Persian kaf, and the artist in another script
        ({"text": "椎名林檎"}, {"old-2"}),
        ({"text": "ｻﾃﾞｨｽﾃｨｯｸ"}, {"old-2"}),  # half-width
        ({"text": "beyonce deja"}, {"old-3"}),
        ({"text": "HELLO"}, {"old-4", "old-5"}),
        ({"text": "hello adele"}, {"old-4"}),
        ({"text": "ärzte"}, {"old-6"}),
        ({"text": "%"}, set()),
        ({"phase": "Failed,review"}, {"old-0", "old-1", "old-2", "old-3"}),
        ({"state": "Pending"}, {"old-4"}),
        ({"state": "Pending", "service": "spotify"}, set()),
        ({"state": "notfound,removed", "service": "youtubeMusic"}, {"old-5", "old-6"}),
        ({"sync": "gone", "origin": "spotify"}, set()),
        ({"sync": "gone", "origin": "telegram", "text": "hello"}, {"old-4", "old-5"}),
        ({"sync": "nobody"}, set()),
    ],
)  # fmt: skip
def test_filters_narrow(scene: Scene, everywhere: Client, query: Json, names: set[str]) -> None:
    answer = everywhere("/tracks", namespace=attic(scene), **query)
    assert {t["name"] for t in answer["items"]} == names
    assert answer["total"] == len(names)


def test_pages_show_everything_once_while_tracks_come_and_go(scene: Scene, everywhere: Client) -> None:
    before = {t["metadata"]["name"] for t in tracks(scene)}
    for sort in ("title", "-changed"):
        seen: list[str] = []
        cursor = ""
        while True:
            answer = everywhere("/tracks", sort=sort, limit=7, fields="name", **({"cursor": cursor} if cursor else {}))
            seen += [t["name"] for t in answer["items"]]
            if "next" not in answer:
                break
            cursor = answer["next"]
            if len(seen) == 7:
                made = {
                    **old_tracks(attic(scene))[0],
                    "metadata": {"name": f"new{sort.strip('-')}", "namespace": attic(scene)},
                }
                made.pop("status")
                scene.stage.apply(made)
                scene.until("it is seen", lambda: everywhere("/counts")["tracks"] == len(before) + 1)
        assert len(seen) == len(set(seen))
        assert before <= set(seen) | {seen[0]}
        scene.stage.delete("Track", attic(scene), f"new{sort.strip('-')}")
        scene.until("it is gone", lambda: everywhere("/counts")["tracks"] == len(before))


def test_only_the_fields_that_are_wanted_are_told(everywhere: Client) -> None:
    answer = everywhere("/review", fields="name,placements.youtubeMusic.candidates.id")
    assert {t["name"]: t["placements"]["youtubeMusic"]["candidates"] for t in answer["items"]} == {
        "old-0": [{"id": "candidate0000"}],
        "old-2": [{"id": "candidate0002"}],
    }
    assert all(t.keys() == {"name", "placements"} for t in answer["items"])
    assert everywhere("/counts", fields="tracks").keys() == {"tracks"}
    assert everywhere("/sync-state", fields="name,places.service")["items"][0].keys() == {"name", "places"}
    assert all(line.keys() == {"message"} for line in everywhere("/logs", fields="message")["items"])


def test_the_whole_story_of_a_track_is_one_read(scene: Scene, everywhere: Client) -> None:
    story = everywhere(f"/tracks/{attic(scene)}/old-0")
    stored = scene.stage.get("Track", attic(scene), "old-0")
    assert story["history"] == stored["status"]["history"]
    assert story["spec"] == stored["spec"]
    assert story["placements"]["youtubeMusic"]["candidates"][0]["id"] == "candidate0000"
    assert everywhere(f"/tracks/{attic(scene)}/old-0", fields="phase") == {"phase": "Review"}


def test_sync_state_says_what_the_status_says_and_when_the_next_pass_is(scene: Scene, everywhere: Client) -> None:
    scene.sync_now()
    (state,) = everywhere("/sync-state")["items"]
    sync = scene.sync()
    status = sync["status"]
    assert (state["namespace"], state["name"], state["mode"], state["suspended"]) == (
        scene.namespace,
        quickstart.NAME,
        "Apply",
        False,
    )
    assert state["conditions"] == status["conditions"]
    assert state["counts"] == status["counts"]
    for place in state["places"]:
        said = status[place["service"]]
        assert {name: place.get(name) for name in ("items", "placed", "pending", "snapshot", "lastChanged")} == {
            name: said.get(name) for name in ("items", "placed", "pending", "snapshot", "lastChanged")
        }
    looked = {place["service"] for place in state["places"] if "lastLook" in place}
    assert looked >= {"spotify", "youtubeMusic"}
    assert state["lastPass"]["failed"] is False
    assert state["nextPass"] > state["lastPass"]["ended"]
    assert "held" not in state


def test_the_log_is_told_from_the_end_and_by_pages(everywhere: Client) -> None:
    whole = everywhere("/logs", limit=500)["items"]
    numbers = [line["number"] for line in whole]
    assert numbers == sorted(numbers, reverse=True)
    first = everywhere("/logs", limit=2)
    second = everywhere("/logs", limit=2, cursor=first["next"])
    assert [line["number"] for line in second["items"]] == [n - 2 for n in [line["number"] for line in first["items"]]]
    assert any("leading" in line["message"] for line in whole)
    assert {line["level"] for line in everywhere("/logs", level="error")["items"]} <= {"error", "critical"}
    assert all("leading" in line["message"] for line in everywhere("/logs", text="LEADING")["items"])


def test_the_openapi_document_is_valid_and_every_answer_has_the_shape_that_it_says(
    scene: Scene, everywhere: Client
) -> None:
    document = everywhere("/../openapi.json")
    validate(document)
    for path, operations in document["paths"].items():
        path = path.removeprefix("/api").format(namespace=attic(scene), name="old-0")
        schema = operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        strict = json.loads(json.dumps({**schema, "components": document["components"]}))
        for shape in strict["components"]["schemas"].values():
            if "properties" in shape:
                shape["additionalProperties"] = False
        answer = everywhere(path)
        errors = list(Draft202012Validator(strict).iter_errors(answer))
        assert not errors, f"{path}: {errors[0].message} at {errors[0].json_path}"
    for operations in document["paths"].values():
        assert operations["get"]["description"]
        assert all(parameter["description"] for parameter in operations["get"]["parameters"])
