"""What a person can say about a song at any time, and the act that says it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from navaar.people import acts
from navaar.people.act import Act
from navaar.people.question import Answer
from navaar.people.song import placements_of
from navaar.people.story import Chapter
from reconcilers.services.protocol import ServiceName

ID = "ID"
"""In an act, where a person writes what they mean."""

Resource = Mapping[str, Any]


def ways(track: Resource, chapters: Iterable[Chapter]) -> tuple[Answer, ...]:
    """All of them that change anything; `chapters` are the places that it is told of."""
    services = [chapter.service for chapter in chapters]
    return tuple(Answer(word, act) for word, some in _ways(track, services) for act in some)


def _ways(track: Resource, services: list[ServiceName]) -> Iterator[tuple[str, list[Act]]]:
    placements, spec = placements_of(track), track["spec"]
    excluded = spec.get("excludeFrom") or ()
    for service in services:
        yield (
            f"Another is the right one in {service.title}: its id in the place of {ID}",
            acts.pin(track, {service: ID}),
        )
    for service in services:
        id = (placements.get(service.value) or {}).get("id")
        if id and service is not ServiceName.TELEGRAM:
            yield f"What is in {service.title} is the wrong one", acts.reject(track, {service: [id]})
    for service in services:
        yield f"No longer insist on what is pinned in {service.title}", acts.unpin(track, [service])
    for service in services:
        if service.value in excluded:
            yield f"No longer leave it alone in {service.title}", acts.include(track, [service])
        else:
            yield f"Leave it alone in {service.title}", acts.exclude(track, [service])
    yield "Take it out of every place", acts.absent(track)
    yield "Want it in every place again", acts.present(track)
