"""Every command: what it is called, what it does, and whether it is about one MusicSync."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from navaar.bot import finding, markup, reviewing, songs, standing
from navaar.bot.answer import Answer, Key, Press
from navaar.bot.asking import called, names_of, of
from navaar.bot.visit import Refused, Several, Visit
from reconcilers.matching.legible import legible

LABEL = 60
"""Characters of a song on a button."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`one`: where there are several MusicSyncs, it has to be said which."""

    does: Press
    one: bool = True


async def _help(visit: Visit) -> Answer:
    """What there is."""
    if visit.command == "start":
        lines = [visit.say("start", syncs=names_of(visit.syncs)), ""]
    else:
        lines = [visit.say("help"), ""]
    lines += [f"/{name} · {visit.say(f'menu.{name}')}" for name in MENU]
    lines += ["", visit.say("help.song")]
    if len(visit.syncs) > 1:
        lines.append(visit.say("help.which", sync=markup.text(visit.key[1]), syncs=names_of(visit.syncs)))
    return Answer("\n".join(lines))


COMMANDS: Mapping[str, Entry] = {
    "status": Entry(standing.status, one=False),
    "review": Entry(reviewing.review),
    "add": Entry(finding.add),
    "queue": Entry(songs.queue),
    "recent": Entry(songs.recent),
    "track": Entry(songs.track),
    "failed": Entry(songs.failed),
    "retry": Entry(songs.retry),
    "sync": Entry(standing.sync),
    "delete": Entry(songs.delete),
    "search": Entry(finding.search),
    "search_sp": Entry(finding.search_sp),
    "stats": Entry(standing.stats),
    "config": Entry(standing.config),
    "logs": Entry(standing.logs),
    "ping": Entry(standing.ping, one=False),
    "help": Entry(_help, one=False),
    "start": Entry(_help, one=False),
}

MENU = tuple(name for name in COMMANDS if name != "start")
"""In the order in which they are offered."""


async def carried_out(visit: Visit) -> Answer:
    """The answer to a command. Raises Refused, and what the store raises."""
    entry = COMMANDS.get(visit.command)
    if entry is None:
        raise _unknown(visit.command)
    chosen = _chosen(visit)
    if entry.one and len(chosen.syncs) > 1:
        keys = tuple((Key(called(key, visit.syncs), of(key, entry.does, chosen.given)),) for key in chosen.syncs)
        return Answer(visit.say("which"), keys)
    try:
        return await entry.does(chosen)
    except Several as some:
        text = visit.say(some.key, **some.values)
        return Answer(
            text, tuple((Key(legible(title, LABEL), of(chosen.key, entry.does, name)),) for title, name in some.songs)
        )


def _chosen(visit: Visit) -> Visit:
    """With the MusicSync that the first word names, if it names one."""
    first, _, rest = visit.given.partition(" ")
    meant = [key for key in visit.syncs if first and first in (key[1], "/".join(key))]
    if not meant:
        if first and visit.command == "status":
            raise Refused("not.sync", name=markup.name(first), syncs=names_of(visit.syncs))
        return visit
    return replace(visit, syncs=tuple(meant), given=rest.strip())


def _unknown(name: str) -> Refused:
    if not name:
        return Refused("not.command")
    near = difflib.get_close_matches(name, COMMANDS, 1)
    shown = markup.text(name, 40)
    return Refused("not.known_near", name=shown, near=near[0]) if near else Refused("not.known", name=shown)
