"""What Tracks of one song have in common at the API server: a label, by which they are listed."""

import hashlib

from navaar.api.common import SOUND_LABEL, SYNC_LABEL
from reconcilers.matching import keys
from reconcilers.recording import Recording


def label_of(recording: Recording | None) -> dict[str, str]:
    """The label of a Track of this song, as a mapping; empty where nothing is known of the song."""
    found = _hashes(recording)
    return {SOUND_LABEL: found[-1]} if found else {}


def selector(sync_name: str, recording: Recording | None) -> str | None:
    """The label selector of all Tracks of a MusicSync that may be of this song; None where nothing is known of it."""
    found = _hashes(recording)
    return f"{SYNC_LABEL}={sync_name},{SOUND_LABEL} in ({','.join(found)})" if found else None


def _hashes(recording: Recording | None) -> list[str]:
    # The last is of the sound, which several scripts and spellings share.
    return [hashlib.sha256(key.encode()).hexdigest()[:16] for key in keys(recording)] if recording is not None else []
