"""The scorer: each rule has a name, a reason that a music lover would give, and can be left out to see what it is worth.

A candidate's score is 0.45 × title + 0.30 × artists + 0.25 × duration. `OBJECTIONS` then say how much a candidate may
score at most; the lowest counts, and one below `SURE` means that nothing may be taken unasked, whatever the thresholds.
`ALLOWANCES` are what makes good for an objection. `READINGS` are the ways to find song and artist in what people wrote.
`CHOICES` decide among candidates that are good enough.
"""

from collections.abc import Callable
from dataclasses import dataclass

from reconcilers.matching.evidence import Like, misspelt, unexplained
from reconcilers.matching.pair import Pair, official
from reconcilers.matching.people import scripts_differ
from reconcilers.matching.policy import MatchPolicy
from reconcilers.matching.reading import across

SURE = 1.0
UNSURE = 0.84
VERSION = 0.7
WRONG = 0.5

EXACT_SECONDS = 2.0
"""Up to here two durations are one recording's, rounded by two services."""

UPLOAD_SECONDS = 6.0
"""What an uploader adds or cuts at the ends of a song."""

BARE_SECONDS = 1.5
TELLING_SECONDS = 3.0
WORK_SECONDS = 1.2
ISRC_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Objection:
    """While it `holds`, a candidate scores at most `limit`; `why` is the reason."""

    name: str
    limit: float
    holds: Callable[[Pair, MatchPolicy], bool]
    why: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule whose code stands where it acts."""

    name: str
    why: str


READINGS = (
    Rule("dash", "An upload's title may be Artist - Title, whatever its channel is called."),
    Rule("phrases", "Uploads name artist and song in any order, with the album, the year and the quality around them."),
    Rule("works", "Classical works are named by number, key and movement, in any order and several languages."),
    Rule("scripts", "A name can be read in another script; Persian and Arabic leave the vowels to the reader."),
    Rule("persons", "One name may lack the first name, the band or the title that the other one has."),
    Rule("album", "A live album says live for all its songs."),
)

ALLOWANCES = (
    Rule("genre", "An upload's title may say what one dances to it, if it lasts as long to the second."),
    Rule("bare title", "What is found by artist and title, bears the title alone and lasts as long to the second, is the "
         "label's own upload: it needs no names in its title."),
    Rule("misspelt", "A letter wrong in a long title by the same artist is a slip, if the duration is equal."),
    Rule("isrc", "The ISRC is the recording's number. Registries err, so title and duration must confirm it."),
)  # fmt: skip

CHOICES = (
    Rule("twins", "The video and the audio of one release are one recording, whatever their titles say."),
    Rule("audio first", "The label's audio has neither an intro nor noises: it goes before the video, the video before uploads."),
    Rule("one recording", "Several uploads of one recording are no rivals."),
    Rule("margin", "Two different recordings that fit alike are a question."),
    Rule("order", "Among equals the service's first hit is the one that most people meant."),
)  # fmt: skip


def _bare_title(pair: Pair, policy: MatchPolicy) -> bool:
    if "bare title" in policy.without or not pair.uncredited or pair.candidate.kind or pair.people is not Like.UNKNOWN:
        return False
    if pair.title < Like.COMPATIBLE or not pair.mine.credits.names:
        return False
    # Hardly two songs share several words; a single one is many songs' name.
    telling = len(pair.mine.forms[0]) >= 8 and " " in pair.mine.text
    return pair.within(TELLING_SECONDS if telling else BARE_SECONDS)


def _unknown_artist(pair: Pair, policy: MatchPolicy) -> bool:
    return pair.people in (Like.UNKNOWN, Like.UNREADABLE) and not _bare_title(pair, policy) and not pair.work


def _more_artists(pair: Pair) -> bool:
    return (
        pair.people is Like.COMPATIBLE
        and pair.found is None
        and official(pair.candidate)
        and pair.mine.credits.names != pair.theirs.credits.names
    )


def _similar_title(pair: Pair, policy: MatchPolicy) -> bool:
    if pair.title is not Like.SIMILAR or pair.work:
        return False
    if pair.found is not None and pair.found.surplus == pair.found.genres and "genre" not in policy.without:
        return not (pair.candidate.kind == "" and pair.within(BARE_SECONDS))
    slip = "misspelt" not in policy.without and misspelt(pair.mine, pair.theirs)
    named = pair.people >= Like.COMPATIBLE or pair.people is Like.TRANSLITERATED
    return not (slip and named and pair.within(EXACT_SECONDS))


def _aside(pair: Pair, policy: MatchPolicy) -> bool:
    if pair.title is not Like.COMPATIBLE or not pair.theirs.aside or pair.found is not None:
        return False
    if unexplained(pair.mine, pair.theirs, pair.wanted.album, pair.candidate.recording.album):
        return True
    # In an upload's title another script may be another name: it must be heard to be the same.
    aside = " ".join(word for word in pair.theirs.aside if word not in pair.mine.text.split())
    if official(pair.candidate) or pair.mine.bracketed or not scripts_differ(aside, pair.mine.core):
        return False
    if pair.people >= Like.COMPATIBLE and pair.within(BARE_SECONDS):
        return False
    return (across(aside, pair.mine.core) or 0.0) < 0.8


OBJECTIONS: tuple[Objection, ...] = (
    Objection("other title", WRONG, lambda pair, _: pair.title is Like.OTHER, "Another title is another song."),
    Objection(
        "other artist", WRONG, lambda pair, _: pair.people is Like.OTHER,
        "Another artist's song of that name, or a cover.",
    ),
    Objection(
        "other version", VERSION, lambda pair, _: bool(pair.versions),
        "Live, remix, karaoke, sped up and their like are other recordings.",
    ),
    Objection(
        "perhaps another version", UNSURE, lambda pair, _: bool(pair.hints),
        "A version word that only one title has may be part of the name, or not.",
    ),
    Objection(
        "unknown artist", UNSURE, _unknown_artist,
        "Who performs it isn't said: anybody may.",
    ),
    Objection(
        "some artists", UNSURE,
        lambda pair, _: pair.people is Like.PARTLY or (_more_artists(pair) and pair.beyond(EXACT_SECONDS)),
        "A duet and a solo of one name are two recordings; a guest left out of a title lasts as long without its name.",
    ),
    Objection(
        "unknown title", UNSURE, lambda pair, _: pair.title in (Like.UNKNOWN, Like.UNREADABLE),
        "A title that can't be compared is no evidence.",
    ),
    Objection(
        "similar artist", UNSURE,
        lambda pair, _: pair.people in (Like.SIMILAR, Like.TRANSLITERATED) and not pair.within(EXACT_SECONDS),
        "A name that is only alike needs the duration to speak for it.",
    ),
    Objection(
        "similar title", UNSURE, _similar_title,
        "A word more or less is another song.",
    ),
    Objection(
        "bracket more",
        UNSURE,
        _aside,
        "A bracket that nothing explains may name another version, or another performer.",
    ),
    Objection(
        "transliterated title", UNSURE,
        lambda pair, _: pair.title is Like.TRANSLITERATED and not (pair.title_score >= 0.9 and pair.within(EXACT_SECONDS)),
        "Another script is read, not compared: the duration must speak for it.",
    ),
    Objection(
        "duration", UNSURE,
        lambda pair, policy: pair.difference is not None and pair.difference > policy.max_duration_difference,
        "Much longer or shorter is another edit, or has something else in it.",
    ),
    Objection(
        "upload's duration", UNSURE, lambda pair, _: pair.anybodys and not pair.within(UPLOAD_SECONDS),
        "Nobody answers for an upload's title, so its duration must.",
    ),
    Objection(
        "against its credit", UNSURE, lambda pair, _: pair.renamed,
        "Where the wanted song has an artist, a dash in its title doesn't name another.",
    ),
    Objection(
        "not available", WRONG, lambda pair, _: not pair.candidate.available,
        "What can't be played can't be placed.",
    ),
)  # fmt: skip

RULES: tuple[str, ...] = (
    *(rule.name for rule in (*READINGS, *ALLOWANCES, *CHOICES)),
    *(objection.name for objection in OBJECTIONS),
)
"""Every rule that `MatchPolicy.without` can name."""
