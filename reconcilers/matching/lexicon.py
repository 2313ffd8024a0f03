"""Phrases found in a text, word by word."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reconcilers.matching.normalise import fold, words

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DIGIT = re.compile(r"\d")
_STEM = 3
_UNITS = re.compile(r"(?<!\w)(\d+)(h|hr|hrs|hours?|mins?|minutes?|час\w*|ч|ساعت\w*|saat|std|x)(?!\w)")
_DATE = re.compile(r"(?<!\w)(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d|(?:19|20)\d\d[./-]\d\d[./-]\d\d)(?!\w)")
# "MR", music recorded, is Korea's word for a track without the voice; elsewhere it is a mister.
_KOREAN_MR = re.compile(
    r"(?<=[\uac00-\ud7af\u1100-\u11ff])\s*[\[(]?mr\b[\])]?|[\[(]mr(?=\s*[\uac00-\ud7af\u1100-\u11ff])"
)
DATE = "0date"
"""The word that stands for a day of the calendar."""

NUMBER = "#"
"""In a phrase, any number."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words `start` to `end` (not included) of a text are a phrase of `kind`."""

    start: int
    end: int
    kind: str


class _Node:
    """Where the words of a phrase have led so far: on by a word, by its beginning, or to the end of a `kind`."""

    __slots__ = ("beginnings", "kind", "words")

    def __init__(self) -> None:
        self.kind = ""
        self.words: dict[str, _Node] = {}
        self.beginnings: dict[str, list[tuple[str, _Node]]] = {}

    def add(self, parts: Sequence[str], kind: str) -> None:
        if not parts:
            self.kind = self.kind or kind
            return
        first, rest = parts[0], parts[1:]
        if not first.endswith("*"):
            self.words.setdefault(first, _Node()).add(rest, kind)
            return
        beginnings = self.beginnings.setdefault(first[:_STEM], [])
        node = next((node for beginning, node in beginnings if beginning == first[:-1]), None)
        if node is None:
            node = _Node()
            beginnings.append((first[:-1], node))
            beginnings.sort(key=lambda pair: -len(pair[0]))
        node.add(rest, kind)

    def longest(self, text: Sequence[str], at: int) -> tuple[int, str]:
        """(where the longest phrase from `at` on ends, its kind); an empty kind where there is none."""
        best = (at, self.kind)
        if at == len(text):
            return best
        word = text[at]
        node = self.words.get(word)
        if node is not None:
            best = max(best, node.longest(text, at + 1), key=_reach)
        if self.beginnings:
            for beginning, node in self.beginnings.get(word[:_STEM], ()):
                if word.startswith(beginning):
                    best = max(best, node.longest(text, at + 1), key=_reach)
        if word.isdigit():
            node = self.words.get(NUMBER)
            if node is not None:
                best = max(best, node.longest(text, at + 1), key=_reach)
        return best


def _reach(found: tuple[int, str]) -> tuple[bool, int]:
    return bool(found[1]), found[0]


class Lexicon:
    """Phrases of several kinds, each a few words. ``*`` at a word's end stands for any ending, ``#`` for a number.

    Scripts that don't part their words are searched inside words too. The longest phrase at a place counts; of equal
    ones, the kind that came first.
    """

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        self._root = _Node()
        unspaced: set[str] = set()
        for kind, written in phrases.items():
            for phrase in written:
                parts = _parts(phrase)
                self._root.add(parts, kind)
                unspaced.update(part for part in parts if _UNSPACED.search(part))
        longest_first = sorted(unspaced, key=len, reverse=True)
        self._unspaced = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def words(self, text: str) -> tuple[str, ...]:
        """The words of `text` as `find` takes them."""
        plain = fold(text)
        if "mr" in plain and not plain.isascii():
            plain = _KOREAN_MR.sub(" inst ", plain)
        if _DIGIT.search(plain):
            plain = _UNITS.sub(r"\1 \2", _DATE.sub(f" {DATE} ", plain))
        if self._unspaced is not None and not plain.isascii() and _UNSPACED.search(plain):
            plain = self._unspaced.sub(r" \g<0> ", plain)
        return words(plain)

    def find(self, text: Sequence[str]) -> list[Span]:
        """The phrases among these words, none over another."""
        found: list[Span] = []
        root, at = self._root, 0
        known, beginnings = root.words, root.beginnings
        while at < len(text):
            word = text[at]
            node = known.get(word)
            if node is not None and not node.words and not node.beginnings and word[:_STEM] not in beginnings:
                found.append(Span(at, at + 1, node.kind))
            elif node is not None or word[:_STEM] in beginnings or word.isdigit():
                end, kind = root.longest(text, at)
                if kind:
                    found.append(Span(at, end, kind))
                    at = end
                    continue
            at += 1
        return found


def _parts(phrase: str) -> tuple[str, ...]:
    parts: list[str] = []
    for word in phrase.split():
        if word in (NUMBER, DATE):
            parts.append(word)
        elif word.endswith("*"):
            parts.append("".join(words(word[:-1])) + "*")
        else:
            parts += words(word)
    return tuple(parts)
