"""Songs: /queue, /recent, /track, /failed, /retry, /delete."""

import asyncio
import heapq
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from navaar.api.instant import read
from navaar.bot import markup
from navaar.bot.answer import Answer, Key, Press, paged
from navaar.bot.asking import again, declared, unasked
from navaar.bot.reviewing import card_of
from navaar.bot.visit import Refused, Visit
from navaar.people import acts
from navaar.people.failure import Failure, failures
from navaar.people.queue import OPERATIONS
from navaar.people.queue import queue as waiting
from navaar.people.song import placements_of, short_name, status_of
from navaar.people.story import Chapter, story
from navaar.people.why import of_song
from reconcilers.model import Phase, Track
from reconcilers.plan.bulk import queue_order
from reconcilers.services.protocol import ServiceName

NEXT = 20
"""Songs of each place that are told of its queue."""

RECENT = 50
"""Songs at most; without a number it is `USUAL_RECENT`."""
USUAL_RECENT = 10

FAILED = 60
"""Songs that failed of which each is told."""

_COMMANDS = re.compile(r"`navaar (review|retry|queue|failed)\b[^`]*`")
"""What the command line's users are told to type: here a command does it."""

HISTORY = 12
"""Of a song's history, so many of the latest events."""


async def queue(visit: Visit) -> Answer:
    """What is to come, in the order in which its turn comes."""
    asked = visit.place()
    places = [asked] if asked is not None else list(ServiceName)
    tracks = visit.house.index(visit.key)
    # In a thread, here and below: of very many songs it takes a while, and others are to have their turn.
    lines = {service: await asyncio.to_thread(_line, tracks, service) for service in places}
    total = sum(len(line) for line in lines.values())
    if not total:
        return Answer(visit.say("queue.none", sync=visit.name))
    names = dict.fromkeys(name for line in lines.values() for name in line[:NEXT])
    resources = await visit.house.resources(visit.key[0], names)
    found = waiting(visit.resource(), resources, visit.house.clock(), visit.language)
    blocks = []
    for service, line in lines.items():
        if not line:
            continue
        blocks.append(f"\n{markup.bold(visit.say('queue.place', place=markup.name(service.title), total=len(line)))}")
        for one in found:
            if one.service is service and one.turn <= NEXT:
                does, song = visit.word("does", one.operation), visit.song_of(one.track)
                soon = visit.say("when.stopped") if one.next.word == "stopped" else one.next.when
                when = markup.typed(markup.text(soon or one.next.says))
                blocks.append(visit.say("queue.line", turn=one.turn, song=song, does=does, when=when))
        if len(line) > NEXT:
            blocks.append(visit.say("more", count=len(line) - NEXT))
    keys = ((Key(visit.say("key.refresh"), again(visit, queue)),),)
    return paged(visit, visit.say("queue.title", sync=visit.name, total=total), blocks, keys, most=25)


def _line(tracks: Mapping[str, Track], service: ServiceName) -> list[str]:
    """The names of all that wait in a place, by their turn."""
    there: list[tuple[Any, str]] = []
    for track in tracks.values():
        placement = track.placements.get(service)
        if placement is not None and placement.state.value in OPERATIONS:
            there.append(((placement.state.value != "Removing", queue_order(track)), track.name))
    return [name for _, name in sorted(there)]


async def recent(visit: Visit) -> Answer:
    """The songs that changed last."""
    count = visit.number(USUAL_RECENT, RECENT)
    changed = await asyncio.to_thread(_last, visit.house.index(visit.key), count)
    if not changed:
        return Answer(visit.say("recent.none", sync=visit.name))
    blocks = []
    for one in await visit.house.resources(visit.key[0], changed):
        ago = visit.say("ago", span=visit.short(visit.house.clock() - changed[one["metadata"]["name"]]))
        phase = visit.word("phase", status_of(one).get("phase") or "")
        blocks.append(f"{visit.song_of(one)}: {phase} · {ago} · {markup.code(short_name(one))}")
    keys = ((Key(visit.say("key.refresh"), again(visit, recent)),),)
    return paged(visit, visit.say("recent.title", sync=visit.name), blocks, keys, most=15)


