"""The sandbox as a whole: what gets in, what does not get out, and the commands for a person."""

import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from rich.console import Console

from sandbox import __main__ as commands
from sandbox import kinds, media, scenario
from sandbox.catalogue import crowd, load
from sandbox.control import Control, state_file
from sandbox.proxy import HOSTS
from sandbox.thread import SandboxThread
from sandbox.world import World


@pytest.fixture
def box() -> Iterator[SandboxThread]:
    with SandboxThread(World(catalogue=load())) as box:
        yield box


@pytest.fixture
def session(box: SandboxThread, monkeypatch: pytest.MonkeyPatch) -> requests.Session:
    for name, value in box.environment().items():
        monkeypatch.setenv(name, value)
    return requests.Session()


# The proxy


@pytest.mark.parametrize("host", [pattern.replace("*", "rr1---sn") for hosts in HOSTS.values() for pattern in hosts])
def test_the_sandbox_answers_for_every_host_of_the_services(session: requests.Session, host: str) -> None:
    assert session.get(f"https://{host}/").status_code < 500


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/",
        "https://api.spotify.com.example.com/",
        "https://api.spotify.com:8443/",
        "https://spotify.com/",
        "https://203.0.113.7/",
    ],
)
def test_a_request_for_any_other_host_is_refused_and_remembered(
    box: SandboxThread, session: requests.Session, address: str
) -> None:
    with pytest.raises(requests.exceptions.ProxyError, match="403"):
        session.get(address)
    (refusal,) = box.refused
    assert refusal.method == "CONNECT"
    assert refusal.target.partition(":")[0] in address
    assert "nothing leaves loopback" in str(refusal)


def test_plain_http_through_the_proxy_is_refused_even_for_the_services(
    box: SandboxThread, session: requests.Session
) -> None:
    answer = session.get("http://api.telegram.org/bot1:x/getMe")
    assert answer.status_code == 403
    assert "http://api.telegram.org/bot1:x/getMe" in answer.text
    assert [refusal.method for refusal in box.refused] == ["GET"]


def test_whoever_goes_around_the_proxy_trusts_nobody_but_the_sandbox(box: SandboxThread) -> None:
    pem = box.sandbox.ca_file.read_text()
    assert pem.count("BEGIN CERTIFICATE") == 1
    context = ssl.create_default_context(cafile=str(box.sandbox.ca_file))
    (only,) = context.get_ca_certs()
    assert (only["subject"][0][0][0], only["subject"][0][0][1][:9]) == ("organizationName", "trustme v")


def test_a_client_without_the_sandboxs_authority_is_not_deceived(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(requests.exceptions.SSLError):
        session.get("https://api.spotify.com/v1/me")


def test_nonsense_on_the_proxys_port_harms_nobody(box: SandboxThread, session: requests.Session) -> None:
    for nonsense in (b"\r\n\r\n", b"\x16\x03\x01\r\n\r\n", b"CONNECT\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", box.sandbox.port)) as plug:
            plug.sendall(nonsense)
            assert plug.recv(12) == b"HTTP/1.1 403"
    assert session.get("https://api.spotify.com/v1/me").status_code == 401


def test_a_child_process_lives_in_the_world_by_its_environment_alone(box: SandboxThread) -> None:
    code = "import requests; print(requests.get('https://api.spotify.com/v1/me').status_code)"
    child = subprocess.run(
        [sys.executable, "-c", code], env=box.environment(), capture_output=True, text=True, timeout=30
    )
    assert child.stdout.strip() == "401", child.stderr


def test_two_worlds_can_run_side_by_side(box: SandboxThread, session: requests.Session) -> None:
    with SandboxThread(World()) as other:
        assert other.sandbox.port != box.sandbox.port
        session.get("https://api.spotify.com/v1/me")
    assert len(box.world.journal.entries) == 1
    assert other.world.journal.entries == []


# The songs and the lists to begin with


def test_the_catalogue_has_the_cases_that_matching_must_tell_apart() -> None:
    songs = load().songs
    assert len(songs) >= 90
    assert sum(song.spotify_id is None for song in songs) >= 3
    assert sum(song.video_id is None for song in songs) >= 3
    assert sum(song.music_video_id is not None for song in songs) >= 10
    words = {word for song in songs for word in song.version}
    assert {"live", "remix", "remaster", "cover", "acoustic", "sped up"} <= words
    for script in (
        "\u0600-\u06ff",
        "\u0400-\u04ff",
        "\u3040-\u30ff",
        "\u0590-\u05ff",
        "\u0370-\u03ff",
        "\uac00-\ud7af",
    ):
        assert any(re.search(f"[{script}]", song.title) for song in songs), script


