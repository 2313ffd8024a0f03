"""How a MusicSync stands, as far as people are told of it unasked: from what its status says, and from its songs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from heapq import nlargest
from typing import Any

from navaar.api.instant import read
from navaar.notices.tally import Tally
from navaar.people.overview import CONDITIONS
from reconcilers.model import NOTHING, State, Track

Resource = Mapping[str, Any]

Count = Callable[[float, float], Tally]
"""Counts the songs of the time after one moment up to another (Unix seconds)."""

SYNC = "sync"
"""In the place of a service: the MusicSync as a whole."""

FAILED, REVIEW = "failed", "review"
SHOWN = 5
"""Songs that are named in a message; of the others it says how many."""

_HELD = "AwaitingApproval"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps a place from being ready: a condition's reason and message. `since` is in Unix seconds."""

    reason: str
    message: str
    since: float


@dataclass(frozen=True, slots=True)
class Approval:
    """A plan that waits for approval, by its hash."""

    hash: str
    summary: str
    since: float


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent that ends (Unix seconds), and what the condition says of it."""

    ends: float
    message: str


@dataclass(frozen=True, slots=True)
class Song:
    """A song, as people would write it, and since when it has been so (Unix seconds)."""

    title: str
    since: float


@dataclass(frozen=True, slots=True)
class Songs:
    """Songs that failed, or wait for an answer: since when each has, oldest first, and the newest of them by name."""

    moments: tuple[float, ...] = ()
    newest: tuple[Song, ...] = ()


NO_SONGS = Songs()


@dataclass(frozen=True, slots=True)
class Standing:
    """One MusicSync. `well` says since when a place has been ready (Unix seconds); one that isn't read yet is in neither.

    `tally` counts for a digest; None: nothing can be counted. `silent`: nothing is told at all.
    """

    troubles: Mapping[str, Trouble] = field(default_factory=dict)
    well: Mapping[str, float] = field(default_factory=dict)
    songs: Mapping[str, Songs] = field(default_factory=dict)
    approval: Approval | None = None
    consent: Consent | None = None
    tally: Count | None = None
    silent: bool = False


def standing(sync: Resource, songs: Mapping[str, Songs] = NOTHING, tally: Count | None = None) -> Standing:
    """Of a MusicSync as it was last written, and its songs as `songs_of` told them and as `tally` counts them."""
    status = sync.get("status") or {}
    conditions = {one["type"]: one for one in status.get("conditions") or ()}
    if sync["spec"].get("suspend"):
        return Standing(silent=True)
    troubles: dict[str, Trouble] = {}
    well: dict[str, float] = {}
    held: list[float] = []
    for service, type in CONDITIONS.items():
        condition = conditions.get(type)
        if condition is None or condition["status"] == "Unknown":
            continue
        since = read(condition["lastTransitionTime"])
        if condition["status"] == "True":
            well[service.value] = since
        elif condition["reason"] == _HELD:
            # What waits for a person is not what is wrong with the place.
            held.append(since)
            well[service.value] = since
        else:
            troubles[service.value] = Trouble(condition["reason"], condition.get("message") or "", since)
    stalled = conditions.get("Stalled")
    if not troubles and stalled is not None and stalled["status"] == "True":
        since = read(stalled["lastTransitionTime"])
        troubles[SYNC] = Trouble(stalled["reason"], stalled.get("message") or "", since)
    elif well or troubles:
        well[SYNC] = min(read(c["lastTransitionTime"]) for c in conditions.values())
    plan = status.get("plan") or {}
    approval = Approval(plan["hash"], plan.get("summary") or "", min(held)) if held and plan.get("hash") else None
    return Standing(troubles, well, songs, approval, _consent(status, conditions), tally)


def _consent(status: Mapping[str, Any], conditions: Mapping[str, Any]) -> Consent | None:
    """A condition that holds says something only where a consent is about to end."""
    ends = (status.get("spotify") or {}).get("consentExpiresAt")
    condition = conditions.get("SpotifyReady") or {}
    if not ends or condition.get("status") != "True" or not condition.get("message"):
        return None
    return Consent(read(ends), condition["message"])


def songs_of(tracks: Iterable[Track]) -> dict[str, Songs]:
    """The songs that failed and those that wait for an answer, in whatever place."""
    found: dict[str, list[tuple[float, Track]]] = {FAILED: [], REVIEW: []}
    for track in tracks:
        if track.rest is not None or track.duplicate_of is not None:
            continue
        since: dict[State, float] = {}
        for placement in track.placements.values():
            if (told := placement.told) is State.REVIEW or told is State.FAILED:
                since[told] = max(since.get(told, 0.0), placement.changed or track.created)
        if State.REVIEW in since:
            found[REVIEW].append((since[State.REVIEW], track))
        elif since:
            found[FAILED].append((since[State.FAILED], track))
    return {
        which: Songs(
            tuple(sorted(since for since, _ in some)),
            tuple(Song(_title(track), since) for since, track in nlargest(SHOWN, some, key=lambda one: one[0])),
        )
        for which, some in found.items()
        if some
    }


def _title(track: Track) -> str:
    recording = track.recording
    return str(recording) if recording is not None and recording.title else track.name
