"""Three libraries of thousands of invented songs, as people have them before they are joined.

They overlap, and each place has spellings of its own.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox import scenario
from sandbox.catalogue import Song, crowd, spotify_id, video_id
from sandbox.world import World

AUDIO_BYTES = 4_000_000
"""Of a post: only its size exists, for nobody is to download it."""

LONGER = 8


@dataclass(frozen=True, slots=True)
class Libraries:
    """`songs` of which each place has some, by their keys, oldest first.

    `doubtful` are in the channel and on Spotify, and `LONGER` seconds longer in the channel: whether they are one recording
    is for a person to say. All others are spelt so that they can be told to be the same.
    """

    songs: tuple[Song, ...]
    telegram: tuple[str, ...]
    youtube: tuple[str, ...]
    spotify: tuple[str, ...]
    doubtful: frozenset[str]


def libraries(posts: int, videos: int, tracks: int) -> Libraries:
    """Libraries of these sizes, the same each time.

    Of the channel's songs a fifth is in all three places, two fifteenths also on YouTube, a sixth also on Spotify (of these
    every tenth doubtful); a tenth of its number is in both playlists and not in the channel.
    """
    everywhere, with_youtube, with_spotify, playlists = posts // 5, posts * 2 // 15, posts // 6, posts // 10
    alone = (
        posts - everywhere - with_youtube - with_spotify,
        videos - everywhere - with_youtube - playlists,
        tracks - everywhere - with_spotify - playlists,
    )
    if min(alone) < 0:
        raise ValueError("the playlists are too short for such a channel")
    groups = [
        ("tys", everywhere),
        ("ty", with_youtube),
        ("ts", with_spotify),
        ("ys", playlists),
        *zip("tys", alone, strict=True),
    ]
    where = [places for places, count in groups for _ in range(count)]
    songs: list[Song] = []
    doubtful: set[str] = set()
    for n, (song, places) in enumerate(zip(crowd(len(where)), where, strict=True)):
        known = replace(
            song,
            spotify_id=song.spotify_id or spotify_id(f"track:{song.key}"),
            video_id=song.video_id or video_id(f"audio:{song.key}"),
        )
        if places == "ts" and n % 10 == 0:
            doubtful.add(song.key)
        posted, uploaded = _CHANNEL[n % len(_CHANNEL)](song), _UPLOAD[n % len(_UPLOAD)](song)
        songs.append(replace(known, telegram_spelling=posted, youtube_spelling=uploaded))
    lists = {place: [s.key for s, places in zip(songs, where, strict=True) if place in places] for place in "tys"}
    for place, keys in lists.items():
        random.Random(place).shuffle(keys)
    telegram, youtube, spotify = (tuple(lists[place]) for place in "tys")
    return Libraries(tuple(songs), telegram, youtube, spotify, frozenset(doubtful))


def fill(world: World, made: Libraries) -> World:
    """These libraries, in the places of `scenario.empty`; the posts wait for the channel's bot."""
    world.catalogue.extend(made.songs)
    for n, key in enumerate(made.telegram):
        song = world.catalogue.by_key(key)
        artists, title = song.names("telegram")
        world.telegram.post_audio_of_size(
            scenario.CHANNEL_ID,
            AUDIO_BYTES,
            file_name=f"{n:04d}.mp3",
            title=title,
            performer=", ".join(artists),
            duration=song.duration + (LONGER if key in made.doubtful else 0),
        )
    for key in made.youtube:
        world.youtube.add(scenario.YOUTUBE_PLAYLIST, world.catalogue.by_key(key).video_id or "")
    found = (world.catalogue.by_key(key).spotify_id for key in made.spotify)
    world.spotify.insert(scenario.SPOTIFY_PLAYLIST, [f"spotify:track:{id}" for id in found])
    return world


Spelling = Callable[[Song], tuple[str, str]]

_CHANNEL: tuple[Spelling, ...] = (
    lambda song: (song.artists[0], song.title),
    lambda song: (song.artists[0].upper(), song.title.upper()),
    lambda song: (song.artists[0].removeprefix("The "), song.title),
    lambda song: (song.artists[0], f"{song.title} (Official Audio)"),
    lambda song: (song.artists[0], song.title.replace(" ", "  ").lower()),
)
_UPLOAD: tuple[Spelling, ...] = (
    lambda song: (song.artists[0], song.title),
    lambda song: (song.artists[0], f"{song.title} (Official Video)"),
    lambda song: (song.artists[0], f"{song.title} [Lyrics]"),
)
