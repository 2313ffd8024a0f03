"""Two titles, two credits: how alike they are, and in what way."""

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from rapidfuzz import fuzz

from reconcilers.matching.normalise import compact, script, skeleton, words
from reconcilers.matching.parse import parse
from reconcilers.matching.people import Credits, credited, same_words, scripts_differ
from reconcilers.matching.split import split
from reconcilers.matching.versions import loose
from reconcilers.recording import Recording


class Like(IntEnum):
    """How two fields agree. `UNKNOWN` is no evidence, `UNREADABLE` are scripts that can't be compared."""

    OTHER = 0
    UNREADABLE = 1
    UNKNOWN = 2
    SIMILAR = 3
    TRANSLITERATED = 4
    PARTLY = 5
    COMPATIBLE = 6
    EQUAL = 7


@dataclass(frozen=True, slots=True)
class Facts:
    """A title and its artists in comparable form.

    `forms` are the compact spellings that name the song alone; `numbers` must agree between two titles of one song.
    """

    title: str
    forms: tuple[str, ...]
    text: str
    numbers: frozenset[str]
    bones: str
    credits: Credits
    version: frozenset[str]
    qualifier: str
    loose: frozenset[str]


_ROMAN = frozenset({"ii", "iii", "iv", "vi", "vii", "viii", "ix"})


@lru_cache(maxsize=2_048)
def facts(title: str, artists: tuple[str, ...]) -> Facts:
    """What can be compared of a title and its artists, as they are written."""
    parsed = parse(title, artists)
    full = parsed.full
    forms = [compact(full), compact(parsed.title)]
    if parsed.subtitle and scripts_differ(parsed.title, parsed.subtitle):
        # "چشم من (Cheshme Man)": the name once more in another script.
        forms.append(compact(parsed.subtitle))
    found = words(full)
    return Facts(
        title=full,
        forms=tuple(dict.fromkeys(form for form in forms if form)),
        text=" ".join(found),
        numbers=frozenset(word for word in found if word.isdigit() or word in _ROMAN),
        bones=skeleton(parsed.title),
        credits=credited(parsed.artists, parsed.featured),
        version=parsed.version,
        qualifier=parsed.qualifier,
        loose=loose(title),
    )


@lru_cache(maxsize=2_048)
def readings(title: str, artists: tuple[str, ...]) -> tuple[Facts, ...]:
    """The ways to read a title: as it stands and, where it holds a dash, as ``Artist - Title``.

    Uploads carry the channel's name as their artist, so the title may know better.
    """
    plain = facts(title, artists)
    parts = split(title)
    if parts is None:
        return (plain,)
    other = facts(parts[1], (parts[0],))
    return (plain,) if other.forms == plain.forms else (plain, other)


def of(recording: Recording) -> tuple[Facts, ...]:
    """The readings of a recording."""
    return readings(recording.title, recording.artists)


def titles(one: Facts, other: Facts) -> tuple[Like, float]:
    """How two titles agree, and 0..1."""
    if not one.forms or not other.forms:
        return Like.UNKNOWN, 0.0
    if one.forms[0] == other.forms[0]:
        return Like.EQUAL, 1.0
    if one.numbers != other.numbers:
        return Like.OTHER, 0.5 * fuzz.ratio(one.text, other.text) / 100
    if not set(one.forms).isdisjoint(other.forms):
        # One of them has a bracket more; two different brackets are two different names.
        both = len(one.forms) > 1 and len(other.forms) > 1 and not scripts_differ(one.title, other.title)
        return (Like.SIMILAR, 0.8) if both else (Like.COMPATIBLE, 0.97)
    if scripts_differ(one.title, other.title):
        return _across(one.bones, other.bones, one.title, other.title)
    score = max(fuzz.ratio(one.text, other.text), 0.95 * fuzz.token_sort_ratio(one.text, other.text)) / 100
    return (Like.SIMILAR if score >= 0.85 else Like.OTHER), score


def artists(one: Credits, other: Credits) -> tuple[Like, float]:
    """How two credits agree, and 0..1."""
    if not one.names or not other.names:
        return Like.UNKNOWN, 0.0
    if one.names == other.names or one.whole == other.whole:
        return Like.EQUAL, 1.0
    main = bool(one.main & (other.names | other.main) or other.main & (one.names | one.main))
    if main:
        subset = one.names <= other.names or other.names <= one.names or bool(one.main & other.main)
        return (Like.COMPATIBLE, 0.96) if subset else (Like.PARTLY, 0.8)
    if one.names & other.names:
        return Like.PARTLY, 0.7
    if scripts_differ(one.lead, other.lead):
        return max(_across(a, b, one.lead, other.lead) for a in one.skeletons for b in other.skeletons)
    score = max(fuzz.ratio(a, b) for a in sorted(one.main) for b in sorted(other.main)) / 100
    if score >= 0.88 and min(map(len, one.main | other.main)) >= 5:
        return Like.SIMILAR, score
    if same_words(words(one.lead), words(other.lead)):
        return Like.SIMILAR, 0.85
    return Like.OTHER, 0.5 * score


# Scripts whose reading can't be told from the letters alone.
_SILENT_SCRIPTS = frozenset({"cjk"})


def _across(one: str, other: str, text: str, other_text: str) -> tuple[Like, float]:
    score = fuzz.ratio(one, other) / 100
    if min(len(one), len(other)) >= 3 and score >= 0.8:
        return Like.TRANSLITERATED, score
    if min(len(one), len(other)) < 3 or {script(text), script(other_text)} & _SILENT_SCRIPTS:
        return Like.UNREADABLE, score
    return (Like.UNREADABLE if score >= 0.5 else Like.OTHER), 0.5 * score


def version(recording: Recording, reading: Facts) -> frozenset[str]:
    """The separating words of a recording in one of its readings."""
    return reading.version.union(recording.version)


def hints(recording: Recording, reading: Facts) -> frozenset[str]:
    """Version words that stand somewhere in the title without being its version."""
    return reading.loose - version(recording, reading)


_SMALL_WORDS = frozenset(
    {"at", "in", "from", "on", "the", "by", "of", "de", "en", "a", "la", "le", "و", "در", "в", "на"}
)


def of_another(one: str, other: str) -> bool:
    """Whether two qualifiers name different remixers or concerts. What isn't said is no difference."""
    mine, theirs = set(one.split()) - _SMALL_WORDS, set(other.split()) - _SMALL_WORDS
    if not mine or not theirs or mine <= theirs or theirs <= mine:
        return False
    return fuzz.ratio(" ".join(sorted(mine)), " ".join(sorted(theirs))) < 70


def apart(one: float | None, other: float | None) -> float | None:
    """How far two durations are apart, in seconds; None where one is unknown."""
    return abs(one - other) if one is not None and other is not None else None


def seconds(difference: float) -> str:
    """A difference in words."""
    return f"duration differs by {difference:.0f} s"
