"""How a MusicSync stands, and what is asked of it as a whole: /status, /stats, /sync, /config, /logs, /ping."""

from collections.abc import Mapping
from typing import Any

import yaml

from navaar.bot import markup
from navaar.bot.answer import Answer, Key, Keys, paged
from navaar.bot.asking import again, called, declared, of, unasked
from navaar.bot.reviewing import review
from navaar.bot.songs import failed, queue
from navaar.bot.visit import Visit
from navaar.http import tally
from navaar.kube.client import user_agent
from navaar.people.acts import approve_plan
from navaar.people.overview import Overview, Place, Standing, overview
from navaar.people.why import of_place, of_plan
from navaar.store.index import SyncKey
from reconcilers.services.protocol import ServiceName

LINES = 50
"""Lines of the log at most; without a number it is `USUAL_LINES`."""
USUAL_LINES = 10

_PHASES = {
    "synced": "Synced", "partial": "Partial", "syncing": "Syncing", "review": "Review", "failed": "Failed",
    "removed": "Removed", "excluded": "Excluded", "duplicate": "Duplicate",
}  # fmt: skip


async def status(visit: Visit) -> Answer:
    """The dashboard, of one or of all."""
    visit.nothing_more()
    told = [_dashboard(visit, key) for key in visit.syncs]
    if len(told) > 1:
        names = tuple((Key(called(key, visit.syncs), of(key, status)),) for key in visit.syncs)
        return paged(visit, visit.say("menu.status"), [f"\n{one}" for one in told], names, most=5)
    return Answer(told[0], _doors(visit))


def _dashboard(visit: Visit, key: SyncKey) -> str:
    resource = visit.resource(key)
    view = overview(resource)
    lines = [f"{markup.bold(markup.name(called(key, visit.syncs)))} · {_standing(visit, view.ready)}"]
    if view.suspended:
        lines.append(visit.say("status.suspended"))
    if view.mode == "Plan":
        lines.append(visit.say("status.plan"))
    lines.append(_counts(visit, view))
    for place in view.places:
        lines += _place(visit, resource, place)
    spoken = {place.standing.message for place in view.places}
    if view.ready.status == "False" and view.ready.message and not any(m and m in view.ready.message for m in spoken):
        lines += _why(visit, resource, None, view.ready)
    waiting = (resource.get("status") or {}).get("plan") or {}
    if waiting.get("hash") and view.mode != "Plan":
        summary = markup.text(of_plan(waiting, visit.language), 200)
        lines.append(visit.say("status.held", summary=summary))
        lines += [markup.code(act.line) for act in approve_plan(resource)]
    return "\n".join(lines)


def _counts(visit: Visit, view: Overview) -> str:
    songs = view.counts.get("songs")
    if songs is None:
        return visit.say("status.uncounted")
    told = [visit.say("status.counts", songs=songs)]
    told += [
        visit.say("status.count", word=visit.word("phase", phase), count=view.counts[name])
        for name, phase in _PHASES.items()
        if view.counts.get(name)
    ]
    return "\n".join([told[0], visit.say("comma").join(told[1:])]) if told[1:] else told[0]


def _standing(visit: Visit, standing: Standing) -> str:
    """A condition in a word, and its reason where that tells more."""
    word = visit.word("ready", standing.status)
    return word if standing.word in ("Ready", "Synced", "Waiting") else f"{word} ({markup.code(standing.word)})"


def _why(visit: Visit, resource: Mapping[str, Any], service: ServiceName | None, standing: Standing) -> list[str]:
    """What a condition says, and the line that mends it."""
    why, line = of_place(resource, service, standing.reason, standing.message, visit.language)
    return [*([markup.sentence(why)] if why else []), *([markup.code(line)] if line else [])]


def _place(visit: Visit, resource: Mapping[str, Any], place: Place) -> list[str]:
    standing = place.standing
    title = markup.bold(markup.name(place.service.title))
    told = [visit.say("status.place", place=title, word=_standing(visit, standing))]
    if place.items is not None:
        told.append(visit.say("status.items", items=place.items))
    if place.placed is not None:
        told.append(visit.say("status.placed", placed=place.placed))
    if place.pending:
        told.append(visit.say("status.pending", pending=place.pending))
    if place.progress is not None:
        one = place.progress
        told.append(visit.say("status.progress", done=one.done, total=one.total, lasts=one.lasting(visit.language)))
    said = _why(visit, resource, place.service, standing) if standing.message else []
    return [" · ".join(told), *said]


