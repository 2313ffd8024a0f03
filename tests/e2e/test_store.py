"""The Track store on the real API server: what it promises under other people's writes and lost answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from navaar.api.common import MEMORY_ANNOTATION
from navaar.api.sound import label_of
from navaar.kube.client import MUSICSYNCS, TRACKS, Conflict, Kind, Kube, NotFound, Resource, Unavailable
from navaar.store.record import revision_of
from navaar.store.trackstore import NameTaken, SyncFacts, SyncTracks, TrackStore
from reconcilers.model import Intent, Match, Origin, Placement, State, Track
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from sandbox.stage import Stage
from tests.waiting import soon

TELEGRAM, YOUTUBE, SPOTIFY = ServiceName.TELEGRAM, ServiceName.YOUTUBE, ServiceName.SPOTIFY
CHAT = -1001234567890
NOW = 1_800_000_000.0
NAMESPACE = "store"

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane


class FaultyKube(Kube):
    """A client whose writes can be made to fail before (`refuse`) or after (`lose`) they are done.

    Both are asked with the method, the subresource and the body.
    """

    refuse: Callable[[str, str | None, Mapping[str, Any]], BaseException | None] = staticmethod(lambda *_: None)
    lose: Callable[[str, str | None, Mapping[str, Any]], BaseException | None] = staticmethod(lambda *_: None)
    before: Callable[[str, str | None], Awaitable[None]] | None = None
    writes: list[str]

    async def _faulty(
        self, method: str, subresource: str | None, body: Mapping[str, Any], act: Awaitable[Resource]
    ) -> Resource:
        error = self.refuse(method, subresource, body)
        if self.before is not None:
            await self.before(method, subresource)
        if error is not None:
            act.close()  # type: ignore[attr-defined]
            raise error
        done = await act
        self.writes.append(f"{method} {subresource or 'object'}")
        error = self.lose(method, subresource, body)
        if error is not None:
            raise error
        return done

    async def create(self, kind: Kind, namespace: str | None, body: Mapping[str, Any]) -> Resource:
        return await self._faulty("create", None, body, super().create(kind, namespace, body))

    async def replace(
        self, kind: Kind, namespace: str, name: str, body: Mapping[str, Any], *, subresource: str | None = None
    ) -> Resource:
        act = super().replace(kind, namespace, name, body, subresource=subresource)
        return await self._faulty("replace", subresource, body, act)

    async def patch(
        self, kind: Kind, namespace: str, name: str, body: Mapping[str, Any], *, subresource: str | None = None
    ) -> Resource:
        act = super().patch(kind, namespace, name, body, subresource=subresource)
        return await self._faulty("patch", subresource, body, act)


class Scene:
    """One namespace, an operator's store in it, and a person with kubectl."""

    def __init__(self, namespace: str, kubeconfig: Path, person: Kube) -> None:
        self.facts = SyncFacts(namespace, "tapes", "00000000-0000-0000-0000-000000000001", tuple(ServiceName), CHAT)
        self.person = person
        self.told: list[tuple[str, str, str]] = []
        self._kubeconfig = kubeconfig
        self._running: list[tuple[asyncio.Task[None], Kube]] = []

    async def operator(self, facts: SyncFacts | None = None) -> tuple[SyncTracks, FaultyKube]:
        """Starts another operator (or the same one again) and waits until it knows what there is."""
        kube = await FaultyKube.connect(str(self._kubeconfig))
        assert isinstance(kube, FaultyKube)
        kube.writes = []
        store = TrackStore(
            kube,
            namespaces=[self.facts.namespace],
            on_foreign=lambda *change: self.told.append(change),
            clock=lambda: NOW,
        )
        tracks = store.of(facts or self.facts)
        self._running.append((asyncio.create_task(store.run()), kube))
        await store.wait_synced()
        await asyncio.sleep(0)
        return tracks, kube

    async def get(self, name: str) -> Resource:
        return await self.person.get(TRACKS, self.facts.namespace, name)

    async def edit(self, name: str, change: Mapping[str, Any]) -> Resource:
        return await self.person.patch(TRACKS, self.facts.namespace, name, change)

    async def stop_hearing(self) -> None:
        """The operators that run so far hear of no change any more."""
        for task, _ in self._running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def close(self) -> None:
        for task, kube in self._running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await kube.close()
        await self.person.close()


