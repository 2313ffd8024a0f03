"""Old posts of the channel: which of them have to be read, and what follows from what was read.

A bot is shown no list of a channel's posts, and never its own. They are looked at one by one, by their ids, which are
numbers in the order of posting and never used again. Two things need that: what was posted while nobody listened, and
an upload of ours whose answer was lost. Either ends only after a run of ids that hold no post, beyond the highest id
that is known to hold one.
"""

from dataclasses import dataclass, replace

from reconcilers.errors import ItemError, QuotaError, TargetError
from reconcilers.model import Place, Reading, State, Stretch, Track
from reconcilers.plan import trouble
from reconcilers.plan.absence import not_applied
from reconcilers.plan.absorb import absorb
from reconcilers.plan.board import BLANK, Board, stands
from reconcilers.plan.operations import Listed, Remove, RemoveDone, Scan, Scanned, Troubled
from reconcilers.plan.view import present
from reconcilers.policy import Sync
from reconcilers.services.protocol import Item, ServiceName

TELEGRAM = ServiceName.TELEGRAM

MESSAGES, WINDOW = 20, 60.0
"""How many messages a bot may send to one group in how many seconds (core.telegram.org/bots/faq#broadcasting-to-users)."""

BATCH = 10
"""A batch waits until it may send this many."""

LOOKS = 100
"""Ids that one batch looks at: those that hold no post cost no message, but a request each."""

PATIENCE, PAST_PATIENCE = 30, 100
"""Ids in a row without a post that are taken for the channel's end: after an upload, and for its past."""

UNREADABLE_WAIT = 300.0
"""Seconds until the scratch chat is tried again after it could not be used."""


NO_SCRATCH_CHAT = "there is no spec.telegram.scratchChat in which the operator could look at old posts"


@dataclass(frozen=True, slots=True)
class Lookback:
    """What the planner is told of the channel, besides its posts.

    `readable`: old posts can be looked at; None: that is not known yet. `why` is the reason why they can't. `heard` is the
    highest message id that an update told of. `past` has to be read before anything is posted; None: nothing has.
    """

    readable: bool | None = False
    why: str = NO_SCRATCH_CHAT
    heard: int = 0
    past: Stretch | None = None


NO_LOOKBACK = Lookback()
UNSEEN = Lookback(readable=None)
"""Nothing is known of the channel at the moment: nothing about old posts is begun, ended or put in doubt."""


def read(sync: Sync, board: Board, place: Place, scanned: Scanned) -> Place:
    """Works a batch of old posts in. They are a backlog, whenever they were posted."""
    surplus = list(place.reading.surplus)
    others = [item for item in scanned.items if not _ours(board, item, scanned.at, surplus)]
    absorb(sync, board, replace(place, started=False), listed(scanned, others))
    reading = replace(place.reading, surplus=tuple(surplus), again=None, problem="")
    spent = (*reading.spent, *(scanned.at for _ in range(scanned.messages)))
    reading = replace(reading, spent=tuple(at for at in spent if at > scanned.at - WINDOW))
    stretch = reading.stretch
    if stretch is not None and stretch.next == scanned.start:
        found = stretch.found + len(scanned.items)
        reading = replace(reading, stretch=replace(stretch, next=scanned.next, found=found), misses=scanned.misses)
    place = replace(place, reading=reading, highest=max(place.highest, scanned.last))
    error = scanned.error
    if error is None:
        return trouble.mended(place)
    if isinstance(error, (QuotaError, TargetError)):
        # It is the scratch chat's: the channel can be posted to all the same.
        again = error.retry_at if isinstance(error, QuotaError) else scanned.at + UNREADABLE_WAIT
        problem = error.message if isinstance(error, TargetError) else ""
        return replace(place, reading=replace(reading, again=max(again, scanned.at + 1), problem=problem))
    return trouble.troubled(place, Troubled(TELEGRAM, error, scanned.at))


def listed(scanned: Scanned, items: list[Item] | None = None) -> Listed:
    """The batch as a listing: it says what is there, and nothing of what is not."""
    return Listed(TELEGRAM, scanned.items if items is None else tuple(items), scanned.at)


