"""How well one search result fits, and why."""

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from reconcilers.matching import evidence
from reconcilers.matching.compare import in_words
from reconcilers.matching.evidence import Facts, Like
from reconcilers.matching.normalise import fold, words
from reconcilers.matching.pair import Pair, official
from reconcilers.matching.phrases import found_in
from reconcilers.matching.policy import MatchPolicy
from reconcilers.matching.rules import EXACT_SECONDS, ISRC_SECONDS, OBJECTIONS, SURE, UNSURE, WORK_SECONDS, WRONG
from reconcilers.matching.works import same_work
from reconcilers.recording import Candidate, Recording


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate, how well it fits (0..1), and why, what speaks against it first.

    `sure` is False where something forbids taking it unasked, whatever the score and the thresholds. `firm` says that
    by its names and version it is the song, so that only the duration can be in doubt. `bare` says that nobody is named, `plain`
    that the names are no more and no less than what was wanted, `heard` that a name was read in another script.
    """

    candidate: Candidate
    score: float
    reasons: tuple[str, ...]
    sure: bool = True
    firm: bool = False
    bare: bool = False
    plain: bool = True
    heard: bool = False


@dataclass(slots=True)
class _Judged:
    """A pair with what the rules say of it: `plain` is the sum of the evidence before them."""

    pair: Pair
    plain: float
    points: float
    limit: float
    against: frozenset[str]

    @property
    def score(self) -> float:
        return min(self.points, self.limit)

    @property
    def settled(self) -> bool:
        return self.pair.title >= Like.COMPATIBLE and self.pair.people >= Like.COMPATIBLE


def score(wanted: Recording, candidate: Candidate, policy: MatchPolicy) -> Scored:
    """The best of the ways to read the two."""
    ours = evidence.of(wanted)
    same_isrc = wanted.isrc is not None and wanted.isrc == candidate.recording.isrc
    said = candidate.recording
    written = f"{said.artists[0]} {said.title}" if said.artists else said.title
    if not same_isrc and _unlike(ours[0], written):
        return Scored(candidate, _UNLIKE, ("other title",), sure=False)
    best: _Judged | None = None
    for place, mine in enumerate(ours):
        renamed = place > 0 and bool(wanted.artists)
        for pair in _pairs(wanted, candidate, mine, policy):
            pair.renamed = renamed
            judged = _judge(pair, policy)
            if best is None or (judged.score, judged.plain) > (best.score, best.plain):
                best = judged
            if judged.settled:
                break
    assert best is not None
    return _told(best, policy)


_UNLIKE = 0.1
_SHARED_LETTERS = 65
_SHARED_WORDS = 0.3


def _unlike(mine: Facts, title: str) -> bool:
    """Whether hardly a word of the wanted title is there, in the same letters. Saves reading what a search adds to hits."""
    wanted, said = mine.core_text, fold(title)
    if not (wanted and said and said.isascii() and wanted.isascii() and mine.title.isascii()):
        return False
    if fuzz.partial_ratio(wanted, said, score_cutoff=_SHARED_LETTERS):
        return False
    there = words(said)
    shared = sum([len(word) for word in wanted.split() if word in there])
    return shared < _SHARED_WORDS * (len(wanted) - wanted.count(" "))


def _pairs(wanted: Recording, candidate: Candidate, mine: Facts, policy: MatchPolicy) -> Iterator[Pair]:
    """The ways to read the candidate beside one reading of the wanted recording, the most telling first."""
    said = candidate.recording
    labelled = official(candidate)
    # Where a label names the artist, a title that names another one is a tribute.
    for dashed in () if labelled or "dash" in policy.without else evidence.dashed(said):
        yield _pair(wanted, candidate, mine, dashed, policy)
    theirs = evidence.plain(said)
    yield _pair(wanted, candidate, mine, theirs, policy)
    if labelled:
        return
    if "phrases" not in policy.without:
        # The channel of a film says nothing where the title does.
        written = f"{said.artist} - {said.title}" if said.artists and candidate.kind != "OMV" else said.title
        found = found_in(mine, written, wanted.album)
        if found is not None:
            pair = _pair(wanted, candidate, mine, theirs, policy)
            pair.found = found
            pair.people, pair.people_score = (Like.SIMILAR, 0.9) if found.record else (Like.COMPATIBLE, 0.96)
            pair.title, pair.title_score = (
                (Like.SIMILAR, max(0.6, 0.87 - 0.05 * found.surplus)) if found.surplus else (Like.COMPATIBLE, 0.96)
            )
            yield pair
            return
    if "works" not in policy.without:
        pair = _pair(wanted, candidate, mine, theirs, policy)
        if pair.within(WORK_SECONDS) and same_work(mine.written, said.title):
            pair.work = True
            if pair.title < Like.COMPATIBLE:
                pair.title, pair.title_score = Like.SIMILAR, 0.9
            if pair.people is Like.OTHER:
                # The composer stands where the performer would.
                pair.people, pair.people_score = Like.UNKNOWN, 0.5
            yield pair


def _pair(wanted: Recording, candidate: Candidate, mine: Facts, theirs: Facts, policy: MatchPolicy) -> Pair:
    title, title_score = evidence.titles(mine, theirs)
    people, people_score = evidence.artists(mine.credits, theirs.credits)
    without = policy.without
    if without:
        title, people = _left_out(title, people, mine, theirs, without)
    if people is Like.UNKNOWN or people is Like.UNREADABLE:
        people_score = 0.5
    difference = evidence.apart(wanted.duration, candidate.recording.duration)
    return Pair(wanted, candidate, mine, theirs, title, title_score, people, people_score, difference, without)


def _left_out(title: Like, people: Like, mine: Facts, theirs: Facts, without: frozenset[str]) -> tuple[Like, Like]:
    if "scripts" in without:
        title = Like.UNREADABLE if title is Like.TRANSLITERATED else title
        people = Like.UNREADABLE if people is Like.TRANSLITERATED else people
    if "persons" in without and people is Like.SIMILAR and evidence.one_person(mine.credits, theirs.credits):
        people = Like.OTHER
    return title, people


def _judge(pair: Pair, policy: MatchPolicy) -> _Judged:
    plain = 0.45 * pair.title_score + 0.3 * pair.people_score + 0.25 * _near(pair.difference)
    isrc = pair.same_isrc and "isrc" not in policy.without
    without = policy.without
    if pair.title is Like.OTHER and not isrc and "other title" not in without:
        return _Judged(pair, plain, plain, WRONG, _OTHER_TITLE)
    against = [each for each in OBJECTIONS if each.name not in without and each.holds(pair, policy)]
    limit = min((each.limit for each in against), default=SURE)
    points = plain
    if not against and pair.people < Like.SIMILAR:
        # Nothing speaks against it though nobody is named: that is worth as much as a name that is nearly right.
        points = max(points, 0.88 if pair.title is Like.EQUAL else 0.87)
    names = frozenset([each.name for each in against])
    if isrc:
        points, limit = _by_isrc(pair, points, names)
    return _Judged(pair, plain, points, limit, names)


_OTHER_TITLE = frozenset({"other title"})
_BESIDE_ISRC = frozenset({"other version", "perhaps another version", "not available", "against its credit"})
_ONLY_DURATION = frozenset({"duration", "upload's duration"})


def _by_isrc(pair: Pair, points: float, against: frozenset[str]) -> tuple[float, float]:
    kept = min((each.limit for each in OBJECTIONS if each.name in against & _BESIDE_ISRC), default=SURE)
    near = pair.people >= Like.SIMILAR if pair.difference is None else pair.within(ISRC_SECONDS)
    if (
        pair.title is Like.UNREADABLE
        and pair.people in (Like.UNREADABLE, Like.TRANSLITERATED)
        and pair.within(EXACT_SECONDS)
    ):
        # Two scripts can't be compared and don't disagree: the seconds confirm the number.
        return max(points, 0.9), kept
    if pair.title >= Like.SIMILAR and near and pair.people is not Like.OTHER:
        return max(points, 0.97), kept
    # Somebody is wrong, the number or the names: worth a question.
    return max(points, 0.6), min(UNSURE, kept)


def _told(judged: _Judged, policy: MatchPolicy) -> Scored:
    pair, against = judged.pair, judged.against
    said: list[str] = []
    if "not available" in against:
        said.append("not available")
    if "perhaps another version" in against:
        said += [f"perhaps {word}" for word in sorted(pair.hints)]
    if "against its credit" in against:
        said.append("artist only in the title")
    if "other version" in against:
        said += pair.versions
    if pair.same_isrc and "isrc" not in policy.without:
        said.append("ISRC equal")
    said += in_words(pair.title, pair.people, pair.difference, tolerance=EXACT_SECONDS)
    return Scored(
        pair.candidate,
        round(judged.score, 3),
        tuple(dict.fromkeys(said)),
        sure=judged.limit == SURE,
        firm=against <= _ONLY_DURATION and pair.title is not Like.SIMILAR and pair.people is not Like.SIMILAR,
        bare=pair.people < Like.SIMILAR,
        plain=pair.title is Like.EQUAL and (pair.people is Like.EQUAL or pair.people is Like.UNKNOWN),
        heard=Like.TRANSLITERATED in (pair.title, pair.people),
    )


def _near(difference: float | None) -> float:
    if difference is None:
        return 0.6
    return max(0.0, 1.0 - max(0.0, difference - EXACT_SECONDS) / 16.0)
