"""The command line as people use it: a process of its own, beside a running operator; held against kubectl."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from navaar.cli import main
from navaar.cli.cluster import opened
from navaar.cli.scope import Where
from navaar.kube.errors import Conflict
from navaar.people import acts
from reconcilers.services.protocol import ServiceName
from sandbox import quickstart, scenario
from tests.e2e import kubectltable
from tests.e2e.conftest import Make, Scene

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane, and Helm

BIN = Path(sys.executable).parent

KUBECTL = pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl on PATH")


@dataclass
class Answer:
    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """What it says went wrong, in one sentence."""
        assert self.code != 0, self.out
        assert self.err.startswith("navaar: "), self.err
        assert "Traceback" not in self.err
        return self.err


@dataclass(frozen=True)
class Person:
    """Somebody with a terminal that is no terminal: what a script sees."""

    scene: Scene
    kubeconfig: Path
    namespace: str

    def __call__(self, *words: str) -> str:
        """What it prints, as a process of its own."""
        answer = self._run([str(BIN / "navaar"), *words, "--kubeconfig", str(self.kubeconfig), "-n", self.namespace])
        assert answer.code == 0, f"{words}: {answer.err}\n{self.scene.tail()}"
        return answer.out

    def ask(self, *words: str) -> Answer:
        """The same in this process, which starts nothing anew."""
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            code = main([*words, "--kubeconfig", str(self.kubeconfig), "-n", self.namespace])
        return Answer(code, out.getvalue(), err.getvalue())

    def does(self, *words: str) -> None:
        """Has it carried out."""
        answer = self.ask(*words)
        assert answer.code == 0, f"{words}: {answer.err}\n{self.scene.tail()}"

    def kubectl(self, *words: str) -> str:
        answer = self._run(["kubectl", *words, "--kubeconfig", str(self.kubeconfig), "-n", self.namespace])
        assert answer.code == 0, answer.err
        return answer.out

    def _run(self, command: list[str]) -> Answer:
        kept = {name: value for name, value in os.environ.items() if name == "HOME" or name.startswith("PYTHON")}
        environment = {**kept, "PATH": f"{BIN}:{os.environ['PATH']}"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def scene(shared_scene_with: Make) -> Scene:
    """One operator for all that is asked here: its places in step, but for one song that it asks about."""
    made = shared_scene_with()
    box = made.box
    box.call(lambda: scenario.unsigned(box.world, box.world.catalogue.by_key("hello-adele")))
    made.begin()
    made.start()
    made.until("all but one song are in step", lambda: _phases(made) == {"Synced", "Partial", "Review"})
    made.wait_at_rest()
    return made


@pytest.fixture(scope="module")
def person(scene: Scene) -> Person:
    return Person(scene, scene.stage.plane.kubeconfig, scene.namespace)


def _phases(scene: Scene) -> set[str]:
    return {(track.get("status") or {}).get("phase", "") for track in scene.tracks()}


def _spec(scene: Scene, name: str) -> dict[str, Any]:
    spec: dict[str, Any] = scene.stage.get("Track", scene.namespace, name)["spec"]
    return spec


def _columns(text: str) -> list[list[str]]:
    return [re.split(r" {2,}", line) for line in text.splitlines()]


# --- looking ----------------------------------------------------------------------------------------------------------


@KUBECTL
@pytest.mark.compares("status", "tracks", "plan", "explain", "failed", "review")
def test_objects_are_printed_as_kubectl_prints_them(person: Person) -> None:
    for verb, kind in (("tracks", "tracks"), ("status", "musicsyncs")):
        mine, theirs = json.loads(person(verb, "-o", "json")), json.loads(person.kubectl("get", kind, "-o", "json"))
        assert mine == theirs
        assert yaml.safe_load(person.ask(verb, "-o", "yaml").out) == theirs
        assert person.ask(verb, "-o", "name").out == person.kubectl("get", kind, "-o", "name")
    one = person.scene.titled("Billie Jean")["metadata"]["name"]
    theirs = json.loads(person.kubectl("get", "track", one, "-o", "json"))
    for verb in ("tracks", "explain"):
        # By its name as kubectl and `-o name` write it, too.
        assert json.loads(person.ask(verb, f"track.navaar.dev/{one}", "-o", "json").out) == theirs
    named = json.loads(person.kubectl("get", "musicsync", quickstart.NAME, "-o", "json"))
    for verb in ("status", "plan"):
        assert json.loads(person.ask(verb, f"musicsync/{quickstart.NAME}", "-o", "json").out) == named
    for verb, phase in (("failed", "Failed"), ("review", "Review")):
        chosen = ("get", "tracks", "--field-selector", f"status.phase={phase}", "-o", "json")
        assert json.loads(person.ask(verb, "-o", "json").out) == json.loads(person.kubectl(*chosen))


def test_tables_say_what_the_objects_say_and_are_plain_in_a_pipe(person: Person) -> None:
    told = person("tracks")
    assert "\x1b" not in told
    heading, *rows = _columns(told)
    assert heading[:7] == ["NAME", "ARTIST", "TITLE", "TELEGRAM", "YOUTUBE", "SPOTIFY", "PHASE"]
    assert sorted(row[0] for row in rows) == sorted(track["metadata"]["name"] for track in person.scene.tracks())
    for track in person.scene.tracks():
        (row,) = (row for row in rows if row[0] == track["metadata"]["name"])
        states = [track["status"]["placements"][service.value]["state"] for service in ServiceName]
        assert row[3:7] == [*states, track["status"]["phase"]]
    asked = [t["metadata"]["name"] for t in person.scene.tracks() if t["status"]["phase"] == "Review"]
    assert [row[0] for row in _columns(person("tracks", "--phase", "review"))[1:]] == asked


@pytest.mark.compares("status")
def test_status_tells_the_condition_the_numbers_and_each_place(person: Person) -> None:
    told, status = person("status"), person.scene.sync()["status"]
    assert f"{person.namespace}/{quickstart.NAME}: " in told
    assert f"{status['counts']['songs']} songs: {status['counts']['synced']} synced" in told
    rows = {row[0]: row for row in _columns(told)}
    for service in ServiceName:
        assert str(status[service.value]["placed"]) in rows[service.title]
    streamed = subprocess.Popen(
        [BIN / "navaar", "status", "-w", "--kubeconfig", person.kubeconfig, "-n", person.namespace],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert streamed.stdout is not None
        assert f"{person.namespace}/{quickstart.NAME}" in streamed.stdout.readline()
    finally:
        streamed.terminate()
        streamed.wait(20)


@pytest.fixture
def given_up(scene: Scene) -> Iterator[list[str]]:
    """Two songs that failed: each is pinned to what isn't there."""
    names = ["dead-pin", "deader-pin"]
    for number, name in enumerate(names):
        pins = {"spotify": str(number) * 22}
        scene.track(name, title=name, artists=["Nobody"], pins=pins, excludeFrom=["telegram", "youtubeMusic"])
    scene.until("both are given up", lambda: _counts(scene).get("failed") == 2)
    yield names
    for name in names:
        scene.stage.delete("Track", scene.namespace, name)
    scene.until("they are forgotten", lambda: not _counts(scene).get("failed"))


