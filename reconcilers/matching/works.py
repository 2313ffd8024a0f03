"""Classical titles: a work and its movement, named by number, key and tempo in any order and in several languages.

``Symphony No. 33 in B flat major, KV. 319 - 2. Andante`` and ``Mozart: Sinfonie Nr. 33 B-Dur K.319: II. Andante`` are one.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from reconcilers.matching.names import counted
from reconcilers.matching.normalise import words

_CATALOGUES = {
    "op": "op", "opus": "op", "k": "k", "kv": "k", "bwv": "bwv", "hwv": "hwv", "rv": "rv", "d": "d", "s": "s",
    "sz": "sz", "woo": "woo", "hob": "hob", "l": "l", "twv": "twv", "wq": "wq", "b": "b", "jb": "jb", "mwv": "mwv",
    "h": "h", "bb": "bb", "wwv": "wwv", "wab": "wab",
}  # fmt: skip
_ONE_WORD = {
    "sonate": "sonata", "sonaten": "sonata", "sonatas": "sonata", "sinfonie": "symphony", "symphonie": "symphony",
    "sinfonia": "symphony", "konzert": "concerto", "concert": "concerto", "concierto": "concerto",
    "quartett": "quartet", "quatuor": "quartet", "cuarteto": "quartet", "quartetto": "quartet",
    "quintett": "quintet", "quintette": "quintet", "klavier": "piano", "violine": "violin", "violon": "violin",
    "violonchelo": "cello", "violoncello": "cello", "bratsche": "viola", "etude": "etude", "etudes": "etude",
    "praludium": "prelude", "preludio": "prelude", "praeludium": "prelude", "walzer": "waltz", "valse": "waltz",
    "vals": "waltz", "tanz": "dance", "danse": "dance", "danza": "dance", "dances": "dance", "suites": "suite",
    "satz": "movement", "mvt": "movement", "mvmt": "movement", "mov": "movement", "ouverture": "overture",
    "szene": "scene", "sc": "scene", "akt": "act", "fuge": "fugue", "fuga": "fugue", "lieder": "songs",
    "lied": "song", "соната": "sonata", "симфония": "symphony", "концерт": "concerto", "вальс": "waltz",
    "прелюдия": "prelude", "этюд": "etude",
}  # fmt: skip
_FORMS = frozenset({
    "sonata", "symphony", "concerto", "quartet", "quintet", "trio", "suite", "prelude", "etude", "waltz", "nocturne",
    "mazurka", "polonaise", "ballade", "scherzo", "impromptu", "fugue", "cantata", "mass", "requiem", "rhapsody",
    "variations", "partita", "overture", "serenade", "divertimento", "dance", "songs", "act", "scene", "movement",
    "canon", "capriccio", "caprice", "fantasia", "fantasy", "toccata", "passacaglia", "chaconne", "invention",
    "march", "bagatelle", "romance", "pieces", "movements",
})  # fmt: skip
COMPOSERS = frozenset({
    "bach", "mozart", "beethoven", "haydn", "handel", "händel", "haendel", "vivaldi", "schubert", "schumann",
    "brahms", "chopin", "liszt", "mendelssohn", "tchaikovsky", "tschaikowsky", "chaikovsky", "dvorak", "smetana",
    "janacek", "mahler", "bruckner", "wagner", "verdi", "puccini", "rossini", "donizetti", "bellini", "bizet",
    "debussy", "ravel", "satie", "faure", "saens", "berlioz", "gounod", "massenet", "franck", "rachmaninoff",
    "rachmaninov", "scriabin", "skrjabin", "mussorgsky", "borodin", "stravinsky", "prokofiev", "shostakovich",
    "schostakowitsch", "bartok", "kodaly", "grieg", "sibelius", "nielsen", "elgar", "britten", "holst", "purcell",
    "byrd", "dowland", "scarlatti", "corelli", "albinoni", "pergolesi", "monteverdi", "palestrina", "telemann",
    "pachelbel", "couperin", "rameau", "lully", "charpentier", "gluck", "boccherini", "paganini", "albeniz",
    "granados", "falla", "rodrigo", "tarrega", "sor", "strauss", "webern", "schoenberg", "berg", "ives", "copland",
    "gershwin", "barber", "glass", "reich", "part", "carissimi", "eccles", "wolfgang", "amadeus", "johann",
    "sebastian", "ludwig", "van", "franz", "joseph", "frederic", "felix", "antonio", "claude", "pyotr", "ilyich",
    "johannes", "robert", "giuseppe", "giacomo", "edward", "antonin", "sergei", "dmitri", "bela", "igor", "camille",
    "j", "w", "f", "vitali", "leclair", "gubaidulina", "dukas", "orff", "offenbach", "weber", "hummel", "kraft",
    "stamitz", "biber", "tallis",
})  # fmt: skip
_KEYS = frozenset(
    {"major", "minor", "dur", "moll", "maj", "min", "flat", "sharp", "mayor", "menor", "majeur", "mineur"}
)
_NOTHING = frozenset({
    "in", "for", "and", "the", "of", "a", "an", "from", "für", "fur", "pour", "para", "und", "et", "con", "e", "de",
    "la", "le", "il", "arr", "transcr", "orch", "version", "remastered", "remaster", "op", "edit", "no", "movement",
    "score", "with", "first", "second", "third", "fourth", "last", "im", "der", "die", "das", "des", "du", "les",
    "los", "y", "o", "ou", "oder",
})  # fmt: skip
_NUMERALS = {"i": "1", "v": "5", "x": "10"}
_ORDINALS = {"1st": "1", "2nd": "2", "3rd": "3", "4th": "4", "first": "1", "second": "2", "third": "3", "fourth": "4"}
_PARTED = re.compile(r"(?<=[a-z])(?=\d)")


@dataclass(frozen=True, slots=True)
class Work:
    """`catalogue` numbers by their sign, other `numbers`, and the `content` words that name form, work and tempo."""

    catalogue: dict[str, str]
    numbers: frozenset[str]
    content: frozenset[str]
    forms: frozenset[str]


@lru_cache(maxsize=2_048)
def work(title: str) -> Work | None:
    """The work a title names; None where it doesn't look like one."""
    found = counted(words(_PARTED.sub(" ", title.lower()) if title.isascii() else title))
    catalogue: dict[str, str] = {}
    numbers: set[str] = set()
    content: set[str] = set()
    at = 0
    while at < len(found):
        word = found[at]
        following = found[at + 1] if at + 1 < len(found) else ""
        if word in _CATALOGUES and following.isdigit():
            catalogue[_CATALOGUES[word]] = following
            at += 2
            continue
        at += 1
        if word.isdigit():
            if not (len(word) == 4 and word[:2] in ("18", "19", "20")):
                numbers.add(word)
        elif word in _NUMERALS:
            numbers.add(_NUMERALS[word])
        elif word in _ORDINALS:
            numbers.add(_ORDINALS[word])
        elif word not in _KEYS and word not in _NOTHING and word not in COMPOSERS and len(word) > 1:
            content.add(_ONE_WORD.get(word, word))
    forms = content & _FORMS
    if not catalogue and not (forms and numbers):
        return None
    return Work(catalogue, frozenset(numbers), frozenset(content), frozenset(forms))


def same_work(one: str, other: str) -> bool:
    """Whether two titles name one movement of one work."""
    mine, theirs = work(one), work(other)
    if mine is None or theirs is None:
        return False
    shared = mine.catalogue.keys() & theirs.catalogue.keys()
    if any(mine.catalogue[sign] != theirs.catalogue[sign] for sign in shared):
        return False
    if not shared and not mine.numbers & theirs.numbers:
        return False
    few, many = sorted((mine.numbers, theirs.numbers), key=len)
    # A catalogue number alone may stand without the count ("K. 466"), never against it.
    if not few <= many:
        return False
    short, long = sorted((mine.content, theirs.content), key=len)
    if not short:
        return bool(shared) and mine.numbers == theirs.numbers
    agreed = sum(1 for word in short if word in long or any(fuzz.ratio(word, each) >= 80 for each in long))
    return agreed / len(short) >= 0.75
