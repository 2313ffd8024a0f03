"""Tracks that ask for the songs of a list: a person's, as if they had been written by hand."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from navaar.api.common import API_VERSION, NAME_FIELD_LIMIT
from navaar.api.trackstatus import ARTIST_LIMIT
from navaar.transfer.manifest import Document
from navaar.transfer.song import Song, Unused
from reconcilers.matching import compact, latin
from reconcilers.services.protocol import ServiceName

_SLUG = 60
_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Requests:
    """The Tracks, in the order of the list, and what of it makes none."""

    documents: tuple[Document, ...]
    unused: tuple[Unused, ...]


def requests(songs: Iterable[Song], sync: str, namespace: str | None, source: str, *, pins: bool = True) -> Requests:
    """One Track a song, for the MusicSync called `sync`. `source` says in a comment where they come from.

    A name rests on artist and title alone, so the same song gets the same name from every file, and a song that the list
    has twice makes one Track. `pins`: an id that the file gives is the right one there.
    """
    first: dict[str, Song] = {}
    unused: list[Unused] = []
    for song in songs:
        name = name_of(sync, song.artists, song.title)
        if name in first:
            unused.append(Unused(song.where, f"{song} stands at {first[name].where} already"))
        else:
            first[name] = song
    documents = tuple(
        Document(_manifest(name, song, sync, namespace, pins=pins), f"Imported from {source}, {song.where}")
        for name, song in first.items()
    )
    return Requests(documents, tuple(unused))


def name_of(sync: str, artists: Sequence[str], title: str) -> str:
    """The name of a Track that a person asks for by artist and title: readable, and the same on every run."""
    words = re.sub(r"[^a-z0-9]+", "-", latin(f"{artists[0] if artists else ''} {title}")).strip("-")
    slug = words[:_SLUG].strip("-")
    same = "\n".join((*sorted(compact(artist) for artist in artists), "", compact(title) or title))
    digest = hashlib.sha256(same.encode()).hexdigest()[:_DIGITS]
    return "-".join(part for part in (sync, slug, digest) if part)


def _manifest(name: str, song: Song, sync: str, namespace: str | None, *, pins: bool) -> dict[str, Any]:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    spec: dict[str, Any] = {"musicSyncRef": {"name": sync}, "title": song.title[:NAME_FIELD_LIMIT]}
    if song.artists:
        spec["artists"] = [artist[:NAME_FIELD_LIMIT] for artist in song.artists[:ARTIST_LIMIT]]
    if song.duration is not None:
        spec["durationSeconds"] = round(song.duration)
    if song.isrc is not None:
        spec["isrc"] = song.isrc
    known = {service.value: song.ids[service] for service in ServiceName if service in song.ids}
    if pins and known:
        spec["pins"] = known
    return {"apiVersion": API_VERSION, "kind": "Track", "metadata": metadata, "spec": spec}
