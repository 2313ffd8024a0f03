"""Fields without memory: what a MusicSync said before leaves no trace in what is done after it.

`interval` only says when to look; `mode: Plan`, `suspend`, `maxAdds`, `maxDeletes`, `exclude`, `fetch: Never`, `retry` and the
`matching` thresholds hold something back, and hold back nothing once they are lifted. So a walk of specs, each with any
of them set, ends where going straight to the last one ends, if the last lets through what the others did.

With memory, on purpose: what was done under a looser spec is not undone by a stricter one (a song that is excluded later
stays), and a removal is answered by the `removalPolicy` that stood when it was seen.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconcilers.policy import Exclusion, Fetch, Mode, Retry, Sync
from reconcilers.services.protocol import ServiceName
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE
from tests.randomworlds import SONGS, Songs, partition, placings, spelled, unlimited, worlds

exclusions = st.lists(
    st.sampled_from([Exclusion(artist="Björk"), Exclusion(title="Teardrop"), Exclusion(id="sp:glory box")]), max_size=2
)


def specs() -> st.SearchStrategy[dict[str, Any]]:
    """What may be otherwise in an earlier spec."""
    return st.fixed_dictionaries(
        {},
        optional={
            "mode": st.sampled_from(list(Mode)),
            "exclude": exclusions.map(tuple),
            "fetch": st.sampled_from(list(Fetch)),
            "accept": st.sampled_from([0.9, 0.97, 1.0]),
            "review": st.sampled_from([0.3, 0.7, 0.95]),
            "max_deletes": st.sampled_from([0, 3]),
            "retry": st.sampled_from([Retry(max=2), Retry(backoff=5.0)]),
            "interval": st.sampled_from([300.0, 7200.0, 86400.0]),
            "max_adds": st.sampled_from([0, 1, 4]),
        },
    )


def spec(base: Sync, changes: dict[str, Any]) -> Sync:
    """A spec with some fields otherwise."""
    places = {name: changes[name] for name in ("interval", "max_adds") if name in changes}
    rest = {name: value for name, value in changes.items() if name not in places}
    return replace(base, targets={s: replace(t, **places) for s, t in base.targets.items()}, **rest)


async def walked(w: Songs, walk: Sequence[tuple[dict[str, Any], int]]) -> None:
    """Lives under one spec after another, for some seconds each, and then under the world's own."""
    last = w.sync
    for changes, seconds in walk:
        w.sync = spec(last, changes)
        for _ in range(seconds % 13):
            await w.step()
        if seconds:
            await w.wait(seconds)
    w.sync = last
    await w.wait(3 * 86400)


@given(
    placed=placings, walk=st.lists(st.tuples(specs(), st.sampled_from([0, 5, 30, 700, 9000])), min_size=1, max_size=3)
)
@worlds(12)
def test_what_an_earlier_spec_held_back_leaves_no_trace(
    placed: list[tuple[ServiceName, str]], walk: list[tuple[dict[str, Any], int]]
) -> None:
    async def ends(walk: Sequence[tuple[dict[str, Any], int]]) -> Any:
        w = Songs(
            replace(unlimited(), targets={s: replace(t, interval=86400.0) for s, t in unlimited().targets.items()})
        )
        w.fill(placed)
        await walked(w, walk)
        return w.contents(), partition(w)

    async def body() -> None:
        assert await ends(walk) == await ends([])

    asyncio.run(body())


async def test_a_looser_threshold_lets_through_what_a_stricter_one_held_back() -> None:
    w = Songs()
    w.spotify.songs["sp:glory box"] = replace(
        spelled(SPOTIFY, "glory box"), title="Glory Box (feat. Nobody)", duration=312.0
    )
    w.fill([(YOUTUBE, "glory box")])
    loose = w.sync
    w.sync = replace(loose, accept=0.999, review=0.1)
    await w.wait(3600)
    assert w.track(SONGS["glory box"].title.upper()).placements[SPOTIFY].reason == "Ambiguous"
    w.sync = replace(loose, accept=0.5)
    await w.wait(3600)
    assert w.spotify.ids == ["sp:glory box"]
    assert len(w.telegram.posts) == 1
    assert w.here(TELEGRAM) == ["glory box"]