@pytest.fixture(scope="module")
def kubeconfig(stage: Stage) -> Path:
    """The operator's, with the permissions that the chart gives it."""
    return stage.install([NAMESPACE])


@pytest.fixture
async def scene(stage: Stage, kubeconfig: Path) -> AsyncIterator[Scene]:
    made = Scene(NAMESPACE, kubeconfig, await Kube.connect(str(stage.plane.kubeconfig)))
    yield made
    for track in await made.person.list(TRACKS, NAMESPACE):
        await made.person.delete(TRACKS, NAMESPACE, track["metadata"]["name"])
    await made.close()


def song(name: str = "tapes-1", **placements: Placement) -> Track:
    return Track(
        name=name,
        origin=(YOUTUBE, "dQw4w9WgXcQ"),
        identity=Recording("Cheshme Man", ("Dariush",), duration=245.0, method="youtube"),
        placements=MappingProxyType({ServiceName(service): placement for service, placement in placements.items()}),
    )


PRESENT = Placement(State.PRESENT, Origin.FOUND, "dQw4w9WgXcQ", seen=True, match=Match("Origin"), changed=NOW)
PENDING = Placement(State.PENDING, id="6rqhFgbbKwnb9MLmUQDhG6", changed=NOW)
ADDING = Placement(
    State.ADDING, Origin.PLACED, PENDING.id, intent=Intent("Add", "tok-1", NOW + 60, epoch=3), changed=NOW
)


async def test_what_is_created_is_read_at_once_and_again_after_a_restart(scene: Scene) -> None:
    tracks, _ = await scene.operator()
    made = await tracks.create(song(youtubeMusic=PRESENT, spotify=PENDING))
    assert tracks.tracks()["tapes-1"] == made
    assert made.placements == {YOUTUBE: PRESENT, SPOTIFY: PENDING}
    again, _ = await scene.operator()
    assert again.tracks() == tracks.tracks()
    stored = await scene.get("tapes-1")
    assert stored["metadata"]["labels"] == {
        "app.kubernetes.io/managed-by": "navaar",
        "navaar.dev/sync": "tapes",
        **label_of(song().identity),
    }
    assert stored["status"]["phase"] == "Syncing"
    assert stored["status"]["observedGeneration"] == 1


async def test_a_song_that_is_created_twice_is_there_once_and_keeps_what_both_knew(scene: Scene) -> None:
    first, _ = await scene.operator()
    second, _ = await scene.operator()
    await first.create(song(youtubeMusic=PRESENT))
    both = await second.create(song(youtubeMusic=replace(PRESENT, id="other"), spotify=PENDING))
    assert both.placements == {YOUTUBE: PRESENT, SPOTIFY: PENDING}


async def test_the_name_of_another_song_is_not_taken_over(scene: Scene) -> None:
    tracks, _ = await scene.operator()
    await tracks.create(song(youtubeMusic=PRESENT))
    with pytest.raises(NameTaken):
        await tracks.create(replace(song(), origin=(SPOTIFY, "6rqhFgbbKwnb9MLmUQDhG6")))


async def test_a_creation_whose_answer_is_lost_is_made_once(scene: Scene) -> None:
    tracks, kube = await scene.operator()
    lost = iter([Unavailable("lost")])
    kube.lose = lambda method, *_: next(lost, None) if method == "create" else None
    made = await tracks.create(song(youtubeMusic=PRESENT, spotify=PENDING))
    assert made.placements == {YOUTUBE: PRESENT, SPOTIFY: PENDING}
    assert len(await scene.person.list(TRACKS, scene.facts.namespace)) == 1


