"""Title and artist looked for as phrases in an upload's title, which says both in any order, and more.

``A LAS SEIS - JOE CUBA``, ``04 Obsequey [The Golden Age Of Grotesque]``, ``Song by Artist (lyrics) HD``.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from reconcilers.matching.evidence import Facts
from reconcilers.matching.names import counted, without_article
from reconcilers.matching.normalise import words
from reconcilers.matching.people import ENSEMBLES, HONOURS, listed
from reconcilers.matching.versions import meaningless
from reconcilers.matching.works import COMPOSERS

_CUTS = re.compile(r"[()\[\]{}【】（）「」『』|/•·~:;\"“”„«»,_*]+|\s[-‐‑‒–—―−]+\s|[–—]|-{2,}|-\s|\s-")
_SMALL = frozenset({
    "the", "and", "by", "a", "an", "of", "from", "with", "w", "in", "on", "feat", "ft", "x", "vs", "de", "y", "und",
    "et", "sings", "plays", "performs", "singing", "playing", *ENSEMBLES, *HONOURS, *COMPOSERS,
})  # fmt: skip
_BRACKETS = re.compile(r"[(\[].*?[)\]]")
# A part with one of these is the name of a record, a label or a place to find it.
_RECORDS = frozenset({
    "album", "cd", "disc", "disk", "vinyl", "lp", "ep", "45rpm", "rpm", "78rpm", "45", "78", "records", "record",
    "recordings", "hits", "greatest", "best", "collection", "compilation", "anthology", "soundtrack", "ost", "bso",
    "vol", "volume", "side", "track", "single", "archive", "archives", "box", "movie", "film", "soundtracks",
    "b-side", "complete", "music", "tape", "cassette", "reissue", "shellac", "gramophone", "lyrics",
})  # fmt: skip


_GENRES = frozenset({
    "salsa", "tango", "tangos", "bolero", "bachata", "cumbia", "merengue", "rumba", "flamenco", "samba", "mambo", "son", "cha",
    "jazz", "blues", "soul", "funk", "gospel", "reggae", "ska", "rock", "rockabilly", "pop", "country", "folk", "bluegrass",
    "classical", "opera", "swing", "bebop", "disco", "punk", "metal", "latin", "arabic", "persian", "turkish", "greek", "klezmer",
    "fado", "chanson", "schlager", "raga", "qawwali", "ghazal",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """Both stand there.

    `surplus` counts the words that belong to neither and mean something, `genres` those of them that name a genre.
    `record`: the album stands in the artist's place; `of_album`: it stands there.
    """

    surplus: int
    genres: int = 0
    record: bool = False
    of_album: bool = False


@lru_cache(maxsize=512)
def _asked(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = tuple(text.split())
    return found, without_article(found)


@lru_cache(maxsize=4_096)
def _all_words(title: str) -> frozenset[str]:
    return frozenset(counted(words(title)))


@lru_cache(maxsize=4_096)
def _segments(title: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    found: list[str] = []
    places: list[int] = []
    for place, part in enumerate(_CUTS.split(title)):
        for word in counted(words(part)):
            found.append(word)
            places.append(place)
    return tuple(found), tuple(places)


@lru_cache(maxsize=1_024)
def _spellings(lead: str, main: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    names = {words(name) for name in (lead, *listed(lead))}
    names |= {without_article(name) for name in names}
    return tuple(sorted((name for name in names if name), key=lambda name: (-len(name), name)))


def found_in(wanted: Facts, title: str, album: str | None = None) -> Found | None:
    """Whether `title` names the wanted song and its artist as phrases, and what else it says; None where it doesn't."""
    text, bare = _asked(wanted.text)
    if not text or not wanted.credits.names or not _all_words(title).issuperset(bare):
        return None
    said, places = _segments(title)
    if len(said) <= len(text):
        return None
    free = [True] * len(said)
    record = _record(album) if album else ()
    named = any(
        (name != text or said.count(name[0]) > 1) and _take(said, free, name)
        for name in _spellings(wanted.credits.lead, wanted.credits.main)
    )
    by_record = not named and len("".join(record)) >= 4 and record != text and _take(said, free, record)
    if not (named or by_record):
        return None
    if not _take(said, free, text):
        if bare == text or not _take(said, free, bare):
            return None
    of_album = by_record or (len("".join(record)) >= 4 and _take(said, free, record))
    for name in (*map(words, wanted.credits.written), text):
        while name and _take(said, free, name):
            pass
    known = _SMALL.union(words(album) if album else ())
    surplus = genres = 0
    for place in dict.fromkeys(places):
        left = [said[at] for at in range(len(said)) if places[at] == place and free[at]]
        if left and _RECORDS.isdisjoint(left):
            strange = [word for word in meaningless(left) if word not in known and not word.isdigit()]
            genres += sum(word in _GENRES for word in strange)
            surplus += len(strange)
    return Found(surplus, genres, by_record, of_album)


@lru_cache(maxsize=512)
def _record(album: str) -> tuple[str, ...]:
    """The name of a record without what brackets and ``Soundtrack`` add to it."""
    found = words(_BRACKETS.sub(" ", album))
    while len(found) > 1 and found[-1] in _RECORDS:
        found = found[:-1]
    return found


def _take(said: tuple[str, ...], free: list[bool], phrase: tuple[str, ...]) -> bool:
    count = len(phrase)
    for at in range(len(said) - count + 1):
        if said[at] == phrase[0] and said[at : at + count] == phrase and all(free[at : at + count]):
            free[at : at + count] = [False] * count
            return True
    return False