def _ours(board: Board, item: Item, now: float, surplus: list[tuple[str, str]]) -> bool:
    """Whether a post carries the token of an upload whose outcome is not settled: the song stands by it, or it is surplus.

    The intent is kept until everything after it was read: there may be another.
    """
    track = board.by_token(TELEGRAM, item.token) if item.token else None
    if track is None:
        return False
    placement = track.placements[TELEGRAM]
    if placement.state in (State.ADDING, State.REVIEW) and placement.id is None:
        board.place(track, TELEGRAM, replace(present(placement, item, now), intent=placement.intent))
        return True
    if stands(placement) and placement.id != item.id and (track.name, item.id) not in surplus:
        surplus.append((track.name, item.id))
    return stands(placement)


def removed(board: Board, place: Place, done: RemoveDone) -> Place | None:
    """What is left to do after a surplus post was deleted, or could not be; None: it was another removal."""
    reading, entry = place.reading, (done.track, done.id)
    if entry not in reading.surplus:
        return None
    if done.error is not None and not (isinstance(done.error, ItemError) and done.error.permanent):
        return replace(place, reading=replace(reading, again=done.at + trouble.FIRST_BACKOFF))
    track = board.tracks.get(done.track)
    if done.error is not None and track is not None:
        placement = track.placements.get(TELEGRAM, BLANK)
        board.place(track, TELEGRAM, replace(placement, others=tuple(sorted({*placement.others, done.id}))))
    return replace(place, reading=replace(reading, surplus=tuple(s for s in reading.surplus if s != entry)))


def settle(sync: Sync, board: Board, place: Place, lookback: Lookback, now: float) -> Place:
    """Begins and ends the reading of old posts; settles uploads whose outcome is unknown."""
    # What the tracks hold is asked of them once: later posts are heard.
    place = replace(place, highest=max(place.highest or highest(board), lookback.heard))
    overdue = [t for t in board.awake() if _overdue(sync, t, now)]
    if lookback.readable is None:
        return place
    if not lookback.readable:
        for track in overdue:
            _in_doubt(board, track, lookback.why, now)
        return replace(place, reading=Reading(spent=place.reading.spent))
    reading = place.reading
    if reading.stretch is not None and not reading.done:
        upto = max(reading.upto, place.highest)
        place = replace(place, reading=replace(reading, upto=upto))
        if _ended(place.reading):
            place = replace(place, reading=_finished(sync, board, place.reading, overdue, now))
            overdue = [t for t in board.awake() if _overdue(sync, t, now)]
    return replace(place, reading=_begun(board, place, lookback, overdue, now))


def _overdue(sync: Sync, track: Track, now: float) -> bool:
    """Whether an upload for this track may have arrived, and will not arrive any more."""
    placement = track.placements.get(TELEGRAM, BLANK)
    intent = placement.intent
    # An edit is repeated: nothing new comes of it that would have to be looked for.
    return intent is not None and intent.op == "add" and now >= intent.deadline + sync.timing.settle


def _in_doubt(board: Board, track: Track, why: str, now: float) -> None:
    """Nobody can look: a person must."""
    placement = track.placements[TELEGRAM]
    assert placement.intent is not None
    if placement.state is State.ADDING:
        message = (
            f"the post may or may not have been made, and {why}: look in the channel, then set spec.pins.telegram to its "
            f"message id, or spec.rejects.telegram: [{placement.intent.token}] to send it again"
        )
        unknown = placement.to(State.REVIEW, now, reason="DeliveryUnknown", message=message)
        board.place(track, TELEGRAM, unknown)
    elif placement.state is not State.REVIEW:
        board.place(track, TELEGRAM, replace(placement, intent=None))


def _ended(reading: Reading) -> bool:
    stretch, patience = reading.stretch, PAST_PATIENCE if reading.past else PATIENCE
    return stretch is not None and stretch.next > reading.upto and reading.misses >= patience and not reading.surplus


