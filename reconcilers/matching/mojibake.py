"""Names in an old one-byte encoding that a program took for Western European: read as they were meant.

Players of the nineties wrote tags in the encoding of their Windows: 1251 for Cyrillic, 1256 for Arabic and Persian. The
tag says Latin-1, and so ``Кино`` arrives as ``Êèíî``.
"""

import re
from collections.abc import Sequence

# What Windows-1252 has where Latin-1 has control characters; five places are empty.
_WESTERN = {ord(char): byte for byte in range(0x80, 0xA0) if (char := bytes([byte]).decode("cp1252", "ignore"))}
_WORD = re.compile(r"[^\W\d_]+")
_JOINER = re.compile("[\u200c\u200d]")
# Words as they are written: a capital in the middle of one gives the wrong encoding away.
_CYRILLIC = re.compile(r"[А-ЯЁЄІЇҐ]?[а-яёєіїґ]+|[А-ЯЁЄІЇҐ]+")
_VOWELS = re.compile(r"[аеёиоуыэюяєії]", re.IGNORECASE)
_ARABIC = re.compile(r"[\u0621-\u065f\u0670-\u06d3]+")
# The letters that most of Arabic and Persian is written with.
_COMMON = re.compile("[اليىومنرهتدبسكئ]")
_ASCII_LETTER = re.compile(r"[A-Za-z]")

# As few letters as this could be somebody's Ää or Ñ.
_FEWEST = 4
# Of the letters of a tag, those that must be beyond ASCII; of the foreign ones, those in sure words and usual ones.
_SHARE = 0.5
_SURE = 0.8
_USUAL = 0.25


def repaired(texts: Sequence[str]) -> tuple[str, ...]:
    """The texts of one tag (title, artist, …) as they were meant; unchanged where that isn't certain.

    They are judged together: one program wrote them all.
    """
    known = [_bytes(text) for text in texts]
    utf8 = [_as_utf8(data) for data in known]
    foreign = [data if meant is None else None for data, meant in zip(known, utf8, strict=True)]
    if _share("".join(text for text, data in zip(texts, foreign, strict=True) if data is not None)) < _SHARE:
        foreign = [None] * len(texts)
    encoding = _encoding(b" ".join(data for data in foreign if data is not None))
    return tuple(
        meant if meant is not None else data.decode(encoding, "replace") if data is not None and encoding else text
        for text, data, meant in zip(texts, foreign, utf8, strict=True)
    )


def _bytes(text: str) -> bytes | None:
    """The bytes behind a text that was read as Latin-1 or Windows-1252; None where it is neither, or is plain."""
    if text.isascii():
        return None
    found = bytearray()
    for char in map(ord, text):
        byte = char if char < 0x100 else _WESTERN.get(char)
        if byte is None:
            return None
        found.append(byte)
    return bytes(found)


def _as_utf8(data: bytes | None) -> str | None:
    try:
        return data.decode("utf-8") if data is not None else None
    except UnicodeDecodeError:
        return None


def _share(text: str) -> float:
    """The share of the letters that are beyond ASCII: in no Western language are they many."""
    letters = sum(char.isalpha() for char in text)
    return 1 - len(_ASCII_LETTER.findall(text)) / letters if letters else 0.0


def _encoding(data: bytes) -> str | None:
    if sum(byte >= 0x80 for byte in data) < _FEWEST:
        return None
    if _likely(data.decode("cp1251", "replace"), _CYRILLIC, _VOWELS):
        return "cp1251"
    if _likely(data.decode("cp1256", "replace"), _ARABIC, _COMMON):
        return "cp1256"
    return None


def _likely(text: str, word: re.Pattern[str], usual: re.Pattern[str]) -> bool:
    """Whether the foreign words of `text` are words of a script, with enough of the letters that are usual in it."""
    found = [each for each in _WORD.findall(_JOINER.sub("", text)) if not each.isascii() and len(each) >= 3]
    letters = "".join(found)
    sure = sum(len(each) for each in found if word.fullmatch(each))
    return bool(found) and sure >= _SURE * len(letters) and len(usual.findall(letters)) >= _USUAL * len(letters)
