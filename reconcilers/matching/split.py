"""``Artist - Title`` in one string, with every dash people use."""

import re

from reconcilers.matching.versions import decoration, is_version

_DASHES = "-‐‑‒–—―−－"
_SPACED = re.compile(rf"\s+[{_DASHES}~_]+\s+")
# Signs that need no spaces need none around a dash.
_UNSPACED = re.compile(rf"(?<=[\u3040-\u9fff\uac00-\ud7af])[{_DASHES}](?=[\u3040-\u9fff\uac00-\ud7af])")
_ONE_SIDE = re.compile(rf"\s+[{_DASHES}](?=[^\s\d])|(?<=\S)[{_DASHES}]\s+")
_LONG = re.compile("(?<=\\S)[–—―](?=\\S)")


def split(text: str) -> tuple[str, str] | None:
    """(artist, title) of ``Artist - Title``; None where there is no such dash, or the dash only adds a version note.

    A hyphen inside a word never splits: Jay-Z, a-ha and Anti-Hero stay whole.
    """
    quoted = _CORNERS.match(text)
    if quoted and _says(quoted.group(1)) and (not quoted.group(3).strip() or _is_noise(quoted.group(3))):
        if not _is_noise(quoted.group(1)) and not is_version(quoted.group(2)) and not _is_noise(quoted.group(2)):
            return _bare(quoted.group(1)), quoted.group(2).strip()
    for pattern, often in ((_SPACED, True), (_LONG, False), (_ONE_SIDE, False), (_UNSPACED, False)):
        cuts = list(pattern.finditer(text))
        if not cuts or (len(cuts) > 1 and not often):
            continue
        artist, title = text[: cuts[0].start()].strip(), text[cuts[0].end() :].strip()
        artist = _bare(artist)
        if artist and title and _says(artist) and _says(title) and not is_version(_SPACED.split(title, maxsplit=1)[0]):
            return artist, title
        return None
    return None


# "【MV】Ado - うっせぇわ"
_NOISY = re.compile(r"[【\[(（]([^】\])）]*)[】\])）]")


# "YOASOBI「アイドル」Official Video"
_CORNERS = re.compile(r"\A\s*([^「『【]+?)\s*[「『【]([^「『【」』】]+)[」』】]\s*[-–—|/]?(.*)\Z")


def _bare(artist: str) -> str:
    return _NOISY.sub(lambda found: " " if _is_noise(found.group(1)) else found.group(), artist).strip() or artist


def _is_noise(text: str) -> bool:
    said = decoration(text)
    return said is not None and said.noise and not said.tags


def _says(text: str) -> bool:
    return any(char.isalnum() for char in text) or len(text) > 1
