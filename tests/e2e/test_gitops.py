"""A GitOps controller that applies, heals and prunes beside the working operator: nothing is lost, and they don't fight."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox import quickstart, scenario
from sandbox.argocd.application import Application, OutOfSync
from sandbox.argocd.health import HealthScripts
from sandbox.helm import render
from tests.e2e.conftest import Scene
from tests.e2e.scratchchat import TELEGRAM, with_scratch

MUSIC = Path(__file__).parents[2] / "examples/gitops/music"

Manifest = dict[str, Any]


def in_git(namespace: str) -> Iterator[Manifest]:
    """What `examples/gitops/music` holds, for this namespace."""
    for file in sorted(MUSIC.rglob("*.yaml")):
        for manifest in yaml.safe_load_all(file.read_text()):
            manifest["metadata"]["namespace"] = namespace
            yield manifest


def credentials(scene: Scene) -> None:
    """The three Secrets, as the controller of sealed or external Secrets makes them; Spotify replaces tokens at once."""
    world = scene.box.world

    def public_client() -> None:
        world.spotify.add_app("public-client", None, allowed=[scenario.SPOTIFY_USER])
        world.spotify.grant("first-consent", scenario.SPOTIFY_USER, "public-client")

    scene.box.call(public_client)
    telegram, google, _ = quickstart.secrets()
    values = {"client-id": "public-client", "refresh-token": "first-consent"}
    for secret in (telegram, google, quickstart.secret("friday-tapes-spotify", values)):
        scene.apply(secret)


def commit(application: Application, kind: str, name: str, spec: Manifest | None) -> None:
    """Somebody changes an object in Git, or with None takes it out."""
    index = next(n for n, m in enumerate(application.git) if (m["kind"], m["metadata"]["name"]) == (kind, name))
    if spec is None:
        del application.git[index]
    else:
        application.git[index]["spec"] |= spec


def uids(scene: Scene) -> dict[str, str]:
    return {track["metadata"]["name"]: track["metadata"]["uid"] for track in scene.tracks()}


def placements(scene: Scene) -> dict[str, dict[str, Any]]:
    return {track["metadata"]["name"]: track["status"]["placements"] for track in scene.tracks()}


@pytest.mark.parametrize(
    ("server_side", "by_label"), [(True, False), (False, True)], ids=["server-side by id", "client-side by label"]
)
def test_healing_beside_the_operator_finds_nothing_to_heal_and_loses_nothing(
    scene: Scene, server_side: bool, by_label: bool
) -> None:
    application = Application(
        scene.stage.api,
        "navaar-music",
        in_git(scene.namespace),
        [scene.namespace],
        server_side=server_side,
        by_label=by_label,
    )
    application.sync()
    credentials(scene)
    scene.start()
    out_of_sync: list[OutOfSync] = []

    def converged() -> bool:
        out_of_sync.extend(application.heal())
        application.sync()  # whatever it found: somebody pressed the button, too
        return scene.converged()

    scene.until("the places converge under constant healing", converged)
    assert out_of_sync == []
    scripts = HealthScripts()
    assert {health.status for live in application.live() if (health := scripts.health(live))} == {"Healthy"}
    expected = quickstart.expected(scenario.SMALL)
    assert {place: set(keys) for place, keys in scene.keys().items()} == {
        place: {*keys, "blinding-lights"} for place, keys in expected.items()
    }
    assert "69OhLEGHP320Gr321l5Snd" in [row["id"] for row in scene.places()["spotify"]]

    # All is said and done: neither hand writes any more, and what the operator made is nobody's to prune.
    token = scene.stage.get("Secret", scene.namespace, "navaar-tokens")
    assert any("refreshToken" in base64.b64decode(entry).decode() for entry in token["data"].values())
    before, writes, mark = (
        (uids(scene), placements(scene)),
        len(scene.kubernetes_writes()),
        scene.box.world.journal.mark(),
    )
    for _ in range(3):
        application.sync()
        assert application.compare() == []
    scene.sync_now()
    assert (uids(scene), placements(scene)) == before
    assert scene.service_writes(mark) == []
    # One write: that the pass which was asked for is made.
    assert len(scene.kubernetes_writes()) <= writes + 1
    kept = scene.stage.get("Secret", scene.namespace, "navaar-tokens")
    assert (kept["metadata"]["uid"], kept["data"]) == (token["metadata"]["uid"], token["data"])
    made_by_operator = [t for t in scene.tracks() if t["spec"].get("origin")]
    assert made_by_operator
    for made in [*made_by_operator, kept]:
        metadata = made["metadata"]
        assert "argocd" not in str(metadata) and "app.kubernetes.io/instance" not in metadata["labels"]


def test_what_is_changed_by_hand_is_healed_and_what_is_approved_by_hand_stands(scene: Scene) -> None:
    application = Application(scene.stage.api, "navaar-music", in_git(scene.namespace), [scene.namespace])
    application.sync()
    credentials(scene)
    scene.start()
    scene.wait_converged()
    scene.annotate(approve="0123456789", accept_past="2026-11-21T10:00:00Z")
    assert application.compare() == []
    assert scene.sync()["metadata"]["annotations"]["navaar.dev/approve"] == "0123456789"

    scene.stage.patch("Track", scene.namespace, "wonderwall", {"spec": {"title": "Champagne Supernova"}})
    (found,) = application.heal()
    assert (found.kind, found.name, found.how) == ("Track", "wonderwall", "Modified")
    assert scene.stage.get("Track", scene.namespace, "wonderwall")["spec"]["title"] == "Wonderwall"

    # A decision about a song that is not in Git is the person's who made it.
    name = scene.titled("Fix You")["metadata"]["name"]
    scene.stage.patch("Track", scene.namespace, name, {"spec": {"excludeFrom": ["telegram"]}})
    assert application.heal() == []
    assert scene.stage.get("Track", scene.namespace, name)["spec"]["excludeFrom"] == ["telegram"]
    scene.wait_converged()


@pytest.mark.timeout(480)  # where a channel ends is known after a hundred requests, one after another
def test_a_track_that_is_taken_out_of_git_is_pruned_and_its_song_stays_once_in_every_place(
    scene_with: Callable[..., Scene],
) -> None:
    """With the Track goes what it remembered of the channel, which nobody posts to until that is known again."""
    scene = scene_with(with_scratch(scenario.small))
    application = Application(scene.stage.api, "navaar-music", in_git(scene.namespace), [scene.namespace])
    application.sync()
    credentials(scene)
    scene.start()
    scene.wait_converged()
    keys, others = scene.keys(), {name: uid for name, uid in uids(scene).items() if name != "blinding-lights"}

    commit(application, "Track", "blinding-lights", None)
    (found,) = application.heal()
    assert (found.kind, found.name, found.how) == ("Track", "blinding-lights", "Extra")
    scene.until("it is pruned", lambda: "blinding-lights" not in uids(scene))
    scene.sync_now()
    scene.until("it is said", lambda: scene.reason("TelegramReady") == "ChannelPastUnknown")
    assert {health.status for live in application.live() if (health := HealthScripts().health(live))} == {
        "Degraded", "Healthy",
    }  # fmt: skip
    assert scene.keys() == keys

    commit(application, "MusicSync", "friday-tapes", {"telegram": TELEGRAM})
    assert [found.kind for found in application.heal()] == ["MusicSync"]
    scene.wait_converged(400)
    assert scene.keys() == keys
    assert others.items() <= uids(scene).items()
    assert application.compare() == []


def test_the_chart_is_as_in_git_once_it_is_applied_and_its_definitions_outlast_it(scene: Scene) -> None:
    release = render({"image.repository": "registry.example.com/navaar", "replicas": 2}, namespace=scene.namespace)
    application = Application(scene.stage.api, f"navaar-{scene.namespace}", release, [scene.namespace])
    for manifest in application.git:
        if manifest["kind"] != "CustomResourceDefinition":
            manifest["metadata"]["namespace"] = scene.namespace  # as Argo CD gives what Helm leaves to the release
    application.sync()
    assert application.compare() == []
    definitions = [m for m in application.git if m["kind"] == "CustomResourceDefinition"]
    assert [m["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] for m in definitions] == ["-1", "-1"]
    application.git = [m for m in application.git if m["kind"] == "Deployment"]
    gone = {found.kind for found in application.heal()}
    assert gone >= {"CustomResourceDefinition", "Role", "RoleBinding", "ServiceAccount", "Service"}
    # They alone are left over, and are to be: with them every MusicSync and Track would go.
    scene.until(
        "all else is pruned", lambda: {found.kind for found in application.compare()} == {"CustomResourceDefinition"}
    )
    assert scene.tracks() == []