def _last(tracks: Mapping[str, Track], count: int) -> dict[str, float]:
    """The names of those that changed last, and when they did."""
    latest = heapq.nlargest(count, ((_changed(track), track.name) for track in tracks.values()))
    return {name: moment for moment, name in latest}


def _changed(track: Track) -> float:
    return max((p.changed or 0.0 for p in track.placements.values()), default=track.created)


async def track(visit: Visit) -> Answer:
    """One song's whole story."""
    return told(visit, await visit.song())


def told(visit: Visit, found: Mapping[str, Any]) -> Answer:
    """A song's story, and what can be done about it."""
    now = visit.house.clock()
    one = story(found, visit.house.syncs.get(visit.key), now, visit.language)
    heading = markup.name(one.song)
    blocks = [f"{visit.word('phase', one.phase)} · {markup.code(one.name)}"]
    if one.message and not one.questions:
        blocks.append(markup.sentence(one.message, 500))
    blocks += [markup.sentence(line, 400) for line in (one.came, *one.known, *one.wishes)]
    blocks += [_chapter(visit, chapter, now) for chapter in one.chapters]
    happened = [f"{at[:10]} {at[11:16]} {markup.text(event, 200)}" for at, event in one.history[-HISTORY:]]
    blocks += ["", *happened] if happened else []
    keys = []
    if one.questions:
        keys.append(Key(visit.say("key.review", count=len(one.questions)), _of(found, _asked)))
    if failures(found):
        keys.append(Key(visit.say("key.retry"), _of(found, _tried)))
    if found["spec"].get("state") != "Absent":
        keys.append(Key(visit.say("key.delete"), _of(found, _doomed)))
    return paged(visit, heading, blocks, (tuple(keys),) if keys else (), most=40)


def _chapter(visit: Visit, chapter: Chapter, now: float) -> str:
    place = markup.bold(markup.name(chapter.service.title))
    if chapter.link:
        place += f" ({markup.link(chapter.link, visit.say('review.listen'))})"
    head = f"\n{place}: {visit.word('state', chapter.state)}"
    if chapter.since:
        head += f"{visit.say('comma')}{visit.say('track.since', span=visit.short(now - read(chapter.since)))}"
    said = (*chapter.evidence, chapter.attempts, chapter.message)
    lines = [head, *(markup.sentence(one, 400) for one in said if one)]
    when = chapter.next.when if chapter.next.word != "stopped" else ""
    if chapter.state != "Present" or when:
        says = _COMMANDS.sub(r"/\1", chapter.next.says) + (f" ({when})" if when else "")
        lines.append(visit.say("track.next", next=markup.sentence(says, 400)))
    return "\n".join(lines)


def _of(found: Mapping[str, Any], what: Callable[[Visit, Mapping[str, Any]], Awaitable[Answer]]) -> Press:
    """Something about this song, as it is by the time that the button is pressed."""
    name = found["metadata"]["name"]

    async def press(visit: Visit) -> Answer:
        there = await visit.house.resources(visit.key[0], [name])
        if not there:
            raise Refused("not.song_there", sync=visit.name, given=markup.name(name))
        return await what(visit, there[0])

    return press


async def _asked(visit: Visit, found: Mapping[str, Any]) -> Answer:
    return card_of(visit, found)


