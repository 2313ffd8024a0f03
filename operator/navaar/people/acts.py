"""What people can do about a song or a MusicSync: functions from what was read to what is to be written.

A list that is written whole (rejects, exclusions) is decided on what was read, so such an act names the version.
ValueErrors are sentences for who asked.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from navaar.api.common import APPROVE_ANNOTATION, RECONCILE_ANNOTATION
from navaar.people.act import Act
from navaar.people.song import song_of
from reconcilers.services.protocol import ServiceName

Resource = Mapping[str, Any]

TITLES = {service.value: service.title for service in ServiceName}

_HASH = re.compile(r"[0-9a-f]{12}")
_DASHES = "-–—"
_BETWEEN = re.compile(r"\s+[-–—]\s+")


def pin(track: Resource, ids: Mapping[ServiceName, str]) -> list[Act]:
    """Says that these are the song. An id that was rejected is no longer."""
    known = track["spec"].get("pins") or {}
    wanted = {service.value: id for service, id in ids.items() if known.get(service.value) != id}
    spec: dict[str, Any] = {"pins": wanted}
    back = _rejects_without(track, wanted)
    if back:
        spec["rejects"] = back
    said = ", ".join(f"{TITLES[service]}'s {id}" for service, id in wanted.items())
    return [_track(track, spec, f"takes {said} for {song_of(track)}", locked=bool(back))] if wanted else []


def unpin(track: Resource, services: Iterable[ServiceName]) -> list[Act]:
    """Takes pins back; what is right is decided by searching again."""
    known = track["spec"].get("pins") or {}
    there = [service for service in services if service.value in known]
    spec = {"pins": {service.value: None for service in there}}
    said = " and ".join(service.title for service in there)
    return [_track(track, spec, f"no longer pins {song_of(track)} in {said}")] if there else []


def reject(track: Resource, ids: Mapping[ServiceName, Collection[str]]) -> list[Act]:
    """Says that these are not the song. One that was pinned is no longer."""
    known, pins = track["spec"].get("rejects") or {}, track["spec"].get("pins") or {}
    rejects: dict[str, list[str]] = {}
    lifted: dict[str, None] = {}
    for service, some in ids.items():
        before = known.get(service.value) or []
        new = [id for id in dict.fromkeys(some) if id not in before]
        if new:
            rejects[service.value] = [*before, *new]
        if pins.get(service.value) in some:
            lifted[service.value] = None
    if not rejects and not lifted:
        return []
    spec: dict[str, Any] = {"rejects": rejects} if rejects else {}
    if lifted:
        spec["pins"] = lifted
    said = ", ".join(f"{service.title}'s {' and '.join(some)}" for service, some in ids.items() if some)
    return [_track(track, spec, f"never takes {said} for {song_of(track)}", locked=True)]


def unreject(track: Resource, ids: Mapping[ServiceName, Collection[str]]) -> list[Act]:
    """Takes rejects back."""
    known = track["spec"].get("rejects") or {}
    rejects = {
        service.value: [id for id in known[service.value] if id not in some]
        for service, some in ids.items()
        if not set(some).isdisjoint(known.get(service.value) or ())
    }
    if not rejects:
        return []
    return [_track(track, {"rejects": rejects}, f"may again take what was rejected for {song_of(track)}", locked=True)]


def exclude(track: Resource, services: Iterable[ServiceName]) -> list[Act]:
    """Leaves the song alone in these places: it is neither added there nor removed."""
    before = track["spec"].get("excludeFrom") or []
    new = [service for service in services if service.value not in before]
    spec = {"excludeFrom": [*before, *(service.value for service in new)]}
    said = " and ".join(service.title for service in new)
    return [_track(track, spec, f"leaves {song_of(track)} alone in {said}", locked=True)] if new else []


def include(track: Resource, services: Collection[ServiceName]) -> list[Act]:
    """No longer leaves the song alone there."""
    before = track["spec"].get("excludeFrom") or []
    left = [name for name in before if name not in services]
    said = " and ".join(service.title for service in services if service.value in before)
    act = _track(
        track, {"excludeFrom": left or None}, f"no longer leaves {song_of(track)} alone in {said}", locked=True
    )
    return [act] if left != before else []


def absent(track: Resource) -> list[Act]:
    """Takes the song out of every place, once."""
    if track["spec"].get("state") == "Absent":
        return []
    return [
        _track(track, {"state": "Absent"}, f"takes {song_of(track)} out of every place; what people add later stays")
    ]


def present(track: Resource) -> list[Act]:
    """Wants the song again where it was taken out by `absent`."""
    if track["spec"].get("state") != "Absent":
        return []
    return [_track(track, {"state": "Present"}, f"wants {song_of(track)} in every place again")]


def titled(track: Resource, title: str) -> list[Act]:
    """Says what the song is called; of one that may be another, that it is a song of its own."""
    return [_track(track, {"title": title}, f"keeps {song_of(track)} as a song of its own")]


def exclude_songs(sync: Resource, entry: Mapping[str, str]) -> list[Act]:
    """Leaves alone every song that fits: `entry` has artist, title or id, or several."""
    before = list(sync["spec"].get("exclude") or ())
    if dict(entry) in before:
        return []
    said = ", ".join(f"{name} {value}" for name, value in entry.items())
    return [_sync(sync, {"spec": {"exclude": [*before, dict(entry)]}}, f"leaves songs with {said} alone", locked=True)]


def include_songs(sync: Resource, entry: Mapping[str, str]) -> list[Act]:
    """Takes such an entry out again."""
    before = list(sync["spec"].get("exclude") or ())
    left = [one for one in before if one != dict(entry)]
    said = ", ".join(f"{name} {value}" for name, value in entry.items())
    act = _sync(sync, {"spec": {"exclude": left}}, f"no longer leaves songs with {said} alone", locked=True)
    return [act] if left != before else []


def ask_for_pass(sync: Resource, stamp: str) -> list[Act]:
    """Has every place read whole now, and what was given up tried again. `stamp` is a value that was never used."""
    patch = {"metadata": {"annotations": {RECONCILE_ANNOTATION: stamp}}}
    return [_sync(sync, patch, f"reads every place of {_name(sync)} now, and tries again what failed")]


def retry(track: Resource, stamp: str) -> list[Act]:
    """Has one song tried again where it failed or wasn't to be had. `stamp` is a value that was never used."""
    patch = {"metadata": {"annotations": {RECONCILE_ANNOTATION: stamp}}}
    metadata = track["metadata"]
    return [Act("Track", metadata["namespace"], metadata["name"], patch, f"tries {song_of(track)} again")]


