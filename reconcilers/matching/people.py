"""Artists: credits taken apart, and whether two are the same people."""

import re
from dataclasses import dataclass
from functools import lru_cache

from reconcilers.matching.names import counted, runs
from reconcilers.matching.normalise import compact, fold, script, words

_FEAT = (
    r"feat(?:uring)?(?:\.|(?!\w))|ft(?:\.|(?!\w))|part\.|при уч(?:астии)?\.?|уч\.|при участии"
    r"|به همراهی|با همراهی|به همراه|همراه با|با حضور|فیت\.?"
)
_FEATURED = re.compile(rf"(?<!\w)(?:{_FEAT}|w[/_](?!\s*lyrics))\s*(?=\S)", re.IGNORECASE)
_GUEST = re.compile(rf"\A\s*(?:{_FEAT}|w/|with|avec|con|mit|с|با)\s+(?=\S)", re.IGNORECASE)
_GUEST_IN_CREDIT = re.compile(rf"\s+[\(\[]?(?:{_FEAT}|w/|with|با)\s+", re.IGNORECASE)
_STRONG = re.compile(r"\s*[;؛]\s*|\s+[/|×·•–—-]\s+|\s+(?:x|vs\.?)\s+", re.IGNORECASE)
_WEAK = re.compile(r"\s*[,،、](?!\d)\s*|\s*[&＆]\s*|\s+(?:\+|and|и|و|und|y|et|e)\s+", re.IGNORECASE)
_CHANNEL = re.compile(
    r"\A(?:the\s+)?official\s+(?=\S)|\s+-\s+topic\Z|(?<=\w)\s*vevo\Z"
    r"|\s+[\(\[]?official(?:\s+(?:channel|artist channel|music|band))?[\)\]]?\Z"
    r"|\s+\(?رسمی\)?\Z|\s+officiel(?:le)?\Z|\s+oficial\Z",
    re.IGNORECASE,
)
_NOBODY = frozenset(
    compact(name)
    for name in (
        "unknown", "unknown artist", "various", "various artists", "va", "v.a.", "artist", "no artist",
        "n/a", "none", "null",
        "неизвестен", "неизвестный исполнитель", "неизвестный", "разные исполнители", "ناشناس", "نامشخص",
        "unbekannt",
        "unbekannter künstler", "artiste inconnu", "desconocido", "artista desconocido",
        "verschiedene interpreten", "不明",
    )
)  # fmt: skip
_HANDLE = re.compile(r"\A@\w+\Z|\Ahttps?://|(?:\A|[\s/])(?:t|telegram)\.me/", re.IGNORECASE)


@lru_cache(maxsize=4_096)
def clean(name: str) -> str:
    """`name` without what channels add to it (``- Topic``, ``VEVO``, ``Official``); empty where it names nobody."""
    name = _without_channel(" ".join(name.split()))
    return "" if compact(name) in _NOBODY or _HANDLE.search(name) else name


def _without_channel(name: str) -> str:
    while True:
        shorter = _CHANNEL.sub("", name).strip()
        if not shorter or shorter == name:
            return name
        name = shorter


# What is quickly seen not to be there needs no closer look.
_MAY_FEATURE = re.compile(r"f[et]|w[/_]|уч|همر|F[EeTt]|W/|У")


def featured(text: str) -> re.Match[str] | None:
    """Where the featured artists of a title begin, with the word before them."""
    return _FEATURED.search(text) if _MAY_FEATURE.search(text) else None


def guests(text: str) -> tuple[str, ...] | None:
    """The names in ``feat. A & B``, ``with A``, ``با A``; None where `text` isn't such a credit."""
    found = _GUEST.match(text)
    return listed(text[found.end() :]) if found else None


@lru_cache(maxsize=4_096)
def listed(text: str) -> tuple[str, ...]:
    """The single names of a list of them."""
    parts = [part for strong in _STRONG.split(text) for part in _WEAK.split(strong)]
    return tuple(name for part in parts if (name := clean(part.strip(" ()[]"))))


