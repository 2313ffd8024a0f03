"""What is known of a song, whichever place said it."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording as somebody wrote it down.

    `artists` are in the writer's order, the main one first; `duration` is in seconds; `isrc` is upper case without
    dashes; `version` are the words that set a recording apart (``live``, ``remix``, ``acoustic``, …), sorted, as
    `matching.parse` finds them; `method` says where the facts came from (``tags``, ``message``, ``file name``,
    ``spotify``, …). Unknown is None or empty, never a guess. `keys` is room for what `matching.keys` found.
    """

    title: str
    artists: tuple[str, ...] = ()
    album: str | None = None
    duration: float | None = None
    isrc: str | None = None
    version: tuple[str, ...] = ()
    method: str = ""
    keys: tuple[str, ...] | None = field(default=None, init=False, compare=False, repr=False)

    @property
    def artist(self) -> str:
        """The artists as a person would write them."""
        return ", ".join(self.artists)

    def __str__(self) -> str:
        return f"{self.artist} – {self.title}" if self.artists else self.title


def filled(known: Recording, other: Recording) -> Recording:
    """`known`, with what it leaves open from another sighting of the same song."""
    return replace(
        known,
        artists=known.artists or other.artists,
        album=known.album or other.album,
        duration=known.duration if known.duration is not None else other.duration,
        isrc=known.isrc or other.isrc,
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A search result: a recording that could be the one that is looked for.

    `kind` is the service's own word for what it is (YouTube Music: ``ATV`` label audio, ``OMV`` official video,
    ``UGC`` upload; empty where there are no kinds). `twin` is the id of the same recording in the other kind.
    """

    id: str
    recording: Recording
    kind: str = ""
    twin: str | None = None
    available: bool = True
