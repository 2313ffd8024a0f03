"""An intent is on the real API server before it is acted on, and is given up where somebody was before it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from navaar.kube.client import Conflict, Unavailable
from reconcilers.model import Origin, Placement, State
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from tests.e2e import trackstorage
from tests.e2e.trackstorage import ADDING, PENDING, PRESENT, SPOTIFY, TELEGRAM, Scene, song

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane
kubeconfig = trackstorage.kubeconfig
scene = trackstorage.scene


async def test_an_intent_is_stored_before_it_is_acted_on(scene: Scene) -> None:
    tracks, _ = await scene.operator()
    made = await tracks.create(song(youtubeMusic=PRESENT, spotify=PENDING))
    intended = await tracks.intend(made.with_placement(SPOTIFY, ADDING))
    assert intended.placements[SPOTIFY] == ADDING
    stored = (await scene.get("tapes-1"))["status"]
    assert stored["placements"]["spotify"]["intent"]["token"] == "tok-1"
    assert stored["history"][-1]["event"] == "spotify: Adding"


@pytest.mark.parametrize("written", [{"state": "Absent"}, {"title": "Another"}, {"rejects": {"spotify": ["x"]}}])
async def test_an_intent_is_given_up_when_a_person_wrote_before_it(scene: Scene, written: dict[str, Any]) -> None:
    tracks, _ = await scene.operator()
    made = await tracks.create(song(youtubeMusic=PRESENT, spotify=PENDING))
    await scene.edit("tapes-1", {"spec": written})
    with pytest.raises(Conflict):
        await tracks.intend(made.with_placement(SPOTIFY, ADDING))
    assert "intent" not in (await scene.get("tapes-1"))["status"]["placements"]["spotify"]


async def test_an_intent_is_given_up_when_a_person_writes_in_the_very_moment(scene: Scene) -> None:
    tracks, kube = await scene.operator()
    made = await tracks.create(song(youtubeMusic=PRESENT, spotify=PENDING))

    async def meanwhile(method: str, subresource: str | None) -> None:
        kube.before = None
        await scene.edit("tapes-1", {"spec": {"state": "Absent"}})

    kube.before = meanwhile
    with pytest.raises(Conflict):
        await tracks.intend(made.with_placement(SPOTIFY, ADDING))
    assert tracks.tracks()["tapes-1"].wishes.absent


async def test_an_intent_stands_beside_a_label_that_somebody_sets(scene: Scene) -> None:
    tracks, kube = await scene.operator()
    made = await tracks.create(song(youtubeMusic=PRESENT, spotify=PENDING))

    async def meanwhile(method: str, subresource: str | None) -> None:
        kube.before = None
        await scene.edit("tapes-1", {"metadata": {"labels": {"team": "music"}}})

    kube.before = meanwhile
    assert (await tracks.intend(made.with_placement(SPOTIFY, ADDING))).placements[SPOTIFY] == ADDING


async def test_of_two_operators_only_one_gets_to_intend(scene: Scene) -> None:
    first, _ = await scene.operator()
    made = await first.create(song(youtubeMusic=PRESENT, spotify=PENDING))
    second, _ = await scene.operator()
    mine = made.with_placement(SPOTIFY, ADDING)
    assert ADDING.intent is not None
    theirs = second.tracks()["tapes-1"].with_placement(
        SPOTIFY, replace(ADDING, intent=replace(ADDING.intent, token="tok-2"))
    )
    outcomes = await asyncio.gather(first.intend(mine), second.intend(theirs), return_exceptions=True)
    assert sorted(isinstance(outcome, Conflict) for outcome in outcomes) == [False, True]


async def test_nothing_is_posted_while_memory_lacks_another_track_of_the_song(scene: Scene) -> None:
    behind, _ = await scene.operator()
    made = await behind.create(song(youtubeMusic=PRESENT, telegram=Placement(State.PENDING)))
    await scene.stop_hearing()
    ahead, _ = await scene.operator()
    post = Placement(State.PRESENT, Origin.FOUND, "7", seen=True)
    other = replace(song("tapes-2", telegram=post), origin=(TELEGRAM, "7"), identity=Recording("چشم من", ("داریوش",)))
    await ahead.create(other)
    posting = made.with_placement(TELEGRAM, replace(ADDING, id=None))
    for planned in ({}, {"tapes-2": Placement()}):
        with pytest.raises(Conflict):
            await behind.intend(posting, planned)
        assert behind.tracks()["tapes-2"].placements[TELEGRAM].id == "7", "and from then on it is known"
        assert "intent" not in (await scene.get("tapes-1"))["status"]["placements"]["telegram"]
    await behind.intend(posting, {"tapes-2": behind.tracks()["tapes-2"].placements[TELEGRAM]})


@pytest.mark.parametrize("service", [TELEGRAM, SPOTIFY])
async def test_an_intent_whose_answer_is_lost_counts_as_stored(scene: Scene, service: ServiceName) -> None:
    tracks, kube = await scene.operator()
    pending = replace(PENDING, id=None)
    made = await tracks.create(song(youtubeMusic=PRESENT, telegram=pending, spotify=pending))
    lost = iter([Unavailable("lost")])
    kube.lose = lambda *_: next(lost, None)
    intent = replace(ADDING, id=None)
    done = await tracks.intend(made.with_placement(service, intent))
    assert done.placements[service].intent == intent.intent
