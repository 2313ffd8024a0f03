"""From the older service: what becomes of every setting, and of every row."""

import json
from pathlib import Path
from typing import Any

import pytest

from navaar.api.convert import track_from
from navaar.transfer import envfile, olderdatabase, olderservice
from navaar.transfer.manifest import written
from navaar.transfer.migration import Migration, migration
from navaar.transfer.olderservice import Setup
from navaar.transfer.song import Unreadable
from reconcilers.model import Origin, State, Track
from reconcilers.services.protocol import ServiceName
from tests.olderservice import Rows, database

TELEGRAM, YOUTUBE, SPOTIFY = ServiceName.TELEGRAM, ServiceName.YOUTUBE, ServiceName.SPOTIFY
CHAT = -1001234500001
PLACES = {TELEGRAM: str(CHAT), YOUTUBE: "PLNavaarQuickstart0000000000000000", SPOTIFY: "5NavaarQuickstart00000"}
V = [f"video{number:06}" for number in range(10)]
S = [f"{number:022}" for number in range(10)]

ENV = f"""
# the older service
export NAVAAR_TELEGRAM_BOT_TOKEN="7100000001:token"
NAVAAR_TELEGRAM_CHANNEL_ID={CHAT}
NAVAAR_TELEGRAM_ADMIN_USER_IDS=[1, 2]
NAVAAR_YTMUSIC_PLAYLIST_ID=VL{PLACES[YOUTUBE]}   # the list
NAVAAR_YTMUSIC_CLIENT_ID='id.apps.googleusercontent.com'
NAVAAR_YTMUSIC_CLIENT_SECRET=google-secret
NAVAAR_SPOTIFY_PLAYLIST_ID=https://open.spotify.com/playlist/{PLACES[SPOTIFY]}?si=1
NAVAAR_SPOTIFY_CLIENT_ID=spotify-id
NAVAAR_SPOTIFY_CLIENT_SECRET=spotify-secret
NAVAAR_YTDLP_COOKIES_FILE=cookies.txt
NAVAAR_SYNC_INTERVAL_YT_TO_TG=120
NAVAAR_SYNC_INTERVAL_SP_TO_TG=1200
NAVAAR_MAX_RETRIES=7
NAVAAR_LOG_LEVEL=DEBUG
NAVAAR_ALERT_CHAT_ID=5
NAVAAR_NL_MODEL=x
NAVAAR_SOMETHING_ELSE=x
NAVAAR_DATABASE_URL=sqlite+aiosqlite:///data/navaar.db
OTHER=1
what is this
"""
FILES = {
    "oauth.json": json.dumps({"access_token": "a", "refresh_token": "google-refresh", "expires_at": 1}),
    ".spotify_cache": json.dumps({"access_token": "a", "refresh_token": "spotify-refresh"}),
    "cookies.txt": "# Netscape HTTP Cookie File\n",
}


def setup(text: str = ENV, files: dict[str, str] = FILES, **changed: str | None) -> Setup:
    values = envfile.read(text).values
    values |= {f"NAVAAR_{name}": value for name, value in changed.items() if value is not None}
    for name, value in changed.items():
        if value is None:
            values.pop(f"NAVAAR_{name}", None)
    return olderservice.setup(values, "friday-tapes", "music", files.get)


def test_settings_become_a_musicsync_and_its_secrets() -> None:
    made = setup()
    assert made.musicsync["spec"] == {
        "telegram": {
            "channel": str(CHAT),
            "credentialsSecretRef": {"name": "friday-tapes-telegram"},
            "adminUserIds": [1, 2],
            "audio": {"cookiesSecretRef": {"name": "friday-tapes-cookies"}},
        },
        "youtubeMusic": {
            "playlist": PLACES[YOUTUBE],
            "credentialsSecretRef": {"name": "friday-tapes-google"},
            "interval": "5m",
        },
        "spotify": {
            "playlist": PLACES[SPOTIFY],
            "credentialsSecretRef": {"name": "friday-tapes-spotify"},
            "interval": "20m",
        },
        "retry": {"max": 7},
    }
    assert {s["metadata"]["name"]: s["stringData"] for s in made.secrets} == {
        "friday-tapes-telegram": {"token": "7100000001:token"},
        "friday-tapes-cookies": {"cookies.txt": FILES["cookies.txt"]},
        "friday-tapes-google": {
            "client-id": "id.apps.googleusercontent.com", "client-secret": "google-secret", "refresh-token": "google-refresh",
        },
        "friday-tapes-spotify": {
            "client-id": "spotify-id", "client-secret": "spotify-secret", "refresh-token": "spotify-refresh",
        },
    }  # fmt: skip
    assert made.todo == []
    assert made.database == "data/navaar.db"