async def test_nothing_is_written_when_nothing_changed(scene: Scene) -> None:
    tracks, kube = await scene.operator()
    made = await tracks.create(song(youtubeMusic=PRESENT))
    kube.writes.clear()
    await tracks.update(made)
    await tracks.update(made.with_placement(SPOTIFY, PENDING))
    assert kube.writes == ["replace status"]
    await tracks.update(tracks.tracks()["tapes-1"])
    assert kube.writes == ["replace status"]
    assert tracks.stale() == []


async def test_a_result_and_what_a_person_wrote_meanwhile_both_stand(scene: Scene) -> None:
    tracks, kube = await scene.operator()
    made = await tracks.create(song(youtubeMusic=PRESENT, spotify=ADDING))

    async def meanwhile(method: str, subresource: str | None) -> None:
        kube.before = None
        await scene.edit("tapes-1", {"spec": {"excludeFrom": ["telegram"]}})

    kube.before = meanwhile
    done = await tracks.update(made.with_placement(SPOTIFY, replace(PRESENT, id=ADDING.id, origin=Origin.PLACED)))
    assert done.wishes.exclude_from == {TELEGRAM}
    assert done.placements[SPOTIFY].state is State.PRESENT
    assert (await scene.get("tapes-1"))["status"]["observedGeneration"] == 2


async def test_results_of_two_services_planned_from_the_same_track_both_stand(scene: Scene) -> None:
    tracks, _ = await scene.operator()
    made = await tracks.create(song(spotify=ADDING, youtubeMusic=replace(ADDING, id="vid")))
    one = made.with_placement(SPOTIFY, replace(ADDING, state=State.PRESENT, intent=None))
    other = made.with_placement(YOUTUBE, replace(ADDING, state=State.PRESENT, intent=None, id="vid"))
    await asyncio.gather(tracks.update(one), tracks.update(other))
    assert {p.state for p in tracks.tracks()["tapes-1"].placements.values()} == {State.PRESENT}


async def test_what_two_operators_placed_by_mistake_is_known_afterwards(scene: Scene) -> None:
    first, _ = await scene.operator()
    made = await first.create(song(spotify=ADDING))
    second, _ = await scene.operator()
    theirs = second.tracks()["tapes-1"]
    placed = replace(ADDING, state=State.PRESENT, intent=None)
    await first.update(made.with_placement(SPOTIFY, replace(placed, id="first")))
    done = await second.update(theirs.with_placement(SPOTIFY, replace(placed, id="second")))
    assert {done.placements[SPOTIFY].id, *done.placements[SPOTIFY].others} == {"first", "second"}


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


async def test_the_memory_of_a_post_is_in_the_metadata_before_the_status(scene: Scene) -> None:
    tracks, kube = await scene.operator()
    made = await tracks.create(song(youtubeMusic=PRESENT, telegram=replace(PENDING, id=None)))
    posted = replace(PRESENT, id="42", origin=Origin.PLACED)

    def dies(method: str, subresource: str | None, body: Mapping[str, Any]) -> BaseException | None:
        return asyncio.CancelledError() if subresource == "status" else None

    kube.refuse = dies
    with pytest.raises(asyncio.CancelledError):
        await tracks.update(made.with_placement(TELEGRAM, posted))
    stored = await scene.get("tapes-1")
    assert '"id":"42"' in stored["metadata"]["annotations"][MEMORY_ANNOTATION]
    assert stored["status"]["placements"]["telegram"]["state"] == "Pending"
    again, _ = await scene.operator()
    assert again.tracks()["tapes-1"].placements[TELEGRAM].id == "42"


