"""Structured facts from a title and its artists."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from reconcilers.matching.legible import MOST_ARTISTS, legible
from reconcilers.matching.normalise import compact
from reconcilers.matching.people import featured, guests, listed, taken_apart
from reconcilers.matching.versions import decoration, is_version, suffix
from reconcilers.recording import Recording

_OPEN, _CLOSE = "([{【（［", ")]}】）］"
_BRACKETS = re.compile(rf"[{re.escape(_OPEN + _CLOSE)}]")
_PART = re.compile(r"\s+[-‐‑‒–—―−|~]+\s+")
_MARKS = re.compile(r"[()\[\]{}【】（）［］|~]|\s[-‐‑‒–—―−]|[-‐‑‒–—―−]\s")
_ENSEMBLE = re.compile(
    r"orchest|orquest|orkest|philharmon|filarmon|symphon|sinfon|оркестр|ارکستر|أوركسترا", re.IGNORECASE
)
_YEAR = re.compile(r"\d+")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a title says.

    `title` is the core without credits, noise and version words; `subtitle` is what stood in brackets and is its own;
    `artists` and `featured` are people, the main one first; `version` are the separating words, `qualifier` what came
    with them (the remixer, the concert's place); `edition` are words that separate nothing (``explicit``, ``clean``,
    ``remaster``); `full` is core and subtitle in the order they were written; `display`
    is the title as a person would write it.
    """

    title: str
    artists: tuple[str, ...] = ()
    featured: tuple[str, ...] = ()
    version: frozenset[str] = frozenset()
    qualifier: str = ""
    subtitle: str = ""
    full: str = ""
    display: str = ""
    edition: frozenset[str] = frozenset()


@lru_cache(maxsize=4_096)
def parse(title: str, artists: tuple[str, ...] = ()) -> Parsed:
    """Takes a title and its artists apart.

    Words count as a version only in brackets, after a dash or as a sure ending, never as part of the name.
    """
    named, guest = _people(artists) if artists else ((), ())
    written = " ".join(title.split())
    if not _MARKS.search(written) and featured(written) is None:
        # Most titles are nothing but a name.
        core, tags = suffix(written)
        core = core.strip(" -–—|~_")
        if not core:
            core, tags = written, frozenset()
        return Parsed(core, named, guest, tags, "", "", core, written if tags else core)
    return _taken_apart(written, named, guest)


def _taken_apart(written: str, named: tuple[str, ...], guest: tuple[str, ...]) -> Parsed:
    state = _Parts(named)
    text = _without_artist(written, named)
    display = name = text
    while True:
        span = _bracket(text)
        if span is None:
            break
        whole = text[span[0] : span[1]]
        inner = _BRACKETS.sub(" ", whole[1:-1])
        kept, shown = state.take(inner, bracket=True)
        # A bracket of the name is remembered apart from it, so the search goes on behind.
        text = text[: span[0]] + " " + text[span[1] :]
        if kept:
            state.subtitle.append(inner.strip())
        else:
            name = name.replace(whole, " ", 1)
        if not shown:
            display = display.replace(whole, " ", 1)
    text = _tidy(text)
    parts = [(found.start(), found.end()) for found in _PART.finditer(text)]
    for start, end in reversed(parts):
        # "Paul McCartney - New": without a known artist what stands before the only dash may be one.
        lone = not named and start == parts[0][0]
        kept, shown = (True, True) if lone and not is_version(text[end:]) else state.take(text[end:], bracket=False)
        if kept:
            break
        name = _cut_tail(name, text[start:].strip())
        if not shown:
            display = _cut_tail(display, text[start:].strip())
        text = text[:start]
    credit = featured(text)
    if credit and text[: credit.start()].strip():
        state.featured += listed(text[credit.end() :])
        display = _cut_tail(display, text[credit.start() :].strip())
        name = _cut_tail(name, text[credit.start() :].strip())
        text = text[: credit.start()]
    core, tags = suffix(_tidy(text))
    state.tags |= tags
    core = _without_artist(_tidy(core), named)
    if not compact(core):
        if not state.subtitle:
            # Nothing but version words: then they are the name.
            return Parsed(written, named, _unique(guest, named), full=written, display=written)
        core, state.subtitle = state.subtitle[0], state.subtitle[1:]
    return Parsed(
        title=core,
        artists=named,
        featured=_unique((*guest, *state.featured), named),
        version=frozenset(state.tags),
        qualifier=" ".join(state.qualifier),
        subtitle=" ".join(state.subtitle),
        full=(_tidy(suffix(_tidy(_BRACKETS.sub(" ", name)))[0]) if state.subtitle else core) or core,
        display=_shown(display, core),
        edition=frozenset(state.edition),
    )


