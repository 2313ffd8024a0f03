"""Two titles, two credits: how alike they are, and in what way."""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from reconcilers.matching.garbage import without_numbering
from reconcilers.matching.names import counted, runs, without_article
from reconcilers.matching.normalise import compact, skeleton, words
from reconcilers.matching.parse import parse
from reconcilers.matching.people import Credits, bare_name, credited, same_person, scripts_differ
from reconcilers.matching.reading import across, heard_in, same_signs
from reconcilers.matching.split import split
from reconcilers.matching.versions import loose
from reconcilers.recording import Recording

_CACHE = 4_096


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

    `forms` are the compact spellings that name the song alone, the whole title first; `numbers` must agree between two
    titles of one song. `bracketed` says that it has a bracket of its own, `aside` are the words of one behind the title, or
    of a title in two scripts;
    `cut` says that its end is missing.
    """

    title: str
    core: str
    forms: tuple[str, ...]
    text: str
    core_text: str
    numbers: frozenset[str]
    bracketed: bool
    aside: tuple[str, ...]
    cut: bool
    credits: Credits
    version: frozenset[str]
    qualifier: str
    written: str

    @property
    def bones(self) -> str:
        """The consonants of the core."""
        return skeleton(self.core)

    @property
    def sounds(self) -> tuple[str, ...]:
        """What names that are read across scripts have in common: the consonants, with the artist's where they are few."""
        bones = self.bones
        if len(bones) >= 3:
            return (f"sound:{bones}",)
        names = dict.fromkeys(map(skeleton, self.credits.written))
        return tuple(f"sound:{bones}|{name}" for name in names if len(bones) + len(name) >= 3)

    @property
    def loose(self) -> frozenset[str]:
        """Version words anywhere in what was written."""
        return loose(self.written)


_ELLIPSIS = re.compile(r"(?:…|\.\.\.?)\s*\Z")


@lru_cache(maxsize=_CACHE)
def facts(title: str, artists: tuple[str, ...]) -> Facts:
    """What can be compared of a title and its artists, as they are written."""
    parsed = parse(title, artists)
    full = parsed.full
    found = counted(words(full))
    forms = ["".join(found) or compact(full)]
    if parsed.title != full:
        forms.append("".join(counted(words(parsed.title))) or compact(parsed.title))
    if parsed.subtitle and scripts_differ(parsed.title, parsed.subtitle):
        # "چشم من (Cheshme Man)": the name once more in another script.
        forms.append(compact(parsed.subtitle))
    aside = words(parsed.subtitle) if parsed.subtitle and not full.startswith(parsed.subtitle) else ()
    if not full.isascii():
        sides = runs(full)
        forms += map(compact, sides)
        aside = aside or tuple(word for side in sides for word in words(side))
    text = " ".join(found)
    shorter = without_article(found)
    if shorter != found:
        forms.append("".join(shorter))
    return Facts(
        title=full,
        core=parsed.title,
        forms=tuple(dict.fromkeys(form for form in forms if form)),
        text=text,
        core_text=text if parsed.title == full else " ".join(words(parsed.title)),
        numbers=frozenset(word for word in found if word.isdigit()),
        bracketed=bool(parsed.subtitle),
        aside=aside,
        cut=_ELLIPSIS.search(full) is not None,
        credits=credited(parsed.artists, parsed.featured),
        version=parsed.version,
        qualifier=parsed.qualifier,
        written=title,
    )


@lru_cache(maxsize=_CACHE)
def _dashed(title: str) -> tuple[Facts, ...]:
    """The readings as ``Artist - Title``: one, or one of each side of a bar between two scripts."""
    sides = _BAR.split(title) if not title.isascii() else [title]
    if len(sides) == 2 and scripts_differ(*sides):
        return tuple(facts_ for side in sides if (facts_ := _side(side)) is not None)
    read = _side(title)
    return () if read is None else (read,)


_BAR = re.compile(r"\s+[|/•]\s+")


def _side(title: str) -> Facts | None:
    parts = split(title)
    return facts(parts[1], (without_numbering(parts[0]),)) if parts is not None else None


def plain(recording: Recording) -> Facts:
    """A recording as it stands."""
    return facts(recording.title, recording.artists)


def dashed(recording: Recording) -> tuple[Facts, ...]:
    """Its title read as ``Artist - Title``; nothing where it holds no such dash.

    Uploads carry the channel's name as their artist, so the title may know better.
    """
    return _dashed(recording.title)


