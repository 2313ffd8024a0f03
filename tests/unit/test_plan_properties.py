"""What holds whatever people and services do. `NAVAAR_PROPERTIES=20` tries twenty times as many worlds, and others each time."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reconcilers.errors import TransientError
from reconcilers.model import State, Track, Wishes
from reconcilers.plan.corrections import refused
from reconcilers.policy import Past, RemovalPolicy, Retry, Sync, Target
from reconcilers.recording import Recording
from reconcilers.services.protocol import AddRequest, Item, ServiceName
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE, Playlist, World
from tests.reference import Reference

QUICK = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
TIMES = int(os.environ.get("NAVAAR_PROPERTIES", "1"))


def worlds(count: int) -> settings:
    """How many worlds a property is tried on: few, the same ones, by default."""
    if TIMES == 1:
        return settings(QUICK, max_examples=count)
    phases = (Phase.explicit, Phase.generate, *((Phase.shrink,) if os.environ.get("NAVAAR_SHRINK") else ()))
    return settings(QUICK, max_examples=count * TIMES, derandomize=False, phases=phases)


SONGS = {
    "hyperballad": Recording("Hyperballad", ("Björk",), duration=321.0),
    "hyperballad live": Recording("Hyperballad (Live)", ("Björk",), duration=345.0, version=("live",)),
    "glory box": Recording("Glory Box", ("Portishead",), duration=308.0),
    "teardrop": Recording("Teardrop", ("Massive Attack",), duration=330.0),
    "teardrop cover": Recording("Teardrop", ("José González",), duration=200.0),
    "karma police": Recording("Karma Police", ("Radiohead",), duration=264.0),
    "sinnerman": Recording("Sinnerman", ("Nina Simone",), duration=622.0),
    "sinnerman remix": Recording(
        "Sinnerman (Felix da Housecat Remix)", ("Nina Simone",), duration=400.0, version=("remix",)
    ),
}
NAMES = sorted(SONGS)
PLAYLISTS = (YOUTUBE, SPOTIFY)
PLACES = (TELEGRAM, *PLAYLISTS)


def id_of(service: ServiceName, song: str) -> str:
    return f"{'yt' if service is YOUTUBE else 'sp'}:{song}"


def spelled(service: ServiceName, song: str) -> Recording:
    """The song as that service writes it."""
    recording = SONGS[song]
    if service is YOUTUBE:
        return replace(recording, title=recording.title.upper(), duration=(recording.duration or 0) + 1)
    return recording


def unlimited(removal: RemovalPolicy = RemovalPolicy.KEEP) -> Sync:
    targets = {
        s: Target(id, interval=3600.0, max_adds=999) for s, id in zip(PLACES, ("-100", "PL1", "sp1"), strict=True)
    }
    return Sync("tapes", targets, removal=removal, past=Past.IGNORE, max_deletes=999, retry=Retry(max=50))


class Songs(World):
    """A world whose songs have names, and that says which of them stand where."""

    def __init__(self, sync: Sync | None = None) -> None:
        super().__init__(sync or unlimited())
        for service in PLAYLISTS:
            self.places[service].songs.update({id_of(service, s): spelled(service, s) for s in NAMES})

    def here(self, service: ServiceName) -> list[str]:
        """The songs that stand in a place, doubles included."""
        if service is TELEGRAM:
            return sorted(named(r) for r in self.telegram.posts.values())
        return sorted(id.split(":", 1)[1] for id in self.places[service].ids)

    def contents(self) -> dict[ServiceName, list[str]]:
        return {service: self.here(service) for service in self.places}

    def song_of(self, service: ServiceName, id: str) -> str:
        return named(self.telegram.ever[id]) if service is TELEGRAM else id.split(":", 1)[1]

    def act(self, service: ServiceName, song: str, *, add: bool) -> None:
        """A person adds a song, or takes it out; what is so already stays so."""
        if service is TELEGRAM:
            if add and song not in self.here(TELEGRAM):
                self.telegram.post(SONGS[song])
        elif add and song not in self.here(service):
            self.places[service].put(id_of(service, song))
        elif not add:
            self.places[service].take(id_of(service, song))

    def fill(self, placed: Sequence[tuple[ServiceName, str]]) -> None:
        for service, song in placed:
            self.act(service, song, add=True)


def named(recording: Recording) -> str:
    """The name of a song, however it is spelled."""
    (name,) = [
        n for n, r in SONGS.items() if r.title.lower() == recording.title.lower() and r.artists == recording.artists
    ]
    return name


def run(body: Coroutine[Any, Any, None]) -> None:
    asyncio.run(body)


placings = st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(NAMES)), min_size=1, max_size=12, unique=True)
removals = st.sampled_from(list(RemovalPolicy))


# ------------------------------------------------------------------------------------------------ convergence


async def passes(w: Songs) -> int:
    """Rounds over all lanes, each from a fresh look to rest, until one writes nothing; how many it took."""
    for count in range(10):
        writes = w.store.writes + sum(p.writes for p in w.places.values())
        await w.settle()
        if w.store.writes + sum(p.writes for p in w.places.values()) == writes:
            return count
        w.clock.now += 3601
    raise AssertionError("does not converge")


@given(placed=placings)
@worlds(25)
def test_passes_reach_the_empty_plan_within_five_and_stay_there(placed: list[tuple[ServiceName, str]]) -> None:
    async def body() -> None:
        w = Songs()
        w.fill(placed)
        assert await passes(w) <= 5
        songs = sorted({song for _, song in placed})
        assert w.contents() == dict.fromkeys(PLACES, songs)
        for _ in range(3):
            w.clock.now += 8 * 86400
            writes = w.store.writes
            await w.settle()
            assert (await w.step()).empty
            assert w.store.writes == writes

    run(body())


# ------------------------------------------------------------------------------------------------------ order


def partition(w: Songs) -> set[frozenset[tuple[str, str]]]:
    """Which entries are held to be one song; posts by what they are, for their numbers are the channel's own."""
    groups = set()
    for track in w.tracks():
        entries = set()
        for service, p in track.placements.items():
            entries |= {(service.value, w.song_of(service, i)) for i in (p.id, *p.others) if i is not None}
        groups.add(frozenset(entries))
    return groups


