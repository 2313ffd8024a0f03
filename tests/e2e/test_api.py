"""The HTTP API of a running operator: what kubectl says, for those to whom kubectl would say it."""

import http.client
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from reconcilers.phase import TAKE_ONE
from sandbox import quickstart, scenario
from tests.e2e.conftest import API_TOKEN, Make, Scene

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane, and Helm

Json = dict[str, Any]

"""Two namespaces that are served: one with a MusicSync at work, one with Tracks whose MusicSync is gone."""

LOOKING = [{"apiGroups": ["navaar.dev"], "resources": ["tracks", "musicsyncs"], "verbs": ["get", "list"]}]


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def detail(self) -> str:
        assert self.headers["Content-Type"] == "application/problem+json", self.body[:500]
        problem = self.json
        assert problem["status"] == self.status
        assert problem["detail"].endswith(".")
        detail: str = problem["detail"]
        return detail


class Client:
    """Asks one operator, as somebody."""

    def __init__(self, port: int, token: str | None) -> None:
        self._port = port
        self._token = token
        self.slowest = 0.0

    def get(self, path: str, headers: dict[str, str] | None = None, method: str = "GET", **query: Any) -> Answer:
        sent = {"Authorization": f"Bearer {self._token}"} if self._token is not None else {}
        line = ("/api" + path).replace("/api/..", "") + ("?" + urlencode(query) if query else "")
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, line, headers={**sent, **(headers or {})})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def __call__(self, path: str, **query: Any) -> Any:
        answer = self.get(path, **query)
        assert answer.status == 200, answer.body[:500]
        return answer.json


@pytest.fixture(scope="module")
def scene(shared_scene_with: Make) -> Scene:
    """One operator for all that is asked here, its places in step."""
    made = shared_scene_with(extra_namespaces=1)
    made.begin()
    for track in old_tracks(attic(made)):
        made.stage.apply({name: part for name, part in track.items() if name != "status"})
        made.stage.patch("Track", attic(made), track["metadata"]["name"], {"status": track["status"]}, "/status")
    made.start()
    made.wait_converged()
    made.wait_at_rest()
    return made


def attic(scene: Scene) -> str:
    """The namespace whose Tracks have lost their MusicSync."""
    return scene.namespaces[1]


def old_tracks(namespace: str) -> list[Json]:
    """Tracks in every phase but Synced, of songs in several scripts."""
    songs = [
        ("چشم من", "داریوش", "Review"),
        ("كوچه", "Shahram Nazeri", "Failed"),
        ("丸ノ内サディスティック", "椎名林檎", "Review"),
        ("Déjà Vu", "Beyoncé", "Failed"),
        ("Hello", "Adele", "Syncing"),
        ("Hello", "Lionel Richie", "Removed"),
        ("Zu spät", "Die Ärzte", "Partial"),
    ]
    made = []
    for number, (title, artist, phase) in enumerate(songs):
        state = {"Review": "Review", "Failed": "Failed", "Syncing": "Pending", "Removed": "Removed"}.get(
            phase, "NotFound"
        )
        placement: Json = {"state": state, "changedAt": f"2026-03-0{number + 1}T00:00:00Z"}
        if phase != "Removed":
            placement["message"] = f"said of {number}"
        if state == "Review":
            candidate = {"id": f"candidate{number:04d}", "text": title, "score": 0.8, "reasons": ["title equal"]}
            placement["candidates"] = [candidate]
        status = {
            "phase": phase,
            "source": "New",
            "title": title,
            "artist": artist,
            "identity": {"title": title, "artist": artist, "artists": [artist], "durationSeconds": 100 + number},
            "placements": {"youtubeMusic": placement},
            "history": [{"at": "2026-03-01T00:00:00Z", "event": f"youtubeMusic: {state}"}],
            "observedGeneration": 1,
        }
        if phase != "Removed":
            status["message"] = f"youtubeMusic: said of {number}" + (f"; {TAKE_ONE}" if phase == "Review" else "")
        made.append(
            {
                "apiVersion": "navaar.dev/v1alpha1",
                "kind": "Track",
                "metadata": {"name": f"old-{number}", "namespace": namespace},
                "spec": {"musicSyncRef": {"name": "gone"}, "origin": {"service": "telegram", "id": str(number + 1)}},
                "status": status,
            }
        )
    return made


