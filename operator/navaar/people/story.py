"""One song's whole story: where it came from, what is known of it, what stands where and why, and what happens next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from navaar.people.evidence import facts, version
from navaar.people.failure import failures
from navaar.people.links import address
from navaar.people.outlook import Next, following, setting
from navaar.people.question import Question, questions
from navaar.people.song import placements_of, song_of, status_of, sync_of
from navaar.people.why import of_song, of_track
from navaar.words import ENGLISH, LANGUAGES, say, word
from reconcilers.services.protocol import ServiceName

Resource = Mapping[str, Any]


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


def story(track: Resource, sync: Resource | None, now: float, language: str = ENGLISH) -> Story:
    """The Track's story; `sync` None: its MusicSync is gone. `now` is in Unix seconds."""
    status, metadata = status_of(track), track["metadata"]
    declared = [s for s in ServiceName if sync is None or sync["spec"].get(s.value)]
    placements = placements_of(track)
    chapters = tuple(
        _chapter(service, placements.get(service.value), sync, now, language)
        for service in declared
        if sync is not None or service.value in placements
    )
    return Story(
        metadata["namespace"],
        metadata["name"],
        song_of(track, language),
        sync_of(track),
        status.get("phase") or "New",
        of_track(track, language),
        _came(track, sync, language),
        tuple(_known(status, language)),
        tuple(_wishes(track["spec"], language)),
        chapters,
        tuple(questions(track)),
        tuple((one["at"], _happened(one["event"], language)) for one in status.get("history") or ()),
    )


def _came(track: Resource, sync: Resource | None, language: str) -> str:
    created, origin = track["metadata"]["creationTimestamp"], track["spec"].get("origin")
    source = status_of(track).get("source") or ""
    if origin is None:
        return say(language, "came.asked", at=_day(created))
    service = ServiceName(origin["service"])
    link = address(service, origin["id"], _channel(sync)) or origin["id"]
    came = say(language, "came.seen", place=service.title, at=_day(created), link=link)
    why = LANGUAGES[language].get(f"came.{source}")
    return f"{came} ({why})" if why else came


def _known(status: Mapping[str, Any], language: str) -> Iterator[str]:
    def said(key: str, **values: object) -> str:
        return say(language, f"known.{key}", **values)

    identity = status.get("identity")
    if not identity:
        return
    artist = identity.get("artist") or ", ".join(identity.get("artists") or ())
    # Names end their lines: behind one that is written from right to left, a number would stand on its wrong side.
    yield said("read", song=f"{f'{artist} – ' if artist else ''}{identity['title']}")
    if identity.get("album"):
        yield said("album", album=identity["album"])
    more = []
    if identity.get("durationSeconds"):
        more.append(length(identity["durationSeconds"]))
    if identity.get("isrc"):
        more.append(said("isrc", isrc=identity["isrc"]))
    if identity.get("version"):
        more.append(said("version", version=" ".join(version(one, language) for one in identity["version"])))
    if identity.get("method"):
        more.append(said("method", method=word(language, "method", identity["method"])))
    if more:
        yield say(language, "comma").join(more)
    if status.get("audio"):
        yield said("audio", link=address(ServiceName.YOUTUBE, status["audio"]["youtubeId"]))


def _wishes(spec: Mapping[str, Any], language: str) -> Iterator[str]:
    def said(key: str, **values: object) -> str:
        return say(language, f"wish.{key}", **values)

    for name in ("title", "isrc"):
        if spec.get(name) and spec.get("origin"):
            yield said(name, **{name: spec[name]})
    if spec.get("artists") and spec.get("origin"):
        yield said("artists", artists=", ".join(spec["artists"]))
    if spec.get("durationSeconds"):
        yield said("length", length=length(spec["durationSeconds"]))
    for name, id in (spec.get("pins") or {}).items():
        yield said("pinned", place=ServiceName(name).title, id=id)
    for name, ids in (spec.get("rejects") or {}).items():
        if ids:
            yield said("rejected", place=ServiceName(name).title, ids=", ".join(ids))
    if spec.get("excludeFrom"):
        yield said("excluded", places=", ".join(ServiceName(name).title for name in spec["excludeFrom"]))
    if spec.get("state") == "Absent":
        yield said("absent")


def _chapter(
    service: ServiceName, placement: Mapping[str, Any] | None, sync: Resource | None, now: float, language: str
) -> Chapter:
    next = following(placement, setting(sync, service), now, language)
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
        tuple(_evidence(placement, language)),
        say(language, f"attempts.{'one' if attempts == 1 else 'some'}", tries=attempts) if attempts else "",
        of_song(service, placement, language),
        next,
    )


def _evidence(placement: Mapping[str, Any], language: str) -> Iterator[str]:
    match = placement.get("match")
    if match:
        score = f", {match['score']:.2f}" if match.get("score", 1) != 1 else ""
        reasons = f" ({facts(match['reasons'], language)})" if match.get("reasons") else ""
        yield f"{word(language, 'match', match['method'])}{score}{reasons}"
    if placement.get("origin") == "Placed":
        placed = placement.get("placedAt")
        yield say(language, "placed_at", at=_day(placed)) if placed else say(language, "placed")
    if placement.get("ids"):
        yield say(language, "also", ids=", ".join(placement["ids"]))


def _happened(event: str, language: str) -> str:
    """An event of a Track's history, which is a place, the state that the song came to there, and why."""
    place, _, rest = event.partition(": ")
    if language == ENGLISH or place not in _PLACES:
        return event
    return f"{ServiceName(place).title}: {word(language, 'state', rest.partition(' ')[0])}"


_PLACES = frozenset(ServiceName)


def mends(track: Resource) -> list[str]:
    """The lines that mend where it failed."""
    failed, metadata = failures(track), track["metadata"]
    again = f"navaar retry {metadata['name']} -n {metadata['namespace']}"
    return [*dict.fromkeys(failure.mend.line if failure.mend is not None else again for failure in failed)]


def length(seconds: float) -> str:
    """A song's length as players show it: `4:05`."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def _day(moment: str) -> str:
    return f"{moment[:10]} {moment[11:16]} UTC"


def _channel(sync: Resource | None) -> str:
    return str(((sync or {}).get("spec") or {}).get("telegram", {}).get("channel") or "")