@given(placed=placings, data=st.data())
@worlds(20)
def test_the_order_of_services_entries_and_answers_changes_nothing(
    placed: list[tuple[ServiceName, str]], data: Any
) -> None:
    async def outcome(order: Sequence[tuple[ServiceName, str]], services: Sequence[ServiceName], late: int) -> Any:
        sync = unlimited()
        w = Songs(replace(sync, targets={s: sync.targets[s] for s in services}))
        w.fill(order)
        # Some answer only when the others are at rest.
        for service in services[:late]:
            w.places[service].fail = lambda call: TransientError("later")
        posts, w.telegram.unread = w.telegram.unread, [] if TELEGRAM in services[:late] else w.telegram.unread
        await w.settle()
        for service in services:
            w.places[service].fail = lambda call: None
        w.telegram.unread = posts
        await w.wait(3600)
        return partition(w), w.contents()

    order = data.draw(st.permutations(placed))
    services = data.draw(st.permutations(PLACES))
    late = data.draw(st.integers(0, 2))

    async def body() -> None:
        assert await outcome(order, services, late) == await outcome(placed, PLACES, 0)

    run(body())


# ------------------------------------------------------------------------------------------------- incomplete

lies: dict[str, Callable[[tuple[Item, ...]], tuple[Item, ...]]] = {
    "empty": lambda items: (),
    "short": lambda items: items[:-1],
    "half": lambda items: items[: len(items) // 2],
    "without the first": lambda items: items[1:],
}


moments = st.lists(st.sampled_from([30, 70, 400, 1000, 8 * 86400]), min_size=1, max_size=4)


@given(placed=placings, removal=removals, lie=st.sampled_from([*lies, "changing"]), times=moments)
@worlds(25)
def test_an_incomplete_listing_never_leads_to_a_removal(
    placed: list[tuple[ServiceName, str]], removal: RemovalPolicy, lie: str, times: list[int]
) -> None:
    async def body() -> None:
        w = Songs(unlimited(removal))
        w.fill(placed)
        await w.wait(3600)
        before = w.contents()
        for service in PLAYLISTS:
            place = w.places[service]
            place.changes += 1
            if lie in lies:
                place.lie = lies[lie]
            else:

                def another(place: Playlist = place) -> None:
                    place.changes += 1
                    place.entries = [*place.entries[1:], place.entries[0]] if place.name is SPOTIFY else place.entries

                place.while_listed = another
                if service is YOUTUBE:
                    place.lie = lies["short"]
        for seconds in times:
            w.clock.now += seconds
            for _ in range(20):
                await w.step()
        for place in w.places.values():
            place.lie, place.while_listed = lambda items: items, None
        await w.wait(8 * 3600)
        assert not any(call == "remove" for place in w.places.values() for call in place.calls)
        assert w.contents() == before
        assert not any(p.state in (State.REMOVED, State.REMOVING) for t in w.tracks() for p in t.placements.values())

    run(body())


# --------------------------------------------------------------------------------------------------- wishes


def some_wishes() -> st.SearchStrategy[Wishes]:
    """What a person may write about a song, ids of this song and of others among it."""
    ids = {service: st.sampled_from([id_of(service, s) for s in NAMES] + ["gone"]) for service in PLAYLISTS}
    return st.builds(
        lambda exclude, absent, pins, rejects: Wishes(
            exclude_from=exclude, absent=absent, pins={s: p for s, p in pins.items() if p}, rejects=rejects
        ),
        st.frozensets(st.sampled_from(PLACES), max_size=2),
        st.sampled_from([False, False, True]),
        st.fixed_dictionaries({}, optional=ids),
        st.fixed_dictionaries({}, optional={s: st.frozensets(i, max_size=2) for s, i in ids.items()}),
    )


wished = st.lists(
    st.tuples(st.sampled_from(NAMES), some_wishes(), st.sampled_from([0, 40, 1000, 9000])),
    min_size=1,
    max_size=5,
)


class Witness:
    """Checks every write to a place against what people have written at that moment."""

    def __init__(self, w: Songs) -> None:
        self.w = w
        self.wrongs: list[str] = []
        for place in w.places.values():
            place.written = lambda when, call, id, service=place.name: self.write(when, call, service, id)  # type: ignore[misc]

    def write(self, when: str, call: str, service: ServiceName, id: str) -> None:
        """Notes what is wrong with a write: raised here, it would only be another trouble of the service."""
        if when == "before":
            self.wrongs += [f"{call} {service} {id}: {wrong}" for wrong in self._wrong(call, service, id)]

    def _wrong(self, call: str, service: ServiceName, id: str) -> list[str]:
        tracks = [
            (t, t.wishes, t.placements[service]) for t in self.w.store.tracks().values() if service in t.placements
        ]
        found: list[tuple[bool, str]] = []
        if call == "add":
            decided = YOUTUBE if service is TELEGRAM else service
            adding = [(t, w) for t, w, p in tracks if p.state is State.ADDING and (service is TELEGRAM or p.id == id)]
            found.append((not adding, "nothing is added without an intent"))
            for _, wishes in adding:
                found.append((service in wishes.exclude_from, "excluded"))
                found.append((wishes.absent, "absent"))
                found.append((id in wishes.rejects.get(decided, ()), "rejected"))
                found.append((wishes.pins.get(decided, id) != id, "another is pinned"))
        else:
            for track, wishes, p in tracks:
                if p.id == id and p.state is State.REMOVING:
                    rejected, pin = id in wishes.rejects.get(service, ()), wishes.pins.get(service, id)
                    # A post goes with the recording that it was made from.
                    rejected = rejected or (p.requested is not None and refused(track, p.requested))
                    # Who names another song has said so of what was found for the old one.
                    rejected = rejected or p.reason == "Rematched"
                    found.append((service in wishes.exclude_from, "excluded"))
                    found.append((not wishes.absent and pin == id and not rejected, "nobody asked for it"))
                    found.append((not wishes.absent and id == wishes.pins.get(service), "pinned"))
        return [why for wrong, why in found if wrong]


@given(placed=placings, written=wished)
@worlds(20)
def test_what_a_person_wrote_is_never_contradicted(
    placed: list[tuple[ServiceName, str]], written: list[tuple[str, Wishes, int]]
) -> None:
    async def body() -> None:
        w = Songs()
        witness = Witness(w)
        w.fill(placed)
        for song, wishes, seconds in written:
            await w.wait(seconds)
            mine = [t for t in w.tracks() if t.recording is not None and named(t.recording) == song]
            w.write(replace(mine[0], wishes=wishes) if mine else request(song, wishes, w.clock()))
            for _ in range(seconds % 7):
                await w.step()
        await w.wait(8 * 3600)
        assert witness.wrongs == []
        assert (await w.step()).empty

    run(body())


def request(song: str, wishes: Wishes, now: float) -> Track:
    facts = SONGS[song]
    return Track(
        f"request-{song}",
        wishes=replace(wishes, title=facts.title, artists=facts.artists, duration=facts.duration),
        created=now,
    )


# ------------------------------------------------------------------------------------------ the reference model

additions = st.tuples(st.just("add"), st.sampled_from(PLACES), st.sampled_from(NAMES[:5]))
takings = st.tuples(st.just("take"), st.sampled_from(PLAYLISTS), st.sampled_from(NAMES[:5]))
pauses = st.tuples(st.just("wait"), st.sampled_from([0, 20, 70, 400, 1000, 4000, 8 * 86400]))
others = st.sampled_from([("step",), ("step",), ("restart",)])
histories = st.lists(st.one_of(additions, takings, pauses, others), min_size=1, max_size=14)


async def live(w: Songs, history: Sequence[tuple[Any, ...]]) -> None:
    for event in history:
        match event:
            case ("add", service, song):
                w.act(service, song, add=True)
            case ("take", service, song):
                w.act(service, song, add=False)
            case ("wait", seconds):
                w.clock.now += min(seconds, 400)
                await (w.wait(seconds) if seconds > 400 else w.step())
            case ("step",):
                await w.step()
            case ("restart",):
                await w.step()
                await w.settle()
                w.restart()


@given(history=histories, removal=removals)
@worlds(30)
def test_any_history_ends_where_the_reference_model_ends(
    history: list[tuple[Any, ...]], removal: RemovalPolicy
) -> None:
    async def body() -> None:
        w = Songs(unlimited(removal))
        names: dict[str, str] = {}

        def added(track: str) -> str:
            for t in w.tracks():
                if t.recording is not None:
                    names[t.name] = named(t.recording)
            return names[track]

        reference = Reference(w.sync, w.song_of, added)
        w.observed = reference.observe  # type: ignore[method-assign]
        await live(w, history)
        await w.wait(8 * 3600)
        for service in PLAYLISTS:
            expected = sorted(reference.expected(service))
            if w.here(service):
                assert w.here(service) == expected
            else:  # an empty listing shows no absence: what stood there is held to stand there
                assert all(reference.spot(service, song).stands for song in expected)
        assert set(w.here(TELEGRAM)) == reference.expected(TELEGRAM)
        assert (await w.step()).empty

    run(body())


# ------------------------------------------------------------------------------------------------- nothing twice


@given(history=histories, removal=removals)
@worlds(15)
def test_nothing_is_ever_put_anywhere_twice_by_our_hand(history: list[tuple[Any, ...]], removal: RemovalPolicy) -> None:
    async def body() -> None:
        w = Songs(unlimited(removal))
        # Where there is only a count, an exchange in the very minute of an addition looks like nothing happened.
        w.youtube.snapshots = True
        twice: list[tuple[ServiceName, str]] = []

        def written(when: str, call: str, id: str, service: ServiceName) -> None:
            if call == "add" and when == "before" and id.split(":", 1)[1] in w.here(service):
                twice.append((service, id))

        for place in w.places.values():
            place.written = lambda when, call, id, service=place.name: written(when, call, id, service)  # type: ignore[misc]
        await live(w, history)
        await w.wait(8 * 3600)
        assert twice == []

    run(body())


# ------------------------------------------------------------------------------------------------- lost answers

uploads = st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=8)
"""What becomes of the first uploads: how many posts each makes, and whether its answer is lost."""


