"""What the benchmarks of the running operator stand on: a control plane, a world, and thousands of Tracks at once."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from navaar.api.common import ACCEPT_PAST_ANNOTATION
from navaar.api.convert import manifest_of, status_of
from navaar.kube.client import Kube
from navaar.kube.kinds import TRACKS
from reconcilers.model import Match, Origin, Placement, State, Track
from reconcilers.phase import message_of, phase_of
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from sandbox import controlplane, quickstart, scenario
from sandbox.catalogue import Song, crowd, spotify_id, video_id
from sandbox.controlplane import ControlPlane
from sandbox.controlplane.audit import Write
from sandbox.journal import Entry
from sandbox.operatorprocess import OperatorProcess
from sandbox.stage import ACCOUNT, OPERATOR_NAMESPACE, Stage, operator_arguments
from sandbox.thread import SandboxThread
from sandbox.world import World

TELEGRAM, YOUTUBE, SPOTIFY = ServiceName.TELEGRAM, ServiceName.YOUTUBE, ServiceName.SPOTIFY
SERVICES = (TELEGRAM, YOUTUBE, SPOTIFY)
IN_FLIGHT = 32
"""Requests to the API server at a time while Tracks are made."""

QUIET = 8.0
"""Seconds without a request or a write after which the operator is at rest."""

Manifest = dict[str, Any]


def say(text: str) -> None:
    """A line of progress: standard output is for the result."""
    print(text, file=sys.stderr, flush=True)


@dataclass
class Ground:
    """A cluster with Navaar's resources, and a world with the quickstart's accounts."""

    plane: ControlPlane
    stage: Stage
    box: SandboxThread
    folder: Path
    kubeconfig: Path
    operators: list[OperatorProcess] = field(default_factory=list)

    def start(self, *arguments: str) -> OperatorProcess:
        """Starts the operator under its ServiceAccount."""
        said = [*operator_arguments([quickstart.NAMESPACE]), *arguments]
        operator = OperatorProcess(self.kubeconfig, said, self.box.environment(), self.folder)
        self.operators.append(operator)
        return operator

    def apply_sync(self, interval: str, **spec: Any) -> None:
        """The quickstart's Secrets and MusicSync, with top-level fields of its spec replaced."""
        for manifest in quickstart.secrets():
            self.stage.apply(manifest)
        sync = quickstart.musicsync(**spec)
        for place in ("youtubeMusic", "spotify"):
            sync["spec"][place]["interval"] = interval
        self.stage.apply(sync)

    def ready(self) -> tuple[str, str, str]:
        """Status, reason and message of the MusicSync's condition Ready."""
        status = self.stage.get("MusicSync", quickstart.NAMESPACE, quickstart.NAME).get("status") or {}
        for condition in status.get("conditions") or []:
            if condition["type"] == "Ready":
                return condition["status"], condition["reason"], condition["message"]
        return "Unknown", "", ""

    def accept_past(self) -> None:
        """What a person does where nobody knows how long the channel was not read: the Tracks are all there is."""
        annotations = {ACCEPT_PAST_ANNOTATION: str(time.time())}
        self.stage.patch("MusicSync", quickstart.NAMESPACE, quickstart.NAME, {"metadata": {"annotations": annotations}})

    def writes(self) -> list[Write]:
        """What the operator wrote to the API server so far, whichever of its clients did it; Leases aside."""
        account = f"system:serviceaccount:{OPERATOR_NAMESPACE}:{ACCOUNT}"
        return [w for w in self.plane.writes() if w.user == account and not w.resource.startswith("leases.")]

    def create_tracks(self, tracks: Sequence[tuple[Track, Manifest]]) -> float:
        """Creates Tracks and their statuses, as an operator would have; returns the seconds that it took."""
        started = time.monotonic()
        asyncio.run(_create(self.plane.kubeconfig, tracks))
        return time.monotonic() - started

    def settle(self, seconds: float = 600.0) -> None:
        """Returns once the operator has read everything and has been quiet for a while. Raises TimeoutError."""
        end = time.monotonic() + seconds
        seen: tuple[int, int, str] | None = None
        quiet_since, accepted = time.monotonic(), False
        while time.monotonic() < end:
            time.sleep(1)
            state, reason, message = self.ready()
            now = (len(self.calls()), len(self.writes()), reason)
            if now != seen:
                seen, quiet_since = now, time.monotonic()
                say(f"  {now[0]} requests to services, {now[1]} writes to Kubernetes; {reason} {message}")
            elif time.monotonic() - quiet_since >= QUIET and state == "True":
                return
            if reason == "ChannelPastUnknown" and "not known how long" in message and not accepted:
                accepted = True
                self.accept_past()
        raise TimeoutError(f"not at rest after {seconds:.0f} s: {self.ready()}")

    def calls(self, since: int = 0) -> list[Entry]:
        """The requests that reached the services, the long poll aside."""
        return [e for e in self.box.world.journal.entries[since:] if e.call != "getUpdates"]


