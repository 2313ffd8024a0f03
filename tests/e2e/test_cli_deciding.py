"""What people decide at the command line is carried out by the operator that runs beside it."""

import json
from dataclasses import replace

import pytest

from navaar.cli.cluster import opened
from navaar.cli.scope import Where
from navaar.kube.errors import Conflict
from navaar.people import acts
from reconcilers.services.protocol import ServiceName
from sandbox import quickstart
from tests.e2e import commandline
from tests.e2e.commandline import Person, columns, spec

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane, and Helm
scene = commandline.scene
person = commandline.person
given_up = commandline.given_up


@pytest.mark.compares("retry")
def test_a_song_is_tried_again_by_itself_and_no_other_is(person: Person, given_up: list[str]) -> None:
    scene, (one, other) = person.scene, given_up
    journal = scene.box.world.journal
    before, since = scene.stage.get("Track", scene.namespace, other), journal.mark()
    answer = person.ask("retry", one, "--wait")
    assert answer.code == 0, answer.err
    said, result = answer.out.splitlines()
    assert said == f"track.navaar.dev/{one} patched: tries Nobody – {one} again"
    assert result.startswith(f"Nobody – {one}: Failed: ")
    assert "won't get further by itself" in answer.err and "kubectl patch track dead-pin" in answer.err
    track = scene.stage.get("Track", scene.namespace, one)
    stamp = track["metadata"]["annotations"]["navaar.dev/reconcile-requested-at"]
    assert track["status"]["lastHandledReconcileAt"] == stamp

    def tried(name: str) -> bool:
        id = str(given_up.index(name)) * 22
        return any(entry.detail.get("id") == id for entry in journal.entries[since:])

    assert tried(one) and not tried(other)
    assert scene.stage.get("Track", scene.namespace, other) == before
    person.does("retry", "--wait")
    scene.until("so is what else was given up", lambda: tried(other))


def test_who_wants_a_duplicate_tried_again_is_told_which_track_stands_for_the_song(person: Person) -> None:
    stage, name = person.scene.stage, "twin"
    manifest = {"apiVersion": "navaar.dev/v1alpha1", "kind": "Track", "metadata": {"name": name}}
    stage.apply(
        {**manifest, "spec": {"musicSyncRef": {"name": "tapes"}, "artists": ["Air"], "title": "Kelly"}}, "default"
    )
    stage.patch("Track", "default", name, {"status": {"phase": "Duplicate", "duplicateOf": "first"}}, "/status")
    answer = replace(person, namespace="default").ask("retry", name)
    assert (answer.code, answer.out) == (1, "")
    assert "stands for: `navaar retry first`" in answer.err
    stage.delete("Track", "default", name)


@pytest.mark.compares("review", "approve")
def test_a_question_is_shown_with_its_evidence_and_answered_by_the_line_beside_it(person: Person) -> None:
    scene = person.scene
    track = scene.titled("Hello")
    name = track["metadata"]["name"]
    candidates = track["status"]["placements"]["spotify"]["candidates"]
    told = person("review")
    for candidate in candidates:
        assert candidate["text"] in told
        assert "; ".join(candidate["reasons"]) in told
        assert f"navaar approve {name} {candidate['id']} -n {scene.namespace}" in told
        assert candidate["approve"] in person.ask("review", name, "--kubectl").out
    likely = min(candidate["score"] for candidate in candidates[:1])
    assert "No song" in person.ask("approve", "--all", "--min-score", f"{min(likely + 0.01, 1)}").err
    rehearsed = person.ask("approve", "--all", "--min-score", f"{likely}", "--dry-run", "-o", "json").out
    assert json.loads(rehearsed)["metadata"]["name"] == name
    assert "pins" not in spec(scene, name)
    adele = next(one for one in candidates if "Adele" in one["text"])
    rehearsed = person("approve", name, adele["id"], "--dry-run")
    assert "(dry run)" in rehearsed
    assert adele["approve"] in rehearsed
    assert "pins" not in spec(scene, name)
    person.does("approve", name, adele["id"], "--dry-run=server")
    assert "pins" not in spec(scene, name)
    done = person("approve", name, adele["id"])
    assert done.startswith(f"track.navaar.dev/{name} patched: takes Spotify's {adele['id']} for ")
    assert spec(scene, name)["pins"] == {"spotify": adele["id"]}
    scene.until("the answer counts", lambda: scene.titled("Hello")["status"]["phase"] == "Synced")
    assert "nothing is asked about" in person.ask("approve", name).said


@pytest.mark.compares("add", "exclude")
def test_a_song_that_is_asked_for_comes_and_one_that_is_left_alone_stays(person: Person) -> None:
    scene = person.scene
    made = person("add", "Daft Punk - Get Lucky", "-o", "name").strip()
    name = made.removeprefix("track.navaar.dev/")
    assert "is there already" in person.ask("add", "Daft Punk - Get Lucky").said
    assert spec(scene, name)["artists"] == ["Daft Punk"]
    scene.until(
        "it is in every place",
        lambda: scene.stage.get("Track", scene.namespace, name).get("status", {}).get("phase") == "Synced",
    )
    person.does("exclude", name, "--from", "spotify")
    assert spec(scene, name)["excludeFrom"] == ["spotify"]
    person.does("exclude", name, "--remove")
    assert "excludeFrom" not in spec(scene, name)
    person.does("exclude", "--artist", "Nickelback")
    assert {"artist": "Nickelback"} in scene.sync()["spec"]["exclude"]
    person.does("exclude", "--artist", "Nickelback", "--remove")
    assert not scene.sync()["spec"].get("exclude")


