"""The health that Argo CD and Flux see, on the statuses that the working operator leaves at the API server."""

import copy
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from navaar.api.instant import read
from sandbox import quickstart, scenario
from sandbox.argocd.health import HealthScripts
from sandbox.controlplane import Api, ApiError
from tests.conditions_check import check
from tests.e2e.conftest import Scene, until

FLUX = Path(__file__).parents[2] / "examples/gitops/flux/navaar.yaml"
GROUP = "probes.tests.navaar.dev"

Manifest = dict[str, Any]


class Flux:
    """The expressions of `healthCheckExprs`, in the order in which Flux asks them, by the CEL of the API server itself.

    They are made the rules of a kind of their own, whose objects are MusicSyncs' statuses: what is refused says which held.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        (music,) = [k for k in yaml.safe_load_all(FLUX.read_text()) if k["metadata"]["name"] == "navaar-music"]
        (expressions,) = music["spec"]["healthCheckExprs"]
        assert expressions.keys() == {"apiVersion", "kind", "failed", "current"}
        word = {"type": "string", "maxLength": 4096}
        words = dict.fromkeys(("type", "status", "reason", "message", "lastTransitionTime"), word)
        condition = {"type": "object", "properties": {**words, "observedGeneration": {"type": "integer"}}}
        conditions = {"type": "array", "maxItems": 16, "items": condition}
        rules = [
            {"rule": f"!({expressions[verdict].replace('status.', 'self.status.', 1)})", "message": verdict}
            for verdict in ("failed", "current")
        ]
        status = {"type": "object", "properties": {"conditions": conditions}, "required": ["conditions"]}
        schema = {"type": "object", "properties": {"status": status}, "x-kubernetes-validations": rules}
        version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
        names = {"kind": "Probe", "plural": "probes"}
        spec = {"group": "tests.navaar.dev", "scope": "Cluster", "names": names, "versions": [version]}
        made = {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": GROUP},
        }
        api.request(
            "PATCH",
            f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{GROUP}?fieldManager=tests",
            {**made, "spec": spec},
            "application/apply-patch+yaml",
        )
        until("the probes are served", lambda: api.get("/apis/tests.navaar.dev/v1/probes"), 30)

    def verdict(self, resource: Manifest) -> str:
        """`Failed`, `Current` or `InProgress`."""
        status = resource.get("status") or {}
        if "conditions" not in status:
            return "InProgress"  # the expression fails, which Flux takes for not yet
        if status.get("observedGeneration") != resource["metadata"]["generation"]:
            return "InProgress"
        body = {"apiVersion": "tests.navaar.dev/v1", "kind": "Probe", "metadata": {"name": "probe"}}
        try:
            self._api.create(
                "/apis/tests.navaar.dev/v1/probes?dryRun=All", {**body, "status": {"conditions": status["conditions"]}}
            )
        except ApiError as error:
            if error.status != 422:
                raise
            return "Failed" if ": failed" in str(error) else "Current"
        return "InProgress"


class Health:
    """What both say, checked against the rules of conditions whenever it is asked."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.scripts, self.flux = scene, HealthScripts(), Flux(scene.stage.api)
        self.seen: dict[str, set[str]] = {}

    def sync(self, name: str = quickstart.NAME) -> tuple[str, str, str]:
        """Argo CD's word, Flux's word, and the reason of Ready."""
        resource = self.scene.sync(name)
        health = self.scripts.health(resource)
        assert health is not None
        ready = next((c for c in (resource.get("status") or {}).get("conditions", []) if c["type"] == "Ready"), None)
        generation = resource["metadata"]["generation"]
        if ready is not None and resource["status"]["observedGeneration"] == generation:
            check(resource["status"], generation)
            self.seen.setdefault(ready["reason"], set()).add(health.status)
        return health.status, self.flux.verdict(resource), ready["reason"] if ready is not None else ""

    def track(self, name: str) -> tuple[str, str]:
        """Argo CD's word, and the phase."""
        resource = self.scene.stage.get("Track", self.scene.namespace, name)
        health = self.scripts.health(resource)
        assert health is not None
        return health.status, (resource.get("status") or {}).get("phase", "")

    def becomes(self, *expected: str, name: str = quickstart.NAME) -> None:
        self.scene.until(f"{name} is {expected}", lambda: self.sync(name) == expected)

    def track_becomes(self, name: str, *expected: str) -> None:
        self.scene.until(f"{name} is {expected}", lambda: self.track(name) == expected)


