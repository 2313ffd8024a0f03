"""The question whether two songs are one, as it stands in a placement's message, and what it names."""

import re

_OTHER = re.compile(r" \(([a-z0-9][-a-z0-9.]*)\); if so, set ")


def asked(song: str, track: str, service: str, id: str) -> str:
    """The message of one that was first seen as `id` in `service`, and may be the `song` of that `track`."""
    same = f"may be the same song as {song} ({track}); if so, set spec.pins.{service}: {id} on that one"
    return f"{same}; if not, set a title or a reject here"


def other_of(message: str) -> str | None:
    """The name of the track that a message of `asked` tells of; None in any other."""
    found = _OTHER.findall(message)
    return found[-1] if found else None
