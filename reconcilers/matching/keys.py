"""Blocking keys: what two entries of one song have in common, for an index."""

from functools import lru_cache

from reconcilers.matching import evidence
from reconcilers.recording import Recording


def keys(recording: Recording) -> tuple[str, ...]:
    """Strings under which to look for this recording. Two recordings that `compare` calls *same* share at least one.

    They say where to look, nothing more: many recordings of one name share a key.
    """
    named = _named(recording.title, recording.artists)
    return (f"isrc:{recording.isrc}", *named) if recording.isrc else named


@lru_cache(maxsize=2_048)
def _named(title: str, artists: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    for reading in evidence.readings(title, artists):
        found += [f"title:{form}" for form in reading.forms]
        if len(reading.bones) >= 3:
            found.append(f"sound:{reading.bones}")
    return tuple(dict.fromkeys(found))
