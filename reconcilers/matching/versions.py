"""Words that say which version of a song this is, and words that say nothing about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from reconcilers.matching.lexicon import DATE, NUMBER, Lexicon, Span
from reconcilers.matching.normalise import fold, words
from reconcilers.matching.vocabulary import (
    ARRANGED,
    DOUBTFUL,
    EDITIONS,
    MAKING,
    NEUTRAL,
    NOISE,
    ORIGIN,
    SEPARATING,
    STAGES,
    SURE_NOISE,
    SURE_SUFFIXES,
)

_CACHE = 4_096
_NEUTRAL, _NOISE, _ORIGIN = "neutral", "noise", "origin"
_LEXICON = Lexicon({**DOUBTFUL, _NEUTRAL: NEUTRAL, _NOISE: NOISE, _ORIGIN: ORIGIN, **SEPARATING})
_TAGS = frozenset(SEPARATING)
# In a bracket of their own, or after a dash, these are what the bracket is about.
_ARRANGED = Lexicon({_NEUTRAL: NEUTRAL, _NOISE: NOISE, **ARRANGED})
_EDITIONS = Lexicon(EDITIONS)
MAKINGS = frozenset(word for phrase in MAKING for word in words(phrase))
"""Words that a second name of a song doesn't have; see `vocabulary.MAKING`."""

SINGLES = frozenset({"the single's"})
"""Doubts that an equal duration settles."""

_HINTS = _TAGS | frozenset(DOUBTFUL)