async def failed(visit: Visit) -> Answer:
    """What was given up, and why."""
    place = visit.place()
    names = sorted(
        one.name
        for one in visit.house.index(visit.key).values()
        if one.revision.phase == Phase.FAILED.value and (place is None or _failed_in(one, place))
    )
    if not names:
        key = "failed.none" if place is None else "failed.none_in"
        return Answer(visit.say(key, sync=visit.name, place=place.title if place is not None else ""))
    blocks = []
    for one in await visit.house.resources(visit.key[0], names[:FAILED]):
        lines = [f"{markup.bold(visit.song_of(one))} · {markup.code(short_name(one))}"]
        lines += [_why(visit, one, failure) for failure in failures(one) if place in (None, failure.service)]
        blocks.append("\n".join(lines))
    if len(names) > FAILED:
        blocks.append(visit.say("more", count=len(names) - FAILED))
    keys = ((Key(visit.say("key.retry"), _retry_all), Key(visit.say("key.refresh"), again(visit, failed))),)
    return paged(visit, visit.say("failed.title", sync=visit.name, total=len(names)), blocks, keys, most=8)


def _failed_in(track: Track, place: ServiceName) -> bool:
    placement = track.placements.get(place)
    return placement is not None and placement.state.value == "Failed"


def _why(visit: Visit, found: Mapping[str, Any], failure: Failure) -> str:
    said = of_song(failure.service, placements_of(found)[failure.service.value], visit.language)
    place = f"{markup.name(failure.service.title)} ({markup.code(failure.reason)})"
    return f"{place}: {markup.sentence(said, 300)}" if said else place


async def retry(visit: Visit) -> Answer:
    """Has what failed tried again: one song's, one place's, or all of it."""
    if not visit.given:
        raise Refused("not.song", command=visit.command)
    if visit.given.casefold() in ("all", "tg", "yt", "sp"):
        return await _retry_place(visit, visit.place())
    return await _tried(visit, await visit.song())


async def _retry_all(visit: Visit) -> Answer:
    return await _retry_place(visit, None)


async def _retry_place(visit: Visit, place: ServiceName | None) -> Answer:
    asked = declared(visit) if place is None else [place]
    count = sum(any(_failed_in(one, service) for service in asked) for one in visit.house.index(visit.key).values())
    idle = unasked(visit, asked)
    if idle is not None:
        return idle
    return Answer(visit.say("retry.done" if count else "retry.nothing", count=count, sync=visit.name))


async def _tried(visit: Visit, found: Mapping[str, Any]) -> Answer:
    song, why = visit.song_of(found), failures(found)
    if not why and status_of(found).get("phase") != Phase.PARTIAL.value:
        phase = visit.word("phase", status_of(found).get("phase") or "")
        return Answer(visit.say("retry.not_failed", song=song, phase=phase))
    stuck = next((failure for failure in why if failure.mend is not None), None)
    if stuck is not None and stuck.mend is not None:
        act = stuck.mend

        async def mend(then: Visit) -> Answer:
            return told(then, await then.house.carry_out(act))

        message = of_song(stuck.service, placements_of(found)[stuck.service.value], visit.language)
        text = visit.say("retry.stuck", song=song, message=markup.sentence(message, 400))
        return Answer(f"{text}\n{markup.code(act.line)}", ((Key(visit.say("key.mend"), mend),),))
    idle = unasked(visit, ())
    if idle is None:
        for act in acts.retry(found, f"{visit.house.clock():.3f}"):
            await visit.house.carry_out(act)
    return idle or Answer(visit.say("retry.song", song=song))


async def delete(visit: Visit) -> Answer:
    """Takes a song out of every place, once its button says so."""
    return await _doomed(visit, await visit.song())


async def _doomed(visit: Visit, found: Mapping[str, Any]) -> Answer:
    song, wanted = visit.song_of(found), acts.absent(found)
    if not wanted:
        return Answer(visit.say("delete.already", song=song))

    async def yes(then: Visit) -> Answer:
        await then.house.carry_out(wanted[0])
        return Answer(then.say("delete.done", song=song))

    async def no(then: Visit) -> Answer:
        return Answer(then.say("delete.kept", song=song))

    there = visit.say("comma").join(
        service.title
        for service in ServiceName
        if (placements_of(found).get(service.value) or {}).get("state") == "Present"
    )
    asked = visit.say("delete.ask", song=song) + (f"\n{there}" if there else "")
    return Answer(asked, ((Key(visit.say("key.yes_delete"), yes), Key(visit.say("key.no"), no)),))