def _counts(scene: Scene) -> dict[str, int]:
    counts: dict[str, int] = scene.sync()["status"]["counts"]
    return counts


@KUBECTL
@pytest.mark.compares("status", "tracks", "failed", "review", "export")
def test_every_number_and_every_cell_is_the_one_that_kubectl_prints(person: Person, given_up: list[str]) -> None:
    theirs = kubectltable.rows(person.kubectl("get", "tracks"))
    columns = ["NAME", "ARTIST", "TITLE", "TELEGRAM", "YOUTUBE", "SPOTIFY", "PHASE"]
    cells = [[row[column] or "<none>" for column in columns] for row in theirs]
    assert [row[:7] for row in _columns(person.ask("tracks").out)] == [columns, *cells]
    phases = Counter(row["PHASE"] for row in theirs)
    # Another test answers the question.
    assert phases.keys() | {"Review"} == {"Synced", "Partial", "Review", "Failed"}
    (sync,) = kubectltable.rows(person.kubectl("get", "musicsyncs"))
    assert {name: int(sync[name.upper()]) for name in phases} == phases
    assert int(sync["SONGS"]) == len(theirs)
    words = {"Synced": "synced", "Partial": "partial", "Review": "in review", "Failed": "failed"}
    numbers = ", ".join(f"{phases[name]} {word}" for name, word in words.items() if phases[name])
    assert f": {sync['REASON']}\n{len(theirs)} songs: {numbers}\n" in person.ask("status").out
    for phase in phases:
        assert len(person.ask("tracks", "--phase", phase).out.splitlines()) == phases[phase] + 1
    told = person.ask("failed").out.partition("\n\n")[0]
    assert [row[0] for row in _columns(told)[1:]] == [row["NAME"] for row in theirs if row["PHASE"] == "Failed"]
    asked = re.findall(r"^\S.*\[(\S+)\]$", person.ask("review").out, re.MULTILINE)
    assert asked == [row["NAME"] for row in theirs if row["PHASE"] == "Review"]
    exported = [one["metadata"]["name"] for one in yaml.safe_load_all(person.ask("export").out)]
    assert exported == [*(row["NAME"] for row in theirs), sync["NAME"]]
    missing = list(csv.DictReader(io.StringIO(person.ask("export", "--misses").out)))
    states = ("NotFound", "Unavailable", "Failed", "Review")
    assert Counter(row["track"] for row in missing) == Counter(
        row["NAME"] for row in theirs for place in columns[3:6] if row[place] in states
    )


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


