"""What several commands have in common: what MusicSyncs are called, passes that are asked for, and buttons that lead on."""

from collections.abc import Sequence
from dataclasses import replace

from navaar.bot import markup
from navaar.bot.answer import Answer, Press
from navaar.bot.visit import Visit
from navaar.people.overview import overview
from navaar.people.why import of_place
from navaar.store.index import SyncKey
from reconcilers.services.protocol import ServiceName


def declared(visit: Visit) -> list[ServiceName]:
    """The places of the MusicSync. Raises Refused."""
    spec = visit.resource()["spec"]
    return [service for service in ServiceName if spec.get(service.value)]


def unasked(visit: Visit, services: Sequence[ServiceName]) -> Answer | None:
    """Asks for a pass, which reads these places; None: it will be made. Else the answer says why it won't."""
    resource = visit.resource()
    ready = overview(resource).ready
    if resource["spec"].get("suspend"):
        reason, message = "Suspended", ""
    elif visit.house.ask(visit.key, services):
        return None
    else:
        reason, message = ready.word, ready.message
    why, line = of_place(resource, None, reason, message, visit.language)
    told = visit.say("sync.idle", sync=visit.name, why=markup.sentence(why or reason))
    return Answer(f"{told}\n{markup.code(line)}" if line else told)


def names_of(syncs: Sequence[SyncKey]) -> str:
    """The MusicSyncs in a sentence, escaped."""
    return ", ".join(markup.name(called(key, syncs)) for key in syncs)


def called(key: SyncKey, among: Sequence[SyncKey]) -> str:
    """A MusicSync's name, with its namespace where another has the same."""
    same = sum(name == key[1] for _, name in among)
    return "/".join(key) if same > 1 else key[1]


def of(key: SyncKey, press: Press, given: str = "") -> Press:
    """The same, of one of several MusicSyncs, and with these words."""

    async def one(visit: Visit) -> Answer:
        return await press(replace(visit, syncs=(key,), given=given))

    return one


def again(visit: Visit, press: Press) -> Press:
    """The same command once more, with the words that were given."""
    return of(visit.key, press, visit.given)