def somebody(scene: Scene, name: str, namespaces: tuple[str, ...] = (), rules: list[Json] | None = None) -> Client:
    """A service account with rights in these namespaces, as a client."""
    group = "rbac.authorization.k8s.io"
    account = {"name": name, "namespace": "default"}
    objects: list[Json] = [{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account}]
    for namespace in namespaces:
        metadata = {"name": name, "namespace": namespace}
        objects.append({"apiVersion": f"{group}/v1", "kind": "Role", "metadata": metadata, "rules": rules or LOOKING})
        objects.append(
            {
                "apiVersion": f"{group}/v1", "kind": "RoleBinding", "metadata": metadata,
                "roleRef": {"apiGroup": group, "kind": "Role", "name": name},
                "subjects": [{"kind": "ServiceAccount", **account}],
            }
        )  # fmt: skip
    scene.stage.apply_everywhere(objects)
    return Client(scene.operator.port, token_of(scene, name))


def token_of(scene: Scene, name: str) -> str:
    config = yaml.safe_load(scene.stage.plane.kubeconfig_for("default", name).read_text())
    token: str = config["users"][0]["user"]["token"]
    return token


@pytest.fixture(scope="module")
def everywhere(scene: Scene) -> Client:
    """Somebody who may look in both namespaces."""
    return somebody(scene, "looks-everywhere", (scene.namespace, attic(scene)))


def tracks(scene: Scene) -> list[Json]:
    return scene.tracks(scene.namespace) + scene.tracks(attic(scene))


# --- the numbers ------------------------------------------------------------------------------------------------------


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


# --- the Tracks -------------------------------------------------------------------------------------------------------


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


# --- how it goes ------------------------------------------------------------------------------------------------------


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


# --- who may see what -------------------------------------------------------------------------------------------------


def test_nobody_in_particular_sees_nothing(scene: Scene) -> None:
    stranger = Client(scene.operator.port, None)
    for path in (
        "/counts",
        "/stats",
        "/tracks",
        f"/tracks/{attic(scene)}/old-0",
        "/failed",
        "/logs",
        "/sync-state",
        "/progress",
    ):
        answer = stranger.get(path, {"Accept": "text/event-stream, */*"})
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "kubectl create token" in answer.detail
    asked = [
        {"Authorization": value}
        for value in ("", "Bearer", "Bearer ", "Basic Zm9vOmJhcg==", "Bearer short", "Bearer a b c d e f g h",
                      "Bearer " + "x" * 9000,
                      "Bearer " + "x" * 40, f"Bearer {API_TOKEN[:-1]}", f"Bearer {API_TOKEN}x", f"Token {API_TOKEN}",
                      "Bearer ü" * 20)
    ]  # fmt: skip
    answers = {
        stranger.get("/counts", {k: v.encode("utf-8").decode("latin-1") for k, v in h.items()}).body for h in asked
    }
    assert len(answers) == 1, "what is wrong with a token is nobody's business"


def test_the_token_of_the_file_sees_everything_and_may_be_replaced(scene: Scene) -> None:
    assert Client(scene.operator.port, API_TOKEN)("/counts")["tracks"] == len(tracks(scene))
    file = scene.folder / "pod-0/etc/navaar/api/token"  # where the chart mounts the Secret
    other = "another-token-of-some-length"
    file.write_text(other)
    try:
        assert Client(scene.operator.port, other)("/counts")["tracks"] == len(tracks(scene))
        assert Client(scene.operator.port, API_TOKEN).get("/counts").status == 401
        file.write_text("short")
        assert Client(scene.operator.port, "short").get("/counts").status == 401
    finally:
        file.write_text(API_TOKEN)


def test_who_has_no_right_sees_nothing_though_the_operator_may(scene: Scene) -> None:
    nobody = somebody(scene, "sees-nothing")
    for path in ("/counts", "/stats", "/tracks", "/failed", "/pending", "/review", "/sync-state", "/logs", "/progress"):
        answer = nobody.get(path, {"Accept": "text/event-stream, */*"})
        assert answer.status == 403, path
        assert "have a Role" in answer.detail
        assert b"old-0" not in answer.body
    there, not_there = nobody.get(f"/tracks/{attic(scene)}/old-0"), nobody.get(f"/tracks/{attic(scene)}/old-99")
    assert (there.status, there.body) == (not_there.status, not_there.body)
    assert there.status == 403


def test_a_person_sees_what_kubectl_would_show_them(scene: Scene) -> None:
    one = somebody(scene, "looks-in-the-attic", (attic(scene),))
    assert one("/counts")["tracks"] == len(scene.tracks(attic(scene)))
    assert {t["namespace"] for t in one("/tracks", limit=500)["items"]} == {attic(scene)}
    assert one("/sync-state")["items"] == []
    assert {s["namespace"] for s in one("/stats")["syncs"]} == {attic(scene)}
    assert all(
        line["about"].get("sync", "").startswith(f"{attic(scene)}/") for line in one("/logs", limit=500)["items"]
    )
    for namespace in (scene.namespace, "kube-system", "there-is-no-such"):
        answer = one.get("/tracks", namespace=f"{attic(scene)},{namespace}")
        assert answer.status == 403
        assert namespace in answer.detail
    assert one.get(f"/tracks/{scene.namespace}/{scene.tracks()[0]['metadata']['name']}").status == 403