def test_ids_look_like_the_services_own() -> None:
    songs = [*load().songs, *crowd(1000)]
    assert all(re.fullmatch(r"[0-9A-Za-z]{22}", song.spotify_id) for song in songs if song.spotify_id)
    assert all(re.fullmatch(r"[\w-]{11}", song.video_id) for song in songs if song.video_id)
    assert crowd(1000) == crowd(1000)


def test_quickstart_overlaps_as_it_promises() -> None:
    world = scenario.quickstart(World())
    assert (len(scenario.EVERYWHERE), len(scenario.UNION)) == (8, 35)
    assert len(world.telegram.messages(scenario.CHANNEL)) == 20
    assert len(world.spotify.entries(scenario.SPOTIFY_PLAYLIST)) == 20
    assert len(world.youtube.entries(scenario.YOUTUBE_PLAYLIST)) == 20
    union = [world.catalogue.by_key(key) for key in scenario.UNION]
    assert [song.key for song in union if not song.spotify_id] == ["ey-iran", "plastic-love"]
    assert [song.key for song in union if not (song.video_id or song.music_video_id)] == ["iskala", "ey-iran"]


# The commands


@dataclass
class Person:
    """Somebody at a shell, in front of a quickstart world."""

    box: SandboxThread
    url: str
    capture: pytest.CaptureFixture[str]

    @property
    def world(self) -> World:
        return self.box.world

    def says(self, *words: str) -> tuple[int, str]:
        """Runs a command: its exit status, and what it said."""
        self.capture.readouterr()
        try:
            status = commands.main(["--world", self.url, *words])
        except SystemExit as leaving:
            status = int(str(leaving.code))
        said = self.capture.readouterr()
        return status, said.out + said.err


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Person]:
    monkeypatch.setattr(commands, "console", Console(width=200, highlight=False))
    with SandboxThread(scenario.quickstart(World())) as box:
        control = Control(box.sandbox)
        box.call(control.__aenter__)
        yield Person(box, control.url, capsys)
        box.call(control.__aexit__)


def test_a_person_sees_the_three_places_side_by_side(person: Person) -> None:
    status, said = person.says("list")
    assert status == 0
    assert "35 songs, 8 of them in all three places" in said
    assert scenario.SPOTIFY_PLAYLIST not in said
    (line,) = [line for line in said.splitlines() if "Hoppipolla" in line]
    assert line.count("Hoppípolla") == 2


def test_a_person_posts_adds_and_removes_by_key_id_or_file(person: Person, tmp_path: Path) -> None:
    song = person.world.catalogue.by_key("yellow")
    file = tmp_path / "Nobody - A Demo.m4a"
    file.write_bytes(media.tagged(song, title="A Demo", performer="Nobody"))
    assert person.says("add", "spotify", "yellow")[0] == 0
    assert person.says("add", "youtube", f"https://youtu.be/{song.music_video_id}")[0] == 0
    assert person.says("post", "yellow")[0] == 0
    assert person.says("post", str(file))[0] == 0
    assert song.spotify_id in person.world.spotify.song_ids(scenario.SPOTIFY_PLAYLIST)
    last = person.world.telegram.messages(scenario.CHANNEL)[-1]
    assert last.audio is not None
    assert (last.audio.performer, last.audio.title) == ("Nobody", "A Demo")
    assert "35 songs" not in person.says("list")[1]
    assert person.says("remove", "spotify", "yellow")[0] == 0
    assert person.says("remove", "youtube", "yellow")[0] == 0
    assert person.says("remove", "telegram", str(last.message_id))[0] == 0
    assert person.says("remove", "telegram", "yellow")[0] == 0
    assert "35 songs, 8" in person.says("list")[1]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["add", "spotify", "yelow"], "did you mean yellow"),
        (["add", "spotfy", "yellow"], "did you mean spotify"),
        (["add", "youtube", "ey-iran"], "YouTube does not have"),
        (["remove", "spotify", "fix-yuo"], "did you mean fix-you"),
        (["post", "nowhere/nothing.mp3"], "there is no file"),
        (["break", "spotify", "rate-limi"], "did you mean rate-limit"),
        (["advance", "soon"], "is no duration"),
        (["songs", "qqqq"], "no song has"),
        (["lst"], "did you mean list"),
    ],
)
def test_a_mistake_is_answered_with_what_may_have_been_meant(person: Person, words: list[str], hint: str) -> None:
    status, said = person.says(*words)
    assert status in (1, 2)
    assert hint in said


