"""Are two recordings one song? Three answers, *ask* among them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from reconcilers.matching import evidence
from reconcilers.matching.evidence import Facts, Like
from reconcilers.matching.reading import across
from reconcilers.matching.versions import MAKINGS, SINGLES, album_version
from reconcilers.recording import Recording

SAME_SECONDS = 3.0
"""Up to here two durations are one recording's."""

ASK_SECONDS = 15.0
"""Beyond this they are not."""

_ACROSS_SECONDS = 1.0
_ISRC_SECONDS = 5.0
_SURE_BONES = 0.85
_SURE_READING = 0.9
_EXACT_SECONDS = 2.0


class Band(StrEnum):
    """*Ask* means that a person should say; nothing may follow from it."""

    SAME = "same"
    ASK = "ask"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, how sure (0..1, for ordering), and the reasons in words."""

    band: Band
    score: float
    reasons: tuple[str, ...]


_ORDER = {Band.SAME: 2, Band.ASK: 1, Band.DIFFERENT: 0}


def compare(one: Recording, other: Recording) -> Verdict:
    """Whether two entries are the same recording. Symmetric; equal facts with a title and an artist are *same*."""
    verdicts = [_compare(one, other, mine, theirs) for mine in evidence.of(one) for theirs in evidence.of(other)]
    return max(verdicts, key=lambda verdict: (_ORDER[verdict.band], verdict.score, verdict.reasons))


def _compare(one: Recording, other: Recording, mine: Facts, theirs: Facts) -> Verdict:
    title, title_score = evidence.titles(mine, theirs)
    people, people_score = evidence.artists(mine.credits, theirs.credits)
    difference = evidence.apart(one.duration, other.duration)
    score = _score(title_score, people, people_score, difference)
    reasons = _words(title, people, difference)
    versions = version_reasons(one, other, mine, theirs)
    same_isrc = one.isrc is not None and one.isrc == other.isrc
    if same_isrc:
        return _by_isrc(title, people, difference, score, reasons, versions)
    if versions:
        return Verdict(Band.DIFFERENT, min(score, 0.4), (*versions, *reasons))
    if title is Like.OTHER or people is Like.OTHER or (difference is not None and difference > ASK_SECONDS):
        return Verdict(Band.DIFFERENT, min(score, 0.5), reasons)
    if title in (Like.UNREADABLE, Like.UNKNOWN) and not (
        people >= Like.TRANSLITERATED and difference is not None and difference <= _ACROSS_SECONDS
    ):
        # Two scripts alone are no likeness, else every foreign song would be a question.
        return Verdict(Band.DIFFERENT, min(score, 0.5), reasons)
    doubts = _doubts(one, other, mine, theirs, difference)
    if title is Like.COMPATIBLE:
        aside = (*_aside(one, other, mine, theirs), *_aside(other, one, theirs, mine))
        # "Şımarık (Kiss Kiss)" is the same song if it lasts as long; "(Style)" and "(Sample)" say that it isn't.
        if aside and (difference is None or difference > _ACROSS_SECONDS or set(aside) & MAKINGS):
            doubts = ("a bracket more", *doubts)
    if people is Like.COMPATIBLE and difference is not None and difference > _EXACT_SECONDS:
        if mine.credits.names != theirs.credits.names:
            doubts = ("an artist more", *doubts)
    if _renamed(one, mine) or _renamed(other, theirs):
        doubts = ("artist only in the title", *doubts)
    if doubts:
        return Verdict(Band.ASK, min(score, 0.8), (*doubts, *reasons))
    if title is Like.TRANSLITERATED and title_score < _SURE_READING:
        return Verdict(Band.ASK, score, reasons)
    return Verdict(Band.SAME if _is_same(mine, theirs, title, people, difference) else Band.ASK, score, reasons)


def _renamed(recording: Recording, reading: Facts) -> bool:
    # "Adele - Hello" by a karaoke band is no Adele: the credit stands against the title.
    return bool(recording.artists) and reading is not evidence.of(recording)[0]


def _is_same(mine: Facts, theirs: Facts, title: Like, people: Like, difference: float | None) -> bool:
    if title >= Like.COMPATIBLE:
        if people >= Like.COMPATIBLE:
            if difference is None:
                return title is Like.EQUAL and people is Like.EQUAL
            return difference <= SAME_SECONDS
        if people in (Like.TRANSLITERATED, Like.SIMILAR):
            return difference is not None and difference <= _ACROSS_SECONDS
        nobody = not mine.credits.names and not theirs.credits.names
        return nobody and title is Like.EQUAL and difference is not None and difference <= _ACROSS_SECONDS
    if title is Like.TRANSLITERATED and difference is not None and difference <= _ACROSS_SECONDS:
        # Equal, not merely alike: the index finds its pairs by this key.
        if set(mine.sounds).isdisjoint(theirs.sounds):
            return False
        if people >= Like.COMPATIBLE:
            return True
        return people is Like.TRANSLITERATED and _bones_agree(mine, theirs)
    return False


def _bones_agree(mine: Facts, theirs: Facts) -> bool:
    scores = (across(a, b) or 0.0 for a in mine.credits.written for b in theirs.credits.written)
    return max(scores, default=0.0) >= _SURE_BONES


def _by_isrc(
    title: Like,
    people: Like,
    difference: float | None,
    score: float,
    reasons: tuple[str, ...],
    versions: tuple[str, ...],
) -> Verdict:
    named = title >= Like.SIMILAR or (title in (Like.UNREADABLE, Like.UNKNOWN) and people >= Like.SIMILAR)
    if difference is None:
        confirmed = title >= Like.SIMILAR and people >= Like.SIMILAR
    else:
        confirmed = named and difference <= _ISRC_SECONDS
    reasons = ("ISRC equal", *versions, *reasons)
    if confirmed and not versions:
        return Verdict(Band.SAME, max(score, 0.98), reasons)
    return Verdict(Band.ASK, min(max(score, 0.6), 0.8), reasons)


def version_reasons(one: Recording, other: Recording, mine: Facts, theirs: Facts) -> tuple[str, ...]:
    """What sets two versions apart, in words; empty where nothing does."""
    ours, others = evidence.version(one, mine), evidence.version(other, theirs)
    if ours != others:
        return tuple(sorted(ours ^ others))
    if ours and evidence.of_another(mine.qualifier, theirs.qualifier):
        return (f"another {'/'.join(sorted(ours))}",)
    return ()


def _aside(one: Recording, other: Recording, mine: Facts, theirs: Facts) -> tuple[str, ...]:
    """The words of a bracket that only the other has and that nothing explains."""
    return evidence.unexplained(mine, theirs, one.album, other.album)


def _doubts(one: Recording, other: Recording, mine: Facts, theirs: Facts, difference: float | None) -> tuple[str, ...]:
    hints = evidence.hints(one, mine) ^ evidence.hints(other, theirs)
    if difference is not None and difference <= _EXACT_SECONDS:
        # What the single has of its own is told by its duration.
        hints -= SINGLES
    doubts = [f"perhaps {word}" for word in sorted(hints)]
    ours = evidence.version(one, mine)
    if ours and bool(mine.qualifier) != bool(theirs.qualifier):
        doubts.append(f"which {'/'.join(sorted(ours))} is not said")
    first, second = album_version(one.album), album_version(other.album)
    if (first - ours) != (second - ours):
        doubts += [f"{word} album" for word in sorted((first ^ second) - ours)]
    return tuple(dict.fromkeys(doubts))


def _score(title: float, people: Like, people_score: float, difference: float | None) -> float:
    if people in (Like.UNKNOWN, Like.UNREADABLE):
        people_score = 0.5
    near = 0.6 if difference is None else max(0.0, 1.0 - max(0.0, difference - 1.0) / 30.0)
    return round(0.45 * title + 0.3 * people_score + 0.25 * near, 4)


_TITLE_WORDS = {
    Like.OTHER: "other title", Like.UNREADABLE: "title in another script", Like.UNKNOWN: "title unknown",
    Like.SIMILAR: "title similar", Like.TRANSLITERATED: "title transliterated",
    Like.COMPATIBLE: "title equal but for a bracket",
    Like.EQUAL: "title equal",
}  # fmt: skip
_PEOPLE_WORDS = {
    Like.OTHER: "other artist", Like.UNREADABLE: "artist in another script", Like.UNKNOWN: "artist unknown",
    Like.SIMILAR: "artist similar", Like.TRANSLITERATED: "artist transliterated",
    Like.PARTLY: "artists agree in part",
    Like.COMPATIBLE: "main artist equal", Like.EQUAL: "artist equal",
}  # fmt: skip


def _words(title: Like, people: Like, difference: float | None) -> tuple[str, ...]:
    return in_words(title, people, difference, tolerance=SAME_SECONDS)


def in_words(title: Like, people: Like, difference: float | None, *, tolerance: float) -> tuple[str, ...]:
    """The evidence in words, what speaks against first."""
    against: list[str] = []
    agree: list[str] = []
    (against if title < Like.COMPATIBLE else agree).append(_TITLE_WORDS[title])
    (against if people < Like.COMPATIBLE else agree).append(_PEOPLE_WORDS[people])
    if difference is None:
        against.append("duration unknown")
    elif difference > tolerance:
        against.append(evidence.seconds(difference))
    else:
        agree.append("duration equal")
    return tuple(_unrepeated((*against, *agree)))


def _unrepeated(reasons: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(reasons))
