"""What the tests of old posts share: many songs, a world whose channel can be looked back at, and what is in it."""

from reconcilers.policy import Past, Sync, Target
from reconcilers.recording import Recording
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE, World

NAMES = (
    "Amber Basalt Copper Denim Ember Fennel Garnet Hazel Indigo Juniper Kelp Lilac Maroon Nickel Ochre Pearl Quartz Russet "
    "Saffron Teal Umber Violet Walnut Xenon Yarrow Zircon Almond Birch Cedar Dahlia Elder Fern Ginger Heather Iris Jade"
)
SONGS = [Recording(f"{name} Song", (f"Singer {name}",), duration=180.0 + n) for n, name in enumerate(NAMES.split())]


def world(*, scratch: bool = True) -> World:
    """A world whose services know all the songs, and that reads its past; with a scratch chat to look at posts in, or without."""
    targets = {TELEGRAM: Target("-100", max_adds=999), YOUTUBE: Target("PL1", max_adds=999), SPOTIFY: Target("sp1")}
    w = World(Sync("tapes", targets, past=Past.SCAN))
    w.youtube.songs.update({f"yt{n}": song for n, song in enumerate(SONGS)})
    w.spotify.songs.update({f"sp{n}": song for n, song in enumerate(SONGS)})
    w.scratch = scratch
    return w


def titles(w: World) -> list[str]:
    """What stands in the channel, doubles included."""
    return sorted(recording.title for recording in w.telegram.posts.values())


def looks(w: World) -> int:
    """How many old messages were looked at so far."""
    return w.telegram.calls.count("look")
