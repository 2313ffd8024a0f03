"""examples/quickstart, made to work in the local world: its MusicSync as it stands, its Secrets with the world's values."""

from pathlib import Path
from typing import Any

import yaml

from sandbox import scenario
from sandbox.catalogue import load

EXAMPLES = Path(__file__).parents[1] / "examples" / "quickstart"
NAMESPACE = "music"
NAME = "friday-tapes"

Manifest = dict[str, Any]


def secret(name: str, values: dict[str, str], namespace: str = NAMESPACE) -> Manifest:
    """A Secret with these values."""
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": values}


def secrets(namespace: str = NAMESPACE) -> list[Manifest]:
    """The quickstart's three Secrets, with the accounts of the local world."""
    telegram = {"token": scenario.BOT_TOKEN}
    google = {
        "client-id": scenario.GOOGLE_CLIENT_ID,
        "client-secret": scenario.GOOGLE_CLIENT_SECRET,
        "refresh-token": scenario.GOOGLE_REFRESH_TOKEN,
    }
    spotify = {
        "client-id": scenario.SPOTIFY_CLIENT_ID,
        "client-secret": scenario.SPOTIFY_CLIENT_SECRET,
        "refresh-token": scenario.SPOTIFY_REFRESH_TOKEN,
    }
    values = {"friday-tapes-telegram": telegram, "friday-tapes-google": google, "friday-tapes-spotify": spotify}
    return [secret(name, held, namespace) for name, held in values.items()]


def musicsync(**spec: Any) -> Manifest:
    """The quickstart's MusicSync, with top-level fields of its spec replaced, or left out where they are None."""
    made: Manifest = yaml.safe_load((EXAMPLES / "musicsync.yaml").read_text())
    made["spec"] = {name: value for name, value in {**made["spec"], **spec}.items() if value is not None}
    return made


def expected(lists: scenario.Lists = scenario.QUICKSTART) -> dict[str, set[str]]:
    """The songs (keys of the catalogue) that each place should end with, given what they began with.

    A service can't be given what it doesn't have; the channel can't be given what has no recording on YouTube, but keeps
    what people posted.
    """
    songs = {song.key: song for song in load().songs}
    union = [songs[key] for key in lists.union]
    videos = {s.key for s in union if s.video_id or s.music_video_id}
    return {
        "telegram": videos | set(lists.telegram),
        "youtube": videos,
        "spotify": {s.key for s in union if s.spotify_id},
    }
