"""Which of the search results is the song, if any is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reconcilers.matching import evidence
from reconcilers.matching.compare import SAME_SECONDS, Band, album_version, compare, in_words
from reconcilers.matching.evidence import Facts, Like
from reconcilers.matching.normalise import words
from reconcilers.matching.people import listed
from reconcilers.recording import Candidate, Recording


class Outcome(StrEnum):
    """*Review* means that a person should choose."""

    AUTO = "auto"
    REVIEW = "review"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MatchPolicy:
    """Where the bands lie. Scores are 0..1, durations seconds.

    From `accept` on a candidate may be taken unasked, if it is `margin` ahead of every other recording; from `review`
    on a person is asked. Beyond `max_duration_difference` nothing is taken unasked.
    """

    accept: float = 0.86
    review: float = 0.55
    margin: float = 0.04
    max_duration_difference: float = 8.0
    shown: int = 5


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate, how well it fits (0..1), and why, what speaks against it first.

    `sure` is False where something forbids taking it unasked, whatever the score and the thresholds. `firm` says that
    title, artist and version agree outright, so that only the duration can be in doubt.
    """

    candidate: Candidate
    score: float
    reasons: tuple[str, ...]
    sure: bool = True
    firm: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. `choice` is set for `AUTO` only; `scored` is best first, the choice before all."""

    band: Outcome
    choice: Scored | None
    scored: tuple[Scored, ...]
    reasons: tuple[str, ...]


_DEFAULT = MatchPolicy()
_KINDS = {"ATV": 0, "OMV": 2, "UGC": 3}
_UPLOADS = frozenset({"OMV", "UGC", "OFFICIAL_SOURCE_MUSIC"})
_UNSURE = 0.84
_VERSION = 0.7
_WRONG = 0.5
_EXACT_SECONDS = 2.0
_ISRC_SECONDS = 5.0
_NAMELESS_SECONDS = 2.0
_UPLOAD_SECONDS = 3.0


def decide(
    wanted: Recording,
    candidates: Sequence[Candidate],
    rejects: Collection[str] = (),
    policy: MatchPolicy = _DEFAULT,
) -> Decision:
    """Chooses among `candidates`, given in the service's order; ids in `rejects` don't exist.

    The order decides only between candidates that are one recording and equally good.
    """
    scored = [
        (_score(wanted, candidate, policy), place)
        for place, candidate in enumerate(candidates)
        if candidate.id not in rejects
    ]
    if not scored:
        return Decision(Outcome.NONE, None, (), ("nothing found",))
    ranked = tuple(each for each, _ in sorted(scored, key=lambda pair: (-pair[0].score, pair[1])))
    best = ranked[0]
    fit = sorted(
        (pair for pair in scored if pair[0].sure and pair[0].score >= policy.accept),
        key=lambda pair: (-pair[0].score, _content(pair[0])),
    )
    if fit:
        leader = fit[0][0]
        # Who didn't say how long the song is takes any of its masters.
        apart = SAME_SECONDS if wanted.duration is not None else policy.max_duration_difference
        group = [pair for pair in fit if _one_recording(leader, pair[0], apart)]
        rivals = [
            pair
            for pair in fit
            if pair not in group and leader.score - pair[0].score < policy.margin and not _film_of(leader, pair[0])
        ]
        if rivals:
            count = len(rivals) + 1
            return Decision(Outcome.REVIEW, None, ranked[: policy.shown], (f"{count} different recordings fit alike",))
        choice, _ = min(group, key=lambda pair: (_KINDS.get(pair[0].candidate.kind, 1), -pair[0].score, pair[1]))
        others = tuple(each for each in ranked if each is not choice)
        return Decision(Outcome.AUTO, choice, (choice, *others)[: policy.shown], choice.reasons)
    if best.score >= policy.review:
        return Decision(Outcome.REVIEW, None, ranked[: policy.shown], best.reasons)
    return Decision(Outcome.NONE, None, ranked[: policy.shown], best.reasons)


def _content(scored: Scored) -> tuple[object, ...]:
    candidate = scored.candidate
    return (_KINDS.get(candidate.kind, 1), candidate.recording.duration or 0.0, candidate.recording.title, candidate.id)


def _one_recording(leader: Scored, other: Scored, apart: float) -> bool:
    one, two = leader.candidate, other.candidate
    if one.id in (two.id, two.twin) or two.id == one.twin:
        return True
    if leader.firm and other.firm:
        difference = evidence.apart(one.recording.duration, two.recording.duration)
        return difference is None or difference <= apart
    return compare(one.recording, two.recording).band is Band.SAME


def _film_of(leader: Scored, other: Scored) -> bool:
    """Whether the other is an upload of the song whose label audio was found: films run a little longer, and add no doubt."""
    if leader.candidate.kind != "ATV" or other.candidate.kind not in _UPLOADS:
        return False
    return leader.firm and other.firm


def _score(wanted: Recording, candidate: Candidate, policy: MatchPolicy) -> Scored:
    found = evidence.of(candidate.recording)
    if candidate.recording.artists and candidate.kind not in _UPLOADS:
        # Where a label names the artist, a title that names another one is a tribute.
        found = found[:1]
    scored = [
        _read(wanted, candidate, mine, theirs, policy, renamed=place > 0 and bool(wanted.artists))
        for place, mine in enumerate(evidence.of(wanted))
        for theirs in found
    ]
    return max(scored, key=lambda pair: (pair[1].score, pair[0], pair[1].reasons))[1]


def _read(
    wanted: Recording, candidate: Candidate, mine: Facts, theirs: Facts, policy: MatchPolicy, *, renamed: bool
) -> tuple[float, Scored]:
    recording = candidate.recording
    title, title_score = evidence.titles(mine, theirs)
    people, people_score = evidence.artists(mine.credits, theirs.credits)
    if people < Like.COMPATIBLE and (not recording.artists or candidate.kind in _UPLOADS):
        title, title_score, people, people_score = _in_the_title(
            mine, theirs, wanted.album, (title, title_score, people, people_score)
        )
    difference = evidence.apart(wanted.duration, recording.duration)
    reasons = list(in_words(title, people, difference, tolerance=_EXACT_SECONDS))
    # Without any credit only a title that hardly two songs share can stand for one; an upload is credited to somebody.
    nameless = not recording.artists and candidate.kind != "UGC" and _distinctive(mine)
    if people in (Like.UNKNOWN, Like.UNREADABLE):
        people_score = 0.6 if nameless else 0.5
    score = 0.45 * title_score + 0.3 * people_score + 0.25 * _near(difference)
    plain = score
    cap = _cap_of_names(title, title_score, people, difference, distinctive=nameless, long=len(mine.text) >= 10)
    if difference is not None and difference > policy.max_duration_difference:
        cap = min(cap, _UNSURE)
    if (candidate.kind == "UGC" or not recording.artists) and (difference is None or difference > _UPLOAD_SECONDS):
        cap = min(cap, _UNSURE)
    versions = _versions(wanted, candidate, mine, theirs)
    doubts = [f"perhaps {word}" for word in sorted(evidence.hints(wanted, mine) ^ evidence.hints(recording, theirs))]
    if renamed:
        doubts.append("artist only in the title")
    if wanted.isrc and wanted.isrc == recording.isrc:
        reasons.insert(0, "ISRC equal")
        near = people >= Like.SIMILAR if difference is None else difference <= _ISRC_SECONDS
        if title >= Like.SIMILAR and near and people is not Like.OTHER:
            score, cap = max(score, 0.97), 1.0
        else:
            # Somebody is wrong, the number or the names: worth a question.
            score, cap = max(score, 0.6), _UNSURE
    if doubts:
        cap = min(cap, _UNSURE)
    if versions:
        cap = min(cap, _VERSION)
    if not candidate.available:
        doubts.insert(0, "not available")
        cap = min(cap, _WRONG)
    score = min(score, cap)
    firm = title >= Like.COMPATIBLE and people >= Like.COMPATIBLE and not versions and not doubts
    said = tuple(dict.fromkeys((*doubts, *versions, *reasons)))
    return plain, Scored(candidate, round(score, 3), said, sure=cap == 1.0, firm=firm)


def _distinctive(wanted: Facts) -> bool:
    return bool(wanted.credits.names and wanted.forms) and len(wanted.forms[0]) >= 8 and " " in wanted.text


def _near(difference: float | None) -> float:
    if difference is None:
        return 0.6
    return max(0.0, 1.0 - max(0.0, difference - _EXACT_SECONDS) / 16.0)


def _cap_of_names(
    title: Like, title_score: float, people: Like, difference: float | None, *, distinctive: bool, long: bool
) -> float:
    """The most that these names allow, whatever else agrees."""
    if title is Like.OTHER or people is Like.OTHER:
        return _WRONG
    exact = difference is not None and difference <= _EXACT_SECONDS
    if people is Like.UNKNOWN and distinctive and difference is not None and difference <= _NAMELESS_SECONDS:
        return 1.0 if title >= Like.COMPATIBLE else _UNSURE
    if people in (Like.UNKNOWN, Like.UNREADABLE, Like.PARTLY):
        return _UNSURE
    if title in (Like.UNKNOWN, Like.UNREADABLE):
        return _UNSURE
    if people in (Like.SIMILAR, Like.TRANSLITERATED) and not exact:
        return _UNSURE
    if title is Like.SIMILAR:
        return 1.0 if exact and long and title_score >= 0.9 and people >= Like.COMPATIBLE else _UNSURE
    if title is Like.TRANSLITERATED:
        return 1.0 if exact and title_score >= 0.9 else _UNSURE
    return 1.0


def _versions(wanted: Recording, candidate: Candidate, mine: Facts, theirs: Facts) -> tuple[str, ...]:
    ours, others = evidence.version(wanted, mine), evidence.version(candidate.recording, theirs)
    # An album may say for all its songs what their titles leave out.
    ours_too = ours | album_version(wanted.album)
    others_too = others | album_version(candidate.recording.album)
    missing, surplus = ours_too - others_too, others_too - ours_too
    if not missing and not surplus:
        if ours and evidence.of_another(mine.qualifier, theirs.qualifier):
            return (f"another {'/'.join(sorted(ours))}",)
        return ()
    return (*sorted(surplus), *(f"not {word}" for word in sorted(missing)))


def _in_the_title(
    mine: Facts, theirs: Facts, album: str | None, otherwise: tuple[Like, float, Like, float]
) -> tuple[Like, float, Like, float]:
    """Title and artist looked for as phrases in an upload's title, which says both in any order."""
    if not mine.text or not mine.credits.names:
        return otherwise
    rest = f" {theirs.text} "
    named = False
    for name in sorted({" ".join(words(name)) for name in (mine.credits.lead, *listed(mine.credits.lead))}, key=len):
        if name and f" {name} " in rest and name != mine.text:
            rest, named = rest.replace(f" {name} ", " | ", 1), True
    if not named or f" {mine.text} " not in rest:
        return otherwise
    rest = rest.replace(f" {mine.text} ", " | ", 1)
    known = {"|", "the", "and", "by", "a", *words(album or "")}
    more = [word for word in rest.split() if word not in known and not word.isdigit()]
    if len(more) > 3:
        return otherwise
    like = Like.COMPATIBLE if not more else Like.SIMILAR
    return like, 0.96 if not more else 0.87 - 0.05 * len(more), Like.COMPATIBLE, 0.96