async def test_the_memory_of_another_channel_is_left_out_and_left_alone(scene: Scene) -> None:
    other = replace(scene.facts, chat_id=-100999)
    there, _ = await scene.operator(other)
    await there.create(song(youtubeMusic=PRESENT, telegram=replace(PRESENT, id="42")))
    unknown, _ = await scene.operator(replace(scene.facts, chat_id=None))
    assert TELEGRAM in unknown.tracks()["tapes-1"].placements
    tracks, _ = await scene.operator()
    assert TELEGRAM not in tracks.tracks()["tapes-1"].placements
    await tracks.update(tracks.tracks()["tapes-1"].with_placement(SPOTIFY, PENDING))
    stored = await scene.get("tapes-1")
    assert "-100999" in stored["metadata"]["annotations"][MEMORY_ANNOTATION]


async def test_foreign_changes_are_told_and_our_own_are_not(scene: Scene) -> None:
    tracks, _ = await scene.operator()
    made = await tracks.create(song(youtubeMusic=PRESENT))
    await tracks.update(made.with_placement(SPOTIFY, PENDING))
    await scene.edit("tapes-1", {"metadata": {"labels": {"team": "music"}}})
    wanted = {
        "apiVersion": "navaar.dev/v1alpha1",
        "kind": "Track",
        "metadata": {"name": "wanted"},
        "spec": {"musicSyncRef": {"name": "tapes"}, "title": "Glory Box"},
    }
    await scene.person.create(TRACKS, scene.facts.namespace, wanted)
    await soon(lambda: "wanted" in tracks.tracks())
    assert scene.told == [(scene.facts.namespace, "tapes", "wanted")]
    assert [track.name for track in tracks.stale()] == ["wanted"]
    await tracks.update(tracks.tracks()["wanted"], cosmetic=True)
    assert tracks.stale() == []
    scene.told.clear()
    await scene.person.delete(TRACKS, scene.facts.namespace, "wanted")
    await soon(lambda: "wanted" not in tracks.tracks())
    assert scene.told == [(scene.facts.namespace, "tapes", "wanted")]


async def test_only_what_nobody_has_written_into_is_deleted(scene: Scene) -> None:
    tracks, _ = await scene.operator()
    mine = await tracks.create(song(youtubeMusic=PRESENT))
    theirs = await tracks.create(song("tapes-2", youtubeMusic=PRESENT))
    await scene.edit("tapes-2", {"spec": {"pins": {"spotify": "6rqhFgbbKwnb9MLmUQDhG6"}}})
    await tracks.delete(mine)
    assert list(tracks.tracks()) == ["tapes-2"]
    with pytest.raises(Conflict):
        await tracks.delete(theirs)
    with pytest.raises(NotFound):
        await scene.get("tapes-1")
    await scene.get("tapes-2")
    await tracks.delete(mine)


async def test_a_track_that_was_deleted_is_not_written_to_and_can_be_made_again(scene: Scene) -> None:
    tracks, _ = await scene.operator()
    made = await tracks.create(song(youtubeMusic=PRESENT))
    await scene.person.delete(TRACKS, scene.facts.namespace, "tapes-1")
    with pytest.raises(NotFound):
        await tracks.update(made.with_placement(SPOTIFY, PENDING))
    assert tracks.tracks() == {}
    again = await tracks.create(song(youtubeMusic=PRESENT))
    assert tracks.tracks() == {"tapes-1": again}


