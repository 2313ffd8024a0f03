"""Whether a channel's past is known: a channel that may hold what we can't see is not posted to."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconcilers.model import Track
from reconcilers.plan.board import BLANK
from reconcilers.policy import Past, Sync
from reconcilers.services.protocol import ServiceName

RETENTION = 86400.0
"""Seconds that Telegram keeps a bot's updates (core.telegram.org/bots/api#getting-updates)."""

ACCEPT = "to go on without them, set the annotation navaar.dev/accept-past to the present time"


@dataclass(frozen=True, slots=True)
class Channel:
    """What is known about a channel's history.

    `drained`: the bot's queue was read to its end since this process started. `gap`: seconds without a successful
    getUpdates before this process; None if none was ever made. `placed`: how many posts the MusicSync's status says
    were remembered; None if it has no such status. `unsettled`: an earlier process found the past unknown. `accepted`:
    a person has accepted the past as it is since then. `first`: the MusicSync starts for the first time, which its
    posts now being read don't change; None: tell by what is remembered.
    """

    drained: bool = False
    gap: float | None = None
    placed: int | None = None
    unsettled: bool = False
    accepted: bool = False
    first: bool | None = None


def remembered(tracks: Mapping[str, Track]) -> int:
    """How many posts of the channel are remembered."""
    count = 0
    for track in tracks.values():
        placement = track.placements.get(ServiceName.TELEGRAM, BLANK)
        count += (placement.id is not None) + len(placement.others)
    return count


def past_unknown(sync: Sync, channel: Channel, tracks: Mapping[str, Track]) -> str | None:
    """Why the channel may not be posted to, in a sentence that says how to settle it; None when its past is known."""
    if not channel.drained:
        return "the posts that were made while the operator was away are being read"
    if channel.accepted:
        return None
    count = remembered(tracks)
    first = channel.first if channel.first is not None else channel.placed is None and count == 0
    if first:
        if sync.past is Past.IGNORE:
            return None
        why = "posts from before the bot joined can't be seen"
        return f"{why}; set telegram.past: Ignore if there are none, or {ACCEPT}"
    if channel.placed is not None and count < channel.placed:
        why = f"{channel.placed} posts were known and {count} are remembered"
        return f"{why}: Tracks are missing; restore them, or {ACCEPT}"
    if channel.gap is None:
        return f"it is not known how long nobody read the channel: posts may have been missed; {ACCEPT}"
    if channel.gap > RETENTION:
        hours = int(channel.gap // 3600)
        return f"nobody read the channel for {hours} hours, and Telegram keeps posts for 24: some may be lost; {ACCEPT}"
    if channel.unsettled:
        return f"posts were missed in an earlier outage; {ACCEPT}"
    return None