@KUBECTL
@pytest.mark.compares("completion")
def test_it_is_a_plugin_of_kubectl(person: Person) -> None:
    answer = person._run(["kubectl", "navaar", "tracks", "--kubeconfig", str(person.kubeconfig), "-A", "-o", "name"])
    assert answer.code == 0, answer.err
    assert f"track.navaar.dev/{person.scene.titled('Billie Jean')['metadata']['name']}\n" in answer.out
    wrong = person._run(["kubectl", "navaar", "trakcs"])
    assert wrong.code != 0
    assert "kubectl navaar: there is no verb 'trakcs'; do you mean tracks?" in wrong.err
    completion = person._run(["kubectl", "__complete", "navaar", "tracks", "--ph"])
    assert completion.out.startswith("--phase\t"), completion.err
    # A shell asks the program itself, by what this has it read.
    completes = "COMP_WORDS=(navaar tra) COMP_CWORD=1; _navaar_completion navaar"
    asked = f'eval "$(navaar completion bash)"; {completes}; echo "${{COMPREPLY[@]}}"'
    assert person._run(["bash", "-c", asked]).out == "tracks\n"


@pytest.mark.compares("explain")
def test_explain_tells_where_a_song_came_from_and_what_happens_next(person: Person) -> None:
    told = person("explain", "plastic love")
    track = person.scene.titled("Plastic Love")
    assert "Mariya Takeuchi" in told
    assert f"https://music.youtube.com/watch?v={track['spec']['origin']['id']}" in told
    assert f"Next: it is looked for again, on {track['status']['placements']['spotify']['nextAttempt'][:10]}" in told
    for entry in track["status"]["history"]:
        assert entry["event"] in told


# --- deciding ---------------------------------------------------------------------------------------------------------


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
    assert "pins" not in _spec(scene, name)
    adele = next(one for one in candidates if "Adele" in one["text"])
    rehearsed = person("approve", name, adele["id"], "--dry-run")
    assert "(dry run)" in rehearsed
    assert adele["approve"] in rehearsed
    assert "pins" not in _spec(scene, name)
    person.does("approve", name, adele["id"], "--dry-run=server")
    assert "pins" not in _spec(scene, name)
    done = person("approve", name, adele["id"])
    assert done.startswith(f"track.navaar.dev/{name} patched: takes Spotify's {adele['id']} for ")
    assert _spec(scene, name)["pins"] == {"spotify": adele["id"]}
    scene.until("the answer counts", lambda: scene.titled("Hello")["status"]["phase"] == "Synced")
    assert "nothing is asked about" in person.ask("approve", name).said


