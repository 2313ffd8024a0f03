"""Places, a store and a clock in memory, with the semantics of the real ones, for thousands of runs in virtual time."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from reconcilers.account import Account
from reconcilers.budget import allowance_of
from reconcilers.engine import Engine
from reconcilers.errors import ItemError, OutcomeUnknown, TargetError
from reconcilers.matching import compact
from reconcilers.model import NO_WISHES, Place, Placement, Stretch, Track, Wishes
from reconcilers.plan import Plan
from reconcilers.plan.lookback import Lookback, resumed
from reconcilers.plan.operations import Listed, Observation
from reconcilers.policy import Past, Sync, Target
from reconcilers.recording import Candidate, Recording
from reconcilers.services.protocol import Added, AddRequest, Head, Item, Listing, Post, Query, ServiceName
from reconcilers.store import rebase, unforeseen

TELEGRAM, YOUTUBE, SPOTIFY = ServiceName.TELEGRAM, ServiceName.YOUTUBE, ServiceName.SPOTIFY


@dataclass
class Clock:
    """Unix seconds that pass only when told."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Playlist:
    """A playlist and the service behind it: what there is to find, what stands there, and what was asked."""

    name: ServiceName
    songs: dict[str, Recording] = field(default_factory=dict)
    batch: int = 50
    entries: list[tuple[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    fail: Callable[[str], Exception | None] = lambda call: None
    lie: Callable[[tuple[Item, ...]], tuple[Item, ...]] = lambda items: items
    snapshots: bool | None = None
    changes: int = 0
    serial: int = 0
    before_add: Callable[[], None] | None = None
    stores: dict[str, str] = field(default_factory=dict)
    """Ids under which it stores what was asked for by another, and acknowledged by that."""
    while_listed: Callable[[], None] | None = None
    written: Callable[[str, str, str], None] = lambda when, call, id: None
    """Told before and after every write, with the id that is written."""
    spend: Callable[[int], None] = lambda units: None
    """Told the units of every call."""

    def put(self, id: str) -> None:
        """Somebody adds a song."""
        self.serial += 1
        self.changes += 1
        self.entries.append((id, f"e{self.serial}"))

    def take(self, id: str) -> None:
        """Somebody removes a song."""
        self.changes += 1
        self.entries = [e for e in self.entries if e[0] != id]

    @property
    def ids(self) -> list[str]:
        return [id for id, _ in self.entries]

    @property
    def writes(self) -> int:
        return sum(c in ("add", "remove") for c in self.calls)

    def _call(self, name: str) -> None:
        self.calls.append(name)
        price = allowance_of(self.name)
        if price is not None:
            pages = max(1, -(-len(self.entries) // 50))
            writing = name in ("add", "remove")
            units = price.write if writing else price.page * pages if name == "list" else 1
            self.spend(0 if name in ("search", "resolve") and not price.search else units)
        failure = self.fail(name)
        if failure is not None:
            raise failure

    async def head(self) -> Head:
        self._call("head")
        snapshots = self.snapshots if self.snapshots is not None else self.name is SPOTIFY
        return Head(len(self.entries), f"s{self.changes}" if snapshots else None)

    async def list(self, start: int = 0) -> Listing:
        self._call("list")
        items = tuple(Item(id, self.songs[id], entry) for id, entry in self.entries[start:])
        shown = self.lie(items)
        if self.while_listed is not None:
            self.while_listed()
        return Listing(shown, len(shown), start)

    async def search(self, query: Query) -> tuple[Candidate, ...] | None:
        if query.attempt > 0:
            return None
        self._call("search")
        wanted = compact(query.recording.title)
        return tuple(Candidate(i, r) for i, r in sorted(self.songs.items()) if compact(r.title)[:4] == wanted[:4])

    async def resolve(self, id: str) -> Candidate | None:
        self._call("resolve")
        return Candidate(id, self.songs[id]) if id in self.songs else None

    async def prepare(self, request: AddRequest) -> None:
        return None

    async def add(self, requests: tuple[AddRequest, ...]) -> tuple[Added | Exception, ...]:
        if self.before_add is not None:
            self.before_add()
        self._call("add")
        for request in requests:
            self.written("before", "add", request.id)
            self.put(self.stores.get(request.id, request.id))
            self.written("after", "add", request.id)
        return tuple(Added(r.id) for r in requests)

    async def remove(self, id: str, entry: str | None) -> None:
        self._call("remove")
        self.written("before", "remove", id)
        self.take(id)
        self.written("after", "remove", id)

    async def close(self) -> None:
        return None


@dataclass
class Channel(Playlist):
    """A Telegram channel: it shows its posts once, as they are made, and has no listing."""

    name: ServiceName = TELEGRAM
    batch: int = 1
    posts: dict[str, Recording] = field(default_factory=dict)
    ever: dict[str, Recording] = field(default_factory=dict)
    unread: list[Item] = field(default_factory=list)
    audio: dict[str, Recording] = field(default_factory=dict)
    unparsed: set[str] = field(default_factory=set)
    tokens: dict[str, str] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    service_messages: set[str] = field(default_factory=set)
    protected: bool = False
    uneditable: set[str] = field(default_factory=set)
    undeletable: set[str] = field(default_factory=set)
    heard: int = 0
    deliver: Callable[[AddRequest], int] = lambda request: 1
    """How many posts the next upload makes."""
    lose: Callable[[AddRequest], bool] = lambda request: False
    """Whether its answer is lost."""

    def post(self, recording: Recording, *, heard: bool = True) -> str:
        """A person posts a song; one that is not `heard` was posted when nobody listened, and Telegram forgot to tell."""
        id = self._next()
        self.posts[id] = self.ever[id] = recording
        if heard:
            self.unread.append(Item(id, recording))
            self.heard = self.serial
        return id

    def edit(self, id: str, recording: Recording) -> None:
        """A person edits a post: it is theirs, and another file."""
        self.posts[id] = self.ever[id] = recording
        self.tokens.pop(id, None)
        self.unread.append(Item(id, recording, edited=True))

    def say(self, *, heard: bool = True) -> str:
        """A person posts a text."""
        id = self._next()
        self.texts.add(id)
        self.heard = self.serial if heard else self.heard
        return id

    def happen(self) -> str:
        """Telegram notes that something happened, such as a pinned post: that can't be forwarded."""
        id = self._next()
        self.service_messages.add(id)
        return id

    def _next(self) -> str:
        self.serial += 1
        return str(self.serial)

    async def look(self, id: str) -> Post | None:
        if self.protected:
            raise TargetError("the channel protects its content", reason="Protected")
        self._call("look")
        if id in self.service_messages or id in self.texts:
            return Post(id)
        if id not in self.posts:
            return None
        return Post(id, Item(id, self.posts[id], token=self.tokens.get(id)))

    async def head(self) -> Head:
        raise AssertionError("a channel can't be listed")

    async def list(self, start: int = 0) -> Listing:
        raise AssertionError("a channel can't be listed")

    async def add(self, requests: tuple[AddRequest, ...]) -> tuple[Added | Exception, ...]:
        self._call("add")
        (request,) = requests
        if request.replaces is not None:
            return self._edit(request, request.replaces)
        self.written("before", "add", request.id)
        for _ in range(self.deliver(request)):
            id = self._next()
            self.posts[id] = self.ever[id] = self.audio.get(request.id, request.recording)
            self.tokens[id] = request.token
        self.written("after", "add", request.id)
        if self.lose(request):
            return (OutcomeUnknown("no answer"),)
        return (Added(str(self.serial)),)

    def _edit(self, request: AddRequest, id: str) -> tuple[Added | Exception, ...]:
        if id not in self.posts:
            return (ItemError("gone", reason="Gone", permanent=True),)
        if id in self.uneditable:
            return (ItemError("can't be edited", reason="NotEditable", permanent=True),)
        self.calls[-1] = "edit"
        self.written("before", "edit", id)
        self.posts[id] = self.audio.get(request.id, request.recording)
        self.tokens[id] = request.token
        self.written("after", "edit", id)
        return (OutcomeUnknown("no answer") if self.lose(request) else Added(id),)

    async def remove(self, id: str, entry: str | None) -> None:
        self._call("remove")
        if id in self.undeletable:
            raise ItemError("too old", reason="Retained", permanent=True)
        self.written("before", "remove", id)
        self.posts.pop(id, None)
        self.written("after", "remove", id)


class MemoryStore:
    """Tracks, with a count of writes."""

    def __init__(self) -> None:
        self._tracks: dict[str, Track] = {}
        self.writes = 0
        self.written: Callable[[str, str, str], None] = lambda when, call, name: None

    def tracks(self) -> Mapping[str, Track]:
        return dict(self._tracks)

    async def record(self, before: Track | None, after: Track) -> None:
        merged = rebase(before, after, self._tracks.get(after.name))
        if merged is not None:
            self._write("record", merged)

    async def intend(
        self,
        name: str,
        service: ServiceName,
        before: Placement,
        intent: Placement,
        wishes: Wishes = NO_WISHES,
        alike: Mapping[str, Placement] | None = None,
    ) -> bool:
        current = self._tracks.get(name)
        if current is None or current.placements.get(service, Placement()) != before or current.wishes != wishes:
            return False
        if alike is not None and unforeseen(current, service, alike, self._tracks.values()):
            return False
        self._write("intend", current.with_placement(service, intent))
        return True

    async def forget(self, name: str) -> None:
        self.written("before", "forget", name)
        self.writes += 1
        self._tracks.pop(name, None)
        self.written("after", "forget", name)

    def _write(self, call: str, track: Track) -> None:
        self.written("before", call, track.name)
        self.writes += 1
        self._tracks[track.name] = track
        self.written("after", call, track.name)

    def write(self, track: Track) -> None:
        """A person writes a Track object."""
        self._tracks[track.name] = track

    def lose(self, name: str) -> None:
        """A person deletes the Track object."""
        self._tracks.pop(name, None)


class World:
    """One sync over three places in memory, run in virtual time until nothing moves."""

    def __init__(
        self,
        sync: Sync | None = None,
        *,
        clock: Clock | None = None,
        accounts: Mapping[ServiceName, Account] | None = None,
    ) -> None:
        """Syncs that share accounts share a clock."""
        self.clock = clock or Clock()
        self.accounts = dict(accounts or {})
        self.store = MemoryStore()
        self.youtube = Playlist(YOUTUBE, batch=1)
        self.spotify = Playlist(SPOTIFY)
        self.telegram = Channel(audio=self.youtube.songs)
        self.sync = sync or Sync(
            "tapes",
            {TELEGRAM: Target("-100"), YOUTUBE: Target("PL1"), SPOTIFY: Target("sp1")},
            past=Past.IGNORE,
        )
        self.posting = True
        self.scratch = False
        """Whether old posts can be looked at."""
        self.past: Stretch | None = None
        """What of the channel's past is to be read before anything is posted."""
        self.restart()

    @property
    def places(self) -> dict[ServiceName, Playlist]:
        return {TELEGRAM: self.telegram, YOUTUBE: self.youtube, SPOTIFY: self.spotify}

    def restart(self, *, forgetful: bool = False) -> None:
        """A new process: what is not stored is forgotten, but for what status holds of the places (unless `forgetful`)."""
        old = getattr(self, "engine", None)
        if old is not None and self.past is not None:
            self.past = resumed(old.places.get(TELEGRAM, Place()).reading) or self.past
        self.engine = Engine(self.store, self.places, clock=self.clock, wake=lambda: None)
        self.handed: list[tuple[Item, asyncio.Future[None]]] = []
        for service, account in self.accounts.items():
            if old is not None:
                old.hold(service, None)
            self.engine.hold(service, account)
            self.places[service].spend = partial(account.spend, user=self.engine)
        if old is not None and not forgetful:
            self.engine.places = {
                s: Place(p.count, p.snapshot, p.placed, started=p.started) for s, p in old.places.items()
            }

    def _hand_in(self) -> None:
        """Posts are confirmed to Telegram once they are stored; until then a new process is given them again."""
        self.telegram.unread = [i for i in self.telegram.unread if not self._stored(i)]
        self.handed = [(i, f) for i, f in self.handed if not f.done()]
        new = [i for i in self.telegram.unread if all(i is not given for given, _ in self.handed)]
        for item in new:
            self.handed.append((item, self.engine.submit(Listed(TELEGRAM, (item,), self.clock()))))

    def _stored(self, item: Item) -> bool:
        return any(given is item and done.done() for given, done in self.handed)

    def waiting(self) -> list[Observation]:
        """What the next step plans with."""
        return [observation for observation, _ in self.engine._inbox]

    async def step(self) -> Plan:
        """One pass, its operations carried out to the end."""
        self._hand_in()
        self.observed(self.waiting())
        if self.past is not None and self.engine.places.get(TELEGRAM, Place()).reading.done:
            self.past = None
        lookback = Lookback(self.scratch and not self.telegram.protected, "", self.telegram.heard, self.past)
        plan = await self.engine.step(self.sync, posting=self.posting and self.past is None, lookback=lookback)
        while self.engine.busy:
            await asyncio.sleep(0)
        self._hand_in()
        return plan

    def observed(self, observations: list[Observation]) -> None:
        """Told what every step plans with; to be replaced by who wants to know."""

    async def settle(self, *, within: int = 400) -> int:
        """Steps until a pass finds nothing to do; how many it took. Time does not pass."""
        for count in range(within):
            plan = await self.step()
            if plan.empty and self.engine.idle and not self.telegram.unread:
                left = [service.title for service, due in plan.due.items() if due.songs]
                assert not left, f"nothing is done in {left}, where something could be"
                return count
        raise AssertionError("the sync does not come to rest")

    async def wait(self, seconds: float) -> None:
        """Lets time pass, as the operator does: a pass whenever the plan asks for one."""
        end = self.clock.now + seconds
        while True:
            await self.settle()
            plan = await self.step()
            moment = min(plan.wake or end, end)
            if moment >= end:
                self.clock.now = end
                await self.settle()
                return
            self.clock.now = max(moment, self.clock.now + 1)

    def tracks(self) -> list[Track]:
        return sorted(self.store.tracks().values(), key=lambda t: t.name)

    def track(self, title: str) -> Track:
        (found,) = [t for t in self.tracks() if t.recording is not None and t.recording.title == title]
        return found

    def write(self, track: Track) -> None:
        """A person writes into a track."""
        self.store.write(track)
