"""Whether a name in one script could be read as a name in another.

Persian, Arabic and Hebrew leave most vowels unwritten, and people spell what they hear: ``gh`` and ``q``, ``kh`` and
``x``, ``oo``, ``ou`` and ``u``, a final ``-eh``, ``-e`` or ``-a``. So a Latin spelling is held against every reading of
the letters. It stays evidence: two names may be spelt alike.
"""

import re
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from reconcilers.matching.normalise import compact, fold, latin, script, skeleton
from reconcilers.matching.people import bare_name

_CACHE = 2_048
_ABJADS = frozenset({"arabic", "hebrew"})
# The reading of Chinese signs can't be told from the letters alone.
_SILENT = frozenset({"cjk"})
# Where these are written, people and bands have another name in Latin letters as often as not (방탄소년단 is BTS).
_RENAMING = frozenset({"cjk", "hangul", "hiragana", "katakana", "thai"})

_ARABIC = {
    "ا": ("a", "aa"), "ب": ("b",), "پ": ("p",), "ت": ("t",), "ث": ("s", "th", "t"),
    "ج": ("j", "g", "dj", "zh"), "چ": ("ch", "tch", "c", "tsch"), "ح": ("h", "7", "kh"),
    "خ": ("kh", "x", "h", "5", "ch", "k"), "د": ("d",), "ذ": ("z", "dh", "th", "d"), "ر": ("r",), "ز": ("z",),
    "ژ": ("zh", "j", "g"), "س": ("s", "c"), "ش": ("sh", "ch", "sch", "s"), "ص": ("s",), "ض": ("z", "d", "dh"), "ط": ("t",),
    "ظ": ("z", "dh", "th"), "ع": ("", "a", "e", "o", "3", "aa", "i"), "غ": ("gh", "q", "g"), "ف": ("f", "ph"),
    "ق": ("gh", "q", "g", "k", "9", "c"), "ک": ("k", "c", "q", "ck"), "گ": ("g", "gu"), "ل": ("l",), "م": ("m",), "ن": ("n",),
    "و": ("v", "w", "u", "oo", "ou", "o", "ow", "au", "av", "aw"),
    "ه": ("h", "eh", "e"), "ی": ("y", "i", "ee", "ey", "ei", "e", "ye", "ie", "yi", "ay", "ai"),
    " ": ("", "e", "ye", "i", "o", "al", "el", "l"),
}  # fmt: skip
# At the beginning a letter carries any vowel; at the end vowels are written, so that none may be added there.
_FIRST = {"ا": ("a", "aa", "e", "o", "i", "u", "")}
_LAST = {"ه": ("h", "eh", "e", "ah", "a"), "ی": ("i", "ee", "y", "ey", "ei", "ie", "e", "yi", "a")}
_HEBREW = {
    "א": ("", "a", "e", "i", "o", "u"), "ב": ("b", "v"), "ג": ("g", "j"), "ד": ("d",),
    "ה": ("h", "ah", "a", "eh", "e", ""), "ו": ("v", "o", "u", "w", "oo", "ou"), "ז": ("z",), "ח": ("ch", "h", "kh"),
    "ט": ("t",), "י": ("y", "i", "e", "ee", "ei", ""), "כ": ("k", "ch", "kh", "c"), "ך": ("ch", "k", "kh"),
    "ל": ("l",), "מ": ("m",), "ם": ("m",), "נ": ("n",), "ן": ("n",), "ס": ("s",), "ע": ("", "a", "e", "i", "o"),
    "פ": ("p", "f", "ph"), "ף": ("f", "p", "ph"), "צ": ("ts", "tz", "z", "c"), "ץ": ("ts", "tz", "z"),
    "ק": ("k", "q", "c"), "ר": ("r",), "ש": ("sh", "s"), "ת": ("t", "th"), "'": ("",), " ": ("", "a", "e"),
}  # fmt: skip
_LETTERS = {**_HEBREW, **_ARABIC, " ": tuple(dict.fromkeys((*_ARABIC[" "], *_HEBREW[" "])))}
# The vowel that every consonant has is written in these only where it is another.
_INDIC = frozenset({"devanagari", "gurmukhi", "bengali", "gujarati", "tamil", "telugu", "kannada", "malayalam"})
_DOUBLED = re.compile(r"(.)\1+")
_VOWELS = frozenset("aeiou")


