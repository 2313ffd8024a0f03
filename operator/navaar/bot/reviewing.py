"""What waits for a decision, a card at a time: /review."""

from collections.abc import Mapping, Sequence
from typing import Any

from navaar import words
from navaar.bot import markup
from navaar.bot.answer import Answer, Key, Press
from navaar.bot.visit import Visit
from navaar.kube.errors import Conflict
from navaar.people.act import Act
from navaar.people.evidence import facts, shown
from navaar.people.links import address
from navaar.people.question import Question, questions
from navaar.people.song import placements_of, short_name
from navaar.people.why import of_song
from reconcilers.model import Phase

MOST = 40
"""Songs of which the likeliest come first; the others follow."""

CANDIDATES = 8
"""On one card."""


async def review(visit: Visit) -> Answer:
    """The songs that wait, or the one that is named; the likeliest first."""
    if visit.given:
        return card_of(visit, await visit.song())
    waiting = [one.name for one in visit.house.index(visit.key).values() if one.revision.phase == Phase.REVIEW.value]
    waiting.sort()
    found = await visit.house.resources(visit.key[0], waiting[:MOST])
    found.sort(key=lambda one: -max((question.best for question in questions(one)), default=0.0))
    return await _cards(visit, [*(one["metadata"]["name"] for one in found), *waiting[MOST:]], 0, "")


def card_of(visit: Visit, found: Mapping[str, Any]) -> Answer:
    """The card of one song, the only one of its round."""
    return _card(visit, found, [found["metadata"]["name"]], 0, "")


async def _cards(visit: Visit, names: Sequence[str], at: int, said: str) -> Answer:
    """The card of the next song that still waits; `said` stands above it."""
    while at < len(names):
        there = await visit.house.resources(visit.key[0], [names[at]])
        if there and questions(there[0]):
            return _card(visit, there[0], names, at, said)
        at += 1
    over = visit.say("review.over") if said or names else visit.say("review.none", sync=visit.name)
    return Answer("\n".join(filter(None, (said, over))))


def _card(visit: Visit, found: Mapping[str, Any], names: Sequence[str], at: int, said: str) -> Answer:
    asked = questions(found)
    if not asked:
        return Answer(visit.say("review.none", sync=visit.song_of(found)))
    question = asked[0]
    lines = [said, ""] if said else []
    count = f"{visit.say('review.card', number=at + 1, total=len(names))} · " if len(names) > 1 else ""
    lines.append(f"{count}{markup.bold(visit.song_of(found))} · {markup.code(short_name(found))}")
    asks = of_song(question.service, placements_of(found)[question.service.value], visit.language)
    lines.append(f"{markup.name(question.service.title)}: {markup.sentence(asks or question.reason)}")
    rows = []
    numbered = []
    for number, one in enumerate(question.candidates[:CANDIDATES], 1):
        heard = markup.link(address(question.service, one.id), visit.say("review.listen"))
        song = shown(one.text, visit.language, lambda words: markup.name(words, 150))
        lines.append(f"\n{number}. {song} · {one.score:.2f} · {heard}")
        if one.reasons:
            lines.append(markup.quiet(markup.text(facts(one.reasons, visit.language), 250)))
        if one.take is not None:
            numbered.append(Key(f"{number}", _answered(one.take, song, names, at)))
    if numbered:
        rows.append(tuple(numbered))
    rows += [(key,) for key in _ways(visit, question, names, at)]
    if len(names) > 1:
        rows.append((Key(visit.say("key.skip"), _next(names, at + 1)),))
    return Answer("\n".join(lines), tuple(rows))


def _ways(visit: Visit, question: Question, names: Sequence[str], at: int) -> list[Key]:
    given = [question.no] if question.candidates else [question.yes, question.no, *question.others]
    labelled = [(words.word(visit.language, "answer", one.word), one.act) for one in given if one is not None]
    return [Key(label, _answered(act, markup.text(label), names, at)) for label, act in labelled]


def _answered(act: Act, says: str, names: Sequence[str], at: int) -> Press:
    async def press(visit: Visit) -> Answer:
        try:
            await visit.house.carry_out(act)
        except Conflict:
            # What was asked may be another question by now.
            return await _cards(visit, names, at, visit.say("review.changed"))
        return await _cards(visit, names, at + 1, visit.say("review.done", says=says))

    return press


def _next(names: Sequence[str], at: int) -> Press:
    async def press(visit: Visit) -> Answer:
        return await _cards(visit, names, at, "")

    return press