def suspend(sync: Resource) -> list[Act]:
    """Stops the MusicSync: nothing is read or written until it goes on."""
    if sync["spec"].get("suspend"):
        return []
    return [_sync(sync, {"spec": {"suspend": True}}, f"stops {_name(sync)}")]


def resume(sync: Resource) -> list[Act]:
    """Lets a MusicSync go on that was stopped."""
    if not sync["spec"].get("suspend"):
        return []
    return [_sync(sync, {"spec": {"suspend": False}}, f"lets {_name(sync)} go on")]


def begin(sync: Resource) -> list[Act]:
    """Has what is planned done, where only a plan was made so far."""
    if sync["spec"].get("mode") != "Plan":
        return []
    return [_sync(sync, {"spec": {"mode": "Apply"}}, f"has done what {_name(sync)} plans")]


def approve_plan(sync: Resource, hash: str | None = None) -> list[Act]:
    """Lets through exactly the operations that wait; a `hash` says which plan was looked at. Raises ValueError."""
    plan = (sync.get("status") or {}).get("plan") or {}
    waiting = plan.get("hash")
    if hash is not None and not _HASH.fullmatch(hash):
        raise ValueError(
            f"{hash!r} is no hash of a plan: it has twelve digits and letters from a to f, as `navaar plan` says"
        )
    if waiting is None:
        raise ValueError(f"nothing of {_name(sync)} waits for approval")
    if hash is not None and hash != waiting:
        raise ValueError(
            f"plan {hash} doesn't wait any more: what waits by now is {waiting}; look at it with `navaar plan`"
        )
    annotations = sync["metadata"].get("annotations") or {}
    if annotations.get(APPROVE_ANNOTATION) == waiting:
        return []
    patch = {"metadata": {"annotations": {APPROVE_ANNOTATION: waiting}}}
    return [_sync(sync, patch, f"approves plan {waiting} of {_name(sync)}: {plan.get('summary') or 'what waits'}")]