def _finished(sync: Sync, board: Board, reading: Reading, overdue: list[Track], now: float) -> Reading:
    """Everything was read: an upload that nothing was found of did not arrive."""
    for track in overdue:
        placement = track.placements[TELEGRAM]
        intent = placement.intent
        assert intent is not None
        if intent.marker + 1 < reading.begun or reading.since < intent.deadline + sync.timing.settle:
            continue  # it may be among what was not read, or have come after that was
        if placement.state in (State.ADDING, State.REVIEW):
            board.place(track, TELEGRAM, not_applied(sync, placement, now))
        else:
            board.place(track, TELEGRAM, replace(placement, intent=None))
    return replace(reading, done=True) if reading.past else Reading(spent=reading.spent)


def _begun(board: Board, place: Place, lookback: Lookback, overdue: list[Track], now: float) -> Reading:
    reading, past = place.reading, lookback.past
    stretch = reading.stretch
    if past is None and reading.past:
        reading, stretch = Reading(spent=reading.spent), None
    if past is not None:
        covers = (
            stretch is not None and reading.past and stretch.first <= past.first and past.missing <= stretch.missing
        )
        if covers:
            return reading
    elif stretch is not None or not overdue:
        return reading
    intents = [track.placements[TELEGRAM].intent for track in overdue]
    starts = [intent.marker + 1 for intent in intents if intent is not None]
    first = past if past is not None else Stretch(min(starts), min(starts))
    first = replace(first, next=min(first.next, *starts) if starts else first.next)
    return Reading(
        stretch=first,
        past=past is not None,
        begun=first.next,
        since=now,
        upto=max(place.highest, highest(board)),
        surplus=reading.surplus,
        spent=reading.spent,
    )


def resumed(reading: Reading) -> Stretch | None:
    """From where another process can go on; None: nothing is being read of the past.

    The ids at the end that hold no post are looked at again: since then they may have come to hold one.
    """
    if reading.stretch is None or not reading.past:
        return None
    return replace(reading.stretch, next=max(reading.stretch.first, reading.stretch.next - reading.misses))


def highest(board: Board) -> int:
    """The highest message id that a track holds. What a person pinned is theirs to say, and may be any number."""
    found = 0
    for track in board.tracks.values():
        placement = track.placements.get(TELEGRAM)
        if placement is None or placement.id is None:
            continue
        pinned = TELEGRAM in track.wishes.pins or (placement.match is not None and placement.match.method == "Pin")
        ids = (*placement.others, placement.id) if not pinned else placement.others
        found = max(found, *(int(id) for id in ids if id.isdecimal()), 0)
    return found


def marker(board: Board, place: Place) -> int:
    """The highest message id that is known: an upload that is made after it gets a higher one."""
    return place.highest or highest(board)


def operations(board: Board, place: Place, lookback: Lookback, now: float) -> tuple[Scan, ...] | tuple[Remove, ...]:
    """What to do next about old posts: delete what is surplus, or read on."""
    reading = place.reading
    stretch = reading.stretch
    if stretch is None or reading.done or not lookback.readable or now < (reading.again or 0.0):
        return ()
    if reading.surplus:
        return tuple(Remove(TELEGRAM, track, id) for track, id in reading.surplus)
    spent = [at for at in reading.spent if at > now - WINDOW]
    if len(spent) > MESSAGES - BATCH:
        return ()
    ahead = range(stretch.next, stretch.next + LOOKS)
    known = frozenset(id for id in ahead if board.owner(TELEGRAM, str(id)) is not None)
    patience = PAST_PATIENCE if reading.past else PATIENCE
    scan = Scan(TELEGRAM, stretch.next, reading.upto, known, MESSAGES - len(spent), LOOKS, patience, reading.misses)
    return (scan,)


def wake(place: Place, lookback: Lookback, now: float) -> float | None:
    """When old posts are read on; None: nothing waits for that."""
    reading = place.reading
    if reading.stretch is None or reading.done or not lookback.readable:
        return None
    spent = [at for at in reading.spent if at > now - WINDOW]
    excess = len(spent) - (MESSAGES - BATCH)
    rested = spent[excess - 1] + WINDOW if excess > 0 else now
    return max(rested, reading.again or now)