# Words of ordinary names as well: at the beginning of a bracket they are a version only before one of the followers.
_AMBIGUOUS = frozenset({
    "cover", "covers", "covered", "flip", "vip", "dub", "edit", "edited", "intro", "outro", "loop", "loops",
    "preview", "demo", "demos", "directo", "trailer", "rework", "playback", "maxi", "tribute", "concert", "reverb",
    "lesson", "chords", "reprise", "stripped", "screwed",
})  # fmt: skip
_FOLLOWERS = frozenset({
    "version", "versión", "versao", "mix", "edit", "take", "session", "sessions", "performance", "by", "at", "in",
    "from", "on", "of", "to", "версия", "نسخه", "ver", "video", "audio", "song", "recording", "reverb", "and", "de",
    "по",
})  # fmt: skip
_LIVE_PLACES = frozenset({
    "at", "in", "from", "on", "version", "session", "sessions", "performance", "acoustic", "video", "aufnahme", "im",
    "aus", "bei", "à", "au", "en", "a", "al", "из", "в", "در",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """What a bracket or dash part says: its separating `tags`, and `rest`, what else stands there (a remixer, a place).

    `noise` is True for words that say nothing of the song at all (``Official Video``), unlike ``2011 Remaster``.
    `edition` are words that set nothing apart: ``explicit``, ``clean``, ``remaster``.
    """

    tags: frozenset[str]
    rest: str
    noise: bool = False
    edition: frozenset[str] = frozenset()


_NOTHING: frozenset[str] = frozenset()


@lru_cache(maxsize=_CACHE)
def loose(text: str) -> frozenset[str]:
    """The version words anywhere in `text`, part of a name or not: a difference is a reason for doubt, no more."""
    tags = {span.kind for span in _LEXICON.find(_LEXICON.words(text))} & _HINTS
    return frozenset(tags) if tags else _NOTHING


def meaningless(said: Sequence[str]) -> list[str]:
    """What is left of these words without those that say nothing of the song, or only of its edition."""
    gone: set[int] = set()
    for span in _LEXICON.find(said):
        if span.kind not in _TAGS:
            gone.update(range(span.start, span.end))
    return [word for at, word in enumerate(said) if at not in gone]


@lru_cache(maxsize=_CACHE)
def decoration(text: str) -> Words | None:
    """What a bracket or a part after a dash says of the version; None where it belongs to the title.

    No tags and no rest: the words mean nothing (``Official Video``, ``2011 Remaster``).
    """
    found = _said(_LEXICON.words(text))
    edition = frozenset(span.kind for span in _EDITIONS.find(_EDITIONS.words(text))) if found is not None else _NOTHING
    return replace(found, edition=edition) if found is not None and edition else found


def _said(said: tuple[str, ...]) -> Words | None:
    spans = _LEXICON.find(said)
    if not said or _of_elsewhere(said, spans):
        return Words(_NOTHING, "", noise=True)
    arranged = _arranged(said)
    if arranged:
        return Words(arranged, "")
    if not spans and said[-1] != "mix":
        return None
    whole = sum(span.end - span.start for span in spans) == len(said)
    tags = {span.kind for span in spans if span.kind in _TAGS and (whole or _stands_for_a_version(said, span))}
    rest = _rest(said, spans, tags)
    if not tags and rest and said[-1] == "mix":
        tags.add("remix")
    if tags:
        return Words(frozenset(_settle(tags)), " ".join(rest))
    if rest:
        return None
    kinds = [span.kind for span in spans if not said[span.start].isdigit()]
    return Words(_NOTHING, "", noise=bool(kinds) and all(kind in (_NOISE, _ORIGIN) for kind in kinds))


def _arranged(said: tuple[str, ...]) -> frozenset[str]:
    spans = _ARRANGED.find(said)
    kinds = {span.kind for span in spans} - {_NEUTRAL, _NOISE}
    if not kinds or sum(span.end - span.start for span in spans) + said.count("and") < len(said):
        return _NOTHING
    return frozenset(kinds)


def _of_elsewhere(said: tuple[str, ...], spans: list[Span]) -> bool:
    """Whether it says only what the song is from, or who made it: ``From "Frozen"``, ``prod. by X``."""
    if not spans or spans[0].start or spans[0].kind != _ORIGIN:
        return said[:2] == ("taken", "from")
    return said[0] != "from" or not any(span.kind in _TAGS for span in spans)


def _stands_for_a_version(said: tuple[str, ...], span: Span) -> bool:
    following = said[span.end] if span.end < len(said) else ""
    if span.end == len(said):
        return True
    if span.start == 0:
        return said[0] not in _AMBIGUOUS or following in _FOLLOWERS or following.isdigit()
    if span.kind == "live":
        return following in _LIVE_PLACES or following == DATE or (following.isdigit() and len(following) == 4)
    return following in _FOLLOWERS or said[span.end + 1 : span.end + 2] == ("version",)


def _rest(said: tuple[str, ...], spans: list[Span], tags: set[str]) -> list[str]:
    # Beside a version word a year and a place say which one: "Live from Paris, 1986".
    gone: set[int] = set()
    for span in spans:
        if span.kind == _ORIGIN:
            gone.update(range(span.start, len(said)) if not tags else ())
        elif span.kind in tags:
            kept = said[span.start : span.end] == (DATE,)
            gone.update(() if kept else range(span.start, span.end))
        elif span.kind not in _TAGS:
            gone.update(at for at in range(span.start, span.end) if not (tags and said[at].isdigit()))
    return [word for at, word in enumerate(said) if at not in gone]


_TRADES = frozenset({
    "karaoke", "cover", "instrumental", "nightcore", "8d", "slowed", "sped up", "parody", "loop", "about the song",
})  # fmt: skip
_STAGES = Lexicon({"live": STAGES})


@lru_cache(maxsize=512)
def channel_version(channel: str) -> frozenset[str]:
    """What a channel's name says of all its videos: a trade (``Sing King Karaoke``) or a stage (``The Tonight Show``)."""
    if not channel:
        return _NOTHING
    said = _STAGES.words(channel)
    return (loose(channel) & _TRADES) | {span.kind for span in _STAGES.find(said)}


_OF_ALBUMS = frozenset({
    "live", "karaoke", "instrumental", "acoustic", "cover", "demo", "remix", "nightcore", "sped up", "slowed", "8d",
})  # fmt: skip


@lru_cache(maxsize=512)
def album_version(album: str | None) -> frozenset[str]:
    """What an album's name says of all its songs (``Flashpoint (Live)``, ``Live at Leeds``)."""
    if not album:
        return _NOTHING
    said: set[str] = set()
    for part in (album, *album.replace(")", "(").replace("[", "(").replace("]", "(").split("(")):
        words_of_it = decoration(part.strip())
        # "Stripped" is an album's name; "Live" beside a place, or in brackets, is what the album is.
        if words_of_it is not None and not (part == album and _AMBIGUOUS.issuperset(words(part))):
            said |= words_of_it.tags
    return _OF_ALBUMS.intersection(said)


# Songs are called these too, so after a dash alone they don't prove that what stands before it is the title.
_NAMES = frozenset({
    "interlude", "demo", "cover", "radio edit", "medley", "loop", "excerpt", "extended", "reverb", "parody",
    "about the song", "a cappella", "retuned",
})  # fmt: skip
_SURELY = frozenset({"official", "lyric", "lyrics", "version", "clip", "video"})


def is_version(text: str) -> bool:
    """Whether `text` is a version note and nothing else, never the name of a song after its artist."""
    said = decoration(text)
    if said is None or (_arranged(words(text)) and _SURELY.isdisjoint(words(text))):
        # Songs are called "Dance", too.
        return False
    if not said.tags:
        found = words(text)
        return any(word.startswith(("remaster", "ремастер")) for word in found) or (
            len(found) > 1 and not _SURELY.isdisjoint(found)
        )
    if not said.tags - _NAMES:
        return False
    if not said.rest:
        return True
    first = _LEXICON.find(_LEXICON.words(text))
    return bool(first) and first[0].start == 0 and first[0].kind in said.tags


def _settle(tags: set[str]) -> set[str]:
    # "Radio Mix" is an edit and no remix; "Tiësto Remix Edit" and "Extended Remix" are remixes all the same.
    if "remix" in tags:
        tags -= {"radio edit", "extended"}
    if "karaoke" in tags:
        tags -= {"instrumental", "cover"}
    return tags


def _ending(phrase: str) -> tuple[str, ...]:
    return tuple(part for word in phrase.split() for part in ((NUMBER,) if word == NUMBER else words(word)))


_SURE: dict[tuple[str, ...], str] = {
    **{_ending(phrase): "" for phrase in SURE_NOISE},
    **{_ending(phrase): tag for tag, phrases in SURE_SUFFIXES.items() for phrase in phrases},
}
_LAST = frozenset(ending[-1] for ending in _SURE)
_LONGEST = max(map(len, _SURE))


@lru_cache(maxsize=_CACHE)
def suffix(text: str) -> tuple[str, frozenset[str]]:
    """`text` without the version and noise words that hang at its end unbracketed, and the tags among them."""
    tags: set[str] = set()
    while True:
        shorter, tag = _without_ending(text)
        if shorter == text:
            return text, frozenset(tags) if tags else _NOTHING
        text = shorter
        if tag:
            tags.add(tag)


def _without_ending(text: str) -> tuple[str, str]:
    chunks = text.split()
    last = words(chunks[-1]) if chunks else ()
    if len(chunks) > 1 and last and last[-1] in _LAST:
        for count in range(min(_LONGEST, len(chunks) - 1), 0, -1):
            found = words(" ".join(chunks[-count:]))
            if found not in _SURE:
                found = tuple(NUMBER if word.isdigit() and len(word) == 4 else word for word in found)
            kept, gone = " ".join(chunks[:-count]), " ".join(chunks[-count:])
            # A bracket is taken whole and alone, or not at all.
            if found in _SURE and _closed(kept) and not ("(" in gone[1:] or "[" in gone[1:]):
                return kept.rstrip(" -–—|+&,"), _SURE[found]
    if len(chunks) > 0 and "." in chunks[-1] and fold(chunks[-1]).rsplit(".", 1)[-1] in _FILES:
        return text[: text.rindex(".")], ""
    return text, ""


def _closed(text: str) -> bool:
    return text.count("(") == text.count(")") and text.count("[") == text.count("]")


_FILES = frozenset({"wmv", "avi", "flv", "mpg", "mpeg", "mp3", "mp4"})
