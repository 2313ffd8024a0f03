"""What the bot tells in its chats at the simulated Telegram; its numbers are held against the objects."""

import io
import json
import re
import shutil
from contextlib import redirect_stdout
from typing import Any

import pytest

from navaar.cli import main
from sandbox import quickstart, scenario
from tests.e2e import botchat, kubectltable
from tests.e2e.botchat import SECOND, WORDS, Person, in_phase, labels, said
from tests.e2e.conftest import Scene

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane, and Helm
scene = botchat.scene
mina = botchat.mina


@pytest.mark.compares("/status")
def test_the_dashboard_tells_the_numbers_that_the_object_has(scene: Scene, mina: Person) -> None:
    told, status = mina.asks("/status"), scene.sync()["status"]
    counts = status["counts"]
    assert f"songs: {counts['songs']}" in said(told)
    for name, word in (("synced", "everywhere"), ("review", "waits for you"), ("failed", "failed")):
        assert f"{word}: {counts[name]}" in said(told) if counts[name] else word not in said(told)
    for place, title in (("telegram", "Telegram"), ("youtubeMusic", "YouTube Music"), ("spotify", "Spotify")):
        line = next(line for line in said(told).splitlines() if line.startswith(f"{title}:"))
        assert line.endswith(f"songs: {status[place]['placed']}")
        assert place == "telegram" or f"entries: {status[place]['items']}" in line
    keys = {f"{word} {counts[word.lower()]}" for word in ("Review", "Failed") if counts[word.lower()]}
    assert keys | {"Read now"} <= set(labels(told))
    mina.pushes(told, "Numbers")
    assert said(told).startswith(f"The songs of {quickstart.NAME}: {counts['songs']}")


@pytest.mark.compares("/stats")
def test_stats_are_what_counting_the_tracks_gives(scene: Scene, mina: Person) -> None:
    told, tracks = mina.reads("/stats"), scene.tracks()
    assert told.startswith(f"The songs of {quickstart.NAME}: {len(tracks)}\n")
    for phase, word in WORDS.items():
        number = len(in_phase(scene, phase))
        assert f"\n{word}: {number}\n" in told if number else word not in told
    for place, title in (("telegram", "Telegram"), ("youtubeMusic", "YouTube Music"), ("spotify", "Spotify")):
        there = [track["status"]["placements"].get(place) or {} for track in tracks]
        present = sum(one.get("state") == "Present" for one in there)
        ours = sum(one.get("state") == "Present" and one.get("origin") == "Placed" for one in there)
        part = told.partition(f"\n{title}\n")[2].partition("\n\n")[0]
        assert f"there: {present}" in part and f"put there by us: {ours}" in part


@pytest.mark.compares("/failed", "/recent")
def test_what_failed_and_what_is_new_are_those_that_kubectl_lists(scene: Scene, mina: Person) -> None:
    failed = in_phase(scene, "Failed")
    told = mina.reads("/failed")
    assert told.startswith(f"Given up in {quickstart.NAME}: {len(failed)}")
    for track in failed:
        assert track["metadata"]["name"].removeprefix(f"{quickstart.NAME}-") in told
    assert "No song of friday-tapes failed in Telegram" in mina.reads("/failed tg")
    assert "PinDead" in mina.reads("/failed sp")
    told = mina.leafs_through("/recent 50")
    for track in scene.tracks():
        assert track["metadata"]["name"].removeprefix(f"{quickstart.NAME}-") in told
    assert len(mina.reads("/recent 3").splitlines()) == 4
    assert "Nothing waits" in mina.reads("/queue")


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl on PATH")
@pytest.mark.compares("/status", "/stats", "/failed", "/recent", "/review")
def test_the_numbers_are_those_that_kubectl_prints(scene: Scene, mina: Person) -> None:
    (sync,), tracks = (
        kubectltable.rows(scene.stage.kubectl(f"kubectl get {what} -n {scene.namespace}"))
        for what in (f"musicsync {quickstart.NAME}", "tracks")
    )
    status, stats = mina.reads("/status"), mina.reads("/stats")
    assert f"songs: {sync['SONGS']}\n" in status
    assert stats.startswith(f"The songs of {quickstart.NAME}: {len(tracks)}\n")
    for phase, word in WORDS.items():
        there = [row["NAME"].removeprefix(f"{quickstart.NAME}-") for row in tracks if row["PHASE"] == phase]
        assert len(there) == int(sync[phase.upper()])
        if phase == "Review" and not there:
            continue  # another test answered it
        assert there and f"{word}: {len(there)}" in status and f"\n{word}: {len(there)}\n" in stats
        told = mina.leafs_through({"Failed": "/failed", "Review": "/review"}.get(phase, "/recent 50"))
        assert all(name in told for name in there)