@lru_cache(maxsize=4_096)
def taken_apart(credit: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(the artists, the featured ones) of one credit line. ``A & B`` stays whole where it may be one band."""
    main, *rest = _GUEST_IN_CREDIT.split(_without_channel(credit))
    artists = tuple(name for part in _STRONG.split(main) for single in _persons(part) if (name := clean(single)))
    return artists, tuple(name for part in rest for name in listed(part))


_COMMA = re.compile(r"\s*[,،、](?!\d)\s*")
_BETWEEN = re.compile(r"\s*[&＆]\s*|\s+(?:and|и|و|und|y|et|e)\s+", re.IGNORECASE)
_BAND_FOLLOWS = re.compile(
    r"(?:the|his|her|los|las|die|les|le|su|seine?|all|friends|orchestra|band|گروه|оркестр)\b", re.IGNORECASE
)


def _persons(credit: str) -> list[str]:
    """Several persons of one credit, where it can hardly be one band.

    ``Calvin Harris, Dua Lipa`` and ``Ed Sheeran & Justin Bieber`` are two; ``Earth, Wind & Fire``, ``Tyler, The
    Creator``, ``Simon & Garfunkel`` and ``Bob Marley & The Wailers`` are one each.
    """
    parts = _COMMA.split(credit)
    if len(parts) > 1:
        last = _BETWEEN.split(parts[-1])
        single = all(" " not in part for part in (*parts[:-1], *last))
        if (len(last) > 1 and single) or (len(parts) == 2 and _BAND_FOLLOWS.match(parts[1]) and " " not in parts[0]):
            return [credit]
        return [person for part in parts for person in _persons(part)]
    sides = _BETWEEN.split(credit)
    if len(sides) > 1 and all(" " in side and not _BAND_FOLLOWS.match(side) for side in sides):
        return sides
    return [credit]


@dataclass(frozen=True, slots=True)
class Credits:
    """Artists in comparable form.

    `main` are the spellings of the first artist, `first` that one whole, `names` every single name, `others` those
    that are not the first one's, `whole` the credit without its parts.
    """

    main: frozenset[str]
    first: str
    others: frozenset[str]
    names: frozenset[str]
    whole: str
    lead: str
    written: tuple[str, ...]


_NO_ONE = Credits(frozenset(), "", frozenset(), frozenset(), "", "", ())


@lru_cache(maxsize=4_096)
def _plain(name: str) -> str:
    found = counted(words(name))
    return compact(" ".join(found[1:] if len(found) > 1 and found[0] == "the" else found)) or compact(name)


@lru_cache(maxsize=4_096)
def credited(artists: tuple[str, ...], featured: tuple[str, ...] = ()) -> Credits:
    """Artists and featured ones in comparable form."""
    if not artists:
        return _NO_ONE
    names: list[str] = []
    own: frozenset[str] = frozenset()
    for artist in artists:
        # "داریوش Dariush" is one name in two scripts.
        names += [
            each
            for name in listed(artist) or (artist,)
            for each in (runs(name) if not name.isascii() else ()) or (name,)
        ]
        own = own or frozenset(map(_plain, names))
    lead = names[0]
    names += featured
    return Credits(
        main=frozenset((_plain(artists[0]), _plain(lead))),
        first=_plain(artists[0]),
        others=frozenset(map(_plain, names)) - own,
        names=frozenset(map(_plain, names)),
        whole="".join(_plain(artist) for artist in artists),
        lead=lead,
        written=(*artists, *names),
    )


ENSEMBLES = frozenset({
    "trio", "quartet", "quintet", "sextet", "septet", "octet", "orchestra", "orch", "orchester", "orchestre",
    "orquesta", "orquestra", "orkest", "band", "ensemble", "group", "choir", "chorus", "singers", "combo",
    "allstars", "experience", "ансамбль", "хор", "ანსამბლი", "ensamble", "project", "הפרויקט", "оркестр", "группа",
    "ارکستر", "گروه", "گروهش",
})  # fmt: skip
_BESIDE = frozenset({"the", "and", "his", "her", "with", "all", "stars", "friends", "feat", "و"})
HONOURS = frozenset(
    {"dj", "mc", "ustad", "ostad", "pandit", "maestro", "brother", "sir", "dr", "استاد", "دکتر", "حاج", "الفنان"}
)
_IMITATORS = frozenset({"tribute", "karaoke", "cover", "covers", "revival", "style", "hits", "kids", "lullaby"})


def same_person(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two names are one person's or one band's.

    One may be a part of the other (``Bach``, ``Johann Sebastian Bach``), have initials (``J. Brel``), the band
    (``Thelonious Monk Quintet``) or a title (``Ostad``).
    """
    if not _IMITATORS.isdisjoint(set(one) ^ set(other)):
        return False
    mine, theirs = bare_name(one), bare_name(other)
    if mine == theirs:
        return bool(mine)
    short, long = sorted((mine, theirs), key=len)
    if not short:
        return False
    # A family name, or several words of it: one first word may be anybody's (Prince, Prince Royce).
    if len("".join(short)) >= 4 and (len(short) > 1 or short[0] == long[-1]):
        if f" {' '.join(short)} " in f" {' '.join(long)} ":
            return True
    return (
        len(mine) == len(theirs) > 1
        and mine[-1] == theirs[-1]
        and len(mine[-1]) >= 4
        and all(a == b or (1 in (len(a), len(b)) and a[0] == b[0]) for a, b in zip(mine, theirs, strict=True))
    )


def bare_name(name: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a name without band and title."""
    kept = tuple(word for word in name if word not in ENSEMBLES and word not in _BESIDE)
    while len(kept) > 1 and kept[0] in HONOURS:
        kept = kept[1:]
    return kept or name


def scripts_differ(one: str, other: str) -> bool:
    """Whether the two are written in different scripts."""
    first, second = script(fold(one)), script(fold(other))
    return bool(first and second and first != second)