@given(placed=placings, fates=uploads, scratch=st.booleans(), noise=st.integers(0, 5), asked=st.booleans())
@worlds(12)
def test_an_upload_whose_answer_is_lost_is_in_the_channel_once_or_a_person_is_asked(
    placed: list[tuple[ServiceName, str]], fates: list[tuple[int, bool]], scratch: bool, noise: int, asked: bool
) -> None:
    async def body() -> None:
        w = Songs()
        w.scratch = scratch
        left = list(fates)
        twice: set[str] = set()

        def deliver(request: AddRequest) -> int:
            song = named(request.recording)
            if song in w.here(TELEGRAM):
                twice.add(song)
            count, lost = left[0] if left else (1, False)
            # An answer that comes is the truth, and is about one post.
            return count if lost else 1

        def lose(request: AddRequest) -> bool:
            for _ in range(noise):
                w.telegram.posts.pop(w.telegram.post(SONGS["sinnerman"], heard=False))
            return left.pop(0)[1] if left else False

        w.telegram.deliver, w.telegram.lose = deliver, lose
        w.fill(placed)
        await w.wait(1800)
        if asked:
            w.restart()
        await w.wait(8 * 3600)
        songs = sorted({song for _, song in placed})
        unsure = {
            named(t.recording)
            for t in w.tracks()
            if t.recording is not None and t.placements[TELEGRAM].reason == "DeliveryUnknown"
        }
        assert twice == set(), "sent again while it was there"
        assert all(w.here(service) == songs for service in PLAYLISTS)
        if scratch:
            assert unsure == set()
            assert w.here(TELEGRAM) == songs
        else:
            assert set(songs) - set(w.here(TELEGRAM)) <= unsure
        assert (await w.step()).empty

    run(body())


