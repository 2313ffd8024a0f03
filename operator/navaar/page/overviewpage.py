"""The first page: how each MusicSync stands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from navaar.deliveries import Delivery
from navaar.http.problem import unknown
from navaar.page.lately import Lately, lately
from navaar.page.visit import Page, Visit
from navaar.people import acts
from navaar.people.act import Act
from navaar.people.overview import PHASES, Overview, overview
from navaar.people.progress import progress
from navaar.people.question import Answer
from navaar.people.remark import Remark, heading, messages, notes
from navaar.store.index import SyncKey
from navaar.work import Work
from reconcilers.model import Phase
from reconcilers.services.protocol import ServiceName

MOST = 30
"""MusicSyncs on one page."""

_ORDER = tuple(sorted(Phase, key=lambda phase: PHASES.index(phase.value.lower())))


@dataclass(frozen=True, slots=True)
class Share:
    """Songs in one phase: how many, and which part of the bar is theirs, in thousandths."""

    phase: str
    count: int
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Card:
    """One MusicSync. `view` is None when it is gone, or not theirs to see, and only its songs are there."""

    namespace: str
    name: str
    gone: bool
    shares: tuple[Share, ...]
    songs: int
    view: Overview | None
    heading: Remark | None
    remarks: tuple[Remark, ...]
    work: Work | None
    answers: tuple[Answer, ...]
    under_way: tuple[Delivery, ...] = ()


async def page(visit: Visit) -> Page:
    """Every MusicSync."""
    keys = visit.keys
    after = dict(visit.query).get("after", "")
    rest = [key for key in keys if "/".join(key) > after] if after else keys
    cards = [await card(visit, key) for key in rest[:MOST]]
    more = "/".join(rest[MOST - 1]) if len(rest) > MOST else ""
    return Page("overview.html", "Overview", {"cards": cards, "more": more, "syncs": len(keys)}, here="/")


async def card(visit: Visit, key: SyncKey, found: Mapping[ServiceName, Lately] | None = None) -> Card:
    """One MusicSync; `found` is what came of late, where that was looked at already. Raises Problem if there is none."""
    resource = visit.syncs.get(key)
    counts = visit.sight.sources.tracks.phases().get(key, {}) if key in visit.groups else {}
    if resource is None and not any(counts.values()):
        raise unknown(f"There is no MusicSync {key[1][:100]} in namespace {key[0][:100]}.")
    gone = visit.sight.sources.syncs.get(key) is None
    songs = sum(counts.values())
    if resource is None:
        return Card(*key, gone, shares(counts), songs, None, None, (), None, ())
    view = overview(resource)
    if view.moving and key in visit.groups:
        if found is None:
            found = await lately(visit.sight.sources.tracks.index.tracks(*key).values(), visit.now)
        view = paced(view, resource, found)
    remarks = (*notes(view), *messages(view))
    work = visit.sight.sources.work(key)
    ways, coming = answers(resource, visit.now), visit.under_way(key)
    return Card(*key, gone, shares(counts), songs, view, heading(view), remarks, work, ways, coming)


def paced(view: Overview, resource: Mapping[str, Any], found: Mapping[ServiceName, Lately]) -> Overview:
    """With progresses as they go by the songs that came of late."""
    status = resource.get("status") or {}
    places = tuple(
        replace(
            place, progress=progress(place.service, status.get(place.service.value) or {}, found[place.service].pace)
        )
        if place.progress is not None
        else place
        for place in view.places
    )
    return replace(view, places=places)


def shares(counts: Mapping[str, int]) -> tuple[Share, ...]:
    """The songs by phase, in the order in which they are told; those without one yet are on their way."""
    there = {
        phase: counts.get(phase.value, 0) + (counts.get("", 0) if phase is Phase.SYNCING else 0) for phase in _ORDER
    }
    total = sum(there.values())
    made, start, before = [], 0, 0
    for phase, count in there.items():
        if count:
            before += count
            end = 1000 * before // total
            made.append(Share(phase.value, count, start, end - start))
            start = end
    return tuple(made)


def answers(resource: Mapping[str, Any], now: float) -> tuple[Answer, ...]:
    """What a person can do about a MusicSync."""
    suspended = bool(resource["spec"].get("suspend"))
    found: list[tuple[str, list[Act]]] = []
    if ((resource.get("status") or {}).get("plan") or {}).get("hash"):
        found.append(("Let the plan through that waits", acts.approve_plan(resource)))
    if resource["spec"].get("mode") == "Plan":
        found.append(("Begin: do what is planned", acts.begin(resource)))
    if not suspended:
        found.append(
            ("Have every place read now, and try again what failed", acts.ask_for_pass(resource, f"{now:.0f}"))
        )
    found.append(("Go on", acts.resume(resource)) if suspended else ("Stop for a while", acts.suspend(resource)))
    return tuple(Answer(word, act) for word, some in found for act in some)
