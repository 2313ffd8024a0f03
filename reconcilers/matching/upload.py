"""The recording behind a video that anybody may have uploaded."""

from dataclasses import replace

from reconcilers.matching.legible import legible
from reconcilers.matching.normalise import compact
from reconcilers.matching.parse import recording
from reconcilers.matching.people import clean
from reconcilers.matching.split import split
from reconcilers.matching.versions import loose
from reconcilers.recording import Recording


def upload(
    title: str, channel: str = "", *, official: bool = False, duration: float | None = None, method: str = ""
) -> Recording:
    """A `Recording` from a video's title and its channel's name; `duration` in seconds.

    What the title says before its dash is the artist. Without a dash it is the channel where the video is `official`,
    else nobody: most channels are no artists.
    """
    title, owner = legible(title), clean(legible(channel))
    parts = split(title)
    if parts is None:
        said = recording(title, (owner,) if official and owner else (), duration=duration, method=method)
    else:
        first, second = parts
        if owner and compact(owner) == compact(second):
            first, second = second, first
        said = recording(second, (first,), duration=duration, method=method)
    trade = _TRADES.intersection(loose(channel)) if channel else frozenset()
    if not trade:
        return said
    # On "Sing King Karaoke" even a title that doesn't say so is karaoke.
    return replace(said, version=tuple(sorted(trade.union(said.version))))


_TRADES = frozenset(
    {"karaoke", "cover", "instrumental", "nightcore", "8d", "slowed", "sped up", "parody", "loop", "about the song"}
)