def _bracket(text: str) -> tuple[int, int] | None:
    """Where the first bracket begins and ends, with those inside it; None where none is closed."""
    begin, depth = -1, 0
    for found in _BRACKETS.finditer(text):
        if found.group() in _OPEN:
            begin = found.start() if depth == 0 else begin
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                return begin, found.end()
    return None


class _Parts:
    """What brackets and dash parts have said so far."""

    def __init__(self, known: tuple[str, ...]) -> None:
        self.known = frozenset(map(compact, known))
        self.featured: tuple[str, ...] = ()
        self.tags: set[str] = set()
        self.edition: set[str] = set()
        self.qualifier: list[str] = []
        self.subtitle: list[str] = []

    def take(self, text: str, *, bracket: bool) -> tuple[bool, bool]:
        """(belongs to the name, is worth showing)."""
        text = text.strip()
        if bracket and compact(text) in self.known:
            # "【Ado】うっせぇわ"
            return False, False
        people = guests(text)
        if people is not None:
            self.featured += people
            if any(_ENSEMBLE.search(name) for name in people):
                # "(with the Royal Philharmonic Orchestra)": that is another recording, or one made anew.
                self.tags.add("arrangement")
            return False, False
        if not bracket and _YEAR.fullmatch(text):
            return True, True
        said = decoration(text)
        if said is None:
            return True, True
        self.tags |= said.tags
        self.edition |= said.edition
        if said.tags and said.rest:
            self.qualifier.append(said.rest)
        return False, not said.noise


def _people(artists: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    named: tuple[str, ...] = ()
    guest: tuple[str, ...] = ()
    for artist in artists:
        main, more = taken_apart(artist)
        named += main
        guest += more
    return _unique(named), _unique(guest)


def _unique(names: tuple[str, ...], known: tuple[str, ...] = ()) -> tuple[str, ...]:
    if len(names) < 2 and not (names and known):
        return names
    seen = {compact(name) for name in known}
    kept = []
    for name in names:
        key = compact(name)
        if key not in seen:
            seen.add(key)
            kept.append(name)
    return tuple(kept)


def _without_artist(text: str, artists: tuple[str, ...]) -> str:
    """`text` without an artist who is known already, at its beginning or end beside a dash."""
    if not artists:
        return text
    cuts = list(_PART.finditer(text))
    if not cuts:
        return text
    known = {compact(artist) for artist in artists} | {compact(" ".join(artists))}
    if compact(text[: cuts[0].start()]) in known:
        return text[cuts[0].end() :].strip()
    if compact(text[cuts[-1].end() :]) in known:
        return text[: cuts[-1].start()].strip()
    return text


def _tidy(text: str) -> str:
    return " ".join(text.split()).strip(" -–—|~_")


def _cut_tail(text: str, tail: str) -> str:
    at = text.rfind(tail)
    return text if at <= 0 else text[:at] + " " + text[at + len(tail) :]


def _shown(display: str, core: str) -> str:
    if display == core:
        return core
    display = " ".join(display.split()).strip(" -–—|~")
    shorter, tags = suffix(display)
    return (display if tags else shorter) or core


def normal_isrc(isrc: str | None) -> str | None:
    """The ISRC in upper case without dashes and spaces; None where it can't be one."""
    if not isrc:
        return None
    plain = re.sub(r"[\s\-]", "", isrc).upper().removeprefix("ISRC").lstrip(":")
    return plain if _ISRC.fullmatch(plain) else None


def recording(
    title: str,
    artists: Iterable[str] = (),
    album: str | None = None,
    duration: float | None = None,
    isrc: str | None = None,
    method: str = "",
) -> Recording:
    """A `Recording` as the project keeps it.

    Names are legible and bounded (`legible`). The title is without noise and credits but with its version
    (``Song (Live)``), featured artists follow the main ones, `version` is filled, the ISRC normalised, `duration` in
    seconds with 0 taken as unknown.
    """
    title = legible(title)
    parsed = parse(title, tuple(map(legible, islice(artists, MOST_ARTISTS))))
    # Guests alone are no credit: who sings it isn't said, so they stay in the title.
    guests_alone = bool(parsed.featured) and not parsed.artists
    return Recording(
        title=title if guests_alone else parsed.display,
        artists=() if guests_alone else (*parsed.artists, *parsed.featured)[:MOST_ARTISTS],
        album=legible(album) or None if album else None,
        duration=duration if duration and duration > 0 else None,
        isrc=normal_isrc(isrc),
        version=tuple(sorted(parsed.version)),
        method=method,
    )