def test_a_right_to_one_track_is_a_right_to_that_track(scene: Scene) -> None:
    rule = {"apiGroups": ["navaar.dev"], "resources": ["tracks"], "verbs": ["get"], "resourceNames": ["old-1"]}
    one = somebody(scene, "sees-one", (attic(scene),), [rule])
    assert one(f"/tracks/{attic(scene)}/old-1")["phase"] == "Failed"
    assert one.get(f"/tracks/{attic(scene)}/old-2").status == 403
    assert one.get("/tracks").status == 403


def test_a_right_to_tracks_is_none_to_musicsyncs_or_the_log(scene: Scene) -> None:
    rule = {"apiGroups": ["navaar.dev"], "resources": ["tracks"], "verbs": ["get", "list"]}
    one = somebody(scene, "sees-tracks", (scene.namespace, attic(scene)), [rule])
    assert one("/counts")["tracks"]
    assert one.get("/sync-state").status == 403
    assert one.get("/logs").status == 403


def test_the_api_server_is_asked_as_the_caller_and_never_as_the_operator(scene: Scene, everywhere: Client) -> None:
    everywhere("/counts")
    reviews = [w for w in scene.stage.plane.writes() if w.resource.startswith("selfsubjectaccessreviews")]
    ours = [w for w in reviews if w.agent.startswith("navaar/")]
    assert ours
    assert {w.user.rpartition(":")[0] for w in ours} <= {"system:serviceaccount:default", ""}
    assert not any("navaar" in w.user or scene.namespace in w.user for w in ours)


# --- what is wrong is said --------------------------------------------------------------------------------------------

