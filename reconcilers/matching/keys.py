"""Blocking keys: what two entries of one song have in common, for an index."""

from reconcilers.matching import evidence
from reconcilers.recording import Recording


def keys(recording: Recording) -> tuple[str, ...]:
    """Strings under which to look for this recording. Two recordings that `compare` calls *same* share at least one.

    They say where to look, nothing more: many recordings of one name share a key. They are worked out once for each
    `Recording`, which takes about a tenth of a millisecond, and kept in it.
    """
    known = recording.keys
    if known is None:
        known = _keys(recording)
        object.__setattr__(recording, "keys", known)
    return known


def _keys(recording: Recording) -> tuple[str, ...]:
    found = [f"isrc:{recording.isrc}"] if recording.isrc else []
    for reading in evidence.of(recording):
        found += [f"title:{form}" for form in reading.forms]
        found += reading.sounds
    return tuple(dict.fromkeys(found))
