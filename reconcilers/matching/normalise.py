"""One spelling for text that people write in many ways."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

_CACHE = 8_192

# Letters that mean the same but stay apart after Unicode's own decomposition.
_LETTERS = str.maketrans(
    {
        "ي": "ی", "ى": "ی", "ې": "ی", "ئ": "ی", "ك": "ک", "ڪ": "ک", "ة": "ه", "ە": "ه", "ہ": "ه", "ۃ": "ه",
        "ھ": "ه", "ؤ": "و", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ء": None, "ـ": None,
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŧ": "t",
        "ʼ": "'", "‘": "'", "’": "'", "‚": "'", "‛": "'", "`": "'", "´": "'", "ʻ": "'", "ʹ": "'", "′": "'",
        "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "″": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "﹘": "-", "⸺": "-",
        "،": ",", "؛": ";", "؟": "?", "、": ",", "。": ".", "〜": "~", "∼": "~",
    }
)  # fmt: skip

# Marks that may go: accents and vowel points. Marks of other scripts (Thai, Devanagari, kana) are letters there.
_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\ufe00-\ufe0f]"
)
_SPACES = re.compile(r"\s+")
# Vowel signs of Indic and Thai scripts are no letters to `\\w`, and no end of a word either.
_WORD = re.compile(r"(?:[^\W_]|[\u0900-\u0dff\u0e30-\u0e4f\u0eb0-\u0ecf\u1000-\u109f\u1780-\u17ff\u3099\u309a])+")
_PLAIN_WORD = re.compile(r"[a-z0-9]+")
# Letters that performers write as signs: P!nk, Ke$ha, A$AP.
_SIGN_LETTERS = re.compile(r"(?<=[a-z])([!$])(?=[a-z])")
_INITIALS = re.compile(r"\b(\w)\.\s?(?=\w\b)")
# What is worth a look at each letter: digits of other scripts, and invisible signs (half-space, direction marks).
_RARE = re.compile(r"[^\S ]|[^\w\s\x21-\x7e]|(?![0-9])\d")

_AND_WORDS = frozenset({"and", "и", "و", "und", "y", "et"})

_ARABIC = re.compile(r"[\u0600-\u06ff]")
# Arabic letters as they are read in Persian, where anyascii writes the Arabic sound.
_PERSIAN = str.maketrans({"ث": "s", "ص": "s", "ذ": "z", "ض": "z", "ظ": "z", "ط": "t", "ع": "", "غ": "gh", "ق": "gh"})
_CLASSES = (
    ("gk", "g"), ("shch", "S"), ("sch", "S"), ("sh", "S"), ("tch", "C"), ("ch", "C"), ("zh", "J"), ("kh", "H"), ("gh",
    "g"),
    ("ph", "f"), ("th", "t"), ("ck", "k"), ("qu", "k"), ("ts", "s"), ("tz", "s"), ("x", "ks"), ("q", "g"),
    ("c", "k"),
    ("j", "J"),
)  # fmt: skip
# Letters of scripts without vowels sound as they stand; spelt in Latin first, two of them would look like one ("gh").
_SOUNDS = {
    letter: sound
    for letters, sound in (
        ("اعءهحوی", ""), ("ب", "b"), ("پ", "p"), ("تط", "t"), ("ثسص", "s"), ("جژ", "J"), ("چ", "C"), ("خ", "H"), ("د", "d"),
        ("ذزضظ", "z"), ("ر", "r"), ("ش", "S"), ("غقگ", "g"), ("ف", "f"), ("ک", "k"), ("ل", "l"), ("م", "m"), ("ن", "n"),
    )
    for letter in letters
}  # fmt: skip
_DOUBLED = re.compile(r"([a-zA-Z])\1+")
_SILENT = re.compile(r"[^a-zA-Z0-9]|[aeiouyvwh]")


def _once(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _MARKS.sub("", unicodedata.normalize("NFD", text)).translate(_LETTERS)
    text = unicodedata.normalize("NFC", text)
    if not text.isascii() and _RARE.search(text):
        kept = (char for char in text if unicodedata.category(char) != "Cf")
        text = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in kept)
    return _SPACES.sub(" ", text).strip()


@lru_cache(maxsize=_CACHE)
def fold(text: str) -> str:
    """`text` in one spelling: case, width, accents, letter variants, digits, quotes and dashes made equal.

    Idempotent. Words stay apart and punctuation stays in place.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().replace("`", "'").split())
    for _ in range(4):
        folded = _once(text)
        if folded == text or folded.isascii():
            return folded
        text = folded
    return text


@lru_cache(maxsize=_CACHE)
def words(text: str) -> tuple[str, ...]:
    """The words of `text`, folded, without punctuation; ``&`` is ``and``, ``P. S.`` one word."""
    plain = fold(text)
    if "'" in plain:
        plain = plain.replace("'", "")
    if "&" in plain or "+" in plain:
        plain = plain.replace("&", " and ").replace("+", " and ")
    if "." in plain:
        plain = _INITIALS.sub(r"\1", plain)
    if "!" in plain or "$" in plain:
        plain = _SIGN_LETTERS.sub(lambda sign: "i" if sign.group() == "!" else "s", plain)
    return tuple((_PLAIN_WORD if plain.isascii() else _WORD).findall(plain))


@lru_cache(maxsize=_CACHE)
def compact(text: str) -> str:
    """`text` folded, without spaces and punctuation: equal for ``Jay-Z`` and ``JAY Z``.

    Where a text is nothing but punctuation, that is what is left.
    """
    return "".join("and" if word in _AND_WORDS else word for word in words(text)) or fold(text).replace(" ", "")


@lru_cache(maxsize=_CACHE)
def latin(text: str) -> str:
    """`text` folded and spelt in Latin letters, as evidence: no script's spelling is certain."""
    folded = fold(text)
    if folded.isascii():
        return folded
    return _SPACES.sub(" ", anyascii(folded.translate(_PERSIAN))).strip().lower()


@lru_cache(maxsize=_CACHE)
def skeleton(text: str) -> str:
    """The consonants of `text`, alike for one name in two scripts (``Dariush`` and ``داریوش`` are ``drS``).

    Evidence only: different names may have one skeleton.
    """
    if text.isascii() or _ARABIC.search(text) is None:
        return _DOUBLED.sub(r"\1", _consonants(latin(text)))
    parts = (
        "".join(_SOUNDS.get(char, "") if not char.isdigit() else char for char in word)
        if _ARABIC.search(word)
        else _consonants(latin(word))
        for word in fold(text).split()
    )
    return _DOUBLED.sub(r"\1", "".join(parts))


def _consonants(plain: str) -> str:
    for letters, sound in _CLASSES:
        plain = plain.replace(letters, sound)
    return _SILENT.sub("", plain)


@lru_cache(maxsize=_CACHE)
def script(text: str) -> str:
    """The script most letters of `text` are in: ``latin``, ``arabic``, ``cyrillic``, …; empty where there are none."""
    if text.isascii():
        return "latin" if any(char.isalpha() for char in text) else ""
    counts: dict[str, int] = {}
    for char in text:
        if char.isalpha():
            name = unicodedata.name(char, "").split(" ", 1)[0].lower()
            counts[name] = counts.get(name, 0) + 1
    return max(sorted(counts), key=counts.__getitem__) if counts else ""
