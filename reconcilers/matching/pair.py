"""What there is to say of one candidate for one wanted recording, field by field."""

from dataclasses import dataclass

from reconcilers.matching import evidence
from reconcilers.matching.evidence import Facts, Like
from reconcilers.matching.phrases import Found
from reconcilers.matching.versions import SINGLES, album_version, loose
from reconcilers.recording import Candidate, Recording

_EXACT_SECONDS = 2.0
_UPLOADS = frozenset({"OMV", "UGC", "OFFICIAL_SOURCE_MUSIC"})


@dataclass(slots=True)
class Pair:
    """One reading of the wanted recording beside one of a candidate.

    `difference` is in seconds, None where a duration is unknown; `without` names rules that don't count. `renamed`: the
    wanted title is read against its own credit. `found` is set where the upload's title names song and artist as
    phrases, `work` where both titles are the same movement of the same work.
    """

    wanted: Recording
    candidate: Candidate
    mine: Facts
    theirs: Facts
    title: Like
    title_score: float
    people: Like
    people_score: float
    difference: float | None
    without: frozenset[str] = frozenset()
    renamed: bool = False
    found: Found | None = None
    work: bool = False

    @property
    def same_isrc(self) -> bool:
        """Whether both carry one ISRC."""
        return self.wanted.isrc is not None and self.wanted.isrc == self.candidate.recording.isrc

    @property
    def uncredited(self) -> bool:
        """Whether nobody says who performs it: neither a label nor a channel's owner."""
        return not self.candidate.recording.artists

    @property
    def anybodys(self) -> bool:
        """See `anybodys`."""
        return anybodys(self.candidate)

    def within(self, seconds: float) -> bool:
        """Whether both durations are known and at most `seconds` apart."""
        return self.difference is not None and self.difference <= seconds

    def beyond(self, seconds: float) -> bool:
        """Whether both durations are known and more than `seconds` apart."""
        return self.difference is not None and self.difference > seconds

    @property
    def versions(self) -> tuple[str, ...]:
        """What sets the candidate's version apart from the wanted one, in words."""
        ours = evidence.version(self.wanted, self.mine)
        others = evidence.version(self.candidate.recording, self.theirs)
        ours_too, others_too = ours, others
        if "album" not in self.without:
            # An album may say for all its songs what their titles leave out.
            ours_too = ours | album_version(self.wanted.album)
            others_too = others | album_version(self.candidate.recording.album)
        missing, surplus = ours_too - others_too, others_too - ours_too
        if missing and self.found is not None and self.found.of_album:
            # It says that it is of that album.
            missing -= album_version(self.wanted.album)
        if not missing and not surplus:
            if ours and evidence.of_another(self.mine.qualifier, self.theirs.qualifier):
                return (f"another {'/'.join(sorted(ours))}",)
            return ()
        return (*sorted(surplus), *(f"not {word}" for word in sorted(missing)))

    @property
    def beside(self) -> frozenset[str]:
        """Version words in the name of an upload's artist, which the wanted one hasn't."""
        if official(self.candidate) or not self.theirs.credits.written:
            return frozenset()
        said = loose(" ".join(self.theirs.credits.written))
        return said - loose(" ".join(self.mine.credits.written)) if said else said

    @property
    def hints(self) -> frozenset[str]:
        """Version words that only one of the titles has, as a part of its name."""
        ours, theirs = self.mine.loose, self.theirs.loose
        # "J. Cole Type Beat - a lot": an upload says such things in the artist's place, too.
        beside = self.beside
        if not ours and not theirs and not beside:
            return ours
        only = evidence.hints(self.wanted, self.mine) ^ evidence.hints(self.candidate.recording, self.theirs)
        only |= beside
        only -= album_version(self.wanted.album)
        return only - SINGLES if self.within(_EXACT_SECONDS) else only


def official(candidate: Candidate) -> bool:
    """Whether a label or the performer answers for the names."""
    return bool(candidate.recording.artists) and candidate.kind not in _UPLOADS


def anybodys(candidate: Candidate) -> bool:
    """Whether anybody may have uploaded it. A service that knows no kinds credits what it sells."""
    return candidate.kind == "UGC" or (not candidate.recording.artists and not candidate.kind)
