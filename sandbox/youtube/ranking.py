"""What a search finds, best first: right ones and wrong ones together, as the real thing has it."""

import heapq
import re
import unicodedata
from collections import defaultdict

from rapidfuzz import fuzz, process

from sandbox.youtube.videos import Kind, Library, Video

MOST = 200
_ALL: frozenset[Kind] = frozenset(("ATV", "OMV", "UGC"))
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
_TYPO, _TYPO_WORTH, _SHORTEST_TYPO = 84, 0.8, 4


class Ranking:
    """Searches a library's visible videos by words; the index follows the library."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._indexed: tuple[int, int] | None = None
        self._postings: dict[str, list[str]] = {}
        self._titles: dict[str, frozenset[str]] = {}
        self._recordings: dict[str, str] = {}

    def search(self, query: str, kinds: frozenset[Kind] = _ALL) -> list[Video]:
        """At most `MOST` videos that share a word with the query, most words first.

        Other scripts and spellings find a song too, and small typing errors are forgiven. A bare ISRC
        finds the label's upload of its recording and nothing else; one in eight finds nothing.
        """
        self._index()
        isrc = re.sub(r"[\s\"'-]", "", query).upper()
        if _ISRC.fullmatch(isrc):
            video = self.library.get(self._recordings.get(isrc, ""))
            return [video] if video is not None and video.kind in kinds else []
        asked = words(query)
        hits: dict[str, float] = defaultdict(float)
        for word in asked:
            for known, worth in self._like(word):
                for video_id in self._postings[known]:
                    hits[video_id] += worth
        visible = ((worth, v) for i, worth in hits.items() if (v := self.library.get(i)) and v.kind in kinds)
        scored = ((100 * worth / len(asked) + self._charm(asked, v), v.id, v) for worth, v in visible)
        return [v for _, _, v in heapq.nlargest(MOST, scored, key=lambda each: (each[0], each[1]))]

    def _like(self, word: str) -> list[tuple[str, float]]:
        if word in self._postings:
            return [(word, 1.0)]
        if len(word) < _SHORTEST_TYPO:
            return []
        near = process.extract(word, self._postings.keys(), scorer=fuzz.ratio, score_cutoff=_TYPO, limit=3)
        return [(known, _TYPO_WORTH) for known, _, _ in near]

    def _charm(self, asked: frozenset[str], video: Video) -> float:
        surplus = len(self._titles[video.id] - asked)
        return video.relevance / 5 - min(surplus, 10) / 2

    def _index(self) -> None:
        if self._indexed == self.library.version:
            return
        postings: dict[str, list[str]] = defaultdict(list)
        self._recordings, self._titles = {}, {}
        for video in self.library.all():
            self._titles[video.id] = words(video.title)
            for word in words(" ".join((video.title, *video.artists, video.album or "", video.also))):
                postings[word].append(video.id)
            if video.isrc and video.kind == "ATV" and int(video.isrc[-5:]) % 8:
                self._recordings[video.isrc] = video.id
        self._postings = dict(postings)
        self._indexed = self.library.version


def words(text: str) -> frozenset[str]:
    """A text's words, without case, accents and punctuation."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return frozenset(re.findall(r"\w+", plain))
