"""Which of the search results is the song, if any is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reconcilers.matching import evidence
from reconcilers.matching.compare import SAME_SECONDS, Band, compare
from reconcilers.matching.pair import anybodys
from reconcilers.matching.parse import parse
from reconcilers.matching.policy import MatchPolicy
from reconcilers.matching.rules import EXACT_SECONDS, UPLOAD_SECONDS
from reconcilers.matching.score import Scored, score
from reconcilers.recording import Candidate, Recording


class Outcome(StrEnum):
    """*Review* means that a person should choose."""

    AUTO = "auto"
    REVIEW = "review"
    NONE = "none"


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


def decide(
    wanted: Recording,
    candidates: Sequence[Candidate],
    rejects: Collection[str] = (),
    policy: MatchPolicy = _DEFAULT,
) -> Decision:
    """Chooses among `candidates`, given in the service's order; ids in `rejects` don't exist.

    The order decides only between candidates that are one recording.
    """
    scored = [
        (score(wanted, candidate, policy), place)
        for place, candidate in enumerate(candidates)
        if candidate.id not in rejects
    ]
    if not scored:
        return Decision(Outcome.NONE, None, (), ("nothing found",))
    ranked = tuple(each for each, _ in sorted(scored, key=lambda pair: (-pair[0].score, pair[1])))
    best = ranked[0]
    fit = [pair for pair in scored if pair[0].sure and pair[0].score >= policy.accept]
    if fit:
        leader = min(fit, key=lambda pair: (-pair[0].score, _content(pair[0])))[0]
        apart = _apart(wanted, leader, policy)
        group = [pair for pair in fit if pair[0] is leader or _one_recording(leader, pair[0], apart, policy)]
        rivals = [pair for pair in fit if pair not in group and _rivals(wanted, leader, pair[0], policy)]
        if rivals:
            count = len(rivals) + 1
            return Decision(Outcome.REVIEW, None, ranked[: policy.shown], (f"{count} different recordings fit alike",))
        choice, _ = min(group, key=lambda pair: _preference(wanted, pair, policy))
        others = tuple(each for each in ranked if each is not choice)
        return Decision(Outcome.AUTO, choice, (choice, *others)[: policy.shown], choice.reasons)
    if best.score >= policy.review:
        return Decision(Outcome.REVIEW, None, ranked[: policy.shown], best.reasons)
    return Decision(Outcome.NONE, None, ranked[: policy.shown], best.reasons)


def _apart(wanted: Recording, leader: Scored, policy: MatchPolicy) -> float:
    """How far two durations of one recording may be apart, in seconds."""
    if wanted.duration is None:
        # Who didn't say how long the song is takes any of its masters.
        return policy.max_duration_difference
    if leader.bare:
        return EXACT_SECONDS
    return UPLOAD_SECONDS if anybodys(leader.candidate) else SAME_SECONDS


def _content(scored: Scored) -> tuple[object, ...]:
    candidate = scored.candidate
    return (_KINDS.get(candidate.kind, 1), candidate.recording.duration or 0.0, candidate.recording.title, candidate.id)


def _preference(wanted: Recording, pair: tuple[Scored, int], policy: MatchPolicy) -> tuple[float, ...]:
    scored, place = pair
    # Who doesn't ask for the clean edition doesn't mean it.
    clean = ("clean" in parse(wanted.title).edition) is not ("clean" in parse(scored.candidate.recording.title).edition)
    kind = 0 if "audio first" in policy.without else _KINDS.get(scored.candidate.kind, 1)
    if "order" in policy.without:
        return (kind, clean, -scored.score, place)
    # One that doesn't say how long it is may be any take of the song.
    vague = wanted.duration is not None and scored.candidate.recording.duration is None
    return (kind, clean, not scored.plain and not anybodys(scored.candidate), vague, place)


def _one_recording(leader: Scored, other: Scored, apart: float, policy: MatchPolicy) -> bool:
    one, two = leader.candidate, other.candidate
    if one.id in (two.id, two.twin) or two.id == one.twin:
        return "twins" not in policy.without
    if "one recording" in policy.without:
        return False
    if leader.firm and other.firm:
        difference = evidence.apart(one.recording.duration, two.recording.duration)
        return difference is None or difference <= apart
    return compare(one.recording, two.recording).band is Band.SAME


def _rivals(wanted: Recording, leader: Scored, other: Scored, policy: MatchPolicy) -> bool:
    if leader.heard and other.heard and leader.candidate.recording.title != other.candidate.recording.title:
        # Flower and mud are written alike: two readings are a question, whatever they score.
        return (
            "margin" not in policy.without
            and compare(leader.candidate.recording, other.candidate.recording).band is not Band.SAME
        )
    if wanted.duration is not None or "margin" in policy.without or leader.score - other.score >= policy.margin:
        # The wanted duration tells masters apart.
        return False
    # Films of a song run a little longer than its label audio, and add no doubt.
    film = leader.candidate.kind == "ATV" and other.candidate.kind in _UPLOADS
    return not (film and leader.firm and other.firm)
