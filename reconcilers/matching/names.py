"""Parts of names that people write or leave out: articles, counts, a second script."""

import re
from itertools import groupby

from reconcilers.matching.normalise import script

_ARTICLES = frozenset({
    "the", "a", "an", "el", "la", "los", "las", "le", "les", "l", "der", "die", "das", "il", "lo", "gli", "o", "os",
    "as", "de", "het",
})  # fmt: skip
_ROMAN = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12",
    "xiii": "13", "xiv": "14", "xv": "15", "xvi": "16", "xvii": "17", "xviii": "18", "xix": "19", "xx": "20",
}  # fmt: skip
_LONE_ROMAN = {"i": "1", "v": "5", "x": "10"}
_SPELT = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "1st": "1", "2nd": "2", "3rd": "3", "4th": "4", "5th": "5",
}  # fmt: skip
_COUNTED = {
    "part": "part",
    "pt": "part",
    "vol": "vol",
    "volume": "vol",
    "chapter": "chapter",
    "act": "act",
    "book": "book",
}
_NUMBER_SIGNS = frozenset({"no", "nr", "num", "number", "nº", "n"})
_ANDS = frozenset({"n", "und", "et", "и", "و", "ve", "og", "och"})
_COUNTING = frozenset((*_ROMAN, *_COUNTED, *_NUMBER_SIGNS, *_ANDS))


def counted(words: tuple[str, ...]) -> tuple[str, ...]:
    """`words` with one spelling of counts: ``Pt. II`` and ``Part Two`` are ``part 2``, ``No. 5`` and ``#5`` are ``5``."""
    if _COUNTING.isdisjoint(words):
        return words
    if len(words) > 2:
        words = (words[0], *("and" if word in _ANDS else word for word in words[1:-1]), words[-1])
    found: list[str] = []
    before = ""
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else ""
        if word in _ROMAN:
            word = _ROMAN[word]
        elif before in _COUNTED:
            word = _LONE_ROMAN.get(word) or _SPELT.get(word) or word
        elif word in _NUMBER_SIGNS and (following.isdigit() or following in _ROMAN):
            before = word
            continue
        before = word
        found.append(_COUNTED.get(word, word))
    return tuple(found)


def without_article(words: tuple[str, ...]) -> tuple[str, ...]:
    """`words` without an article before them."""
    return words[1:] if len(words) > 1 and words[0] in _ARTICLES else words


_APART = re.compile(r"[|/()\[\]（）【】]")


def runs(text: str) -> tuple[str, ...]:
    """The parts of a text that is written in two scripts (``چشم من Cheshme Man``); none where it is written in one."""
    parts = [(script(word), word) for word in _APART.sub(" ", text).split()]
    kinds: list[tuple[str, list[str]]] = []
    for kind, group in groupby(((kind, word) for kind, word in parts if kind), key=lambda pair: pair[0]):
        kinds.append((kind, [word for _, word in group]))
    if len(kinds) != 2 or {"hiragana", "katakana", "cjk"} >= {kind for kind, _ in kinds}:
        return ()
    return tuple(" ".join(each) for _, each in kinds)
