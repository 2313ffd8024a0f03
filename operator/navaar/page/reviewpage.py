"""What waits for a person: each song beside what it may be, and the lines that answer."""

from dataclasses import dataclass
from typing import Any

from navaar.http.question import AboutTracks, read
from navaar.http.tracklist import chosen
from navaar.page.render import songs_address
from navaar.page.resource import resource_of
from navaar.page.visit import Page, Visit
from navaar.people.question import Question, questions
from navaar.people.story import Story, story
from navaar.store.record import revision_of
from reconcilers.model import Phase

LIMIT = 10
"""Songs on a page."""


@dataclass(frozen=True, slots=True)
class Case:
    """One song that waits."""

    story: Story
    track: dict[str, Any]
    questions: tuple[Question, ...]


async def page(visit: Visit) -> Page:
    """The songs in review that are asked for, the latest first. Raises Problem for what can't be."""
    given = dict(visit.query)
    pairs = [*visit.query, *((n, v) for n, v in (("limit", str(LIMIT)), ("sort", "-created")) if n not in given)]
    question = read(AboutTracks, pairs)
    groups = [
        key
        for key in visit.groups
        if (not question.namespace or key[0] in question.namespace) and (not question.sync or key[1] in question.sync)
    ]
    choice = await chosen(visit.sight.tracks_of(groups), question, (Phase.REVIEW.value,))
    cases = []
    for track in choice.tracks:
        revision = revision_of(track)
        key = (revision.namespace, revision.sync)
        resource = resource_of(track, visit.sight.services(key))
        cases.append(Case(story(resource, visit.declaring(key), visit.now), resource, tuple(questions(resource))))
    more = songs_address(**{**given, "cursor": choice.next}).replace("/songs", "/review", 1) if choice.next else ""
    context = {"cases": cases, "total": choice.total, "next": more, "begun": "cursor" in given}
    return Page("review.html", "Review", context, here="/review")
