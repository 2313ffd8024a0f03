"""One song's whole story: where it came from, what is known of it, what stands where and why, and what happens next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from navaar.people.failure import failures
from navaar.people.links import address
from navaar.people.outlook import Next, following, setting
from navaar.people.question import Question, questions
from navaar.people.song import placements_of, song_of, status_of, sync_of
from reconcilers.services.protocol import ServiceName

Resource = Mapping[str, Any]

_METHODS = {
    "Origin": "it was first seen there",
    "Identity": "an entry there is the same song",
    "Listed": "an entry there is the same song",
    "Search": "a search found it",
    "ISRC": "it has the same recording code",
    "Pin": "a person pinned it",
    "Replacement": "a person put it in the place of another",
    "Stored": "the service stored it for the one that was asked for",
}

_SOURCES = {
    "Backlog": "it was there when the place was first read",
    "New": "it came while the place was watched",
    "Requested": "a person asked for it",
}


@dataclass(frozen=True, slots=True)
class Chapter:
    """The song in one place. `since` is RFC 3339; `evidence` says why it is held to be this one, a line each."""

    service: ServiceName
    state: str
    since: str
    id: str
    link: str
    evidence: tuple[str, ...]
    attempts: str
    message: str
    next: Next


@dataclass(frozen=True, slots=True)
class Story:
    """All of it. `came` and `known` are lines, `wishes` what people wrote; `history` is (RFC 3339, what happened)."""

    namespace: str
    name: str
    song: str
    sync: str
    phase: str
    message: str
    came: str
    known: tuple[str, ...]
    wishes: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    questions: tuple[Question, ...]
    history: tuple[tuple[str, str], ...]

    @property
    def summary(self) -> str:
        """The message, unless it is made of what the chapters say."""
        told = any(chapter.message and chapter.message in self.message for chapter in self.chapters)
        return "" if told else self.message


def story(track: Resource, sync: Resource | None, now: float) -> Story:
    """The Track's story; `sync` None: its MusicSync is gone. `now` is in Unix seconds."""
    status, metadata = status_of(track), track["metadata"]
    declared = [s for s in ServiceName if sync is None or sync["spec"].get(s.value)]
    placements = placements_of(track)
    chapters = tuple(
        _chapter(service, placements.get(service.value), sync, now)
        for service in declared
        if sync is not None or service.value in placements
    )
    return Story(
        metadata["namespace"],
        metadata["name"],
        song_of(track),
        sync_of(track),
        status.get("phase") or "New",
        status.get("message") or "",
        _came(track, sync),
        tuple(_known(status)),
        tuple(_wishes(track["spec"])),
        chapters,
        tuple(questions(track)),
        tuple((one["at"], one["event"]) for one in status.get("history") or ()),
    )


def _came(track: Resource, sync: Resource | None) -> str:
    created, origin = track["metadata"]["creationTimestamp"], track["spec"].get("origin")
    source = status_of(track).get("source") or ""
    if origin is None:
        return f"a person asked for it by this Track, applied {_day(created)}"
    service = ServiceName(origin["service"])
    link = address(service, origin["id"], _channel(sync)) or origin["id"]
    why = _SOURCES.get(source, "")
    return f"first seen in {service.title}, {_day(created)}: {link}" + (f" ({why})" if why else "")


def _known(status: Mapping[str, Any]) -> Iterator[str]:
    identity = status.get("identity")
    if not identity:
        return
    artist = identity.get("artist") or ", ".join(identity.get("artists") or ())
    # Names end their lines: behind one that is written from right to left, a number would stand on its wrong side.
    yield f"read as: {f'{artist} – ' if artist else ''}{identity['title']}"
    if identity.get("album"):
        yield f"album: {identity['album']}"
    more = []
    if identity.get("durationSeconds"):
        more.append(length(identity["durationSeconds"]))
    if identity.get("isrc"):
        more.append(f"ISRC {identity['isrc']}")
    if identity.get("version"):
        more.append(f"version {' '.join(identity['version'])}")
    if identity.get("method"):
        more.append(f"as its {identity['method']} says")
    if more:
        yield ", ".join(more)
    if status.get("audio"):
        yield f"the channel's audio comes from {address(ServiceName.YOUTUBE, status['audio']['youtubeId'])}"


def _wishes(spec: Mapping[str, Any]) -> Iterator[str]:
    for name, said in (("title", "title"), ("isrc", "ISRC")):
        if spec.get(name) and spec.get("origin"):
            yield f"{said}: {spec[name]}"
    if spec.get("artists") and spec.get("origin"):
        yield f"artists: {', '.join(spec['artists'])}"
    if spec.get("durationSeconds"):
        yield f"length: {length(spec['durationSeconds'])}"
    for name, id in (spec.get("pins") or {}).items():
        yield f"pinned in {ServiceName(name).title}: {id}"
    for name, ids in (spec.get("rejects") or {}).items():
        if ids:
            yield f"rejected in {ServiceName(name).title}: {', '.join(ids)}"
    if spec.get("excludeFrom"):
        yield f"left alone in {', '.join(ServiceName(name).title for name in spec['excludeFrom'])}"
    if spec.get("state") == "Absent":
        yield "Absent: taken out of every place"


def _chapter(service: ServiceName, placement: Mapping[str, Any] | None, sync: Resource | None, now: float) -> Chapter:
    next = following(placement, setting(sync, service), now)
    if placement is None:
        return Chapter(service, "Pending", "", "", "", (), "", "", next)
    id = placement.get("id") or ""
    attempts = placement.get("attempts") or 0
    return Chapter(
        service,
        placement["state"],
        placement.get("changedAt") or "",
        id,
        address(service, id, _channel(sync)) if id else "",
        tuple(_evidence(placement)),
        f"{attempts} attempt{'' if attempts == 1 else 's'}" if attempts else "",
        placement.get("message") or "",
        next,
    )


def _evidence(placement: Mapping[str, Any]) -> Iterator[str]:
    match = placement.get("match")
    if match:
        score = f", {match['score']:.2f}" if match.get("score", 1) != 1 else ""
        reasons = f" ({'; '.join(match['reasons'])})" if match.get("reasons") else ""
        yield f"{_METHODS.get(match['method'], match['method'])}{score}{reasons}"
    if placement.get("origin") == "Placed":
        placed = placement.get("placedAt")
        yield "we put it there" + (f", {_day(placed)}" if placed else "")
    if placement.get("ids"):
        yield f"also there as {', '.join(placement['ids'])}"


def mends(track: Resource) -> list[str]:
    """The lines that mend where it failed; empty where trying again does."""
    return [failure.mend.line for failure in failures(track) if failure.mend is not None]


def length(seconds: float) -> str:
    """A song's length as players show it: `4:05`."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def _day(moment: str) -> str:
    return f"{moment[:10]} {moment[11:16]} UTC"


def _channel(sync: Resource | None) -> str:
    return str(((sync or {}).get("spec") or {}).get("telegram", {}).get("channel") or "")