def of(recording: Recording) -> tuple[Facts, ...]:
    """The ways to read a recording: as it stands and, where it holds a dash, as ``Artist - Title``."""
    first, others = plain(recording), dashed(recording)
    return (first, *(other for other in others if other.forms != first.forms)) if others else (first,)


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
        both = one.bracketed and other.bracketed and not scripts_differ(one.title, other.title)
        return (Like.SIMILAR, 0.8) if both else (Like.COMPATIBLE, 0.97)
    if not (one.title.isascii() and other.title.isascii()):
        if scripts_differ(one.title, other.title):
            return _heard(across(one.core, other.core))
        if same_signs(one.title, other.title):
            return Like.TRANSLITERATED, 0.95
    if (one.cut and _begins(other.text, one.text)) or (other.cut and _begins(one.text, other.text)):
        return Like.SIMILAR, 0.95
    score = fuzz.ratio(one.text, other.text, score_cutoff=50) / 100
    if score < 0.85:
        score = max(score, 0.95 * fuzz.token_sort_ratio(one.text, other.text, score_cutoff=50) / 100)
    return (Like.SIMILAR if score >= 0.85 else Like.OTHER), score


def _begins(whole: str, beginning: str) -> bool:
    return len(beginning) >= 10 and beginning.count(" ") >= 2 and whole.startswith(beginning)


def unexplained(mine: Facts, theirs: Facts, *albums: str | None) -> tuple[str, ...]:
    """The words of a bracket that only the second title has and that nothing known of the song explains."""
    if not theirs.aside or mine.bracketed:
        return ()
    known = {*mine.text.split(), *(word for album in albums if album for word in words(album))}
    for name in (*mine.credits.written, *theirs.credits.written):
        known.update(words(name))
    strange = tuple(word for word in theirs.aside if word not in known)
    # A label's bracket in another script is the name once more, in translation.
    return () if strange and scripts_differ(" ".join(strange), mine.core) else strange


def misspelt(one: Facts, other: Facts) -> bool:
    """Whether two similar titles differ by a slip of the pen, or one by its missing end, and not by a word."""
    if (one.cut and _begins(other.text, one.text)) or (other.cut and _begins(one.text, other.text)):
        return True
    first, second = one.forms[0], other.forms[0]
    if min(len(first), len(second)) < 8:
        return False
    wrong = Levenshtein.distance(first, second, score_cutoff=2 + len(first) // 12)
    if wrong > 1 + len(first) // 12:
        return False
    mine, theirs = one.text.split(), other.text.split()
    lost, gained = [word for word in mine if word not in theirs], [word for word in theirs if word not in mine]
    if len(mine) != len(theirs):
        return wrong <= 1
    return all(max((fuzz.ratio(word, each) for each in gained), default=0) >= 60 for word in lost)


def artists(one: Credits, other: Credits) -> tuple[Like, float]:
    """How two credits agree, and 0..1."""
    if not one.names or not other.names:
        return Like.UNKNOWN, 0.0
    if one.names == other.names or one.whole == other.whole:
        return Like.EQUAL, 1.0
    main = bool(one.main & (other.names | other.main) or other.main & (one.names | one.main))
    if main:
        # One may name more people than the other; where each names somebody else, it is another guest's.
        mine, theirs = (one.others, other.others) if one.first == other.first else (one.names, other.names)
        subset = mine <= theirs or theirs <= mine
        return (Like.COMPATIBLE, 0.96) if subset else (Like.PARTLY, 0.8)
    if one.names & other.names:
        return Like.PARTLY, 0.7
    if not (one.lead.isascii() and other.lead.isascii()):
        if scripts_differ(one.lead, other.lead):
            best = max(_heard(across(mine, theirs)) for mine in _spoken(one) for theirs in _spoken(other))
            if best[0] < Like.TRANSLITERATED and heard_in(words(one.lead), words(other.lead)):
                return Like.TRANSLITERATED, 0.85
            return best
        if same_signs(one.lead, other.lead):
            return Like.TRANSLITERATED, 0.95
    if one_person(one, other):
        return Like.SIMILAR, 0.9
    score = max(fuzz.ratio(a, b) for a in one.main for b in other.main) / 100
    if score >= 0.88 and min(map(len, one.main | other.main)) >= 5:
        return Like.SIMILAR, score
    return Like.OTHER, 0.5 * score


def _spoken(credit: Credits) -> tuple[str, ...]:
    """The names of a credit as they are called, with and without band and title."""
    return (*credit.written, " ".join(bare_name(words(credit.written[0]))))


def one_person(one: Credits, other: Credits) -> bool:
    """Whether the main names can be one person's; see `same_person`."""
    return same_person(words(one.lead), words(other.lead))


def _heard(score: float | None) -> tuple[Like, float]:
    if score is None:
        return Like.UNREADABLE, 0.3
    if score >= 0.8:
        return Like.TRANSLITERATED, score
    return (Like.UNREADABLE if score >= 0.5 else Like.OTHER), 0.5 * score


def version(recording: Recording, reading: Facts) -> frozenset[str]:
    """The separating words of a recording in one of its readings."""
    return reading.version.union(recording.version) if recording.version else reading.version


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