@lru_cache(maxsize=_CACHE)
def reads_as(written: str, spelt: str) -> bool:
    """Whether the letters of `written`, in a script without vowels, can be read as the Latin `spelt`."""
    heard = "".join(char for char in latin(spelt) if char.isalnum())
    folded = fold(written)
    if _reads(folded, heard):
        return True
    # Persian writes a letter between them that nobody speaks: خواب is khab.
    return "خوا" in folded and _reads(folded.replace("خوا", "خا"), heard)


def _reads(written: str, heard: str) -> bool:
    places = {0}
    for at in range(len(written)):
        last = at + 1 == len(written) or written[at + 1] == " "
        options = _options(written, at, last=last)
        reached: set[int] = set()
        for place in places:
            for option in options:
                if heard.startswith(option, place):
                    after = place + len(option)
                    reached.add(after)
                    if option and heard.startswith(option, after):
                        reached.add(after + len(option))
        # An unwritten vowel may follow every letter but the last, and none stands before a written "a".
        closed = last or written[at + 1] == "ا"
        more = set() if closed else {place + 1 for place in reached if place < len(heard) and heard[place] in _VOWELS}
        places = reached | more
        if not places:
            return False
    return len(heard) in places and len(heard) >= 2


def _options(written: str, at: int, *, last: bool) -> tuple[str, ...]:
    char = written[at]
    first = at == 0 or written[at - 1] == " "
    if first and char in _FIRST:
        return _FIRST[char]
    if last and char in _LAST:
        # "لیلی" may be Leila, but "بی" is never "ba".
        short = char == "ی" and (at < 2 or " " in written[at - 2 : at])
        return _LAST[char][:-1] if short else _LAST[char]
    if char == "ی" and written[at + 1 : at + 2] == "ی":
        return ("", *_LETTERS[char])
    return _LETTERS.get(char, (char,) if char.isalnum() else ("",))


@lru_cache(maxsize=_CACHE)
def across(one: str, other: str) -> float | None:
    """How well two texts in different scripts can be one name, 0..1; None where the letters don't say how they sound."""
    first, second = script(fold(one)), script(fold(other))
    if first in _SILENT or second in _SILENT:
        return None
    bones, others = skeleton(one), skeleton(other)
    alike = fuzz.ratio(bones, others) / 100
    if first in _ABJADS or second in _ABJADS:
        if "latin" in (first, second) and alike >= 0.5:
            written, spelt = (one, other) if first in _ABJADS else (other, one)
            if reads_as(written, spelt):
                # Two letters are read as many words.
                return 1.0 if sum(map(str.isalpha, written)) >= 3 else 0.85
        if min(len(bones), len(others)) < 0.8 * max(len(bones), len(others)):
            return min(alike, 0.7)
        # Equal consonants alone are two words as often as one: باران is Baran, not Baroon.
        return min(alike, 0.85 if min(len(bones), len(others)) >= 3 else 0.7)
    if first in _INDIC or second in _INDIC:
        written, spelt = (one, other) if first in _INDIC else (other, one)
        if reads_as(latin(written), spelt):
            return 1.0
    if "greek" in (first, second) and _greek(one) == _greek(other):
        return 1.0
    if "hangul" in (first, second):
        # Family names go first in Korea, and last in Latin letters.
        korean, spelt = (one, other) if first == "hangul" else (other, one)
        if any(_korean(korean) == _korean(turned) for turned in _turned(spelt)):
            return 1.0
    # These scripts write their vowels, so the whole spelling counts, and a letter is another word as often as a habit.
    mine, theirs = _spelt(one), _spelt(other)
    off = Levenshtein.distance(mine, theirs)
    whole = 1.0 - off / max(len(mine), len(theirs), 1)
    if whole < 0.8 and (first in _RENAMING or second in _RENAMING):
        return None
    if off == 0 or (off == 1 and len(mine) >= 10):
        return 1.0 if off == 0 else 0.95
    return min(
        0.85, whole if min(len(bones), len(others)) < 3 else max(whole, alike if whole >= 0.6 else min(alike, 0.75))
    )


