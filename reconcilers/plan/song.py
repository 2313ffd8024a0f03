"""Questions about one track, which its placements and wishes answer."""

import hashlib
from dataclasses import replace

from reconcilers.matching import MatchPolicy
from reconcilers.model import Origin, Placement, State, Track, one_id
from reconcilers.policy import Sync
from reconcilers.services.protocol import ServiceName

STANDING = frozenset(
    {
        State.PRESENT,
        State.ADDING,
        State.REMOVING,
        State.CORRECTING,
        State.RETAINED,
        State.UNAVAILABLE,
        State.EXCLUDED,
    }
)
"""States in which an id in a placement names an entry that stands, or may stand, in the place."""

BLANK = Placement()

_APART = frozenset({State.EXCLUDED, State.REMOVED, State.RETAINED})

NOT_AGAIN = frozenset({"PinDead", "PinConflict"})
"""Reasons of a failure that only a pin can mend: what the pin was for is not decided in another way."""


def track_name(sync: str, service: ServiceName, place: str, id: str) -> str:
    """The name of the track that is first sighted as `id` in `place`: the same whoever sees it first, and after a crash."""
    digest = hashlib.sha256(f"{service.value}\n{place}\n{id}".encode()).hexdigest()[:10]
    return f"{sync[:200]}-{digest}"


def stands(placement: Placement) -> bool:
    """Whether a placement names an entry that stands, or may stand, in its place."""
    return placement.id is not None and placement.state in STANDING


def shown(placement: Placement) -> bool:
    """Whether the last listing of its place had it, as far as is known."""
    return placement.state is State.PRESENT and placement.seen and not placement.missing


def by_search(service: ServiceName, placement: Placement) -> bool:
    """Whether what stands in a place, or is to, is there because a search of ours took it: no person said that it is the song.

    What we put into a playlist is, too, where it was seen by another id than the one that was found, or by another hand.
    """
    method = placement.match.method if placement.match is not None else ""
    ours = placement.origin is Origin.PLACED and service is not ServiceName.TELEGRAM
    return method == "Search" or (ours and method != "Pin")


def ids_of(track: Track, service: ServiceName) -> tuple[str, ...]:
    """Every id by which a listing may show this track in a place, rejected ones left out."""
    if track.duplicate_of is not None:
        return ()
    placement = track.placements.get(service)
    pin = track.wishes.pins.get(service)
    if placement is None:
        found: tuple[str | None, ...] = (pin,)
    elif placement.state is State.PRESENT and pin is None and one_id(placement, service):
        found = (placement.id,)
    else:
        asked = placement.requested if service is not ServiceName.TELEGRAM else None
        candidates = placement.candidate_ids if placement.state is State.REVIEW else ()
        found = (pin, placement.id, asked, *placement.others, *candidates, placement.taken)
    rejected = track.wishes.rejects.get(service)
    return tuple(dict.fromkeys(i for i in found if i is not None and not (rejected and i in rejected)))


def first_seen(track: Track) -> float:
    """When, which keeps the order within one listing, or else when the Track came to be, known to the second only."""
    first = track.placements.get(track.origin[0]) if track.origin is not None else None
    if first is None or first.changed is None or first.match is None or first.match.method != "Origin":
        return track.created
    return first.changed


def rank(track: Track) -> tuple[bool, float, str]:
    """Who survives when two tracks are one song: a person's before an operator's, then the older, then by name."""
    return (track.owned, track.created, track.name)


def at_odds(a: Track, b: Track) -> bool:
    """Whether a person has said of one that it is not the other, by rejecting what stands for it."""
    for one, other in ((a, b), (b, a)):
        for service, ids in one.wishes.rejects.items():
            placement = other.placements.get(service)
            if placement is not None and placement.id in ids:
                return True
    return False


def audio_of(track: Track) -> str | None:
    """The YouTube id that the channel's audio comes from, once it is decided."""
    placement = track.placements.get(ServiceName.YOUTUBE, BLANK)
    rejects = track.wishes.rejects.get(ServiceName.YOUTUBE, frozenset())
    if placement.reason in NOT_AGAIN:
        return None
    pin = track.wishes.pins.get(ServiceName.YOUTUBE)
    if pin is not None and placement.id != pin:
        # Where the playlist takes no part, nothing else will look at the pin.
        apart = ServiceName.YOUTUBE not in track.placements or placement.state in _APART
        return pin if apart and pin not in rejects else None
    undecided = placement.state in (State.REVIEW, State.NOT_FOUND, State.REMOVING)
    if placement.id is not None and placement.id not in rejects and not undecided:
        return placement.id
    return track.audio if track.audio not in rejects else None


def taken_back(placement: Placement, now: float, reason: str) -> Placement:
    """What we put there, from now on to be taken out."""
    intent = placement.intent if placement.intent is not None and placement.intent.op == "add" else None
    return placement.to(State.REMOVING, now, reason=reason, attempts=0, next_attempt=None, intent=intent)


def policy_of(sync: Sync) -> MatchPolicy:
    """The matcher's thresholds, with what the MusicSync overrides."""
    policy = MatchPolicy()
    if sync.accept is not None:
        policy = replace(policy, accept=sync.accept)
    if sync.review is not None:
        policy = replace(policy, review=sync.review)
    return policy


def fingerprint(sync: Sync, track: Track) -> str:
    """Of what a search for this track would look for, refuse and take: it changes when a person changes that.

    It begins with what tells only of the song itself (`facts_of`).
    """
    recording, wishes = track.recording, track.wishes
    if recording is None:
        return "-"
    bands = "" if sync.accept is None and sync.review is None else f"{sync.accept}/{sync.review}"
    if not wishes:
        return _UNTOUCHED + bands
    rejects = sorted((s.value, *sorted(ids)) for s, ids in wishes.rejects.items() if ids)
    pin = wishes.pins.get(ServiceName.YOUTUBE)
    chosen = _digest(rejects, pin) if rejects or pin else ""
    return _digest(wishes.title, wishes.artists, wishes.duration, wishes.isrc) + chosen + bands


def facts_of(fingerprint: str) -> str:
    """The part of a fingerprint that changes when a person corrects the song's title, artists, length or ISRC."""
    return fingerprint[:_DIGITS]


_DIGITS = 8


def _digest(*facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:_DIGITS]


_UNTOUCHED = _digest(None, (), None, None)
