"""What unmodified yt-dlp, in a process of its own, gets from the simulated YouTube."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest
import requests

from sandbox import media
from sandbox.catalogue import Song
from sandbox.faults import Fault
from sandbox.thread import SandboxThread
from sandbox.world import World

SONG = Song("one", ("Ann", "Bob"), "One", "First", 213, video_id="audioOne_01", music_video_id="videoOne_01")
FORMAT = "140/bestaudio[ext=m4a]/bestaudio"


@pytest.fixture
def world() -> World:
    world = World()
    world.catalogue.add(SONG)
    return world


@pytest.fixture
def sandbox(world: World) -> Iterator[SandboxThread]:
    with SandboxThread(world) as running:
        yield running


def fetch(sandbox: SandboxThread, folder: Path, *options: str, video: str = "audioOne_01") -> Any:
    """Runs yt-dlp; gives its exit code, its warnings and errors, and what it found out about the video."""
    command = [sys.executable, "-m", "yt_dlp", "--no-cache-dir", "--compat-options", "no-certifi"]
    command += ["--format", FORMAT, "--output", str(folder / "%(id)s.%(ext)s"), "--no-progress", *options]
    command += ["--no-simulate", "--dump-json", f"https://music.youtube.com/watch?v={video}"]
    ran = subprocess.run(
        command, env={**os.environ, **sandbox.environment()}, capture_output=True, text=True, timeout=60
    )
    return ran.returncode, ran.stderr.splitlines(), json.loads(ran.stdout) if ran.stdout else {}


def test_it_extracts_and_downloads_the_song_without_leaving_the_sandbox(sandbox: SandboxThread, tmp_path: Path) -> None:
    code, said, info = fetch(sandbox, tmp_path, "--write-thumbnail")
    assert code == 0
    # Without ffmpeg it says that the container is fragmented, and nothing else.
    assert [line for line in said if "DASH m4a" not in line] == []
    assert (info["duration"], info["ext"], info["channel"]) == (213, "m4a", "Ann - Topic")
    assert (info["track"], info["album"], info["artists"]) == ("One", "First", ["Ann", "Bob"])
    data = (tmp_path / "audioOne_01.m4a").read_bytes()
    assert len(data) == info["filesize"]
    with av.open(io.BytesIO(data), "r") as container:
        seconds = sum(frame.samples for frame in container.decode(audio=0)) / media.RATE
    assert seconds == pytest.approx(213, abs=1)
    assert list(tmp_path.glob("*.jpg"))
    assert sandbox.refused == []
    counts = sandbox.world.journal.counts("youtube")
    assert (counts["watch"], counts["media"]) == (1, 1)


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("bot", "Sign in to confirm you’re not a bot"),
        ("age", "Sign in to confirm your age"),
        ("geo", "The uploader has not made this video available in your country"),
        ("busy", "This content isn't available, try again later"),
    ],
)
def test_a_refusal_is_worded_as_youtube_words_it(
    sandbox: SandboxThread, tmp_path: Path, reason: str, message: str
) -> None:
    sandbox.world.faults.arm(Fault("playability", "youtube", "player", detail={"reason": reason}))
    code, said, _ = fetch(sandbox, tmp_path)
    assert code == 1
    assert any(message in line for line in said if line.startswith("ERROR"))
    assert sandbox.world.faults.armed == []
    assert list(tmp_path.iterdir()) == []


def test_a_deleted_and_a_private_video_are_unavailable(sandbox: SandboxThread, tmp_path: Path) -> None:
    sandbox.world.youtube.delete_video("audioOne_01")
    sandbox.world.youtube.make_private("videoOne_01")
    assert "Video unavailable" in fetch(sandbox, tmp_path)[1][-1]
    assert "This video is private" in fetch(sandbox, tmp_path, video="videoOne_01")[1][-1]


def test_media_that_answers_403_fails_the_download(sandbox: SandboxThread, tmp_path: Path) -> None:
    sandbox.world.faults.arm(Fault("error", "youtube", "media", status=403))
    code, said, _ = fetch(sandbox, tmp_path)
    assert code == 1
    assert "HTTP Error 403" in said[-1]


def test_media_comes_in_ranges_and_its_links_die(sandbox: SandboxThread) -> None:
    http = requests.Session()
    http.trust_env = False
    http.proxies, http.verify = {"https": sandbox.environment()["HTTPS_PROXY"]}, str(sandbox.sandbox.ca_file)
    context = {"client": {"clientName": "VISIONOS"}}
    body = {"videoId": "audioOne_01", "context": context}
    formats = http.post("https://www.youtube.com/youtubei/v1/player", json=body).json()["streamingData"]
    for each in formats["adaptiveFormats"]:
        size = int(each["contentLength"])
        part = http.get(each["url"], headers={"Range": "bytes=100-199"})
        assert (part.status_code, part.headers["Content-Range"]) == (206, f"bytes 100-199/{size}")
        assert part.content == http.get(each["url"]).content[100:200]
        assert http.get(each["url"], headers={"Range": f"bytes={size}-"}).status_code == 416
    sandbox.world.clock.advance(7 * 3600)
    assert http.get(formats["adaptiveFormats"][0]["url"]).status_code == 403
