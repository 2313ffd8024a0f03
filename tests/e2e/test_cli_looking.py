"""What the command line prints, as a process of its own beside a running operator: what kubectl prints."""

import csv
import io
import json
import re
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from reconcilers.services.protocol import ServiceName
from sandbox import quickstart
from tests.e2e import commandline, kubectltable
from tests.e2e.commandline import BIN, KUBECTL, Person, columns

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane, and Helm
scene = commandline.scene
person = commandline.person
given_up = commandline.given_up


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
    heading, *rows = columns(told)
    assert heading[:7] == ["NAME", "ARTIST", "TITLE", "TELEGRAM", "YOUTUBE", "SPOTIFY", "PHASE"]
    assert sorted(row[0] for row in rows) == sorted(track["metadata"]["name"] for track in person.scene.tracks())
    for track in person.scene.tracks():
        (row,) = (row for row in rows if row[0] == track["metadata"]["name"])
        states = [track["status"]["placements"][service.value]["state"] for service in ServiceName]
        assert row[3:7] == [*states, track["status"]["phase"]]
    asked = [t["metadata"]["name"] for t in person.scene.tracks() if t["status"]["phase"] == "Review"]
    assert [row[0] for row in columns(person("tracks", "--phase", "review"))[1:]] == asked


@pytest.mark.compares("status")
def test_status_tells_the_condition_the_numbers_and_each_place(person: Person) -> None:
    told, status = person("status"), person.scene.sync()["status"]
    assert f"{person.namespace}/{quickstart.NAME}: " in told
    assert f"{status['counts']['songs']} songs: {status['counts']['synced']} synced" in told
    rows = {row[0]: row for row in columns(told)}
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


@KUBECTL
@pytest.mark.compares("status", "tracks", "failed", "review", "export")
def test_every_number_and_every_cell_is_the_one_that_kubectl_prints(person: Person, given_up: list[str]) -> None:
    theirs = kubectltable.rows(person.kubectl("get", "tracks"))
    named = ["NAME", "ARTIST", "TITLE", "TELEGRAM", "YOUTUBE", "SPOTIFY", "PHASE"]
    cells = [[row[column] or "<none>" for column in named] for row in theirs]
    assert [row[:7] for row in columns(person.ask("tracks").out)] == [named, *cells]
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
    assert [row[0] for row in columns(told)[1:]] == [row["NAME"] for row in theirs if row["PHASE"] == "Failed"]
    asked = re.findall(r"^\S.*\[(\S+)\]$", person.ask("review").out, re.MULTILINE)
    assert asked == [row["NAME"] for row in theirs if row["PHASE"] == "Review"]
    exported = [one["metadata"]["name"] for one in yaml.safe_load_all(person.ask("export").out)]
    assert exported == [*(row["NAME"] for row in theirs), sync["NAME"]]
    missing = list(csv.DictReader(io.StringIO(person.ask("export", "--misses").out)))
    states = ("NotFound", "Unavailable", "Failed", "Review")
    assert Counter(row["track"] for row in missing) == Counter(
        row["NAME"] for row in theirs for place in named[3:6] if row[place] in states
    )


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
