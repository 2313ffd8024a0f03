"""How well one search result fits, and why."""

from dataclasses import dataclass

from reconcilers.matching import evidence
from reconcilers.matching.compare import in_words
from reconcilers.matching.evidence import Facts, Like
from reconcilers.matching.pair import Pair, official
from reconcilers.matching.phrases import found_in
from reconcilers.matching.policy import MatchPolicy
from reconcilers.matching.rules import EXACT_SECONDS, ISRC_SECONDS, OBJECTIONS, SURE, UNSURE, WORK_SECONDS
from reconcilers.matching.works import same_work
from reconcilers.recording import Candidate, Recording


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate, how well it fits (0..1), and why, what speaks against it first.

    `sure` is False where something forbids taking it unasked, whatever the score and the thresholds. `firm` says that
    by its names and version it is the song, so that only the duration can be in doubt. `bare` says that nobody is named.
    """

    candidate: Candidate
    score: float
    reasons: tuple[str, ...]
    sure: bool = True
    firm: bool = False
    bare: bool = False


def score(wanted: Recording, candidate: Candidate, policy: MatchPolicy) -> Scored:
    """The best of the ways to read the two."""
    ours, theirs = evidence.of(wanted), evidence.of(candidate.recording)
    # Where a label names the artist, a title that names another one is a tribute.
    if official(candidate) or "dash" in policy.without:
        theirs = theirs[:1]
    best: tuple[float, Scored] | None = None
    for place, mine in enumerate(ours):
        for reading in theirs:
            pair = _pair(wanted, candidate, mine, reading, policy, renamed=place > 0 and bool(wanted.artists))
            judged = _judge(pair, policy)
            if best is None or (judged[1].score, judged[0]) > (best[1].score, best[0]):
                best = judged
    assert best is not None
    return best[1]


def _pair(
    wanted: Recording, candidate: Candidate, mine: Facts, theirs: Facts, policy: MatchPolicy, *, renamed: bool
) -> Pair:
    title, title_score = evidence.titles(mine, theirs)
    people, people_score = evidence.artists(mine.credits, theirs.credits)
    if people is Like.UNKNOWN or people is Like.UNREADABLE:
        people_score = 0.5
    difference = evidence.apart(wanted.duration, candidate.recording.duration)
    pair = Pair(wanted, candidate, mine, theirs, title, title_score, people, people_score, difference, renamed)
    if (title < Like.COMPATIBLE or people < Like.COMPATIBLE) and not official(candidate):
        if "phrases" not in policy.without:
            _by_phrases(pair)
        if pair.found is None and "works" not in policy.without and pair.within(WORK_SECONDS):
            _by_work(pair)
    return pair


def _by_work(pair: Pair) -> None:
    if same_work(pair.mine.written, pair.candidate.recording.title):
        pair.work = True
        if pair.title < Like.COMPATIBLE:
            pair.title, pair.title_score = Like.SIMILAR, 0.9
        if pair.people is Like.OTHER:
            # The composer stands where the performer would.
            pair.people, pair.people_score = Like.UNKNOWN, 0.5


def _by_phrases(pair: Pair) -> None:
    recording = pair.candidate.recording
    written = f"{recording.artist} - {recording.title}" if recording.artists else recording.title
    found = found_in(pair.mine, written, pair.wanted.album)
    if found is None:
        return
    pair.found = found
    pair.people, pair.people_score = (Like.SIMILAR, 0.9) if found.record else (Like.COMPATIBLE, 0.96)
    if found.surplus:
        pair.title, pair.title_score = Like.SIMILAR, max(0.6, 0.87 - 0.05 * found.surplus)
    else:
        pair.title, pair.title_score = Like.COMPATIBLE, 0.96


def _judge(pair: Pair, policy: MatchPolicy) -> tuple[float, Scored]:
    plain = 0.45 * pair.title_score + 0.3 * pair.people_score + 0.25 * _near(pair.difference)
    against = [each for each in OBJECTIONS if each.name not in policy.without and each.holds(pair, policy)]
    limit = min((each.limit for each in against), default=SURE)
    points = plain
    if not against and pair.people < Like.SIMILAR:
        # Nothing speaks against it though nobody is named: that is worth as much as a name that is nearly right.
        points = max(points, 0.88 if pair.title is Like.EQUAL else 0.87)
    reasons: list[str] = []
    if pair.wanted.isrc and pair.wanted.isrc == pair.candidate.recording.isrc and "isrc" not in policy.without:
        reasons.append("ISRC equal")
        points, limit = _by_isrc(pair, points, limit, frozenset(each.name for each in against))
    names = {each.name for each in against}
    firm = (
        names <= {"duration", "upload's duration"}
        and pair.title is not Like.SIMILAR
        and pair.people is not Like.SIMILAR
    )
    said = (
        *_remarks(pair, names),
        *reasons,
        *in_words(pair.title, pair.people, pair.difference, tolerance=EXACT_SECONDS),
    )
    return plain, Scored(
        pair.candidate,
        round(min(points, limit), 3),
        tuple(dict.fromkeys(said)),
        sure=limit == SURE,
        firm=firm,
        bare=pair.people < Like.SIMILAR,
    )


def _by_isrc(pair: Pair, points: float, limit: float, against: frozenset[str]) -> tuple[float, float]:
    near = pair.people >= Like.SIMILAR if pair.difference is None else pair.within(ISRC_SECONDS)
    if pair.title >= Like.SIMILAR and near and pair.people is not Like.OTHER:
        points = max(points, 0.97)
        kept = against & {"other version", "perhaps another version", "not available", "against its credit"}
        return points, min((each.limit for each in OBJECTIONS if each.name in kept), default=SURE)
    # Somebody is wrong, the number or the names: worth a question.
    versions = min(
        (each.limit for each in OBJECTIONS if each.name in against & {"other version", "not available"}), default=UNSURE
    )
    return max(points, 0.6), min(UNSURE, versions)


def _remarks(pair: Pair, against: set[str]) -> list[str]:
    said = []
    if "not available" in against:
        said.append("not available")
    if "perhaps another version" in against:
        said += [f"perhaps {word}" for word in sorted(pair.hints)]
    if "against its credit" in against:
        said.append("artist only in the title")
    if "other version" in against:
        said += pair.versions
    if "another performer" in against:
        said.append("another performer is named")
    return said


def _near(difference: float | None) -> float:
    if difference is None:
        return 0.6
    return max(0.0, 1.0 - max(0.0, difference - EXACT_SECONDS) / 16.0)
