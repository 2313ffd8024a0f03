"""Whether a channel's past is known: a channel that may hold what we can't see is not posted to."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconcilers.model import Reading, Stretch, Track
from reconcilers.plan import Plan
from reconcilers.plan.board import BLANK
from reconcilers.plan.lookback import MESSAGES, WINDOW, Lookback
from reconcilers.policy import Mode, Past, Sync
from reconcilers.services.protocol import ServiceName

RETENTION = 86400.0
"""Seconds that Telegram keeps a bot's updates (core.telegram.org/bots/api#getting-updates)."""

ACCEPT = "to go on without them, set the annotation navaar.dev/accept-past to the present time"


_CLAIM = re.compile(r"(\d+) posts up to (\d+)\b")


def claim(posts: int, last: int) -> str:
    """The acceptance of a past that was read elsewhere: so many posts are remembered, up to message `last`.

    It holds only where that is so: an acceptance that comes before its Tracks, or outlives them, accepts nothing.
    """
    return f"{posts} posts up to {last}"


def unproved(accepted: str, tracks: Mapping[str, Track]) -> str:
    """Why an acceptance doesn't hold, in words; empty where it does. One that claims nothing always holds."""
    found = _CLAIM.match(accepted)
    if found is None:
        return ""
    claimed, last = int(found[1]), int(found[2])
    count = sum(int(id) <= last for id in _posts(tracks) if id.isdecimal())
    if count >= claimed:
        return ""
    return (
        f"navaar.dev/accept-past speaks of {claimed} posts up to {last}, of which {count} are remembered: apply their "
        "Tracks, or import the channel anew"
    )


def _posts(tracks: Mapping[str, Track]) -> Iterator[str]:
    for track in tracks.values():
        placement = track.placements.get(ServiceName.TELEGRAM, BLANK)
        if placement.id is not None:
            yield placement.id
        yield from placement.others