DEEP = "placements." * 30 + "x"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/tracks?limit=-1", 400, "limit can't be -1"),
        ("/tracks?limit=0", 400, "from 1 to 500"),
        ("/tracks?limit=1000000000000000000000000", 400, "limit can't be"),
        ("/tracks?limit=ten", 400, "limit can't be ten"),
        ("/tracks?limit=5&limit=6", 400, "limit is given twice"),
        ("/tracks?phase=Lost", 400, "phase can't be Lost"),
        ("/tracks?state=Nowhere", 400, "state can't be Nowhere"),
        ("/tracks?service=soundcloud", 400, "service can't be soundcloud"),
        ("/tracks?sort=size", 400, "sort can't be size"),
        ("/tracks?fields=nmae", 400, "There is no field nmae. There are: "),
        (f"/tracks?fields={DEEP}", 400, "fields can't be"),
        ("/tracks?fields=name.first", 400, "name has no fields"),
        ("/tracks?pahse=Failed", 400, "Do you mean phase?"),
        ("/tracks?direction=tg_to_yt", 400, "`origin`"),
        ("/tracks?token=secret-in-an-address", 400, "ends up in logs"),
        ("/tracks?cursor=nonsense", 400, "This is no cursor of ours"),
        ("/tracks?cursor=" + "A" * 5000, 400, "cursor can't be"),
        ("/tracks?cursor=WyJhYmMiLCAiIiwgImEiLCAiYiJd", 400, "This cursor is of another question"),
        ("/tracks?namespace=../../secrets", 400, "namespace can't be ../../secrets"),
        ("/tracks?text=" + "x" * 300, 400, "text can't be"),
        ("/tracks?text=%00%1b%5b31m", 200, ""),
        ("/tracks?" + "&".join(f"a{n}=1" for n in range(200)), 400, "more than 100 parameters"),
        ("/tracks?text=" + "%20" * 4000, 400, "characters long"),
        ("/logs?level=loud", 400, "level can't be loud"),
        ("/tracks/{attic}/..%2f..%2fsecrets%2fx", 404, "There is nothing here"),
        ("/tracks/{attic}/%2e%2e", 404, "There is no Track"),
        ("/tracks/{attic}/OLD%200", 404, "There is no Track"),
        ("/tracks/kube-system/old-0", 403, "You may not get"),
        ("/tracks/{attic}/old-99", 404, "There is no Track old-99"),
        ("/tracks/42", 404, "/api/tracks/{namespace}/{name}"),
        ("/", 404, "There is nothing here"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_told_in_a_sentence(
    scene: Scene, everywhere: Client, path: str, status: int, said: str
) -> None:
    answer = everywhere.get(path.replace("{attic}", attic(scene)))
    assert answer.status == status, answer.body[:300]
    if status != 200:
        assert said in answer.detail
        assert len(answer.body) < 2000
        assert "Traceback" not in answer.detail


def test_what_is_no_request_of_ours_ends_the_connection_and_not_the_operator(scene: Scene, everywhere: Client) -> None:
    for line, headers in (
        ("/api/tracks?text=" + "x" * 10_000_000, {}),
        ("/api/tracks", {"X-Junk": "j" * 1_000_000}),
    ):
        connection = http.client.HTTPConnection("127.0.0.1", scene.operator.port, timeout=10)
        try:
            connection.request("GET", line, headers=headers)
            assert connection.getresponse().status == 400
        except ConnectionError:
            pass  # it was closed while we were still writing
        finally:
            connection.close()
    answer = everywhere.get("/tracks", {"X-Forwarded-For": "127.0.0.1", "Host": "evil.example", "Accept": "\x01"})
    assert answer.status in (200, 400)
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"):
        refused = everywhere.get("/tracks", method=method)
        assert refused.status == 405
        assert "kubectl" in refused.detail
        assert refused.headers["Allow"]
    assert everywhere("/counts")["tracks"]


# --- the document -----------------------------------------------------------------------------------------------------


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


def test_the_docs_are_a_page_without_a_script_or_anything_from_elsewhere(scene: Scene) -> None:
    stranger = Client(scene.operator.port, None)
    answer = stranger.get("/../docs")
    assert answer.status == 200
    text = answer.body.decode()
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert "<script" not in text
    assert "//" not in text.replace("https://", "").partition("<body>")[0]
    assert "style=" not in text
    for path in ("/api/counts", "/api/sync-state", "/api/tracks/{namespace}/{name}"):
        assert path in text
    assert stranger.get("/../docs/style.css").headers["Content-Type"].startswith("text/css")


def test_no_secret_is_in_any_answer(scene: Scene, everywhere: Client) -> None:
    secrets = [scenario.BOT_TOKEN, scenario.GOOGLE_CLIENT_SECRET, scenario.GOOGLE_REFRESH_TOKEN, API_TOKEN]
    secrets += [scenario.SPOTIFY_CLIENT_SECRET, scenario.SPOTIFY_REFRESH_TOKEN]
    static = Client(scene.operator.port, API_TOKEN)
    paths = [
        "/counts",
        "/stats",
        "/tracks?limit=500",
        "/failed",
        "/pending",
        "/review",
        "/logs?limit=500",
        "/sync-state",
        "/progress",
    ]
    paths += [
        f"/tracks/{scene.namespace}/{scene.tracks()[0]['metadata']['name']}",
        "/../openapi.json",
        "/../docs",
        "/../metrics",
    ]
    told = b"".join(static.get(path).body for path in paths) + scene.operator.log.read_bytes()
    for secret in secrets:
        assert secret.encode() not in told
    assert token_of(scene, "looks-everywhere").encode()[:40] not in told


def test_health_needs_no_token(scene: Scene) -> None:
    stranger = Client(scene.operator.port, None)
    assert [stranger.get(f"/../{path}").status for path in ("healthz", "readyz", "metrics")] == [200, 200, 200]


# --- beside the leader, and on this machine alone ---------------------------------------------------------------------


def test_one_that_stands_by_answers_as_well_and_says_who_leads(scene: Scene) -> None:
    leader = Client(scene.operator.port, API_TOKEN)
    standby = scene.launch("--api", "auto")  # on a loopback address: without tokens
    try:
        standby.wait_ready()
        client = Client(standby.port, None)
        scene.until("it has seen the Lease", lambda: "leader" in client("/stats")["operator"])
        operator = client("/stats")["operator"]
        assert operator["leading"] is False
        assert operator["leader"] == leader("/stats")["operator"]["name"]
        assert client("/counts") == leader("/counts")
        (state,) = client("/sync-state")["items"]
        assert state["conditions"] == scene.sync()["status"]["conditions"]
        assert "nextPass" not in state
        progress = client("/progress")
        assert (progress["operator"]["leading"], progress["items"]) == (False, [])
        elsewhere = client.get("/counts", {"Host": "rebound.example:8080"})
        assert elsewhere.status == 403
        assert "localhost" in elsewhere.detail
        assert client.get("/counts", {"Host": "localhost:8080"}).status == 200
    finally:
        standby.stop()
        scene.operators.remove(standby)


def test_a_token_that_could_be_guessed_is_refused_at_the_start(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret")
    operator = scene.launch("--api", "tokens", "--api-token-file", str(tmp_path / "token"))
    try:
        assert operator.process.wait(30) == 2
        assert "20 characters or more" in operator.tail()
        assert "openssl rand" in operator.tail()
    finally:
        scene.operators.remove(operator)
