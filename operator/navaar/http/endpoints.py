"""The endpoints under ``/api``: what each is asked, what it answers, and from where."""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from navaar.api.common import Model
from navaar.http import loglist, tally, tracklist
from navaar.http.access import MUSICSYNCS, TRACKS, Caller, visible
from navaar.http.fields import picked, wanted
from navaar.http.problem import Problem, forbidden, unavailable, unknown
from navaar.http.question import AboutAllTracks, AboutLogs, AboutTracks, Question, Scoped
from navaar.http.shapes import LogPage, Stats, SyncState, SyncStates, TrackCounts, TrackPage, TrackStory
from navaar.http.sources import Sources
from navaar.http.syncstate import declared, state
from navaar.index import SyncKey
from navaar.kube import TRACKS as TRACK_KIND
from navaar.kube import user_agent
from navaar.kubeerrors import KubeError, NotFound
from reconcilers.model import Phase, Track
from reconcilers.services.protocol import ServiceName

_NAME = re.compile(r"[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?")

Handler = Callable[["Answers", Any, Caller, Mapping[str, str]], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One of them. `path` is below ``/api``; `question` are its parameters, `answer` is the shape of what it says.

    The first line of the handler's docstring is its title, the rest explains it to those who ask.
    """

    path: str
    question: type[Question]
    answer: type[Model]
    handler: Handler
    path_parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it tells, in a few words."""
        return inspect.cleandoc(self.handler.__doc__ or "").partition("\n")[0].rstrip(".")

    @property
    def text(self) -> str:
        """What there is to know about it."""
        return " ".join(inspect.cleandoc(self.handler.__doc__ or "").partition("\n")[2].split())


class Answers:
    """Works the answers out. Every method raises Problem where there is none."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    # ------------------------------------------------------------------ how many

    async def counts(self, question: Scoped, caller: Caller, path: Mapping[str, str]) -> dict[str, Any]:
        """How many Tracks there are.

        By phase, over all and by MusicSync. The same numbers as counting what `kubectl get tracks` shows.
        """
        fields = wanted(question.fields, TrackCounts)
        there = await self._syncs_with_tracks(question, caller)
        phases = self._sources.tracks.phases()
        made: dict[str, Any] = picked(tally.counts({key: phases[key] for key in there}), fields)
        return made

    async def stats(self, question: Scoped, caller: Caller, path: Mapping[str, str]) -> dict[str, Any]:
        """How the songs stand.

        By phase, by MusicSync, by service and state, and how they came in.
        """
        fields = wanted(question.fields, Stats)
        there = await self._syncs_with_tracks(question, caller)
        phases = self._sources.tracks.phases()
        made = await tally.stats({key: dict(phases[key]) for key in there}, self._tracks_of(there))
        answer: dict[str, Any] = picked({"operator": self._operator(), **made}, fields)
        return answer

    # ------------------------------------------------------------------ which

    async def tracks(self, question: AboutAllTracks, caller: Caller, path: Mapping[str, str]) -> dict[str, Any]:
        """Tracks.

        Page by page. A page goes on where the last one ended, whatever came and went meanwhile. `status` is another
        name of `phase`, and takes the words of the older service as well.
        """
        return await self._page(question, caller, ())

    async def failed(self, question: AboutTracks, caller: Caller, path: Mapping[str, str]) -> dict[str, Any]:
        """Songs that were given up.

        Tracks in the phase Failed; the message says why, and what to do.
        """
        return await self._page(question, caller, (Phase.FAILED.value,))

    async def pending(self, question: AboutTracks, caller: Caller, path: Mapping[str, str]) -> dict[str, Any]:
        """Songs on their way.

        Tracks in the phase Syncing, and those so new that they have none yet.
        """
        return await self._page(question, caller, (Phase.SYNCING.value, ""))

    async def review(self, question: AboutTracks, caller: Caller, path: Mapping[str, str]) -> dict[str, Any]:
        """Songs that wait for a person.

        Tracks in the phase Review, with the candidates and the command that takes each.
        """
        return await self._page(question, caller, (Phase.REVIEW.value,))

    async def track(self, question: Question, caller: Caller, path: Mapping[str, str]) -> dict[str, Any]:
        """One Track.

        All of it, with its history and what people wrote, read from the API server now.
        """
        fields = wanted(question.fields, TrackStory)
        namespace, name = path["namespace"], path["name"]
        nowhere = unknown(
            f"There is no Track {name[:100]} in namespace {namespace[:100]}: /api/tracks lists those there are."
        )
        if not _NAME.fullmatch(namespace) or not _NAME.fullmatch(name):
            raise nowhere
        if not await caller.may("get", TRACKS, namespace, name):
            raise forbidden(f"You may not get tracks.navaar.dev in {namespace}: have a Role there allow it.")
        store = self._sources.tracks
        if not self._serves(namespace):
            raise unknown(f"This operator doesn't serve namespace {namespace}, so it knows of no Track there.")
        try:
            resource = await store.kube.get(TRACK_KIND, namespace, name)
        except NotFound:
            raise nowhere from None
        except KubeError as error:
            raise unavailable("The API server doesn't give this Track just now. Ask again in a moment.") from error
        track = store.index.parse(resource)
        status = resource.get("status") or {}
        sync = self._sources.syncs.get((namespace, resource["spec"]["musicSyncRef"]["name"]))
        made = tracklist.item(track, declared(sync) if sync is not None else ())
        made["spec"] = resource["spec"]
        made["history"] = status.get("history") or []
        made["conditions"] = status.get("conditions") or []
        answer: dict[str, Any] = picked(made, fields)
        return answer

    # ------------------------------------------------------------------ how it goes

    async def sync_state(self, question: Scoped, caller: Caller, path: Mapping[str, str]) -> dict[str, Any]:
        """MusicSyncs.

        Conditions, counts, places, what waits for approval, the last pass and the next.
        """
        fields = wanted(question.fields, SyncState)
        syncs = {(r["metadata"]["namespace"], r["metadata"]["name"]): r for r in self._sources.syncs.all()}
        sees = await visible(caller, MUSICSYNCS, self._served(), question.namespace)
        items = [
            picked(state(resource, self._sources.work(key)), fields)
            for key, resource in syncs.items()
            if sees(key[0]) and (not question.sync or key[1] in question.sync)
        ]
        return {"operator": self._operator(), "items": items}

    async def logs(self, question: AboutLogs, caller: Caller, path: Mapping[str, str]) -> dict[str, Any]:
        """The log.

        The last lines of the process that answers, the latest first, secrets hidden. Lines that are about no MusicSync
        are only for those who may list MusicSyncs wherever this operator serves them.
        """
        served = self._served()
        try:
            sees = await visible(caller, MUSICSYNCS, served, question.namespace)
        except Problem as problem:
            if problem.status != 403:
                raise
            raise forbidden(
                "Lines of the log are for those who may list musicsyncs.navaar.dev in the namespace they are about: "
                "have a Role there allow it."
            ) from None
        return loglist.page(self._sources.lines, question, sees, all(sees(namespace) for namespace in served))

    # ------------------------------------------------------------------ what they share

    async def _page(self, question: AboutTracks, caller: Caller, phases: tuple[str, ...]) -> dict[str, Any]:
        there = await self._syncs_with_tracks(question, caller)
        return await tracklist.page(self._tracks_of(there), question, self._services, phases)

    async def _syncs_with_tracks(self, question: Scoped, caller: Caller) -> list[SyncKey]:
        """The MusicSyncs that are asked about and whose Tracks the caller may list."""
        sees = await visible(caller, TRACKS, self._served(), question.namespace)
        return [
            key
            for key in sorted(self._sources.tracks.phases())
            if sees(key[0]) and (not question.sync or key[1] in question.sync)
        ]

    def _tracks_of(self, syncs: list[SyncKey]) -> dict[SyncKey, Mapping[str, Track]]:
        return {key: self._sources.tracks.index.tracks(*key) for key in syncs}

    def _services(self, sync: SyncKey) -> tuple[ServiceName, ...]:
        resource = self._sources.syncs.get(sync)
        return declared(resource) if resource is not None else ()

    def _served(self) -> set[str]:
        """The namespaces that the operator knows of: it was told them, or something of its own is there."""
        told = self._sources.namespaces
        if told is not None:
            return set(told)
        found = {namespace for namespace, _ in self._sources.tracks.phases()}
        return found | {resource["metadata"]["namespace"] for resource in self._sources.syncs.all()}

    def _serves(self, namespace: str) -> bool:
        return self._sources.namespaces is None or namespace in self._sources.namespaces

    def _operator(self) -> dict[str, Any]:
        leader = self._sources.leader()
        made = {"name": leader.name, "leading": leader.leading, "version": user_agent().removeprefix("navaar/")}
        return made | ({"leader": leader.active} if leader.active else {})


ENDPOINTS = (
    Endpoint("/counts", Scoped, TrackCounts, Answers.counts),
    Endpoint("/stats", Scoped, Stats, Answers.stats),
    Endpoint("/tracks", AboutAllTracks, TrackPage, Answers.tracks),
    Endpoint(
        "/tracks/{namespace}/{name}",
        Question,
        TrackStory,
        Answers.track,
        {"namespace": "The Track's namespace.", "name": "The Track's name."},
    ),
    Endpoint("/failed", AboutTracks, TrackPage, Answers.failed),
    Endpoint("/pending", AboutTracks, TrackPage, Answers.pending),
    Endpoint("/review", AboutTracks, TrackPage, Answers.review),
    Endpoint("/sync-state", Scoped, SyncStates, Answers.sync_state),
    Endpoint("/logs", AboutLogs, LogPage, Answers.logs),
)