@pytest.mark.compares("pin", "reject")
def test_pins_and_rejects_are_written_by_address_and_contradict_nothing(person: Person) -> None:
    scene = person.scene
    name = scene.titled("Plastic Love")["metadata"]["name"]
    id = "6rqhFgbbKwnb9MLmUQDhG6"
    person.does("reject", name, f"https://open.spotify.com/track/{id}?si=abc")
    assert spec(scene, name)["rejects"] == {"spotify": [id]}
    person.does("pin", name, f"spotify:track:{id}")
    assert spec(scene, name)["pins"] == {"spotify": id}
    assert spec(scene, name)["rejects"] == {"spotify": []}
    # What --dry-run says that kubectl would do, it does.
    line = person.ask("reject", name, id, "--dry-run").out.splitlines()[1].strip()
    assert line.startswith(f"kubectl patch track {name} -n {scene.namespace} ")
    scene.stage.kubectl(line)
    assert "It is so already." in person.ask("reject", name, id).err
    assert "pins" not in spec(scene, name) or "spotify" not in spec(scene, name)["pins"]
    person.does("reject", name, id, "--remove")
    assert spec(scene, name)["rejects"] == {"spotify": []}
    scene.until("it is as before", lambda: scene.titled("Plastic Love")["status"]["phase"] == "Partial")


async def test_a_decision_on_what_has_changed_meanwhile_is_not_carried_out(person: Person) -> None:
    scene = person.scene
    track = scene.titled("Fix You")
    (act,) = acts.reject(track, {ServiceName.SPOTIFY: ["6rqhFgbbKwnb9MLmUQDhG6"]})
    scene.stage.patch("Track", scene.namespace, act.name, {"metadata": {"annotations": {"tests/touched": "1"}}})
    async with opened(Where(str(person.kubeconfig), namespace=scene.namespace)) as cluster:
        with pytest.raises(Conflict):
            await cluster.carry_out(act)
    assert "rejects" not in spec(scene, act.name)


@pytest.mark.compares("sync", "retry")
def test_a_pass_is_asked_for_and_waited_for(person: Person) -> None:
    told = person("sync", "--wait")
    sync = person.scene.sync()
    stamp = sync["metadata"]["annotations"]["navaar.dev/reconcile-requested-at"]
    assert sync["status"]["lastHandledReconcileAt"] == stamp
    assert f"{quickstart.NAME}: Synced; " in told
    answer = person.ask("retry")
    assert (answer.code, answer.err) == (0, "No song has failed.\n")
    assert person.scene.sync()["metadata"]["annotations"]["navaar.dev/reconcile-requested-at"] != stamp


@pytest.mark.compares("plan", "queue", "approve")
def test_what_waits_for_approval_is_shown_and_let_through_by_its_hash(person: Person) -> None:
    scene = person.scene
    scene.patch_sync({"spec": {"spotify": {"maxAdds": 0}}})
    scene.post("despacito")
    scene.until("it asks", lambda: scene.reason("SpotifyReady") == "AwaitingApproval")
    waiting = scene.sync()["status"]["plan"]
    told = person("plan")
    assert waiting["summary"] in told
    assert f"navaar approve --plan {waiting['hash']} -n {scene.namespace}" in told
    (row,) = (row for row in columns(person("queue")) if row[1:2] == ["Spotify"])
    assert "once approved" in row
    waits = [t["metadata"]["name"] for t in scene.tracks() if "Pending" in str(t["status"]["placements"])]
    assert person.ask("queue", "-o", "name").out.split() == [f"track.navaar.dev/{name}" for name in waits]
    assert "doesn't wait any more" in person.ask("approve", "--plan", "0123456789ab").said
    person.does("approve", "--plan", waiting["hash"])
    scene.until("it came", lambda: scene.titled("Despacito")["status"]["phase"] == "Synced")
    assert "Nothing waits" in person.ask("queue").err
    scene.patch_sync({"spec": {"spotify": {"maxAdds": 50}}})


@pytest.mark.compares("undo")
def test_undoing_takes_out_what_was_placed_and_can_be_undone_itself(person: Person) -> None:
    scene = person.scene
    scene.listed("spotify", "hotel-california")
    person.does("sync", "--wait")
    scene.until("it is brought to the others", lambda: scene.titled("Hotel California")["status"]["phase"] == "Synced")
    before = scene.keys()
    assert "say --yes" in person.ask("undo", "hotel california", "--since", "1h").said
    told = person("undo", "hotel california", "--since", "1h", "--yes")
    assert "out of Telegram and YouTube Music again, and leaves it alone in Spotify" in told

    def without() -> bool:
        keys = scene.keys()
        return "hotel-california" in keys["spotify"] and "hotel-california" not in keys["telegram"] + keys["youtube"]

    scene.until("it is where it was", without)
    person.does("sync", "--wait")
    assert without()
    person.does("exclude", "hotel california", "--remove")
    person.does("undo", "hotel california", "--since", "1h", "--yes")
    scene.until("it is back", lambda: scene.keys() == before)
    scene.until("that is said", lambda: scene.titled("Hotel California")["status"]["phase"] == "Synced")
