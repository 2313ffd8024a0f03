"""Songs that aren't there yet: /add, /search, /search_sp."""

from dataclasses import replace

from navaar.bot import markup
from navaar.bot.answer import Answer, Key, Press
from navaar.bot.songs import told
from navaar.bot.visit import Refused, Visit
from navaar.kube.errors import AlreadyExists
from navaar.people import acts
from navaar.people.act import Act
from navaar.people.links import NoSong, address, named
from navaar.people.song import status_of
from navaar.people.story import length
from navaar.people.why import of_place
from reconcilers.errors import ServiceError
from reconcilers.recording import Candidate, Recording
from reconcilers.services.protocol import ServiceName

SHOWN = 6
"""Of what a service found."""


async def add(visit: Visit) -> Answer:
    """Asks for a song in every place, by its name or by its address in one of them."""
    words = visit.given.strip("\"'“”«» ")
    if not words:
        raise Refused("not.request", command=visit.command)
    if _is_address(words):
        try:
            service, id = named(words)
        except NoSong as error:
            values = {name: markup.text(value) for name, value in error.values.items()}
            return Answer(markup.typed(visit.say(error.key, **values)))
        except ValueError:
            raise Refused("not.request", command=visit.command) from None
        return await _requested(visit, acts.request(visit.resource(), [], "", {service: id})[0], words)
    try:
        artists, title = acts.split_song(words)
    except ValueError:
        raise Refused("not.request", command=visit.command) from None
    return await _requested(
        visit, acts.request(visit.resource(), artists, title)[0], str(Recording(title, tuple(artists)))
    )


def _is_address(words: str) -> bool:
    return " " not in words and ("://" in words or words.startswith("spotify:"))


async def _requested(visit: Visit, act: Act, song: str) -> Answer:
    name = act.name

    async def show(again: Visit) -> Answer:
        return told(again, await replace(again, given=name).song())

    keys = ((Key(visit.say("key.show"), show),),)
    try:
        await visit.house.carry_out(act)
    except AlreadyExists:
        there = await visit.house.resources(act.namespace, [name])
        phase = visit.word("phase", status_of(there[0]).get("phase") or "") if there else ""
        known = visit.song_of(there[0]) if there else markup.name(song)
        return Answer(visit.say("add.known", song=known, phase=phase), keys)
    return Answer(visit.say("add.done", song=markup.name(song), sync=visit.name), keys)


async def search(visit: Visit) -> Answer:
    """What YouTube Music has."""
    return await _search(visit, ServiceName.YOUTUBE)


async def search_sp(visit: Visit) -> Answer:
    """What Spotify has."""
    if not visit.resource()["spec"].get(ServiceName.SPOTIFY.value):
        raise Refused("not.declared", sync=visit.name, place=ServiceName.SPOTIFY.title)
    return await _search(visit, ServiceName.SPOTIFY)


async def _search(visit: Visit, service: ServiceName) -> Answer:
    if not visit.given.strip("-–— "):
        raise Refused("not.looked_for", command=visit.command)
    try:
        artists, title = acts.split_song(visit.given)
    except ValueError:
        artists, title = [], visit.given
    place = markup.name(service.title)
    try:
        found = await visit.house.search(visit.key, service, Recording(title, tuple(artists)))
    except ServiceError as error:
        why, _ = of_place(visit.resource(), service, error.reason, error.message, visit.language)
        raise Refused("not.searched", place=place, why=markup.sentence(why)) from None
    words = markup.name(visit.given, 100)
    if not found:
        return Answer(visit.say("search.none", place=place, words=words))
    lines = [visit.say("search.title", place=place, words=words)]
    numbers = []
    for number, one in enumerate(found[:SHOWN], 1):
        known = one.recording
        lasts = f" · {length(known.duration)}" if known.duration else ""
        heard = markup.link(address(service, one.id), visit.say("review.listen"))
        lines.append(f"\n{number}. {markup.name(str(known), 150)}{lasts} · {heard}")
        numbers.append(Key(f"{number}", _taken(service, one)))
    lines += ["", visit.say("search.ask", sync=visit.name)]
    return Answer("\n".join(lines), (tuple(numbers),))


def _taken(service: ServiceName, one: Candidate) -> Press:
    """Asks for what was found, and says that it is the one."""

    async def press(visit: Visit) -> Answer:
        known = one.recording
        pins = {service: one.id} if visit.resource()["spec"].get(service.value) else {}
        act = acts.request(visit.resource(), list(known.artists), known.title, pins)[0]
        return await _requested(visit, act, str(known))

    return press
