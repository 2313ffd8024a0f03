"""The endpoints under ``/api``: what each is asked, what it answers, and from where."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from starlette.responses import Response

from navaar.api.common import Model
from navaar.http import deliverylist, loglist, tally, tracklist
from navaar.http.access import Caller
from navaar.http.fields import picked, wanted
from navaar.http.live import Changes, Live
from navaar.http.problem import Problem, forbidden
from navaar.http.question import AboutAllTracks, AboutLogs, AboutTracks, Question, Scoped
from navaar.http.shapes import (
    DeliveryState,
    DeliveryStates,
    LogPage,
    Stats,
    SyncState,
    SyncStates,
    TrackCounts,
    TrackPage,
    TrackStory,
)
from navaar.http.sight import Sight
from navaar.http.sources import Sources
from navaar.http.stream import Event, EventStream
from navaar.http.syncstate import state
from navaar.kube.client import user_agent
from reconcilers.delivery import EVERY
from reconcilers.model import Phase

Handler = Callable[["Answers", Any, Caller, Mapping[str, str]], Awaitable[dict[str, Any] | bytes]]
"""What it gives is the answer, or the answer as JSON."""

Streamer = Callable[["Answers", Any, Caller, Callable[[Problem], Response]], EventStream]
"""Goes on telling, where a client accepts server-sent events."""


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
    streamer: Streamer | None = None

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

    def __init__(self, sources: Sources, live: Live | None = None) -> None:
        """`live` tells what changes to those who stay."""
        self._sources = sources
        self._live = live or Live()
        self._sight = Sight(sources)

    # ------------------------------------------------------------------ how many

    async def counts(self, question: Scoped, caller: Caller, path: Mapping[str, str]) -> dict[str, Any]:
        """How many Tracks there are.

        By phase, over all and by MusicSync. The same numbers as counting what `kubectl get tracks` shows.
        """
        fields = wanted(question.fields, TrackCounts)
        there = await self._sight.groups(caller, question)
        phases = self._sources.tracks.phases()
        made: dict[str, Any] = picked(tally.counts({key: phases[key] for key in there}), fields)
        return made

    async def stats(self, question: Scoped, caller: Caller, path: Mapping[str, str]) -> dict[str, Any]:
        """How the songs stand.

        By phase, by MusicSync, by service and state, and how they came in.
        """
        fields = wanted(question.fields, Stats)
        there = await self._sight.groups(caller, question)
        phases = self._sources.tracks.phases()
        made = await tally.stats({key: dict(phases[key]) for key in there}, self._sight.tracks_of(there))
        answer: dict[str, Any] = picked({"operator": self._operator(), **made}, fields)
        return answer

    # ------------------------------------------------------------------ which

    async def tracks(self, question: AboutAllTracks, caller: Caller, path: Mapping[str, str]) -> bytes:
        """Tracks.

        Page by page. A page goes on where the last one ended, whatever came and went meanwhile. `status` is another
        name of `phase`, and takes the words of the older service as well.
        """
        return await self._page(question, caller, ())

    async def failed(self, question: AboutTracks, caller: Caller, path: Mapping[str, str]) -> bytes:
        """Songs that were given up.

        Tracks in the phase Failed; the message says why, and what to do.
        """
        return await self._page(question, caller, (Phase.FAILED.value,))

    async def pending(self, question: AboutTracks, caller: Caller, path: Mapping[str, str]) -> bytes:
        """Songs on their way.

        Tracks in the phase Syncing, and those so new that they have none yet.
        """
        return await self._page(question, caller, (Phase.SYNCING.value, ""))

    async def review(self, question: AboutTracks, caller: Caller, path: Mapping[str, str]) -> bytes:
        """Songs that wait for a person.

        Tracks in the phase Review, with the candidates and the command that takes each.
        """
        return await self._page(question, caller, (Phase.REVIEW.value,))

    async def track(self, question: Question, caller: Caller, path: Mapping[str, str]) -> dict[str, Any]:
        """One Track.

        All of it, with its history and what people wrote, read from the API server now.
        """
        fields = wanted(question.fields, TrackStory)
        resource = await self._sight.track(caller, path["namespace"], path["name"], "/api/tracks")
        track = self._sources.tracks.index.parse(resource)
        status = resource.get("status") or {}
        sync = (path["namespace"], resource["spec"]["musicSyncRef"]["name"])
        made = tracklist.item(track, self._sight.services(sync))
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
        there = await self._sight.syncs(caller, question)
        items = [picked(state(resource, self._sources.work(key)), fields) for key, resource in there.items()]
        return {"operator": self._operator(), "items": items}

    async def progress(self, question: Scoped, caller: Caller, path: Mapping[str, str]) -> dict[str, Any]:
        """Songs on their way.

        What is just being fetched, converted and sent, and how far it is, of those whose Tracks you may list. Who accepts
        `text/event-stream` is told on: an event `now` with this answer, then an event `progress` whose `items` are those that
        got on since, no more often than four times a second; of what is over, a last time with the step `arrived` or
        `stopped`. A line with a colon comes at least every 20 seconds. Who takes nothing for 15 seconds is cut off; who asks
        again is told `now` first.
        """
        fields = wanted(question.fields, DeliveryState)
        there = set(await self._sight.groups(caller, question))
        items = deliverylist.items(self._sources.deliveries(), there)
        return {"operator": self._operator(), "items": picked(items, fields)}

    def progress_stream(self, question: Scoped, caller: Caller, refuse: Callable[[Problem], Response]) -> EventStream:
        """The same, told on. Raises Problem for a question that can't be answered."""
        fields = wanted(question.fields, DeliveryState)

        async def tell(changes: Changes | None) -> Sequence[Event]:
            if changes is None or changes.deliveries is None:
                return [("now", await self.progress(question, caller, {}))]
            there = set(await self._sight.groups(caller, question))
            items = picked(deliverylist.items(changes.deliveries, there), fields)
            return [("progress", {"items": items})] if items else []

        return EventStream(partial(self._live.listener, deliveries_only=True), tell, refuse, pause=EVERY)

    async def logs(self, question: AboutLogs, caller: Caller, path: Mapping[str, str]) -> dict[str, Any]:
        """The log.

        The last lines of the process that answers, the latest first, secrets hidden. Lines that are about no MusicSync
        are only for those who may list MusicSyncs wherever this operator serves them.
        """
        served = self._sight.served()
        try:
            sees = await self._sight.sees_syncs(caller, question)
        except Problem as problem:
            if problem.status != 403:
                raise
            raise forbidden(
                "Lines of the log are for those who may list musicsyncs.navaar.dev in the namespace they are about: "
                "have a Role there allow it."
            ) from None
        return loglist.page(self._sources.lines, question, sees, all(sees(namespace) for namespace in served))

    # ------------------------------------------------------------------ what they share

    async def _page(self, question: AboutTracks, caller: Caller, phases: tuple[str, ...]) -> bytes:
        there = await self._sight.groups(caller, question)
        return await tracklist.page(self._sight.tracks_of(there), question, self._sight.services, phases)

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
    Endpoint("/progress", Scoped, DeliveryStates, Answers.progress, streamer=Answers.progress_stream),
    Endpoint("/logs", AboutLogs, LogPage, Answers.logs),
)
