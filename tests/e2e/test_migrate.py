"""From the older service to ours: what it put anywhere stays there once, and nothing is put there again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox import media, quickstart, scenario
from sandbox.world import World
from tests import olderservice
from tests.e2e.conftest import Scene
from tests.navaarcommand import accepted, navaar

Make = Callable[..., Scene]

EVERYWHERE = ("bohemian-rhapsody", "take-on-me", "mr-brightside", "wonderwall", "billie-jean", "fix-you", "taghdir")
# As the older service had matched them: another recording, which stays all the same.
MISMATCHED = {"despacito": "despacito-remix", "hurt-johnny-cash": "hurt-nine-inch-nails"}


class Older:
    """A world in which the older service was at work for months, and its database."""

    def __init__(self) -> None:
        self.rows: olderservice.Rows = []
        self.messages: dict[str, list[int]] = {}

    def seed(self, world: World) -> None:
        """Posts of old, playlists, and the rows that tell of them."""
        scenario.empty(world)
        for key in (*EVERYWHERE, "take-on-me", *MISMATCHED, "plastic-love", "iskala", "ey-iran", "toranj", "simarik"):
            self._post(world, key)
        video, track = self._video(world), self._track(world)
        for key in EVERYWHERE:
            world.youtube.add(scenario.YOUTUBE_PLAYLIST, video(key))
            world.spotify.add(scenario.SPOTIFY_PLAYLIST, track(key))
        world.spotify.add(scenario.SPOTIFY_PLAYLIST, track(MISMATCHED["despacito"]))
        world.youtube.add(scenario.YOUTUBE_PLAYLIST, video("despacito"))
        world.youtube.add(scenario.YOUTUBE_PLAYLIST, video(MISMATCHED["hurt-johnny-cash"]))
        world.spotify.add(scenario.SPOTIFY_PLAYLIST, track("hurt-johnny-cash"))
        world.youtube.add(scenario.YOUTUBE_PLAYLIST, video("plastic-love"))
        world.spotify.add(scenario.SPOTIFY_PLAYLIST, track("iskala"))
        world.youtube.add(scenario.YOUTUBE_PLAYLIST, video("simarik"))
        world.youtube.add(scenario.YOUTUBE_PLAYLIST, video("toranj"))

        def row(direction: str, key: str, status: str = "synced", number: int = 0, **ids: Any) -> None:
            song = world.catalogue.by_key(key)
            place = {"tg": "telegram", "yt": "youtube", "sp": "spotify"}[direction[:2]]
            artists, title = song.names(place)  # type: ignore[arg-type]
            named = {"artist": ", ".join(artists), "title": title, "duration_seconds": song.duration}
            self.rows.append({"direction": direction, "status": status, **named, **ids})

        for key in ("bohemian-rhapsody", "take-on-me", "taghdir"):
            row(
                "tg_to_yt",
                key,
                tg_message_id=self.messages[key][0],
                yt_video_id=video(key),
                identification_method="id3",
            )
            row("tg_to_sp", key, sp_track_id=track(key), identification_method="tg_metadata")
            row("yt_to_sp", key, "duplicate", yt_video_id=video(key), sp_track_id=track(key))
        row("tg_to_yt", "take-on-me", "duplicate", tg_message_id=self.messages["take-on-me"][1])
        for key in ("wonderwall", "fix-you"):
            row("yt_to_tg", key, tg_message_id=self.messages[key][0], yt_video_id=video(key))
            row("yt_to_sp", key, yt_video_id=video(key), sp_track_id=track(key))
        for key in ("mr-brightside", "billie-jean"):
            row("sp_to_tg", key, tg_message_id=self.messages[key][0], yt_video_id=video(key), sp_track_id=track(key))
            row("sp_to_yt", key, yt_video_id=video(key), sp_track_id=track(key))
        row("tg_to_yt", "despacito", tg_message_id=self.messages["despacito"][0], yt_video_id=video("despacito"))
        row("yt_to_sp", "despacito", yt_video_id=video("despacito"), sp_track_id=track(MISMATCHED["despacito"]))
        row("sp_to_tg", "hurt-johnny-cash", tg_message_id=self.messages["hurt-johnny-cash"][0],
            sp_track_id=track("hurt-johnny-cash"))  # fmt: skip
        row("sp_to_yt", "hurt-johnny-cash", sp_track_id=track("hurt-johnny-cash"),
            yt_video_id=video(MISMATCHED["hurt-johnny-cash"]))  # fmt: skip
        # What it could not do, and we can't either: the services don't have these.
        row(
            "yt_to_tg",
            "plastic-love",
            tg_message_id=self.messages["plastic-love"][0],
            yt_video_id=video("plastic-love"),
        )
        row("yt_to_sp", "plastic-love", "failed", yt_video_id=video("plastic-love"))
        row("tg_to_yt", "iskala", "retry_scheduled", tg_message_id=self.messages["iskala"][0])
        row("tg_to_sp", "iskala", sp_track_id=track("iskala"))
        row("tg_to_yt", "ey-iran", "searching", tg_message_id=self.messages["ey-iran"][0])
        row("tg_to_sp", "ey-iran", "pending")
        # What had been added, and was not recorded; and what people had taken out of Spotify.
        row("tg_to_yt", "toranj", "syncing", tg_message_id=self.messages["toranj"][0])
        row("tg_to_sp", "toranj", "unsynced", sp_track_id=track("toranj"))
        row("yt_to_tg", "simarik", "unsynced", tg_message_id=self.messages["simarik"][0], yt_video_id=video("simarik"))
        row("yt_to_sp", "simarik", "unsynced", yt_video_id=video("simarik"), sp_track_id=track("simarik"))

    def files(self, folder: Path, channel: str) -> Path:
        """Its .env, its database, and the files that hold its consents."""
        folder.mkdir()
        olderservice.database(folder / "navaar.db", self.rows)
        (folder / "oauth.json").write_text(
            json.dumps({"refresh_token": scenario.GOOGLE_REFRESH_TOKEN, "expires_at": 1})
        )
        (folder / ".spotify_cache").write_text(json.dumps({"refresh_token": scenario.SPOTIFY_REFRESH_TOKEN}))
        settings = {
            "TELEGRAM_BOT_TOKEN": scenario.BOT_TOKEN, "TELEGRAM_CHANNEL_ID": channel,
            "YTMUSIC_PLAYLIST_ID": scenario.YOUTUBE_PLAYLIST, "YTMUSIC_CLIENT_ID": scenario.GOOGLE_CLIENT_ID,
            "YTMUSIC_CLIENT_SECRET": scenario.GOOGLE_CLIENT_SECRET, "SPOTIFY_PLAYLIST_ID": scenario.SPOTIFY_PLAYLIST,
            "SPOTIFY_CLIENT_ID": scenario.SPOTIFY_CLIENT_ID, "SPOTIFY_CLIENT_SECRET": scenario.SPOTIFY_CLIENT_SECRET,
            "DATABASE_URL": "sqlite+aiosqlite:///navaar.db",
        }  # fmt: skip
        (folder / ".env").write_text("".join(f"NAVAAR_{name}={value}\n" for name, value in settings.items()))
        return folder / ".env"

    def _post(self, world: World, key: str) -> None:
        song = world.catalogue.by_key(key)
        artists, title = song.names("telegram")
        name, long_ago = f"{', '.join(artists)} - {title}.m4a", world.clock.now() - 90 * 86400
        posted = world.telegram.post_audio(
            scenario.CHANNEL_ID, media.tagged(song), duration=song.duration, file_name=name, date=long_ago
        )
        self.messages.setdefault(key, []).append(posted.message_id)

    @staticmethod
    def _video(world: World) -> Callable[[str], str]:
        return lambda key: world.catalogue.by_key(key).video_id or world.catalogue.by_key(key).music_video_id or ""

    @staticmethod
    def _track(world: World) -> Callable[[str], str]:
        return lambda key: world.catalogue.by_key(key).spotify_id or ""


def writes(scene: Scene) -> list[Any]:
    return [e for e in scene.service_writes() if e.call != "POST /api/token"]


@pytest.mark.parametrize("channel", [str(scenario.CHANNEL_ID), scenario.CHANNEL])
@pytest.mark.compares("migrate")
def test_after_a_migration_nothing_is_posted_again_and_nothing_added_again(
    scene_with: Make, tmp_path: Path, channel: str
) -> None:
    older = Older()
    scene = scene_with(older.seed)
    before = scene.keys()
    printed, told = navaar("migrate", str(older.files(tmp_path / "older", channel)))
    manifests = list(yaml.safe_load_all(printed))
    for manifest in manifests:
        scene.apply(manifest)
    tracks = {m["metadata"]["name"] for m in manifests if m["kind"] == "Track"}
    scene.start()
    scene.until("the channel waits", lambda: scene.reason("TelegramReady") == "ChannelPastUnknown")
    scene.annotate(accept_past=accepted(told))
    scene.until("it goes on", lambda: scene.conditions()["TelegramReady"][0] == "True")
    scene.until("all is ready", lambda: scene.conditions()["Ready"][0] == "True")
    scene.until(
        "every song is settled",
        lambda: all((t.get("status") or {}).get("phase") in ("Synced", "Partial", "Excluded") for t in scene.tracks()),
    )
    scene.sync_now()
    scene.sync_now()
    assert writes(scene) == []
    assert scene.keys() == before
    assert {t["metadata"]["name"] for t in scene.tracks()} == tracks, "no song has a second Track"

    # It is at work all the same.
    scene.post("blinding-lights")
    scene.until("a new post goes everywhere", lambda: all("blinding-lights" in keys for keys in scene.keys().values()))
    assert {place: len(keys) for place, keys in scene.keys().items()} == {p: len(k) + 1 for p, k in before.items()}


def test_an_acceptance_without_its_tracks_lets_nothing_be_posted(scene_with: Make, tmp_path: Path) -> None:
    older = Older()
    scene = scene_with(older.seed)
    printed, told = navaar("migrate", str(older.files(tmp_path / "older", str(scenario.CHANNEL_ID))))
    manifests = list(yaml.safe_load_all(printed))
    for manifest in manifests:
        if manifest["kind"] != "Track":
            scene.apply(manifest)
    scene.annotate(accept_past=accepted(told))
    scene.start()
    said = "of which 0 are remembered: apply their Tracks"
    scene.until("it says what is missing", lambda: said in scene.conditions().get("TelegramReady", ("", "", ""))[2])
    scene.sync_now()
    assert not [e for e in writes(scene) if e.call == "sendAudio"]


@pytest.mark.compares("import", "export")
def test_manifests_of_a_list_of_songs_are_taken_by_the_api_server_and_its_export_brings_all_back(
    scene: Scene, tmp_path: Path
) -> None:
    songs = tmp_path / "songs.csv"
    songs.write_text(
        "Artist,Title,Duration,ISRC\nThe Weeknd,Blinding Lights,3:20,USUG11904206\nYE,1e3,,\nY,N,,\nداریوش,چشم من,,\n"
    )
    printed, told = navaar("import", str(songs), "--sync", quickstart.NAME, "-n", scene.namespace)
    assert "4 Tracks" in told
    path = scene.stage.path({"kind": "Track"}, scene.namespace)
    for manifest in yaml.safe_load_all(printed):
        name = manifest["metadata"]["name"]
        query = "?dryRun=All&fieldManager=kubectl&force=true&fieldValidation=Strict"
        taken = scene.stage.api.request("PATCH", f"{path}/{name}{query}", manifest, "application/apply-patch+yaml")
        assert taken["spec"]["title"] == manifest["spec"]["title"]

    scene.start()
    scene.begin()
    scene.wait_converged()
    before = scene.keys()
    kubeconfig = scene.stage.plane.kubeconfig
    exported, _ = navaar("export", "-n", scene.namespace, kubeconfig=kubeconfig)
    again, _ = navaar("export", "-n", scene.namespace, kubeconfig=kubeconfig)
    assert exported == again
    assert not {"status:", "resourceVersion", "uid:", "managedFields", "creationTimestamp"} & {*exported.split()}
    misses, _ = navaar("export", "--misses", "-n", scene.namespace, kubeconfig=kubeconfig)
    assert misses.splitlines()[0].startswith("artist,title,service,state,reason")
    assert any("Plastic Love" in line and "spotify,NotFound" in line for line in misses.splitlines())

    scene.operator.stop()
    for kind in ("Track", "MusicSync", "Lease"):
        for resource in scene.stage.list(kind, scene.namespace):
            scene.stage.delete(kind, scene.namespace, resource["metadata"]["name"])
    mark = scene.box.world.journal.mark()
    manifests = list(yaml.safe_load_all(exported))
    for manifest in manifests:
        scene.apply(manifest)
    scene.start()
    scene.until("the channel waits", lambda: scene.reason("TelegramReady") == "ChannelPastUnknown")
    scene.until("all Tracks are told of", lambda: all(t.get("status") for t in scene.tracks()))
    scene.sync_now()
    assert [e for e in scene.service_writes(mark) if e.call != "POST /api/token"] == []
    assert scene.keys() == before
    assert len(scene.tracks()) == len(manifests) - 1