_HABITS = (
    ("shch", "sh"), ("sch", "sh"), ("tch", "ch"), ("kh", "h"), ("ks", "x"), ("ph", "f"), ("ck", "k"), ("ts", "c"), ("tz", "c"),
    ("zh", "j"), ("dj", "j"), ("oo", "u"), ("ou", "u"), ("ee", "i"), ("y", "i"), ("w", "v"), ("q", "k"), ("ie", "e"), ("io", "e"),
    ("ii", "i"), ("'", ""),
)  # fmt: skip


def _turned(name: str) -> tuple[str, ...]:
    parts = name.split()
    return (name, " ".join((*parts[1:], parts[0])), " ".join((parts[-1], *parts[:-1]))) if len(parts) > 1 else (name,)


_GREEK = (
    ("ου", "u"), ("αυ", "av"), ("ευ", "ev"), ("ει", "i"), ("οι", "i"), ("αι", "e"), ("μπ", "b"), ("ντ", "d"), ("γκ", "g"),
    ("γγ", "g"), ("χ", "h"), ("η", "i"), ("υ", "i"), ("ou", "u"), ("oy", "u"), ("au", "av"), ("af", "av"), ("eu", "ev"),
    ("ef", "ev"), ("ei", "i"), ("oi", "i"), ("ai", "e"), ("mp", "b"), ("nt", "d"), ("gk", "g"), ("ng", "g"), ("ch", "h"),
    ("th", "t"), ("h", ""),
)  # fmt: skip


def _greek(text: str) -> str:
    plain = compact(text)
    for letters, sound in _GREEK:
        plain = plain.replace(letters, sound)
    plain = latin(plain)
    for letters, sound in _GREEK:
        plain = plain.replace(letters, sound)
    return _spelt(plain)


_KOREAN = str.maketrans("lgdbj", "rktpc")


def _korean(name: str) -> str:
    plain = (
        compact(latin(name))
        .replace("ch", "j")
        .replace("eo", "o")
        .replace("eu", "u")
        .replace("ae", "e")
        .replace("oo", "u")
    )
    return _DOUBLED.sub(r"\1", plain.translate(_KOREAN).replace("y", "").replace("w", ""))


def _spelt(text: str) -> str:
    """`text` in Latin letters without the habits in which romanisations differ."""
    plain = compact(latin(text))
    for letters, habit in _HABITS:
        plain = plain.replace(letters, habit)
    return _DOUBLED.sub(r"\1", plain)


def heard_in(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the words of one name can be read among the other's: ``داریوش`` and ``Dariush Eghbali``."""
    mine, theirs = bare_name(one), bare_name(other)
    short, long = sorted((mine, theirs), key=len)
    if not short or len("".join(short)) < 4:
        return False
    # One first name may be anybody's (Farhad, Farhad Darya).
    if len(short) == 1 < len(long) and (across(short[0], long[-1]) or 0.0) < 0.9:
        return False
    return all(any((across(word, each) or 0.0) >= 0.9 for each in long) for word in short)


def same_signs(one: str, other: str) -> bool:
    """Whether two Chinese texts are the same words in full and in simplified signs."""
    if script(one) != "cjk" or script(other) != "cjk" or len(one) != len(other) or len(one) < 2:
        return False
    return latin(one) == latin(other)
