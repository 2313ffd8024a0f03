"""One person's request: who asks, where, in which language, about which MusicSyncs."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from navaar import words
from navaar.bot import markup
from navaar.bot.house import House
from navaar.people.links import service_named
from navaar.people.song import named, short_name, song_of
from navaar.people.span import short
from navaar.store.index import SyncKey
from reconcilers.model import Track
from reconcilers.services.protocol import ServiceName

SHOWN = 6
"""Songs that somebody may choose from who has to say which."""


class Refused(Exception):
    """What was asked can't be understood or done: a text of the catalogue, and its placeholders, escaped."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class Several(Refused):
    """Several songs may be meant: what each is called, and the name of its Track."""

    def __init__(self, songs: tuple[tuple[str, str], ...], key: str, **values: object) -> None:
        super().__init__(key, **values)
        self.songs = songs


@dataclass(frozen=True, slots=True)
class Visit:
    """`syncs` are those that are asked about, of those whose bot this is and who name the person as an admin."""

    house: House
    user: int
    chat: int
    language: str
    syncs: tuple[SyncKey, ...]
    command: str
    given: str = ""

    def say(self, key: str, **values: object) -> str:
        """A text in the person's language."""
        return words.say(self.language, key, **values)

    def word(self, group: str, name: str) -> str:
        """One of the operator's words in it, escaped."""
        return markup.text(words.word(self.language, group, name))

    def song_of(self, track: Mapping[str, Any]) -> str:
        """A song, escaped."""
        return markup.name(song_of(track, self.language))

    def short(self, seconds: float) -> str:
        """A span of time."""
        return short(seconds, self.language)

    @property
    def key(self) -> SyncKey:
        """The MusicSync that is asked about."""
        return self.syncs[0]

    @property
    def name(self) -> str:
        """Its name, escaped."""
        return markup.name(self.key[1])

    def resource(self, key: SyncKey | None = None) -> Mapping[str, Any]:
        """The MusicSync. Raises Refused where it is gone."""
        found = self.house.syncs.get(key or self.key)
        if found is None:
            raise Refused("not.sync", name=markup.name((key or self.key)[1]), syncs="–")
        return found

    def nothing_more(self) -> None:
        """Raises Refused where words were given to a command that takes none."""
        if self.given:
            raise Refused("not.words", command=self.command, given=markup.name(self.given))

    def number(self, usual: int, most: int) -> int:
        """The number that was given, `usual` without one. Raises Refused."""
        if not self.given:
            return usual
        try:
            number = int(self.given)
        except ValueError:
            number = 0
        if not 1 <= number <= most:
            raise Refused(
                "not.number", given=markup.name(self.given), most=most, command=self.command, example=min(20, most)
            )
        return number

    def place(self) -> ServiceName | None:
        """The place that was given; None: all of them. Raises Refused for one that there isn't."""
        if not self.given or self.given.casefold() == "all":
            return None
        try:
            service = service_named(self.given)
        except ValueError:
            raise Refused("not.place", given=markup.name(self.given)) from None
        if not self.resource()["spec"].get(service.value):
            raise Refused("not.declared", sync=self.name, place=service.title)
        return service

    async def song(self) -> dict[str, Any]:
        """The one Track that the given words mean, as it is now. Raises Refused, Several among them, and KubeError."""
        if not self.given:
            raise Refused("not.song", command=self.command)
        namespace, sync = self.key
        # In a thread: of very many songs it takes a while, and others are to have their turn.
        meant = await asyncio.to_thread(_meant, self.given, self.house.index(self.key), namespace, sync)
        if len(meant) > 1:
            some = tuple((title_of(one, self.language), one["metadata"]["name"]) for one in meant[:SHOWN])
            raise Several(some, "not.one_song", given=markup.name(self.given), count=len(meant))
        found = await self.house.resources(namespace, [one["metadata"]["name"] for one in meant])
        if not found:
            raise Refused("not.song_there", sync=self.name, given=markup.name(self.given))
        return found[0]


def title_of(track: Mapping[str, Any], language: str) -> str:
    """A song to tell it from others: with the end of its Track's name, as two may be called the same."""
    return f"{song_of(track, language)} ({short_name(track)})"


def _meant(words: str, tracks: Mapping[str, Track], namespace: str, sync: str) -> list[dict[str, Any]]:
    if words in tracks:
        return [_slim(tracks[words], namespace, sync)]
    return named(words, [_slim(track, namespace, sync) for track in tracks.values()])


def _slim(track: Track, namespace: str, sync: str) -> dict[str, Any]:
    """As much of the object as a song is found by."""
    known = track.recording
    status = {"artist": known.artist, "title": known.title} if known is not None else {}
    return {
        "metadata": {"namespace": namespace, "name": track.name},
        "spec": {"musicSyncRef": {"name": sync}},
        "status": status,
    }