@dataclass(frozen=True, slots=True)
class Channel:
    """What is known about a channel's history.

    `drained`: the bot's queue was read to its end since this process started. `gap`: seconds without a successful
    getUpdates before this process, which ended `since` (Unix time); None if none was ever made. `placed`: how many posts
    the MusicSync's status says were remembered; None if it has no such status. `unsettled`: an earlier process found the
    past unknown, and `begun` says what of it had to be read, and how far that was. `accepted`: a person has accepted the
    past as it is since then; `read`: it was read to its end. `first`: the MusicSync starts for the first time, which its
    posts now being read don't change; None: tell by what is remembered.
    """

    drained: bool = False
    gap: float | None = None
    since: float | None = None
    placed: int | None = None
    unsettled: bool = False
    begun: Stretch | None = None
    accepted: bool = False
    read: bool = False
    first: bool | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why the past is unknown, in words; what a person can do about it; and what has to be read to settle it."""

    why: str
    remedy: str = ""
    past: Stretch | None = None

    def __str__(self) -> str:
        return f"{self.why}; {self.remedy}" if self.remedy else self.why


def remembered(tracks: Mapping[str, Track]) -> int:
    """How many posts of the channel are remembered."""
    return sum(1 for _ in _posts(tracks))


def learned(tracks: Mapping[str, Track], plan: Plan) -> int:
    """How many posts more (or, below zero, less) are remembered by a plan's own doing.

    Tracks that come and go while it is carried out are not its own: restored, they make up for what was missing.
    """
    made = {track.name: track for track in plan.records}
    touched = made.keys() | plan.deleted.keys()
    return remembered(made) - remembered({name: tracks[name] for name in touched & tracks.keys()})


def past_unknown(sync: Sync, channel: Channel, tracks: Mapping[str, Track]) -> Unknown | None:
    """Why the channel may not be posted to; None when its past is known."""
    if not channel.drained:
        return Unknown("the posts that were made while the operator was away are being read")
    if channel.accepted or channel.read:
        return None
    count = remembered(tracks)
    lost = max(0, channel.placed - count) if channel.placed is not None else 0
    first = channel.first if channel.first is not None else channel.placed is None and count == 0
    if first:
        if sync.past is Past.IGNORE:
            return None
        reasons = [
            (
                "posts from before the bot joined can't be seen",
                "set telegram.past: Ignore if there are none, import an export of the channel (navaar import-channel), or ",
                1,
            )
        ]
    else:
        reasons = _reasons(channel, count, lost, tracks)
    if not reasons:
        return None
    why, remedy, _ = reasons[0]
    start = min(start for *_, start in reasons)
    begun = channel.begun
    # Whoever left off was on the way to the end: what was missed since then comes after.
    goes_on = begun is not None and begun.first <= start and lost <= begun.missing
    return Unknown(why, remedy + ACCEPT, begun if goes_on else Stretch(start, start, missing=lost))


def _reasons(channel: Channel, count: int, lost: int, tracks: Mapping[str, Track]) -> list[tuple[str, str, int]]:
    """Why the past of a channel that was known is not, what can be done, and from which message on it is not known."""
    reasons = []
    if lost:
        why = f"{channel.placed} posts were known and {count} are remembered: Tracks are missing"
        reasons.append((why, "restore them, or ", 1))
    if channel.gap is None:
        reasons.append(("it is not known how long nobody read the channel: posts may have been missed", "", 1))
    elif channel.gap > RETENTION:
        hours = int(channel.gap // 3600)
        why = f"nobody read the channel for {hours} hours, and Telegram keeps posts for 24: some may be lost"
        reasons.append((why, "", known_by(tracks, channel.since) + 1))
    if channel.unsettled:
        begun = channel.begun if channel.begun is not None else Stretch(1, 1)
        restored = begun.missing and not lost
        why = (
            f"Tracks were missing, and {count} posts are remembered by now"
            if restored
            else "posts were missed in an earlier outage"
        )
        reasons.append((why, "", begun.first))
    return reasons


def known_by(tracks: Mapping[str, Track], moment: float | None) -> int:
    """The highest message id that was known at a moment for sure; 0: none was.

    A post that was read after a gap is no sign of what was known before it.
    """
    found = 0
    if moment is None:
        return found
    for track in tracks.values():
        placement = track.placements.get(ServiceName.TELEGRAM, BLANK)
        pinned = ServiceName.TELEGRAM in track.wishes.pins or (placement.match and placement.match.method == "Pin")
        when = placement.changed if placement.changed is not None else placement.placed
        if placement.id is not None and placement.id.isdecimal() and not pinned and when is not None and when <= moment:
            found = max(found, int(placement.id))
    return found


def sentence(unknown: Unknown, sync: Sync, lookback: Lookback, reading: Reading) -> str:
    """The whole message of the condition: why, what is being done about it and how far that is, or what a person can do."""
    why = unknown.why
    if unknown.past is None:
        return why
    if sync.past is Past.IGNORE:
        return f"{why}; set telegram.past: Scan and a scratchChat to have them read there, or {unknown.remedy}"
    if sync.mode is Mode.PLAN:
        return f"{why}; they are read once mode is Apply"
    if lookback.readable is None:
        return f"{why}; whether old posts can be read is being looked at"
    if not lookback.readable:
        return f"{why}, and {lookback.why}; mend that to have them read, or {unknown.remedy}"
    trouble = f", but {reading.problem}" if reading.problem else ""
    return f"{why}; reading the channel's past: {_progress(unknown.past, reading)}{trouble}"


def _progress(past: Stretch, reading: Reading) -> str:
    stretch = reading.stretch if reading.stretch is not None and reading.past else past
    left = reading.upto - stretch.next + 1
    if left <= 0:
        where = f"post {stretch.next}, and whether there are later ones"
    else:
        minutes = math.ceil(left / MESSAGES * WINDOW / 60)
        where = f"post {stretch.next} of about {reading.upto}, about {minutes} min left"
    return f"{where}; {stretch.found} songs found"
