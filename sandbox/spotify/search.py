"""The simulated Spotify's search: like the real one it finds the song, and its twins and covers with it."""

import hashlib
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import fuzz, process

from sandbox.catalogue import Song
from sandbox.spotify.state import SpotifyState

_FILTER = re.compile(r'(track|artist|album|isrc|year|genre|tag|upc):\s*(?:"([^"]*)"|(.*?)(?=\s+\w+:|$))', re.IGNORECASE)


_ENOUGH = 0.25
_AT_LEAST = 5


class Search:
    """An index of the songs that Spotify has; it follows the catalogue as that grows."""

    def __init__(self, state: SpotifyState) -> None:
        self.state = state
        self._indexed: list[Song] = []
        self._postings: dict[str, set[int]] = defaultdict(set)
        self._isrcs: dict[str, list[int]] = defaultdict(list)
        self._fields: dict[str, list[set[str]]] = {"track": [], "artist": [], "album": []}

    def find(self, query: str) -> list[Song]:
        """Best first. Filters (`isrc:`, `track:"…"`, `artist:`, `album:`) must hold, free words in part."""
        self._index()
        filters, words = _read(query)
        chosen: set[int] | None = None
        for name, value in filters:
            found = self._filtered(name, value)
            chosen = found if chosen is None else chosen & found
        asked = [word for _, value in filters for word in _words(value)] + words
        scores = self._scores(asked)
        if chosen is None:
            best = sorted(scores, key=lambda n: (-scores[n], n))
            # A search box would rather show something else than nothing.
            chosen = {n for n in best if scores[n] >= _ENOUGH} | set(best[:_AT_LEAST])
        elif words:
            chosen &= set(self._scores(words))
        ranked = sorted(chosen, key=lambda n: (-self._rank(n, scores.get(n, 0.0), asked), n))
        return [self._indexed[n] for n in ranked if self._indexed[n].spotify_id not in self.state.withdrawn]

    def _rank(self, n: int, score: float, asked: list[str]) -> float:
        # The share of the song's own words that were asked for puts "Song" before "Song (Live at …)"; the
        # popularity, a fixed number for each song, sometimes puts a cover first, as in the real service.
        own = self._fields["track"][n] | self._fields["artist"][n]
        tight = len(own & set(asked)) / max(1, len(own))
        popularity = hashlib.sha256(self._indexed[n].key.encode()).digest()[1] / 255
        return score + 0.3 * tight + 0.12 * popularity

    def _scores(self, words: Iterable[str]) -> dict[int, float]:
        """How much of what was asked a song has, 0 to 1, rare words weighing more; only songs with some."""
        scores: dict[int, float] = defaultdict(float)
        most = 0.0
        for word in dict.fromkeys(words):
            postings = self._near(word)
            weight = math.log(1 + len(self._indexed) / (1 + len(postings)))
            most += weight
            for n in postings:
                scores[n] += weight
        return {n: score / most for n, score in scores.items()} if most else {}

    def _near(self, word: str) -> set[int]:
        """The songs with this word, or else with the word most like it: a search box forgives a typo."""
        if word not in self._postings and len(word) > 3:
            best = process.extractOne(word, self._postings.keys(), scorer=fuzz.ratio, score_cutoff=80)
            word = best[0] if best else word
        return self._postings.get(word, set())

    def _filtered(self, name: str, value: str) -> set[int]:
        if name == "isrc":
            return set(self._isrcs.get(value.strip().upper(), ()))
        if name not in self._fields:
            return set()
        wanted = set(_words(value))
        return {n for n, words in enumerate(self._fields[name]) if wanted <= words}

    def _index(self) -> None:
        for song in self.state.catalogue.songs[len(self._indexed) :]:
            artists, title = song.names("spotify")
            n = len(self._indexed)
            self._indexed.append(song)
            # The original spelling finds a song too: Spotify knows aliases of names in other scripts.
            known = song.spotify_id is not None
            self._fields["track"].append(set(_words(f"{title} {song.title}")) if known else set())
            self._fields["artist"].append(set(_words(" ".join(artists + song.artists))) if known else set())
            self._fields["album"].append(set(_words(song.album or "")) if known else set())
            for words in self._fields.values():
                for word in words[n]:
                    self._postings[word].add(n)
            if known and song.isrc:
                self._isrcs[song.isrc].append(n)


def _read(query: str) -> tuple[list[tuple[str, str]], list[str]]:
    filters = [(name.lower(), quoted or bare) for name, quoted, bare in _FILTER.findall(query)]
    return filters, _words(_FILTER.sub(" ", query))


def _words(text: str) -> list[str]:
    """Folded words: no case, no marks, no punctuation inside ("don’t" is "dont", "a-ha" is "a", "ha")."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.findall(r"\w+", re.sub(r"['’‘`´]", "", folded).replace("_", " "))
