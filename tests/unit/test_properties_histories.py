"""Whatever people do one after another ends where the reference model ends, and nothing is put anywhere twice."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconcilers.policy import RemovalPolicy
from reconcilers.services.protocol import ServiceName
from tests.memory import TELEGRAM
from tests.planworld import run
from tests.randomworlds import NAMES, PLACES, PLAYLISTS, Songs, named, removals, unlimited, worlds
from tests.reference import Reference

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


# -------------------------------------------------------------------------------------------------- the reference model


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


# -------------------------------------------------------------------------------------------------------- nothing twice


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
