"""The recording behind a video that anybody may have uploaded."""

from dataclasses import replace

from reconcilers.matching.legible import legible
from reconcilers.matching.normalise import compact
from reconcilers.matching.parse import recording
from reconcilers.matching.people import clean
from reconcilers.matching.split import split
from reconcilers.matching.versions import channel_version
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
    return of_channel(said, channel)


def of_channel(said: Recording, channel: str) -> Recording:
    """`said` with what its channel makes of all its videos: on "Sing King Karaoke" even a silent title is karaoke."""
    trade = channel_version(channel)
    return replace(said, version=tuple(sorted(trade.union(said.version)))) if trade else said
