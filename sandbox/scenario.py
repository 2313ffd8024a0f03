"""Worlds to begin with: the one of examples/quickstart, and a big one for benchmarks."""

from typing import NamedTuple

from sandbox import media
from sandbox.catalogue import Song, load
from sandbox.catalogue import crowd as invented
from sandbox.world import World

CHANNEL = "@fridaytapes"
CHANNEL_ID = -1001234500001
BOT_TOKEN = "7100000001:quickstart-bot-token"
BOT_USERNAME = "fridaytapes_bot"

SPOTIFY_PLAYLIST = "5NavaarQuickstart00000"
SPOTIFY_USER = "friday"
SPOTIFY_CLIENT_ID = "quickstart-spotify-client-id"
SPOTIFY_CLIENT_SECRET = "quickstart-spotify-client-secret"
SPOTIFY_REFRESH_TOKEN = "quickstart-spotify-refresh-token"
SPOTIFY_REQUESTS_PER_DAY = 1_000

YOUTUBE_PLAYLIST = "PLNavaarQuickstart0000000000000000"
YOUTUBE_ACCOUNT = "friday"
GOOGLE_CLIENT_ID = "710000000001-quickstart.apps.googleusercontent.com"
GOOGLE_CLIENT_SECRET = "quickstart-google-client-secret"
GOOGLE_REFRESH_TOKEN = "quickstart-google-refresh-token"
YOUTUBE_SAPISID = "quickstart-sapisid"

EVERYWHERE = (
    "bohemian-rhapsody",
    "get-lucky",
    "take-on-me",
    "empire-state-of-mind",
    "taghdir",
    "tamally-maak",
    "yoru-ni-kakeru",
    "hoppipolla",
)
TELEGRAM_SPOTIFY = ("mr-brightside", "kal-ho-naa-ho", "gulpembe")
TELEGRAM_YOUTUBE = ("simarik", "september", "uptown-funk")
SPOTIFY_YOUTUBE = ("sweet-dreams", "heroes", "avgoustos")
# ey-iran is on neither service, iskala not on YouTube, plastic-love not on Spotify.
TELEGRAM_ONLY = ("tnt", "wonderwall", "despacito", "toranj", "iskala", "ey-iran")
SPOTIFY_ONLY = (
    "billie-jean",
    "fix-you",
    "hotel-california",
    "somebody-that-i-used-to-know",
    "hallelujah-jeff-buckley",
    "yekermo-sew",
)
YOUTUBE_ONLY = (
    "never-gonna-give-you-up",
    "non-je-ne-regrette-rien",
    "blue-monday",
    "plastic-love",
    "crazy-in-love",
    "dont-stop-me-now",
)
ON_TELEGRAM = EVERYWHERE + TELEGRAM_SPOTIFY + TELEGRAM_YOUTUBE + TELEGRAM_ONLY
ON_SPOTIFY = SPOTIFY_ONLY + EVERYWHERE + SPOTIFY_YOUTUBE + TELEGRAM_SPOTIFY
ON_YOUTUBE = TELEGRAM_YOUTUBE + SPOTIFY_YOUTUBE + EVERYWHERE + YOUTUBE_ONLY
UNION = tuple(dict.fromkeys(ON_TELEGRAM + ON_SPOTIFY + ON_YOUTUBE))
# These are in the YouTube playlist as the official video, not as the label's audio.
AS_VIDEO = ("dont-stop-me-now",)


class Lists(NamedTuple):
    """The songs of a scenario, by their keys, place by place."""

    telegram: tuple[str, ...]
    youtube: tuple[str, ...]
    spotify: tuple[str, ...]

    @property
    def union(self) -> tuple[str, ...]:
        """Every song once."""
        return tuple(dict.fromkeys(self.telegram + self.spotify + self.youtube))


QUICKSTART = Lists(ON_TELEGRAM, ON_YOUTUBE, ON_SPOTIFY)
# plastic-love is not on Spotify.
SMALL = Lists(
    telegram=("bohemian-rhapsody", "take-on-me", "mr-brightside", "wonderwall"),
    youtube=("bohemian-rhapsody", "take-on-me", "plastic-love"),
    spotify=("bohemian-rhapsody", "take-on-me", "mr-brightside", "billie-jean", "fix-you"),
)