def split_song(text: str) -> tuple[list[str], str]:
    """Artists and title of "Artist - Title", or a title alone. Raises ValueError with a sentence."""
    whole = " ".join(text.split())
    if not whole:
        raise ValueError('say which song, such as "Adele - Hello"')
    parts = _BETWEEN.split(whole, maxsplit=1)
    if whole[0] in _DASHES or whole[-1] in _DASHES:
        raise ValueError(f'{text!r} lacks a half: write it like "Adele - Hello"')
    if len(parts) == 1:
        return [], whole
    artists = [name.strip() for name in re.split(r"\s*(?:,|;|\bfeat\.?\s|\bft\.?\s)\s*", parts[0]) if name.strip()]
    return artists, parts[1]


def request(sync: Resource, artists: list[str], title: str, pins: Mapping[ServiceName, str] = {}) -> list[Act]:
    """Asks for a song in every place, by a Track of a person's own. The same words give the same name."""
    name, namespace = _name(sync), sync["metadata"]["namespace"]
    spec: dict[str, Any] = {"musicSyncRef": {"name": name}}
    if title:
        spec["title"] = title
    if artists:
        spec["artists"] = artists
    if pins:
        spec["pins"] = {service.value: id for service, id in pins.items()}
    words = [*(artist.casefold() for artist in artists), title.casefold(), *pins.values()]
    digest = hashlib.sha256("\n".join(words).encode()).hexdigest()[:10]
    said = f"{', '.join(artists)} – {title}" if artists and title else title or ", ".join(pins.values())
    return [Act("Track", namespace, f"{name}-ask-{digest}", {"spec": spec}, f"asks for {said} in {name}", new=True)]


def joined(acts: Iterable[Act]) -> list[Act]:
    """The same, one act for each object."""
    found: dict[tuple[str, str, str], Act] = {}
    for act in acts:
        key = (act.kind, act.namespace, act.name)
        known = found.get(key)
        if known is not None:
            says = known.says if act.says == known.says else f"{known.says}; {act.says}"
            version = known.version or act.version
            act = Act(*key, _joined(known.patch, act.patch), says, known.new, version)
        found[key] = act
    return list(found.values())


def _joined(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Two patches as one: what is null in them stays so."""
    made = dict(one)
    for name, value in other.items():
        known = made.get(name)
        made[name] = _joined(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return made


def merged(resource: Resource, patch: Mapping[str, Any]) -> dict[str, Any]:
    """What a merge patch (RFC 7396) makes of an object."""
    made = dict(resource)
    for name, value in patch.items():
        if value is None:
            made.pop(name, None)
        elif isinstance(value, Mapping):
            known = made.get(name)
            made[name] = merged(known if isinstance(known, Mapping) else {}, value)
        else:
            made[name] = value
    return made


def _rejects_without(track: Resource, pins: Mapping[str, str]) -> dict[str, list[str]]:
    known = track["spec"].get("rejects") or {}
    return {
        service: [one for one in known[service] if one != id]
        for service, id in pins.items()
        if id in (known.get(service) or ())
    }


def _track(track: Resource, spec: Mapping[str, Any], says: str, *, locked: bool = False) -> Act:
    metadata = track["metadata"]
    version = metadata.get("resourceVersion") if locked else None
    return Act("Track", metadata["namespace"], metadata["name"], {"spec": spec}, says, version=version)


def _sync(sync: Resource, patch: Mapping[str, Any], says: str, *, locked: bool = False) -> Act:
    metadata = sync["metadata"]
    version = metadata.get("resourceVersion") if locked else None
    return Act("MusicSync", metadata["namespace"], metadata["name"], patch, says, version=version)


def _name(sync: Resource) -> str:
    name: str = sync["metadata"]["name"]
    return name
