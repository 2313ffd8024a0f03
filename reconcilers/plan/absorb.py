"""From what a place shows to what the tracks say: presence and absence. `newcomers` sees to entries that are unknown.

Absence is concluded only from complete listings, and never from one alone.
"""

from dataclasses import replace

from reconcilers.model import Place, State, Track
from reconcilers.plan.absence import OURS, lifted, missed
from reconcilers.plan.board import BLANK, Board
from reconcilers.plan.edits import reread
from reconcilers.plan.merge import overlapping
from reconcilers.plan.newcomers import settle_in
from reconcilers.plan.operations import Listed
from reconcilers.plan.view import View, beside, bystander, learn, present
from reconcilers.policy import Sync
from reconcilers.services.protocol import Item, ServiceName

INCOMPLETE = "IncompleteListing"
"""Reason of a place whose last reading can't be trusted: nothing is added until it was read whole."""


def absorb(sync: Sync, board: Board, place: Place, listed: Listed) -> Place:
    """Works one listing (or some posts) into the tracks; returns what is to be remembered of the place."""
    service = listed.service
    view = View(sync, board, place, listed)
    entries, settled = board.entries(service), board.settled(service)
    overlapping(board)
    shown: set[str] = set()
    unknown: dict[str, Item] = {}
    for item in _without_handles_of_doubles(view):
        at = settled.get(item.id)
        same = at is not None and item.available and at.placements[service].entry == item.entry
        if same and not item.edited:
            continue
        owner = board.owner(service, item.id) or (board.by_token(service, item.token) if item.token else None)
        if owner is not None and item.edited:
            if not reread(view, owner, item):
                unknown.setdefault(item.id, item)
        elif owner is not None:
            shown.add(owner.name)
            _show(view, owner, item)
        elif item.available and not item.foreign:
            unknown.setdefault(item.id, item)
    if listed.complete:
        others = {name for name in entries.values() if name not in shown and _counts(board, service, name)}
        ids = view.ids
        others.update([track.name for id, track in settled.items() if id not in ids])
        view.vanished.update(others)
    if unknown:
        settle_in(view, unknown)
    for name in sorted(view.vanished):
        track = board.tracks.get(name)
        if track is not None:
            placement = track.placements.get(service, BLANK)
            if placement.id not in view.ids and view.ids.isdisjoint(placement.others):
                # An empty answer is the commonest lie: it shows no absence.
                missed(sync, board, track, service, listed.at, empty=not listed.items)
    return _remember(view)


def unknown_of(sync: Sync, board: Board, listed: Listed) -> list[Item]:
    """The entries that no track stands for, as far as can be told before anything is absorbed."""
    if listed.service not in sync.targets:
        return []
    settled, entries = board.settled(listed.service), board.entries(listed.service)
    return [item for item in listed.items if (item.id not in settled and item.id not in entries) or item.edited]


def _without_handles_of_doubles(view: View) -> tuple[Item, ...]:
    """An id that stands there twice has no one handle: a removal must find them all."""
    items = view.listed.items
    if len(view.ids) == len(items):
        return items
    times: dict[str, int] = {}
    for item in items:
        times[item.id] = times.get(item.id, 0) + 1
    return tuple(item if times[item.id] == 1 else replace(item, entry=None) for item in items)


def _counts(board: Board, service: ServiceName, name: str) -> bool:
    """Whether a track's absence from a listing would say something."""
    track = board.tracks.get(name)
    placement = track.placements.get(service, BLANK) if track is not None else BLANK
    return placement.id is not None and placement.state in (State.PRESENT, State.ADDING, State.UNAVAILABLE)


def _remember(view: View) -> Place:
    place, listed = view.place, view.listed
    if view.service is ServiceName.TELEGRAM:
        return place
    again = listed.at + view.sync.timing.confirm
    if listed.head is None:
        message = "the playlist changed while it was read; it is read again in a minute"
        return replace(place, looked=listed.at, parked=again, reason=INCOMPLETE, message=message)
    if listed.problem:
        # The head stays what it was when the place was last read well: whatever happens, it is read again.
        message = f"{listed.problem}; nothing is added until it can be read whole"
        failures = place.failures + 1 if place.reason == INCOMPLETE else 1
        return replace(
            place,
            looked=listed.at,
            listed=None,
            wanted=False,
            full=True,
            failures=failures,
            reason=INCOMPLETE,
            message=message,
        )
    whole = listed.complete
    return replace(
        place,
        count=listed.head.count,
        snapshot=listed.head.snapshot,
        looked=listed.at,
        listed=listed.at if whole else place.listed,
        started=place.started or whole,
        wanted=False,
        full=view.deferred or (place.full and not whole),
        placed=view.board.placed(view.service),
        failures=0 if place.reason == INCOMPLETE else place.failures,
        reason="",
        message="",
        terminal=False,
    )


def _show(view: View, track: Track, item: Item) -> None:
    """The entry of a known track is there."""
    service, now = view.service, view.listed.at
    placement = track.placements.get(service, BLANK)
    state = placement.state
    if state is State.REMOVING:
        return
    ours = state is State.REMOVED and placement.reason in OURS
    if ours and now < (placement.changed or now) + view.sync.timing.settle:
        view.deferred = True  # we took it out a moment ago, and the place may not know yet
        return
    if item.id == placement.taken and item.id != track.wishes.pins.get(service):
        if now < (placement.changed or now) + view.sync.timing.settle:
            view.deferred = True
            return
        # By now it is a person's.
        placement = replace(placement, taken=None)
        track = view.board.place(track, service, placement)
    if bystander(view, track, item.id):
        beside(view, track, item.id)
        return
    if state is State.EXCLUDED or state is State.RETAINED:
        view.board.place(track, service, replace(placement, id=item.id, entry=item.entry, seen=True))
        return
    view.board.place(track, service, present(placement, item, now))
    if item.available:
        learn(view, track, item.recording)
    if state is State.REMOVED:
        lifted(view.sync, view.board, track, service, now)