def test_every_setting_is_mapped_or_named_as_dropped_with_why() -> None:
    fates = {fate.setting: fate for fate in setup().fates}
    assert fates.keys() == {name for name in envfile.read(ENV).values if name.startswith("NAVAAR_")}
    assert all(fate.becomes for fate in fates.values())
    dropped = {name.removeprefix("NAVAAR_") for name, fate in fates.items() if fate.dropped}
    assert dropped == {"LOG_LEVEL", "ALERT_CHAT_ID", "NL_MODEL", "SOMETHING_ELSE", "DATABASE_URL"}
    assert fates["NAVAAR_SOMETHING_ELSE"].becomes == "not known to this version"
    assert "5m is the least" in fates["NAVAAR_SYNC_INTERVAL_YT_TO_TG"].becomes
    secrets = ("7100000001:token", "google-secret", "spotify-secret", "refresh", "google-refresh")
    told = " ".join(fate.becomes for fate in fates.values())
    assert not any(secret in told for secret in secrets if secret != "refresh")
    assert [u.where for u in envfile.read(ENV).unused] == ["line 22"]


@pytest.mark.parametrize(
    ("said", "kept", "told"),
    [
        ("[1, 2]", [1, 2], "spec.telegram.adminUserIds: 1, 2"),
        ("7 7,8", [7, 8], "spec.telegram.adminUserIds: 7, 8"),
        ("[-1001234500001]", None, "names nobody"),
        ("[]", None, "names nobody"),
        (str(list(range(1, 23))), list(range(1, 21)), "the first 20 of 22"),
    ],
)
def test_whom_the_older_bot_answered_the_new_one_answers(said: str, kept: list[int] | None, told: str) -> None:
    made = setup(TELEGRAM_ADMIN_USER_IDS=said)
    assert made.musicsync["spec"]["telegram"].get("adminUserIds") == kept
    assert told in next(fate.becomes for fate in made.fates if fate.setting == "NAVAAR_TELEGRAM_ADMIN_USER_IDS")


