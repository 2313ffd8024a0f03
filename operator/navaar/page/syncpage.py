"""One MusicSync: how far it has got, what came of late, what comes next, and what waits for approval."""

from dataclasses import dataclass

from navaar.page.lately import Lately, lately
from navaar.page.overviewpage import card
from navaar.page.resource import resource_of
from navaar.page.visit import Page, Visit
from navaar.people import acts
from navaar.people.overview import Place
from navaar.people.queue import Waiting, queue

COMING = 8
"""Of the next songs of each place, how many are shown."""


@dataclass(frozen=True, slots=True)
class Course:
    """How it goes on in one place. `hours` are (songs, height in thousandths) of each of the last 24 hours."""

    place: Place
    came: int
    hours: tuple[tuple[int, int], ...]
    next: tuple[Waiting, ...]


async def page(visit: Visit) -> Page:
    """The MusicSync of the address. Raises Problem if there is none."""
    key = (visit.path["namespace"], visit.path["name"])
    there = visit.sight.sources.tracks.index.tracks(*key) if key in visit.groups else {}
    found = await lately(there.values(), visit.now, COMING)
    shown = await card(visit, key, found)
    sync = visit.syncs.get(key)
    courses = []
    if shown.view is not None:
        services = visit.sight.services(key)
        for place in shown.view.places:
            late = found[place.service]
            coming = queue(sync, (resource_of(track, services) for track in late.next), visit.now)
            here = tuple(one for one in coming if one.service is place.service)
            courses.append(Course(place, sum(late.hours), _columns(late), here))
    plan = ((sync or {}).get("status") or {}).get("plan")
    approvals = acts.approve_plan(sync) if sync is not None and plan and plan.get("hash") else []
    context = {"card": shown, "courses": courses, "plan": plan, "approvals": approvals}
    return Page("sync.html", key[1], context, about="/".join(key), here="/")


def _columns(late: Lately) -> tuple[tuple[int, int], ...]:
    most = max(late.hours)
    return tuple((songs, 1000 * songs // most if most else 0) for songs in late.hours)