# --------------------------------------------------------------------------------------------------- crashes


class Crash(BaseException):
    """The process is gone: nothing that it would have done next happens."""


class Mortal(Songs):
    """A world whose operator dies at its n-th write, before or after it."""

    def __init__(self, at: int | None, *, forgetful: bool = False, scratch: bool = False) -> None:
        super().__init__()
        self.scratch = scratch
        self.writes, self.at, self.dead, self.forgetful = 0, at, False, forgetful
        self.store.written = self._written
        for place in self.places.values():
            place.written = self._written

    def _written(self, when: str, call: str, id: str) -> None:
        if self.dead:
            raise Crash
        self.writes += 1
        if self.writes == self.at:
            self.dead = True
            raise Crash

    async def step(self) -> Any:
        try:
            made = await super().step()
        except Crash:
            made = None
        if self.dead:
            for lane in list(self.engine._lanes.values()):
                lane.cancel()
            await asyncio.sleep(0)
            self.dead = False
            self.restart(forgetful=self.forgetful)
            return await self.step()
        return made


async def lived(
    at: int | None, placed: Sequence[tuple[ServiceName, str]], *, forgetful: bool = False, scratch: bool = False
) -> Mortal:
    w = Mortal(at, forgetful=forgetful, scratch=scratch)
    w.fill(placed)
    await w.wait(3600)
    w.fill([(YOUTUBE, NAMES[0]), (SPOTIFY, NAMES[1])])
    if w.here(SPOTIFY):
        w.act(SPOTIFY, placed[0][1], add=False)
    await w.wait(8 * 3600)
    return w


@given(placed=placings, at=st.integers(1, 120), forgetful=st.booleans(), scratch=st.booleans())
@worlds(20)
def test_a_crash_at_any_write_ends_where_a_clean_run_ends(
    placed: list[tuple[ServiceName, str]], at: int, forgetful: bool, scratch: bool
) -> None:
    async def body() -> None:
        clean = await lived(None, placed)
        crashed = await lived(1 + at % max(1, clean.writes), placed, forgetful=forgetful, scratch=scratch)
        unsure = {
            named(t.recording)
            for t in crashed.tracks()
            if t.recording is not None and t.placements[TELEGRAM].reason == "DeliveryUnknown"
        }
        assert len(unsure) <= (0 if scratch else 1), "where old posts can be looked at, a person is not asked"
        for service in PLAYLISTS:
            assert crashed.here(service) == clean.here(service)
        missing = set(clean.here(TELEGRAM)) - set(crashed.here(TELEGRAM))
        assert missing <= unsure
        assert not set(crashed.here(TELEGRAM)) - set(clean.here(TELEGRAM))
        assert max(Counter(crashed.here(TELEGRAM)).values()) == 1
        assert len(crashed.tracks()) == len(clean.tracks())

    run(body())