@pytest.mark.timeout(400)
def test_of_every_state_of_a_music_sync(scene: Scene) -> None:
    health = Health(scene)
    scene.begin(suspend=True)
    assert health.sync() == ("Suspended", "InProgress", "")
    scene.patch_sync({"spec": {"suspend": False}})
    assert health.sync() == ("Progressing", "InProgress", "")
    scene.patch_sync({"spec": {"suspend": True}})
    scene.start()
    health.becomes("Suspended", "Current", "Suspended")

    # While a place is not read yet.
    scene.break_("late", "spotify", "GET /playlists/{id}*", seconds=3, times=1)
    scene.patch_sync({"spec": {"suspend": False, "mode": "Plan"}})
    health.becomes("Progressing", "InProgress", "Progressing")
    health.becomes("Healthy", "Current", "Planned")
    scene.patch_sync({"spec": {"mode": "Apply", "spotify": {"maxAdds": 0}}})
    health.becomes("Suspended", "Current", "AwaitingApproval")
    scene.patch_sync({"spec": {"spotify": {"maxAdds": 50}}})
    health.becomes("Healthy", "Current", "Synced")

    # The services' trouble: what ends by itself is under way, what a person must mend is degraded.
    scene.break_("quota", "spotify", seconds=5)
    scene.sync_now()
    health.becomes("Progressing", "InProgress", "QuotaExhausted")
    health.becomes("Healthy", "Current", "Synced")
    spotify = scene.box.world.spotify
    scene.box.call(lambda: spotify.revoke(scenario.SPOTIFY_REFRESH_TOKEN))
    scene.sync_now()
    health.becomes("Degraded", "InProgress", "AuthExpired")
    scene.box.call(lambda: spotify.grant("new", scenario.SPOTIFY_USER, scenario.SPOTIFY_CLIENT_ID))
    values = {**quickstart.secrets()[2]["stringData"], "refresh-token": "new"}
    scene.apply(quickstart.secret("friday-tapes-spotify", values))
    health.becomes("Healthy", "Current", "Synced")

    # Two that can't go on at all.
    second = quickstart.musicsync(telegram=None)
    claimed = copy.deepcopy(second)
    claimed["metadata"]["name"] = "claimed"
    until_younger(scene)
    scene.apply(claimed)
    health.becomes("Degraded", "Failed", "TargetClaimed", name="claimed")
    lost = copy.deepcopy(second)
    lost["metadata"]["name"] = "lost"
    lost["spec"]["spotify"]["playlist"] = "0NavaarNoSuchPlaylist0"
    lost["spec"]["youtubeMusic"]["playlist"] = "PLnosuchplaylist00"
    scene.apply(lost)
    health.becomes("Degraded", "Failed", "NotFound", name="lost")

    # On its way out: Argo CD asks no script then.
    scene.stage.patch("MusicSync", scene.namespace, "claimed", {"metadata": {"finalizers": ["tests/held"]}})
    scene.stage.delete("MusicSync", scene.namespace, "claimed")
    assert health.sync("claimed")[0] == "Progressing"
    scene.stage.patch("MusicSync", scene.namespace, "claimed", {"metadata": {"finalizers": None}})

    # The channel is blind, and the rest goes on.
    scene.stage.delete("Track", scene.namespace, scene.titled("Wonderwall")["metadata"]["name"])
    health.becomes("Degraded", "InProgress", "ChannelPastUnknown")

    # Of one reason there is one health, however often it was looked.
    assert {reason: len(said) for reason, said in health.seen.items()} == dict.fromkeys(health.seen, 1)
    assert health.seen.keys() >= {
        "Suspended", "Progressing", "Planned", "AwaitingApproval", "Synced", "QuotaExhausted", "AuthExpired",
        "TargetClaimed", "NotFound", "ChannelPastUnknown",
    }  # fmt: skip


def until_younger(scene: Scene) -> None:
    """The API server tells ages in whole seconds: of two that are as old, neither is the younger."""
    made = read(scene.sync()["metadata"]["creationTimestamp"])
    scene.until("a second can only be younger", lambda: time.time() >= made + 2)


@pytest.mark.timeout(300)
def test_of_every_phase_of_a_track(scene: Scene) -> None:
    health = Health(scene)
    scene.begin()
    scene.track("asked", title="Blinding Lights", artists=["The Weeknd"])
    assert health.track("asked") == ("Progressing", "")
    scene.break_("error", "spotify", "POST /playlists/{id}/items", status=500, times=None)
    scene.start()
    health.track_becomes("asked", "Progressing", "Syncing")
    scene.mend()
    scene.sync_now()
    health.track_becomes("asked", "Healthy", "Synced")
    health.track_becomes(scene.titled("Plastic Love")["metadata"]["name"], "Healthy", "Partial")
    scene.track("again", title="Blinding Lights", artists=["The Weeknd"])
    health.track_becomes("again", "Healthy", "Duplicate")
    scene.track("nowhere", title="Hello", excludeFrom=["telegram", "youtubeMusic", "spotify"])
    health.track_becomes("nowhere", "Healthy", "Excluded")
    scene.track("which", title="Hello")
    health.track_becomes("which", "Suspended", "Review")
    scene.track("dead", title="Bad Guy", artists=["Billie Eilish"], pins={"spotify": "0000000000000000000000"})
    health.track_becomes("dead", "Degraded", "Failed")
    gone = scene.titled("Fix You")["metadata"]["name"]
    scene.stage.patch("Track", scene.namespace, gone, {"spec": {"state": "Absent"}})
    health.track_becomes(gone, "Healthy", "Removed")
    assert health.sync()[0] == "Healthy"
