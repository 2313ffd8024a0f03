"""Names as a person can read them: what strangers write into files is made safe to store, to show and to send."""

import html
import re
import unicodedata

LONGEST = 256
"""Characters of a title, an artist or an album. Longer ones are cut: no name needs more, and everything that holds one
(a Track, a log line, a file name) has a bound of its own."""

MOST_ARTISTS = 16
"""Artists of one recording. Whoever comes after them is left out."""

_PLAIN = re.compile(r"[\x21-\x25\x27-\x3b\x3d\x3f-\x7e]+(?: [\x21-\x25\x27-\x3b\x3d\x3f-\x7e]+)*\Z")
_TAG = re.compile(r"</?(?:b|i|u|s|em|strong|code|pre|br|span|font|a)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
# Half-space and joiner are letters' business in Persian and in emoji; every other invisible sign only deceives.
_JOINERS = "\u200c\u200d"
_GONE = frozenset({"Cf", "Cs", "Co"})
_BREAKS = frozenset({"Cc", "Zl", "Zp"})
_MARKS = frozenset({"Mn", "Me", "Mc"})
_MOST_MARKS = 4
_ELLIPSIS = "…"


def legible(text: str, longest: int = LONGEST) -> str:
    """`text` in one line of at most `longest` characters, without what can't be seen.

    Control characters and line breaks become spaces; direction marks and overrides, private signs and halves of
    surrogate pairs go, and so does HTML. What is cut ends in an ellipsis.
    """
    if len(text) <= longest and _PLAIN.match(text):
        return text
    # The bound comes first as well: nothing below may take long over what nobody would read.
    text = text[: 8 * longest]
    if "<" in text or "&" in text:
        text = _without_html(text)
    text = _SPACES.sub(" ", "".join(_seen(text))).strip().strip(_JOINERS)
    return text if len(text) <= longest else cut(text, longest)


def cut(text: str, longest: int) -> str:
    """The beginning of `text`, with an ellipsis, in at most `longest` characters. No letter loses its marks."""
    at = longest - 1
    while at and (unicodedata.category(text[at]) in _MARKS or text[at] in _JOINERS or text[at - 1] in _JOINERS):
        at -= 1
    kept = text[:at]
    return kept.rstrip() + _ELLIPSIS


def _without_html(text: str) -> str:
    plain = _ENTITY.sub(lambda found: html.unescape(found.group()), _TAG.sub("", text))
    return plain if plain.strip() else text


def _seen(text: str) -> list[str]:
    kept: list[str] = []
    marks = 0
    for char in text:
        if " " <= char <= "~":
            marks = 0
            kept.append(char)
            continue
        category = unicodedata.category(char)
        if category in _BREAKS:
            char = " "
        elif category in _GONE and char not in _JOINERS:
            continue
        marks = marks + 1 if category in _MARKS else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return kept