@contextmanager
def ground() -> Iterator[Ground]:
    """A control plane with an audit log, and an empty world, for as long as the ``with`` block lasts."""
    say("starting the control plane …")
    with (
        tempfile.TemporaryDirectory(prefix="navaar-bench-") as name,
        controlplane.start(audit=True) as plane,
        SandboxThread(World(), Path(name)) as box,
    ):
        box.call(lambda: scenario.empty(box.world), timeout=60)
        stage = Stage(plane)
        made = Ground(plane, stage, box, Path(name), stage.install([quickstart.NAMESPACE]))
        try:
            yield made
        except BaseException:
            for operator in made.operators[-1:]:
                say(operator.tail())
            raise
        finally:
            for operator in made.operators:
                operator.stop()
            if box.refused:
                say(f"would have left this machine: {box.refused}")


async def _create(kubeconfig: Path, tracks: Sequence[tuple[Track, Manifest]]) -> None:
    kube = await Kube.connect(str(kubeconfig))
    waiting = iter(tracks)
    done = 0
    started = time.monotonic()

    async def work() -> None:
        nonlocal done
        for track, status in waiting:
            body = manifest_of(track, quickstart.NAME, quickstart.NAMESPACE, chat_id=scenario.CHANNEL_ID)
            made = await kube.create(TRACKS, quickstart.NAMESPACE, body)
            status["observedGeneration"] = made["metadata"]["generation"]
            await kube.replace(
                TRACKS, quickstart.NAMESPACE, track.name, {**made, "status": status}, subresource="status"
            )
            done += 1
            if done % 1000 == 0:
                say(f"  {done} of {len(tracks)} Tracks, {done / (time.monotonic() - started):.0f}/s")

    try:
        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    finally:
        await kube.close()


def status(track: Track, events: Sequence[tuple[float, str]]) -> Manifest:
    """The status that the operator would have written, with this history."""
    return status_of(
        track, phase=phase_of(track, SERVICES), message=message_of(track, SERVICES), generation=1, events=events
    )


def songs(count: int, on_youtube: int = 0) -> list[Song]:
    """Invented songs, all on Spotify, the first `on_youtube` of them on YouTube."""
    return [
        replace(
            song,
            spotify_id=song.spotify_id or spotify_id(f"track:{song.key}"),
            video_id=(song.video_id or video_id(f"audio:{song.key}")) if n < on_youtube else None,
        )
        for n, song in enumerate(crowd(count))
    ]


def recording(song: Song) -> Recording:
    """The song as Spotify's listing tells it."""
    return Recording(
        song.title, song.artists, song.album, float(song.duration), song.isrc, version=(), method="spotify"
    )


def stands(id: str, at: float, *, entry: str | None = None, match: Match | None = None) -> Placement:
    """An entry that the operator placed there and has seen since."""
    return Placement(
        State.PRESENT,
        Origin.PLACED,
        id,
        entry,
        seen=True,
        match=match or Match("Search", 0.97, ("title equal", "artists equal", "duration equal")),
        placed=at,
        changed=at,
    )