def test_a_person_breaks_a_service_for_a_call_and_mends_it(person: Person) -> None:
    call = "POST /playlists/{id}/items"
    assert person.says("break", "spotify", "rate-limit", "--call", call, "--times", "2", "--seconds", "9")[0] == 0
    (fault,) = person.world.faults.armed
    assert (fault.kind, fault.call, fault.times, fault.seconds) == ("rate-limit", call, 2, 9.0)
    assert person.says("mend", "spotify")[0] == 0
    assert person.world.faults.armed == []


def test_a_person_sees_what_can_be_broken_and_what_is(person: Person) -> None:
    status, said = person.says("break", "--list")
    assert status == 0
    assert all(kind in said for kind in kinds.KINDS)
    assert "Broken now: nothing" in said
    assert "conflict" not in person.says("break", "--list", "spotify")[1]
    status, said = person.says("break", "telegram", "lost", "--call", "sendAudio", "--skip", "2", "--applied", "13h")
    assert (status, said.strip()) == (0, "telegram: lost of sendAudio after 2 more carried out after 13h, once")
    assert person.says("break", "spotify", "stale")[1].strip() == "spotify: stale, until mended"
    assert "spotify: down, until mended, 1h at most" in person.says("break", "spotify", "down", "--lasting", "1h")[1]
    assert "spotify: stale, until mended" in person.says("break", "--list")[1]
    assert person.says("mend", "spotify", "stale")[0] == 0
    assert [fault.kind for fault in person.world.faults.armed] == ["lost", "down"]
    status, said = person.says("break", "spotify", "rotated")
    assert scenario.SPOTIFY_REFRESH_TOKEN + " is dead" in said
    assert person.says("break", "telegram", "kicked", "--about", "@nowhere")[0] == 1
    for words in (["break"], ["break", "spotify"], ["break", "spotify", "lost", "--times", "0"]):
        assert person.says(*words)[0] == 1


def test_every_kind_of_fault_can_be_armed_and_mended_where_it_is_said_to_be(person: Person) -> None:
    for service in kinds.SERVICES:
        for kind in kinds.of(service):
            assert person.says("break", service, kind.name)[0] == 0, f"{service} {kind.name}"
            assert person.says("mend", service)[0] == 0
    assert person.world.faults.armed == []


def test_a_person_lets_time_pass_and_reads_the_log(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    before = person.world.clock.offset
    assert person.says("advance", "2h")[0] == 0
    assert person.world.clock.offset == before + 7200
    for name, value in person.box.environment().items():
        monkeypatch.setenv(name, value)
    requests.get("https://api.spotify.com/v1/me")
    status, said = person.says("log")
    assert (status, "401 spotify" in said, "GET /me" in said) == (0, True, True)


def test_the_environment_is_printed_for_a_shell(person: Person) -> None:
    status, said = person.says("env")
    assert status == 0
    assert f"export HTTPS_PROXY={person.box.sandbox.proxy_url}" in said


def test_without_a_running_world_the_commands_say_how_to_start_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert commands.main(["list"]) == 1
    state_file().write_text('{"url": "http://127.0.0.1:9"}')
    assert commands.main(["list"]) == 1
    assert capsys.readouterr().err.count("python -m sandbox serve") == 2


def test_serve_leaves_its_address_for_other_commands_and_takes_it_away(tmp_path: Path) -> None:
    surroundings = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    root = Path(commands.__file__).parents[1]
    serve = [sys.executable, "-u", "-m", "sandbox", "serve", "--songs", "40"]
    with subprocess.Popen(serve, env=surroundings, cwd=root, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        for line in server.stdout:
            if "Ctrl-C" in line:
                break
        listing = [sys.executable, "-m", "sandbox", "list", "spotify"]
        found = subprocess.run(listing, env=surroundings, cwd=root, capture_output=True, text=True, timeout=30)
        server.terminate()
        server.wait(10)
    assert "spotify (24)" in found.stdout, found.stderr
    assert list(tmp_path.iterdir()) == []
