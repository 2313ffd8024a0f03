"""A row of YouTube's, with whoever is credited for it, as a recording."""

from collections.abc import Sequence

from reconcilers.matching.parse import recording
from reconcilers.matching.upload import of_channel, upload
from reconcilers.recording import Recording

TOPIC = " - Topic"
"""What the channels are called on which YouTube itself publishes a label's audio, after the artist's name."""


def from_row(
    title: str,
    credited: Sequence[str],
    kind: str,
    *,
    album: str | None = None,
    duration: float | None = None,
    isrc: str | None = None,
    method: str = "",
) -> Recording:
    """The song of a row whose `kind` is ``ATV``, ``OMV``, ``UGC`` or another word of YouTube's; `duration` in seconds.

    `credited` are artists, or the one channel: of an upload by anybody that is a person, so its title says more.
    """
    names = [name for each in credited if (name := each.removesuffix(TOPIC))]
    if kind == "UGC":
        return upload(title, names[0] if names else "", duration=duration, method=method)
    said = recording(title, names, album, duration, isrc, method)
    return of_channel(said, names[0]) if kind == "OMV" and names else said
