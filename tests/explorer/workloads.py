"""What people do: the workloads that are explored.

A script may not look at what the operator has done: it would do something else after a crash. Between its acts there is
more time than an unknown outcome takes to settle.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from reconcilers.policy import RemovalPolicy, Sync
from tests.explorer.ground import syncs
from tests.explorer.stage import Stage
from tests.memory import SPOTIFY, TELEGRAM, YOUTUBE

HOUR = 3600.0
Script = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Workload:
    """A script under a MusicSync. `rest` is how many seconds it is left alone at its end.

    Without `origins` it is open who put a song where: when a person adds what is being added, nobody can tell.
    """

    name: str
    sync: Sync
    script: Script
    origins: bool = True
    rest: float = 8 * HOUR


async def union(stage: Stage) -> None:
    """Three lists that overlap become one."""
    stage.put(TELEGRAM, "A", "B", "C")
    stage.put(YOUTUBE, "B", "C", "D", "E")
    stage.put(SPOTIFY, "C", "D", "F")
    stage.start()


async def down(stage: Stage) -> None:
    """Posts and additions while the operator is away."""
    stage.put(TELEGRAM, "A")
    stage.put(YOUTUBE, "A", "B")
    stage.start()
    await stage.wait(2 * HOUR)
    await stage.stop()
    stage.put(TELEGRAM, "C", "D")
    stage.put(YOUTUBE, "D")
    stage.put(SPOTIFY, "F")
    await stage.wait(6 * HOUR)
    stage.put(TELEGRAM, "G")
    stage.start()


async def together(stage: Stage) -> None:
    """Different songs are added on all three at once."""
    stage.put(SPOTIFY, "A")
    stage.start()
    await stage.wait(2 * HOUR)
    stage.put(TELEGRAM, "B")
    stage.put(YOUTUBE, "C")
    stage.put(SPOTIFY, "D")
    await stage.wait(2 * HOUR)
    stage.put(SPOTIFY, "G", "H")
    stage.put(YOUTUBE, "E", "I")


async def same(stage: Stage) -> None:
    """One song appears everywhere at once, others in two places.

    Nobody adds a song a moment after it was seen elsewhere: where it is being added just then is outside the promise.
    """
    stage.put(YOUTUBE, "B")
    stage.start()
    await stage.wait(2 * HOUR)
    for service in (TELEGRAM, YOUTUBE, SPOTIFY):
        stage.put(service, "C")
    await stage.wait(2 * HOUR)
    stage.put(YOUTUBE, "G")
    stage.put(TELEGRAM, "G")
    await stage.wait(2 * HOUR)
    stage.put(SPOTIFY, "D")
    stage.put(TELEGRAM, "D")


async def removals(stage: Stage) -> None:
    """People take out what they added and what we added, and add one of them again."""
    stage.put(TELEGRAM, "A", "B")
    stage.put(YOUTUBE, "C", "D")
    stage.put(SPOTIFY, "F", "H")
    stage.start()
    await stage.wait(2 * HOUR)
    stage.take(SPOTIFY, "F")
    stage.take(YOUTUBE, "A")
    await stage.wait(3 * HOUR)
    stage.take(YOUTUBE, "D")
    await stage.wait(3 * HOUR)
    stage.put(SPOTIFY, "F")


async def wishes(stage: Stage) -> None:
    """People pin, reject, exclude, ask for songs and ask them away."""
    stage.put(TELEGRAM, "B")
    stage.put(YOUTUBE, "C", "D", "F")
    stage.put(SPOTIFY, "H")
    stage.youtube.songs["yt:H2"] = stage.youtube.songs["yt:H"]
    stage.start()
    await stage.wait(2 * HOUR)
    stage.write("H", pins={"youtubeMusic": "yt:H2"})
    stage.write("C", rejects={"spotify": ["sp:C"]})
    await stage.wait(2 * HOUR)
    stage.request("A")
    stage.request("B")
    stage.write("F", state="Absent")
    await stage.wait(2 * HOUR)
    stage.write("D", excludeFrom=["spotify"])
    stage.take(SPOTIFY, "D")
    stage.write("H", pins=None)


async def corrections(stage: Stage) -> None:
    """People put right what was matched wrongly, by rejects and by pins, and what they posted themselves."""
    stage.put(SPOTIFY, "B", "C")
    stage.put(TELEGRAM, "D")
    for song in "BC":
        stage.youtube.songs[f"yt:{song}2"] = stage.youtube.songs[f"yt:{song}"]
    stage.start()
    await stage.wait(2 * HOUR)
    stage.write("B", rejects={"youtubeMusic": ["yt:B"]})
    stage.write("C", pins={"youtubeMusic": "yt:C2"})
    await stage.wait(2 * HOUR)
    stage.write("C", pins={"youtubeMusic": "yt:C"})
    stage.edit("D", "F")
    await stage.wait(2 * HOUR)
    stage.write("C", pins=None, rejects={"youtubeMusic": ["yt:C", "yt:C2"]})


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("union", syncs(), union),
        Workload("down", syncs(), down),
        Workload("together", syncs(), together),
        Workload("same", syncs(), same, origins=False),
        Workload("keep", syncs(RemovalPolicy.KEEP), removals),
        Workload("propagate", syncs(RemovalPolicy.PROPAGATE), removals),
        Workload("wishes", syncs(), wishes),
        Workload("corrections", syncs(), corrections),
    )
}
