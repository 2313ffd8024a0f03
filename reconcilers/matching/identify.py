"""What song a post is: tags, then what the message says, then the file's name, then the caption."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconcilers.matching.garbage import (
    is_garbage,
    without_adverts,
    without_numbering,
    without_pictures,
    without_quality,
    without_quotes,
    without_video_id,
)
from reconcilers.matching.legible import LONGEST, MOST_ARTISTS, legible
from reconcilers.matching.mojibake import repaired
from reconcilers.matching.normalise import compact, words
from reconcilers.matching.parse import normal_isrc, recording
from reconcilers.matching.people import clean, scripts_differ
from reconcilers.matching.split import split
from reconcilers.recording import Recording


@dataclass(frozen=True, slots=True)
class PostFacts:
    """What a post with audio says of its song.

    `tags` are the file's own under the names ``title``, ``artist``, ``album``, ``isrc`` and ``duration`` (seconds); an
    artist may be several. `performer`, `title` and `duration` (seconds) are the message's. All of it may be a
    stranger's: of any length, with any character in it.
    """

    tags: Mapping[str, object] | None = None
    performer: str | None = None
    title: str | None = None
    file_name: str | None = None
    caption: str | None = None
    duration: float | None = None


@dataclass(frozen=True, slots=True)
class _Named:
    title: str
    artists: tuple[str, ...]
    method: str


def identify(post: PostFacts) -> Recording | None:
    """The song of a post; None when there is nothing to go on.

    The first source that names title and artist wins, else the first with a title. `method` says which it was. What is
    returned is legible and bounded, whatever was written.
    """
    tags = _tags(post.tags or {})
    found = list(_sources(post, tags))
    if not found:
        return None
    best = next((named for named in found if named.artists), None) or _credited(found[0], post, tags)
    duration = tags.duration or _number(post.duration)
    trusted = best.method == "tags"
    return recording(
        best.title,
        best.artists,
        album=_album(tags.album) if trusted else None,
        duration=duration,
        isrc=normal_isrc(tags.isrc),
        method=best.method,
    )


def _credited(named: _Named, post: PostFacts, tags: "_Tags") -> _Named:
    """A title that stands alone, with the artist that stands alone elsewhere."""
    for credit in (tags.artists, (legible(post.performer or ""),)):
        people = tuple(name for each in credit if (name := clean(without_adverts(each))) and not is_garbage(name))
        if people and not _publishes(people[0]):
            return _Named(named.title, people, named.method)
    return named


@dataclass(frozen=True, slots=True)
class _Tags:
    title: str
    artists: tuple[str, ...]
    album: str
    isrc: str
    duration: float | None


def _tags(tags: Mapping[str, object]) -> _Tags:
    artists = _texts(tags.get("artist"))
    title, album, *artists = repaired((_text(tags.get("title")), _text(tags.get("album")), *artists))
    return _Tags(
        legible(title),
        tuple(map(legible, artists)),
        legible(album),
        _text(tags.get("isrc"))[:LONGEST],
        _number(tags.get("duration")),
    )


def _sources(post: PostFacts, tags: _Tags) -> Iterator[_Named]:
    yield from _named(tags.title, tags.artists, "tags")
    title, performer = map(legible, repaired((_text(post.title), _text(post.performer))))
    yield from _named(title, (performer,), "message")
    yield from _from_file_name(legible((post.file_name or "")[-LONGEST:]))
    yield from _from_caption(post.caption or "")


def _named(title: str, artists: tuple[str, ...], method: str) -> Iterator[_Named]:
    title = without_pictures(without_quality(without_adverts(title)))
    people = tuple(
        name
        for artist in artists
        if (name := clean(without_pictures(without_adverts(artist)))) and not is_garbage(name)
    )
    if people:
        parts = split(title)
        if parts is not None and compact(parts[0]) == compact(people[0]):
            # "DuaLipaVEVO": the title spells the name.
            people = (clean(parts[0]) or people[0], *people[1:])
        elif parts is not None and len(people) == 1 and (_publishes(people[0]) or _of_a_video(title)):
            # "Radio Javan" publishes others' songs, and a video's performer is its channel.
            yield from _from_line(title, method)
            return
        title = without_quotes(without_numbering(title, sure=True))
        if title and not is_garbage(title, artist_known=True):
            yield _Named(title, people, method)
        return
    yield from _from_line(title, method)


def _from_line(text: str, method: str) -> Iterator[_Named]:
    text = _HERALDS.sub("", without_quotes(without_numbering(without_pictures(text))))
    if not text or is_garbage(text):
        return
    named = _SAID_IN_PERSIAN.match(text)
    parts = (named.group(1), named.group(2)) if named else split(text)
    if parts is None and (quoted := _BY.search(text)):
        parts = quoted.group(2), quoted.group(1)
    bars = [part for part in text.split(" | ") if not _VIDEOS.fullmatch(part.strip()) and not _of_a_video(f"({part})")]
    if parts is None and len(bars) == 2:
        first, second = bars
        parts = split(f"{first} - {second}") if not scripts_differ(first, second) else None
    if parts is None and text.count(": ") == 1 and len(text.split(": ")[0].split()) <= 4:
        # As the last resort: "Tom Waits: Hold On".
        parts = split(text.replace(": ", " - "))
    if parts is not None:
        if not clean(parts[0]):
            # "VA - Trainspotting - 06 - Underworld - Born Slippy"
            parts = split(_COMPILED.sub("", text)) or parts
        parts = parts[0].strip("[]") if parts[0][:1] == "[" else parts[0], parts[1].split(" | ")[0]
        artist, title = clean(without_quotes(parts[0])), without_quotes(without_numbering(parts[1], sure=True))
        # A short number may be a band (311); track numbers are gone by now.
        known = artist and (not is_garbage(artist) or (artist.isdigit() and len(artist) <= 4))
        if known and not is_garbage(title, artist_known=True):
            yield _Named(title, (artist,), method)
            return
        text = title or text
        if is_garbage(text):
            return
    yield _Named(text, (), method)


def _publishes(performer: str) -> bool:
    return not _LABELS_WORDS.isdisjoint(words(performer))


def _of_a_video(title: str) -> bool:
    return any(_VIDEOS.search(found.group(1)) for found in _BRACKETED.finditer(title))


_BRACKETED = re.compile(r"[(\[【]([^)\]】]*)[)\]】]")
_VIDEOS = re.compile(
    r"\b(?:official|mv|m/v|video|clip|lyrics?|visuali[sz]er|audio)\b|клип|موزیک ?ویدیو|뮤직비디오", re.IGNORECASE
)
_BY = re.compile(r"[\"“«„]([^\"”»“]+)[\"”»“]\s+(?:by|от|von|par|di|از)\s+(.+)", re.IGNORECASE)
# What stands before the artist and is no name: "PREMIERE:", "دانلود آهنگ جدید", "(Trip Hop)".
_HERALDS = re.compile(
    r"\A(?:(?:premiere|exclusive|new|out now|премьера|новинка|جدید)\s*[:：]\s*"
    r"|(?:دانلود\s+)?(?:آهنگ|موزیک|ترانه)\s+(?:جدید\s+|زیبای\s+|شاد\s+)?(?=.+\s[-–—]\s)"
    r"|[(\[](?:(?:trip|hip|hop|rap|pop|rock|jazz|blues|soul|funk|house|techno|trance|edm|dance|indie|folk|metal|punk|reggae"
    r"|ambient|electronic|electro|disco|country|r&b|rnb|dnb|drum|bass|and|&|alternative|classical|lo-?fi"
    r"|trap)[\s,/-]*)+[)\]]\s*)",
    re.IGNORECASE,
)
_COMPILED = re.compile(r"\A.*?\s-\s\d{1,3}\s-\s(?=.+\s-\s.+)")
# Performers that are places to find music.
_LABELS_WORDS = frozenset({
    "radio", "records", "recordings", "entertainment", "media", "fm", "tv", "channel", "lyrics", "hits",
    "production", "productions", "music", "songs", "label", "کانال", "چنل", "سایت", "دانلود", "قناة", "موزیک",
    "رادیو", "آهنگ", "اهنگ", "مدیا", "سانگ", "موزیکس", "ترانه", "музыка", "радио", "канал", "музон", "хиты",
})  # fmt: skip
# "دانلود آهنگ جدید محسن یگانه به نام بهت قول میدم"
_SAID_IN_PERSIAN = re.compile(
    r"\A(?:دانلود\s+)?(?:آهنگ|موزیک|ترانه)?\s*(?:جدید|زیبای|شاد)?\s*(?:از\s+)?"
    r"(.+?)\s+(?:به نام|بنام|با نام)\s+(.+)\Z"
)
_EXTENSION = re.compile(r"\.(?:mp3|m4a|flac|ogg|opus|oga|wav|aac|wma|mp4|webm|aiff?|alac|mka)\Z", re.IGNORECASE)
_COPY = re.compile(r"\s*\(\d{1,2}\)\Z|\s+-\s+copy\Z|\s+copy\Z", re.IGNORECASE)
_CAMEL = re.compile(r"\A[A-Z][a-z]+[A-Z][A-Za-z]*-[A-Z][A-Za-z]*\Z")
# A file's name can't hold a slash.
_WITH = re.compile(r"(?<=\s)w_(?=\s)", re.IGNORECASE)
_TIGHT = re.compile(r"\A([^-–—]+)[-–—]([^-–—]+)\Z")


def _from_file_name(name: str) -> Iterator[_Named]:
    stem = name.strip()
    while _EXTENSION.search(stem):
        stem = _EXTENSION.sub("", stem)
    stem = _COPY.sub("", stem)
    tight = " " not in stem and ("_" in stem or "%20" in stem)
    if is_garbage(stem):
        return
    stem = without_video_id(stem)
    stem = _WITH.sub("w/", stem.replace("%20", " "))
    plain = without_adverts(stem)
    if " " not in plain and plain.count("+") > 1:
        plain = plain.replace("+", " ")
    if " " not in plain and plain.count(".") > 2:
        plain = plain.replace(".", " ")
    stem = re.sub(r"[_\s]+", " ", plain).strip()
    if (tight or _CAMEL.match(stem)) and " - " not in stem:
        # "Artist-Song_Name": where underscores stand for spaces, one lone hyphen stands for a dash.
        stem = _TIGHT.sub(r"\1 - \2", stem)
    yield from _from_line(without_quality(without_adverts(stem)), "file name")


_LABELS = {
    "title": r"title|song|track|name|آهنگ|ترانه|موزیک|песня|пісня|назва|skladba|utwór|tytuł|название|трек|titel|título|canción"
    r"|música|brano|titolo|şarkı"
    r"|[أا]غنية|اسم ال[أا]غنية|שיר|曲名|歌名|歌曲|노래|제목|judul|titre|chanson|lied",
    "artist": r"artist|singer|performer|by|خواننده|با صدای|исполнитель|виконавець|interpret|wykonawca|артист|певец|певица"
    r"|künstler|artista|artiste|cantante"
    r"|cantora?|sanatçı|غناء|الفنانة?|المطربة?|מבצע|זמרת?|アーティスト|歌手|가수|penyanyi|interprète|sänger(?:in)?",
}
_LABELLED = {
    field: re.compile(rf"(?:\A|[^\w]){names}", re.IGNORECASE)
    for field, names in {
        field: rf"(?:{names})\s*[:：؛]\s*(?P<value>[^\n]+)" for field, names in _LABELS.items()
    }.items()
}
_EMOJI = re.compile(r"[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff♪♫♬•]+")
# Telegram's own bound [core.telegram.org/bots/api#message], for paying authors.
_LONGEST_CAPTION = 4096
_HASHTAG = re.compile(r"#(\w+)")


def _from_caption(caption: str) -> Iterator[_Named]:
    lines = (legible(line) for line in caption[:_LONGEST_CAPTION].splitlines())
    text = _EMOJI.sub(" ", "\n".join(lines))
    said = {}
    for field, pattern in _LABELLED.items():
        found = pattern.search(text)
        if found:
            said[field] = _bare(found.group("value"))
    if said.get("title") and not is_garbage(said["title"], artist_known=bool(said.get("artist"))):
        yield from _named(said["title"], (said.get("artist", ""),), "caption")
        return
    for line in text.splitlines():
        line = without_numbering(without_quality(_bare(line)))
        # A line without a dash is a greeting as likely as a title.
        if line and len(line) <= 120 and (split(line) is not None or _SAID_IN_PERSIAN.match(line) or _BY.search(line)):
            for named in _from_line(line, "caption"):
                if named.artists:
                    yield named
                    return


def _bare(text: str) -> str:
    return " ".join(_HASHTAG.sub(lambda tag: tag.group(1).replace("_", " "), without_adverts(text)).split())


def _album(album: str) -> str | None:
    album = without_adverts(album)
    return album if album and not is_garbage(album, artist_known=True) else None


def _texts(value: object) -> list[str]:
    if isinstance(value, (list, tuple)):
        return [text for each in value[:MOST_ARTISTS] if (text := _text(each))]
    return [_text(value)]


def _text(value: object) -> str:
    """The beginning of what was written, as it was written."""
    if isinstance(value, (list, tuple)):
        value = value[0] if value else ""
    text = "" if value is None else str(value)[: 8 * LONGEST]
    return text if compact(text) else ""


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if 0 < number < 1e6 else None