def empty(world: World) -> World:
    """The people, bot, applications, tokens, channel and playlists of quickstart, without a song."""
    if not world.catalogue.songs:
        world.catalogue.extend(load().songs)
    telegram, spotify, youtube = world.telegram, world.spotify, world.youtube
    telegram.create_bot(BOT_TOKEN, BOT_USERNAME)
    telegram.create_channel(CHANNEL_ID, "Friday Tapes", CHANNEL)
    telegram.add_admin(CHANNEL_ID, BOT_TOKEN)

    spotify.add_user(SPOTIFY_USER, "Friday Tapes")
    spotify.add_app(SPOTIFY_CLIENT_ID, SPOTIFY_CLIENT_SECRET, allowed=[SPOTIFY_USER])
    spotify.grant(SPOTIFY_REFRESH_TOKEN, SPOTIFY_USER, SPOTIFY_CLIENT_ID)
    spotify.create_playlist(SPOTIFY_PLAYLIST, "Friday Tapes", SPOTIFY_USER)
    spotify.quota.per_day = SPOTIFY_REQUESTS_PER_DAY

    youtube.add_account(YOUTUBE_ACCOUNT, "Friday Tapes")
    youtube.add_oauth_client(GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET)
    youtube.grant(GOOGLE_REFRESH_TOKEN, YOUTUBE_ACCOUNT, GOOGLE_CLIENT_ID)
    youtube.add_cookie_session(YOUTUBE_ACCOUNT, YOUTUBE_SAPISID)
    youtube.create_playlist(YOUTUBE_PLAYLIST, "Friday Tapes", YOUTUBE_ACCOUNT, "UNLISTED")
    return world


def quickstart(world: World) -> World:
    """Twenty songs in each place, as that place spells them, eight of them in all three; `UNION` has 35."""
    return fill(world, QUICKSTART)


def small(world: World) -> World:
    """Few songs, of every kind: what most tests need."""
    return fill(world, SMALL)


def fill(world: World, lists: Lists) -> World:
    """The accounts of quickstart, and these songs."""
    return put(empty(world), lists)


def put(world: World, lists: Lists) -> World:
    """These songs, in a world that has the accounts."""
    for key in lists.telegram:
        post(world, world.catalogue.by_key(key))
    for key in lists.spotify:
        world.spotify.add(SPOTIFY_PLAYLIST, _known(world.catalogue.by_key(key).spotify_id))
    for key in lists.youtube:
        song = world.catalogue.by_key(key)
        video = song.music_video_id if key in AS_VIDEO else song.video_id or song.music_video_id
        world.youtube.add(YOUTUBE_PLAYLIST, _known(video))
    return world


def crowd(world: World, count: int) -> World:
    """The accounts of quickstart and `count` invented songs, the first 60 % on Spotify, the last on YouTube.

    Songs that a service lacks are left out there; the channel is empty, and Spotify's daily limit is lifted.
    """
    empty(world)
    songs = invented(count)
    world.catalogue.extend(songs)
    world.spotify.quota.per_day = None
    found = (song.spotify_id for song in songs[: count * 6 // 10])
    world.spotify.insert(SPOTIFY_PLAYLIST, [f"spotify:track:{spotify_id}" for spotify_id in found if spotify_id])
    for song in songs[count * 4 // 10 :]:
        if song.video_id:
            world.youtube.add(YOUTUBE_PLAYLIST, song.video_id)
    return world


def post(world: World, song: Song) -> int:
    """A person posts the song to the channel as a tagged audio file; returns the message's id."""
    artists, title = song.names("telegram")
    return world.telegram.post_audio(
        CHANNEL_ID,
        media.tagged(song),
        duration=song.duration,
        file_name=f"{', '.join(artists)} - {title}.m4a".replace("/", "_"),
    ).message_id


def unsigned(world: World, song: Song) -> int:
    """A person posts the song under its bare title, without a word of who sings it; returns the message's id."""
    data = media.m4a(song.key, song.duration)
    file_name = f"{song.title}.m4a"
    posted = world.telegram.post_audio(CHANNEL_ID, data, title=song.title, duration=song.duration, file_name=file_name)
    return posted.message_id


def _known(identity: str | None) -> str:
    if identity is None:
        raise ValueError("a song of the scenario is not where the scenario puts it")
    return identity