async def test_tracks_are_owned_only_where_the_deletion_policy_says_so(scene: Scene) -> None:
    # A real owner: the garbage collector takes what belongs to one that is not there.
    places = {
        "youtubeMusic": {"playlist": "PL0123456789", "credentialsSecretRef": {"name": "google"}},
        "spotify": {"playlist": "5FJXhjdILmRA2z5bvz4nzf", "credentialsSecretRef": {"name": "spotify"}},
    }
    sync = {"apiVersion": "navaar.dev/v1alpha1", "kind": "MusicSync", "metadata": {"name": "tapes"}, "spec": places}
    made = await scene.person.create(MUSICSYNCS, scene.facts.namespace, sync)
    scene.facts = replace(scene.facts, uid=made["metadata"]["uid"])
    owning = replace(scene.facts, owns=True)
    tracks, _ = await scene.operator()
    await tracks.create(song(youtubeMusic=PRESENT))
    assert "ownerReferences" not in (await scene.get("tapes-1"))["metadata"]
    assert await tracks.settle_owners() == 0
    owned, _ = await scene.operator(owning)
    assert await owned.settle_owners() == 1
    (owner,) = (await scene.get("tapes-1"))["metadata"]["ownerReferences"]
    assert (owner["uid"], owner["controller"]) == (owning.uid, True)
    assert revision_of(owned.tracks()["tapes-1"]).owner == owning.uid
    assert await owned.settle_owners() == 0
    await owned.create(song("tapes-2", youtubeMusic=PRESENT))
    assert (await scene.get("tapes-2"))["metadata"]["ownerReferences"] == [owner]


async def test_a_track_that_a_person_applied_is_that_persons_to_delete_whatever_the_policy(scene: Scene) -> None:
    """With an owner it would come back from Git when the MusicSync is deleted, and Argo CD would never prune it."""
    body = {
        "apiVersion": "navaar.dev/v1alpha1",
        "kind": "Track",
        "metadata": {"name": "mine"},
        "spec": {"musicSyncRef": {"name": scene.facts.name}, "title": "Teardrop"},
    }
    await scene.person.create(TRACKS, scene.facts.namespace, body)
    tracks, _ = await scene.operator(replace(scene.facts, owns=True))
    assert "mine" in tracks.tracks()
    assert await tracks.settle_owners() == 0
    assert "ownerReferences" not in (await scene.get("mine"))["metadata"]


async def test_the_history_keeps_the_last_twenty_changes(scene: Scene) -> None:
    tracks, _ = await scene.operator()
    track = await tracks.create(song(youtubeMusic=PRESENT))
    for attempt in range(12):
        track = await tracks.update(
            track.with_placement(SPOTIFY, PENDING.to(State.FAILED, NOW, reason=f"Try{attempt}"))
        )
        track = await tracks.update(track.with_placement(SPOTIFY, PENDING))
    history = (await scene.get("tapes-1"))["status"]["history"]
    assert len(history) == 20
    assert [entry["event"] for entry in history[-2:]] == ["spotify: Failed (Try11)", "spotify: Pending"]
    assert history[-1]["at"] == "2027-01-15T08:00:00Z"


@pytest.mark.parametrize("limit", [None, 1, 2, 3])
@pytest.mark.parametrize("metadata_only", [True, False])
async def test_a_list_is_the_same_in_one_and_in_pages(scene: Scene, limit: int | None, metadata_only: bool) -> None:
    tracks, kube = await scene.operator()
    names = [(await tracks.create(replace(song(f"tapes-{n}"), origin=(YOUTUBE, f"yt-{n}")))).name for n in range(3)]
    listing = kube.pages(TRACKS, NAMESPACE, metadata_only=metadata_only, limit=limit)
    *batches, (last, version) = [batch async for batch in listing]
    assert [item["metadata"]["name"] for items, _ in batches for item in items] == names
    assert {"spec" in item for items, _ in batches for item in items} == {not metadata_only}
    assert not last
    assert version >= max(int(item["metadata"]["resourceVersion"]) for items, _ in batches for item in items)


async def test_a_watch_on_which_nothing_is_told_ends_without_an_error(scene: Scene) -> None:
    *_, (_, version) = [batch async for batch in scene.person.pages(TRACKS, NAMESPACE)]
    async with scene.person.watch(TRACKS, NAMESPACE, version, quiet=0.2) as chunks:
        assert [chunk async for chunk in chunks] == []