def _doors(visit: Visit) -> Keys:
    """What leads on from the dashboard."""
    counts = overview(visit.resource()).counts
    rows = [
        (Key(visit.say("key.refresh"), status), Key(visit.say("key.sync"), sync)),
        (Key(visit.say("key.stats"), stats), Key(visit.say("key.queue"), queue)),
    ]
    more = []
    if counts.get("review"):
        more.append(Key(visit.say("key.review", count=counts["review"]), review))
    if counts.get("failed"):
        more.append(Key(visit.say("key.failed", count=counts["failed"]), failed))
    return (*rows, tuple(more)) if more else tuple(rows)


async def stats(visit: Visit) -> Answer:
    """The songs in numbers."""
    visit.nothing_more()
    house, key = visit.house, visit.key
    made = await tally.stats({key: dict(house.tracks.phases().get(key, {}))}, {key: house.index(key)})
    lines = [markup.bold(visit.say("stats.title", sync=visit.name, total=made["tracks"]))]
    lines += [
        visit.say("stats.phase", word=visit.word("phase", phase), count=count)
        for phase, count in made["phases"].items()
        if count
    ]
    if made["withoutStatus"]:
        lines.append(visit.say("stats.new", count=made["withoutStatus"]))
    for one in made["services"]:
        if one["states"]:
            states = [
                visit.say("stats.phase", word=visit.word("state", s), count=count) for s, count in one["states"].items()
            ]
            title = markup.bold(markup.name(ServiceName(one["service"]).title))
            lines += ["", title, visit.say("comma").join(states), visit.say("stats.placed", count=one["placed"])]
    sources = [
        visit.say("stats.phase", word=visit.word("source", s), count=count)
        for s, count in made["sources"].items()
        if count
    ]
    if sources:
        lines += ["", markup.bold(visit.say("stats.sources")), visit.say("comma").join(sources)]
    return Answer("\n".join(lines), ((Key(visit.say("key.refresh"), stats), Key(visit.say("key.queue"), queue)),))


async def sync(visit: Visit) -> Answer:
    """Has places read now."""
    place = visit.place()
    asked = declared(visit) if place is None else [place]
    places = visit.say("comma").join(service.title for service in asked)
    done = Answer(visit.say("sync.done", places=places, sync=visit.name), ((Key(visit.say("menu.status"), status),),))
    return unasked(visit, asked) or done


async def config(visit: Visit) -> Answer:
    """The spec, which holds no secret: those are in Secrets."""
    visit.nothing_more()
    written = yaml.safe_dump(visit.resource()["spec"], allow_unicode=True, sort_keys=False, width=60)
    lines = written.splitlines()
    blocks = [markup.block("\n".join(one[:200] for one in lines[at : at + 40])) for at in range(0, len(lines), 40)]
    return paged(visit, visit.say("config.title", sync=visit.name), blocks, most=1)


async def logs(visit: Visit) -> Answer:
    """The last lines about it, secrets hidden."""
    count = visit.number(USUAL_LINES, LINES)
    about = "/".join(visit.key)
    found = []
    for line in visit.house.lines.latest():
        if dict(line.about).get("sync") == about:
            ago = visit.short(visit.house.clock() - line.at)
            found.append(f"{ago} {markup.code(f'{line.level}: {line.message}', 300)}")
            if len(found) == count:
                break
    if not found:
        return Answer(visit.say("logs.none", sync=visit.name))
    keys = ((Key(visit.say("key.refresh"), again(visit, logs)),),)
    return paged(visit, visit.say("logs.title", sync=visit.name), found, keys, most=15)


async def ping(visit: Visit) -> Answer:
    """Whether the operator is there, and works."""
    visit.nothing_more()
    seconds = await visit.house.reach(visit.key)
    version = markup.text(user_agent().removeprefix("navaar/"))
    told = [visit.say("ping", version=version, milliseconds=round(seconds * 1000))]
    for key in visit.syncs:
        work, name = visit.house.work(key), markup.name(called(key, visit.syncs))
        if work is None or work.ended is None:
            told.append(visit.say("ping.never", sync=name))
        else:
            span = visit.short(visit.house.clock() - work.ended)
            told.append(visit.say("ping.pass", sync=name, span=span, seconds=f"{work.seconds:.2f}"))
    return Answer("\n".join(told))
