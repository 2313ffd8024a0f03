"""Whatever services leave out and people write: nothing is removed for want of a listing, or against a wish."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconcilers.model import State, Track, Wishes
from reconcilers.plan.corrections import refused
from reconcilers.policy import RemovalPolicy
from reconcilers.services.protocol import Item, ServiceName
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE, Playlist
from tests.planworld import run
from tests.randomworlds import (
    NAMES,
    PLACES,
    PLAYLISTS,
    SONGS,
    Songs,
    id_of,
    named,
    placings,
    removals,
    unlimited,
    worlds,
)

# ----------------------------------------------------------------------------------------------------------- incomplete


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


# --------------------------------------------------------------------------------------------------------------- wishes


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
