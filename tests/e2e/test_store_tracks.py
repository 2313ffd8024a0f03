"""What the Track store promises on the real API server, under other people's writes and lost answers."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from navaar.api.common import MEMORY_ANNOTATION
from navaar.api.sound import label_of
from navaar.kube.client import MUSICSYNCS, TRACKS, Conflict, NotFound, Unavailable
from navaar.store.record import revision_of
from navaar.store.trackstore import NameTaken
from reconcilers.model import Origin, State
from tests.e2e import trackstorage
from tests.e2e.trackstorage import ADDING, NAMESPACE, NOW, PENDING, PRESENT, SPOTIFY, TELEGRAM, YOUTUBE, Scene, song
from tests.waiting import soon

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane
kubeconfig = trackstorage.kubeconfig
scene = trackstorage.scene


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