@pytest.mark.compares("add", "exclude")
def test_a_song_that_is_asked_for_comes_and_one_that_is_left_alone_stays(person: Person) -> None:
    scene = person.scene
    made = person("add", "Daft Punk - Get Lucky", "-o", "name").strip()
    name = made.removeprefix("track.navaar.dev/")
    assert "is there already" in person.ask("add", "Daft Punk - Get Lucky").said
    assert _spec(scene, name)["artists"] == ["Daft Punk"]
    scene.until(
        "it is in every place",
        lambda: scene.stage.get("Track", scene.namespace, name).get("status", {}).get("phase") == "Synced",
    )
    person.does("exclude", name, "--from", "spotify")
    assert _spec(scene, name)["excludeFrom"] == ["spotify"]
    person.does("exclude", name, "--remove")
    assert "excludeFrom" not in _spec(scene, name)
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
    assert _spec(scene, name)["rejects"] == {"spotify": [id]}
    person.does("pin", name, f"spotify:track:{id}")
    assert _spec(scene, name)["pins"] == {"spotify": id}
    assert _spec(scene, name)["rejects"] == {"spotify": []}
    # What --dry-run says that kubectl would do, it does.
    line = person.ask("reject", name, id, "--dry-run").out.splitlines()[1].strip()
    assert line.startswith(f"kubectl patch track {name} -n {scene.namespace} ")
    scene.stage.kubectl(line)
    assert "It is so already." in person.ask("reject", name, id).err
    assert "pins" not in _spec(scene, name) or "spotify" not in _spec(scene, name)["pins"]
    person.does("reject", name, id, "--remove")
    assert _spec(scene, name)["rejects"] == {"spotify": []}
    scene.until("it is as before", lambda: scene.titled("Plastic Love")["status"]["phase"] == "Partial")


async def test_a_decision_on_what_has_changed_meanwhile_is_not_carried_out(person: Person) -> None:
    scene = person.scene
    track = scene.titled("Fix You")
    (act,) = acts.reject(track, {ServiceName.SPOTIFY: ["6rqhFgbbKwnb9MLmUQDhG6"]})
    scene.stage.patch("Track", scene.namespace, act.name, {"metadata": {"annotations": {"tests/touched": "1"}}})
    async with opened(Where(str(person.kubeconfig), namespace=scene.namespace)) as cluster:
        with pytest.raises(Conflict):
            await cluster.carry_out(act)
    assert "rejects" not in _spec(scene, act.name)


# --- passes and plans -------------------------------------------------------------------------------------------------


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
    (row,) = (row for row in _columns(person("queue")) if row[1:2] == ["Spotify"])
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


# --- what can't be done -----------------------------------------------------------------------------------------------


def test_what_is_not_there_or_not_allowed_is_said_in_a_sentence(person: Person) -> None:
    scene = person.scene
    assert "there is no MusicSync nope" in person.ask("status", "nope").said
    assert "there is no Track 'zzz'" in person.ask("explain", "zzz").said
    assert "may be any of" in person.ask("explain", "e").said
    one = scene.titled("Billie Jean")["metadata"]["name"]
    answer = person.ask("tracks", one, "zzz", "e", "-o", "name")
    assert (answer.code, answer.out) == (1, f"track.navaar.dev/{one}\n"), "what is there is printed, as kubectl does"
    assert "there is no Track 'zzz'" in answer.said and "'e' may be any of" in answer.said
    assert "there is no context" in person.ask("tracks", "--context", "nope").said
    assert "there is no kubeconfig" in replace(person, kubeconfig=Path("/nonexistent")).ask("tracks").said
    assert "No Tracks found in namespace empty." in replace(person, namespace="empty").ask("tracks").err
    nobody = {"name": "nobody", "namespace": "default"}
    scene.stage.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": nobody})
    stranger = replace(person, kubeconfig=scene.stage.plane.kubeconfig_for("default", "nobody"))
    said = stranger.ask("tracks").said
    assert 'cannot list resource "tracks"' in said
    assert "have a Role there allow it" in said
