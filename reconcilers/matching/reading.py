"""Whether a name in one script could be read as a name in another.

Persian, Arabic and Hebrew leave most vowels unwritten, and people spell what they hear: ``gh`` and ``q``, ``kh`` and
``x``, ``oo``, ``ou`` and ``u``, a final ``-eh``, ``-e`` or ``-a``. So a Latin spelling is held against every reading of
the letters. It stays evidence: two names may be spelt alike.
"""

from functools import lru_cache

from rapidfuzz import fuzz

from reconcilers.matching.normalise import compact, fold, latin, script, skeleton

_CACHE = 2_048
_ABJADS = frozenset({"arabic", "hebrew"})
# The reading of Chinese signs can't be told from the letters alone.
_SILENT = frozenset({"cjk"})
# Where these are written, people and bands have another name in Latin letters as often as not (방탄소년단 is BTS).
_RENAMING = frozenset({"cjk", "hangul", "hiragana", "katakana", "thai"})

_ARABIC = {
    "ا": ("a", "aa", "e", "i", "o", "u", ""), "ب": ("b",), "پ": ("p",), "ت": ("t",), "ث": ("s", "th", "t"),
    "ج": ("j", "g", "dj", "zh"), "چ": ("ch", "tch", "c", "tsch"), "ح": ("h", "7", "kh"),
    "خ": ("kh", "x", "h", "5", "ch", "k"), "د": ("d",), "ذ": ("z", "dh", "th", "d"), "ر": ("r",), "ز": ("z",),
    "ژ": ("zh", "j", "g"), "س": ("s", "c"), "ش": ("sh", "ch", "sch", "s"), "ص": ("s",), "ض": ("z", "d", "dh"),
    "ط": ("t",), "ظ": ("z", "dh", "th"), "ع": ("", "a", "e", "o", "3", "aa", "i"), "غ": ("gh", "q", "g"),
    "ف": ("f", "ph"), "ق": ("gh", "q", "g", "k", "9", "c"), "ک": ("k", "c", "q", "ck"), "گ": ("g", "gu"),
    "ل": ("l",), "م": ("m",), "ن": ("n",), "و": ("v", "w", "u", "oo", "ou", "o", "ow", "au", "av", "aw"),
    "ه": ("h", "eh", "e", "ah", "a", "at", "et", ""),
    "ی": ("y", "i", "ee", "ey", "ei", "e", "ye", "ie", "ay", "ai", "a"),
    " ": ("", "e", "ye", "i", "o", "al", "el", "l"),
}  # fmt: skip
_HEBREW = {
    "א": ("", "a", "e", "i", "o", "u"), "ב": ("b", "v"), "ג": ("g", "j"), "ד": ("d",),
    "ה": ("h", "ah", "a", "eh", "e", ""), "ו": ("v", "o", "u", "w", "oo", "ou"), "ז": ("z",), "ח": ("ch", "h", "kh"),
    "ט": ("t",), "י": ("y", "i", "e", "ee", "ei", ""), "כ": ("k", "ch", "kh", "c"), "ך": ("ch", "k", "kh"),
    "ל": ("l",), "מ": ("m",), "ם": ("m",), "נ": ("n",), "ן": ("n",), "ס": ("s",), "ע": ("", "a", "e", "i", "o"),
    "פ": ("p", "f", "ph"), "ף": ("f", "p", "ph"), "צ": ("ts", "tz", "z", "c"), "ץ": ("ts", "tz", "z"),
    "ק": ("k", "q", "c"), "ר": ("r",), "ש": ("sh", "s"), "ת": ("t", "th"), "'": ("",), " ": ("", "a", "e"),
}  # fmt: skip
_LETTERS = {**_HEBREW, **_ARABIC, " ": tuple(dict.fromkeys((*_ARABIC[" "], *_HEBREW[" "])))}
_VOWELS = frozenset("aeiou")


@lru_cache(maxsize=_CACHE)
def reads_as(written: str, spelt: str) -> bool:
    """Whether the letters of `written`, in a script without vowels, can be read as the Latin `spelt`."""
    heard = "".join(char for char in latin(spelt) if char.isalnum())
    folded = fold(written)
    # Persian writes a letter between them that nobody speaks: خواب is khab.
    return _reads(folded, heard) or ("خوا" in folded and _reads(folded.replace("خوا", "خا"), heard))


def _reads(written: str, heard: str) -> bool:
    places = {0}
    for char in written:
        options = _LETTERS.get(char)
        if options is None:
            if not char.isalnum():
                continue
            options = (char,)
        reached: set[int] = set()
        for place in places:
            for option in options:
                if heard.startswith(option, place):
                    after = place + len(option)
                    reached.add(after)
                    if option and heard.startswith(option, after):
                        reached.add(after + len(option))
        # An unwritten vowel may follow every letter.
        places = reached | {place + 1 for place in reached if place < len(heard) and heard[place] in _VOWELS}
        if not places:
            return False
    return len(heard) in places and len(heard) >= 2


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
                return 1.0
        # Equal consonants alone are two words as often as one: باران is Baran, not Baroon.
        return min(alike, 0.85 if min(len(bones), len(others)) >= 3 else 0.7)
    # These scripts write their vowels, so the whole spelling counts.
    whole = fuzz.ratio(compact(latin(one)), compact(latin(other))) / 100
    if whole < 0.8 and (first in _RENAMING or second in _RENAMING):
        return None
    if min(len(bones), len(others)) < 3:
        return whole
    return max(whole, alike if whole >= 0.6 else min(alike, 0.75))
