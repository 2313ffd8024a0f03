"""Somebody who asks the HTTP API of a running operator, with a token of their own or the operator's."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from reconcilers.phase import TAKE_ONE
from tests.e2e.conftest import Make, Scene

Json = dict[str, Any]
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
    """One operator for two namespaces: in one a MusicSync whose places are in step, in one Tracks whose MusicSync is gone."""
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
