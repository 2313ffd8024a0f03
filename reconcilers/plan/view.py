"""One listing while it is worked in, and what may be said of an entry of a known track."""

from dataclasses import dataclass, field, replace

from reconcilers.model import Match, Origin, Place, Placement, State, Track
from reconcilers.plan.board import BLANK, Board
from reconcilers.plan.operations import Listed
from reconcilers.policy import Sync
from reconcilers.recording import Recording, filled
from reconcilers.services.protocol import Item, ServiceName


@dataclass(slots=True)
class View:
    """What an absorption works with: `deferred` says that one of the entries is to be looked at later."""

    sync: Sync
    board: Board
    place: Place
    listed: Listed
    vanished: set[str] = field(default_factory=set)
    deferred: bool = False

    @property
    def service(self) -> ServiceName:
        """The place that is listed."""
        return self.listed.service

    @property
    def ids(self) -> frozenset[str]:
        """The entries that are shown."""
        return self.listed.ids


_SETTLED = (State.PRESENT, State.CORRECTING, State.UNAVAILABLE, State.EXCLUDED, State.RETAINED)


def bystander(view: View, track: Track, id: str) -> bool:
    """Whether an entry of a track stands beside the one that counts: the pinned one, or the one that was there before."""
    pin = track.wishes.pins.get(view.service)
    if pin is not None:
        return id != pin
    placement = track.placements.get(view.service, BLANK)
    if placement.id is None or placement.id == id or not placement.seen:
        return False
    if placement.state not in _SETTLED:
        return False
    return placement.id in view.ids or not view.listed.complete


def beside(view: View, track: Track, id: str) -> None:
    """Remembers an entry as a further one of the track."""
    placement = track.placements.get(view.service, BLANK)
    if id not in placement.others and id != placement.id:
        view.board.place(track, view.service, replace(placement, others=tuple(sorted({*placement.others, id}))))


_SILENT = Placement()


def present(placement: Placement, item: Item, now: float) -> Placement:
    """The placement once its entry was seen. What is in question about what stands there, stays so."""
    unseen = placement.state is State.PRESENT or (placement.state is State.FAILED and placement.placed is not None)
    ours = placement.intent is not None or (unseen and placement.origin is Origin.PLACED)
    others = tuple(i for i in (*placement.others, placement.id if placement.seen else None) if i not in (None, item.id))
    said = placement if placement.told is not placement.state and placement.id == item.id else _SILENT
    return placement.to(
        State.PRESENT if item.available else State.UNAVAILABLE,
        now,
        message=said.message if item.available else "the entry is still there, but the service no longer plays it",
        reason=said.reason if item.available else "Gone",
        id=item.id,
        entry=item.entry,
        others=tuple(i for i in dict.fromkeys(others) if i is not None),
        seen=True,
        missing=0,
        missed=None,
        origin=Origin.PLACED if ours else Origin.FOUND,
        placed=placement.placed or (now if ours else None),
        intent=None,
        match=placement.match if placement.match and placement.id == item.id else Match("Listed"),
        candidates=(),
        attempts=0,
        next_attempt=None,
    )


def learn(view: View, track: Track, recording: Recording) -> None:
    """Facts that were unknown are taken from another sighting; known ones stay as they were first read."""
    track = view.board.tracks[track.name]
    known = track.identity
    if known is None:
        if recording.title:
            view.board.put(replace(track, identity=recording))
        return
    learned = filled(known, recording)
    if learned != known:
        view.board.put(replace(track, identity=learned))