def cli(scene: Scene, *words: str) -> Any:
    """What the command line prints of the same, as JSON."""
    with redirect_stdout(io.StringIO()) as out:
        code = main([*words, "-o", "json", "--kubeconfig", str(scene.stage.plane.kubeconfig), "-n", scene.namespace])
    assert code == 0
    return json.loads(out.getvalue())


@pytest.mark.compares("/status", "/stats", "/failed", "/review", "/queue")
def test_numbers_and_order_are_those_of_the_command_line(scene: Scene, mina: Person) -> None:
    told, sync = mina.reads("/status"), cli(scene, "status", quickstart.NAME)
    assert f"songs: {sync['status']['counts']['songs']}\n" in told
    tracks = cli(scene, "tracks", "--sync", quickstart.NAME)["items"]
    assert f"{quickstart.NAME}: {len(tracks)}\n" in mina.reads("/stats")
    assert f": {len(cli(scene, 'failed')['items'])}\n" in mina.reads("/failed")
    asked = cli(scene, "review")["items"]  # another test answers it
    assert mina.reads("/review").startswith(f"{asked[0]['status']['title']} · " if asked else "Nothing")
    scene.break_("down", "spotify", times=None)
    try:
        scene.post("get-lucky", "empire-state-of-mind", "hoppipolla")
        waits = lambda: len(cli(scene, "queue", "--in", "spotify")["items"]) == 3  # noqa: E731
        scene.until("they wait for Spotify", waits)
        queued = cli(scene, "queue", "--in", "spotify")["items"]
        heading, _, place, *lines = mina.reads("/queue sp").splitlines()
        assert heading == f"To come in {quickstart.NAME}: 3" and place == "Spotify: 3"
        assert [line.partition(": ")[0] for line in lines] == [
            f"{turn}. {', '.join(one['status']['identity']['artists'])} – {one['status']['title']}"
            for turn, one in enumerate(queued, 1)
        ]
    finally:
        scene.mend()
        mina.asks("/sync sp")
    scene.until("nothing waits any more", lambda: not cli(scene, "queue")["items"])


@pytest.mark.compares("/track")
def test_a_song_tells_its_story_by_words_of_its_name(scene: Scene, mina: Person) -> None:
    track = scene.titled("Billie Jean")
    told = mina.asks("/track billie jean")
    assert track["metadata"]["name"] in said(told)
    for place in ("telegram", "youtubeMusic", "spotify"):
        assert track["status"]["placements"][place]["state"] == "Present"
    assert said(told).count(": there, since") == 3
    links = [entity["url"] for entity in told.entities if entity["type"] == "text_link"]
    assert f"https://open.spotify.com/track/{track['status']['placements']['spotify']['id']}" in links
    assert said(mina.asks(f"/track {track['metadata']['name']}")).splitlines()[0] == said(told).splitlines()[0]
    several = mina.asks("/track e")
    assert "Choose one" in said(several) and len(labels(several)) > 1
    chosen = labels(several)[0]
    mina.pushes(several, chosen)
    assert said(several).startswith(chosen.partition(" (")[0])


@pytest.mark.compares("/config", "/logs", "/ping")
def test_settings_and_log_hold_no_secret_and_ping_answers(scene: Scene, mina: Person) -> None:
    whole = mina.leafs_through("/config")
    assert f"playlist: {scenario.SPOTIFY_PLAYLIST}" in whole and "adminUserIds:" in whole
    log = mina.reads("/logs 50")
    assert log.startswith(f"The last lines about {quickstart.NAME}")
    for secret in (scenario.BOT_TOKEN, scenario.SPOTIFY_REFRESH_TOKEN, scenario.GOOGLE_CLIENT_SECRET):
        assert secret not in whole + log
    assert SECOND not in log
    assert re.match(
        r"Here\. Navaar \S+, answered in \d+ ms\.\nfriday-tapes: the last pass was \d+", mina.reads("/ping")
    )