def test_what_cannot_be_taken_along_is_said_and_leaves_a_place_to_fill_in() -> None:
    made = setup(files={}, SPOTIFY_CLIENT_ID=None)
    values = {s["metadata"]["name"]: s["stringData"] for s in made.secrets}
    assert values["friday-tapes-spotify"] == {
        "client-id": "PUT-YOUR-CLIENT-ID-HERE",
        "refresh-token": "PUT-YOUR-REFRESH-TOKEN-HERE",
    }
    assert values["friday-tapes-google"]["refresh-token"] == "PUT-YOUR-REFRESH-TOKEN-HERE"
    assert "friday-tapes-cookies" not in values
    assert [todo for todo in made.todo if "a Spotify app of your own" in todo]
    assert [todo for todo in made.todo if "sign in to Google again" in todo]
    assert [todo for todo in made.todo if "cookies.txt, which isn't there" in todo]
    headers = setup(files={"oauth.json": json.dumps({"Cookie": "x", "x-goog-authuser": "0"})})
    google = next(s for s in headers.secrets if s["metadata"]["name"] == "friday-tapes-google")
    assert json.loads(google["stringData"]["headers.json"])["Cookie"] == "x"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"TELEGRAM_CHANNEL_ID": None}, "TELEGRAM_CHANNEL_ID is not set"),
        ({"TELEGRAM_CHANNEL_ID": "12345"}, "begins with -100"),
        ({"YTMUSIC_PLAYLIST_ID": "my list"}, "no playlist's id"),
        ({"YTMUSIC_PLAYLIST_ID": "", "SPOTIFY_PLAYLIST_ID": ""}, "a channel alone"),
    ],
)
def test_settings_that_make_no_sync_are_refused_in_a_sentence(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        setup(**changed)
    assert setup(TELEGRAM_CHANNEL_ID="https://t.me/fridaytapes").channel == "@fridaytapes"
    with pytest.raises(Unreadable, match="no NAVAAR_"):
        setup("A=1")
    with pytest.raises(Unreadable, match="no name for a MusicSync"):
        olderservice.setup({"NAVAAR_X": "1"}, "Friday Tapes", None, FILES.get)


def migrated(
    tmp_path: Path, rows: Rows, chat: int | None = CHAT, snapshots: dict[str, list[str]] | None = None
) -> tuple[Migration, dict[str, Track]]:
    path = tmp_path / "navaar.db"
    path.unlink(missing_ok=True)
    made = migration(olderdatabase.read(database(path, rows, snapshots)), "friday-tapes", "music", PLACES, chat)
    tracks = [track_from(document.resource, chat) for document in made.documents]
    return made, {f"{t.origin[0].value}/{t.origin[1]}": t for t in tracks if t.origin is not None}


def hello(direction: str, **more: Any) -> dict[str, Any]:
    return {"direction": direction, "artist": "Adele", "title": "Hello", "duration_seconds": 295, **more}


def test_rows_of_all_directions_that_share_an_entry_are_one_song(tmp_path: Path) -> None:
    pressure = {"artist": "Muse", "title": "Pressure", "sp_track_id": S[2]}
    made, tracks = migrated(
        tmp_path,
        [
            hello("tg_to_yt", tg_message_id=10, yt_video_id=V[0], identification_method="id3"),
            hello("tg_to_sp", sp_track_id=S[0], status="failed"),
            hello("yt_to_sp", yt_video_id=V[0], sp_track_id=S[0]),
            {"direction": "yt_to_tg", "artist": "Queen", "title": "Bicycle Race", "tg_message_id": 11, "yt_video_id": V[1]},
            {**pressure, "direction": "sp_to_tg", "tg_message_id": 12, "yt_video_id": V[2]},
            {**pressure, "direction": "sp_to_yt", "yt_video_id": V[3]},
        ],
    )  # fmt: skip
    assert tracks.keys() == {"telegram/10", f"youtubeMusic/{V[1]}", f"spotify/{S[2]}"}
    song = tracks["telegram/10"]
    assert song.wishes.pins == {YOUTUBE: V[0], SPOTIFY: S[0]}
    assert (song.placements[TELEGRAM].id, song.placements[TELEGRAM].origin) == ("10", Origin.FOUND)
    assert str(song.recording) == "Adele – Hello"
    posted = tracks[f"youtubeMusic/{V[1]}"]
    assert posted.wishes.pins == {}
    assert (posted.placements[TELEGRAM].id, posted.placements[TELEGRAM].origin) == ("11", Origin.PLACED)
    assert posted.placements[TELEGRAM].requested == V[1]
    assert posted.placements[YOUTUBE].state is State.PRESENT
    third = tracks[f"spotify/{S[2]}"]
    assert third.wishes.pins == {YOUTUBE: V[3]}
    assert third.placements[TELEGRAM].requested is None, "a post from another recording isn't corrected for that"
    assert made.acceptance == "3 posts up to 12"
    assert (made.unused, made.songs) == ((), 3)


def test_the_same_database_gives_the_same_bytes(tmp_path: Path) -> None:
    rows = [hello("tg_to_yt", tg_message_id=10, yt_video_id=V[0])]
    texts = {written(migrated(tmp_path, rows)[0].documents) for _ in range(2)}
    (text,) = texts
    assert text.startswith("# Adele – Hello\n# Migrated from row 1 (synced)\napiVersion")


def test_a_second_post_of_a_song_is_remembered_with_it(tmp_path: Path) -> None:
    rows = [
        hello("tg_to_yt", tg_message_id=10, yt_video_id=V[0]),
        hello("tg_to_yt", tg_message_id=20, status="duplicate"),
        hello("tg_to_yt", tg_message_id=30, yt_video_id=V[0]),
        {"direction": "tg_to_yt", "title": "Alone", "tg_message_id": 40, "status": "duplicate"},
    ]
    made, tracks = migrated(tmp_path, rows)
    assert tracks["telegram/10"].placements[TELEGRAM].others == ("20", "30")
    assert tracks["telegram/40"].wishes.exclude_from == {YOUTUBE}
    assert made.acceptance == "4 posts up to 40"
    _, unnumbered = migrated(tmp_path, rows, None)
    assert unnumbered["telegram/10"].wishes.pins == {TELEGRAM: "10", YOUTUBE: V[0]}
    assert unnumbered["telegram/20"].wishes.pins == {TELEGRAM: "20"}
    assert unnumbered["telegram/20"].wishes.exclude_from == {YOUTUBE, SPOTIFY}


def test_two_videos_of_one_song_both_stay_and_go_nowhere_else(tmp_path: Path) -> None:
    _, tracks = migrated(
        tmp_path,
        [
            hello("tg_to_yt", tg_message_id=10, yt_video_id=V[0]),
            hello("tg_to_sp", sp_track_id=S[0], tg_message_id=None) | {"status": "pending"},
            hello("sp_to_tg", tg_message_id=11, sp_track_id=S[0]),
            hello("sp_to_yt", sp_track_id=S[0], yt_video_id=V[0]),
            hello("sp_to_yt", sp_track_id=S[0], yt_video_id=V[1]),
        ],
    )
    assert tracks["telegram/10"].wishes.pins == {YOUTUBE: V[0], SPOTIFY: S[0]}
    assert tracks["telegram/10"].placements[TELEGRAM].others == ("11",)
    further = tracks[f"youtubeMusic/{V[1]}"]
    assert further.wishes.exclude_from == {TELEGRAM, SPOTIFY}
    assert further.placements[YOUTUBE].state is State.PRESENT


def test_a_row_without_its_message_belongs_to_the_song_that_is_spelt_the_same(tmp_path: Path) -> None:
    rows = [
        hello("tg_to_yt", tg_message_id=10, yt_video_id=V[0]),
        hello("tg_to_sp", sp_track_id=S[0]),
        {"direction": "tg_to_sp", "title": "Nobody's", "status": "failed"},
        {"direction": "yt_to_tg", "title": "Posted", "tg_message_id": 50},
    ]
    made, tracks = migrated(tmp_path, rows)
    assert tracks["telegram/10"].wishes.pins == {YOUTUBE: V[0], SPOTIFY: S[0]}
    assert tracks["telegram/50"].placements[TELEGRAM].origin is Origin.PLACED
    assert [str(u) for u in made.unused] == ["row 3: it doesn't say which entry of telegram it came from"]


def test_what_failed_is_looked_for_and_what_was_taken_out_is_left_alone(tmp_path: Path) -> None:
    def by_a(direction: str, title: str, **more: Any) -> dict[str, Any]:
        return {"direction": direction, "artist": "A", "title": title, **more}

    rows = [
        hello("tg_to_yt", tg_message_id=10, yt_video_id=V[0], status="failed"),
        hello("tg_to_sp", status="pending"),
        by_a("tg_to_yt", "Gone", tg_message_id=20, yt_video_id=V[1], status="unsynced"),
        by_a("yt_to_tg", "Post stays", tg_message_id=30, yt_video_id=V[2], status="unsynced"),
        by_a("sp_to_yt", "Removed later", sp_track_id=S[3], yt_video_id=V[3]),
        by_a("sp_to_yt", "Under way", sp_track_id=S[4], yt_video_id=V[4], status="syncing"),
    ]
    made, tracks = migrated(tmp_path, rows, snapshots={"yt_playlist_snapshot": [V[4], V[9]]})
    assert tracks["telegram/10"].wishes.pins == {}
    assert tracks["telegram/10"].wishes.exclude_from == frozenset()
    assert tracks["telegram/20"].wishes.exclude_from == {YOUTUBE}
    assert tracks[f"youtubeMusic/{V[2]}"].placements[TELEGRAM].id == "30", "a post is never forgotten"
    assert tracks[f"spotify/{S[3]}"].wishes.exclude_from == {YOUTUBE}, (
        "the older service's last look no longer showed it"
    )
    assert tracks[f"spotify/{S[4]}"].wishes.pins == {YOUTUBE: V[4]}, "its last look showed it"
    assert made.songs == 5
    comments = written(made.documents)
    assert "# youtubeMusic: it had been taken out again (row 3)" in comments
    assert "# youtubeMusic: placed once, and gone since (row 5)" in comments


def test_rows_and_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    made, tracks = migrated(
        tmp_path,
        [
            {"direction": "tg_to_xx", "tg_message_id": 1},
            {"direction": "tg_to_yt", "yt_video_id": V[0]},
            {"direction": "yt_to_tg", "yt_video_id": "not a video", "tg_message_id": 2},
            {"direction": "tg_to_yt", "tg_message_id": 3},
        ],
    )
    assert [u.where for u in made.unused] == ["row 1"]
    assert tracks["telegram/2"].placements[TELEGRAM].origin is Origin.PLACED
    assert tracks["telegram/3"].recording is None
    for content in (b"", b"not a database", b"SQLite format 3\x00" + b"\x00" * 100):
        (tmp_path / "x.db").write_bytes(content)
        with pytest.raises(Unreadable, match=r"older service"):
            olderdatabase.read(tmp_path / "x.db")
    with pytest.raises(Unreadable, match="there is no file"):
        olderdatabase.read(tmp_path / "missing.db")
