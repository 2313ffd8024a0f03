"""What stands where a name should be and names nothing."""

import re

from reconcilers.matching.normalise import compact, fold

_TLD = r"com|ir|io|app|site|top|vip|mobi|ws|eu|az|net|org|ru|info|fm|tv|xyz|biz|co\.uk|club|pro|online|su|ua|by|kz|tk|cc|me|music"
_ADVERTS = re.compile(
    r"https?://[^\s\])}]+|(?:www\.)[\w.-]+\.\w+(?:/[^\s\])}]*)?|(?<!\w)(?:t|telegram|tlgrm|tg)\.me/[^\s\])}]+"
    rf"|(?<![\w.])(?:[\w-]{{2,}}\.)+(?:{_TLD})(?![\w.])(?:/[^\s\])}}]*)?"
    r"|(?<![\w.])@\s?[A-Za-z][\w.]{2,}",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"[\(\[\{【]\s*[\)\]\}】]")
_QUALITY = re.compile(
    r"[\(\[\{_\s\-]*(?<![\w])(?:(?:mp3|m4a|flac|aac)?[\s_-]?(?:64|96|128|160|192|256|320|1411)\s?(?:kbps|kbit/s|kb/s|kbs|kb|k)"
    r"|(?:128|192|256|320)(?=[\)\]])|(?:با\s*)?کیفیت(?:\s*(?:64|96|128|192|256|320|اصلی|عالی|بالا))*|качество\s*\d*|flac|lossless|mp3|hi-?res|hq)(?![\w])[\)\]\}\s]*\Z",
    re.IGNORECASE,
)
_BARE_RATE = re.compile(r"(?:[\s_\-]+)(?:128|192|256|320)\Z")
_VIDEO_ID = re.compile(r"[\s_-]*\[(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{11}\]\Z")
_NUMBERED = re.compile(
    r"\A(?:#\d{1,3}(?=\s)|\d{1,2}-\d\d(?=[\s_.]+[^\d\s])|[\[\(]?\d{1,3}[\]\)]|\d{1,3}\.(?=\s|\D)|0\d{1,2}(?=[\s_-])|№\s?\d+)[\s._-]*(?=\S)"
)
_NUMBER_DASH = re.compile(r"\A\d{1,2}\s*[-–—_]\s+(?=\S)")
_SMALL_DASH = re.compile(r"\A\d{1,2}\s+[-–—]\s+(?=.+\s[-–—]\s)")

_EMPTY_WORDS = (
    "audio", "track", "piste", "titel", "song", "music", "voice", "rec", "recording", "new recording",
    "my recording",
    "record", "file", "audio file", "document", "video", "untitled", "unknown", "unknown title",
    "unknown artist",
    "unknown track", "no title", "sound", "aud", "ptt", "wa", "vid", "msg", "voice message", "whatsapp audio",
    "telegram audio", "download", "videoplayback", "tmp", "temp", "output", "final", "mix", "дорожка",
    "трек", "аудио",
    "запись", "без названия", "неизвестно", "آهنگ", "ترک", "صدا", "موزیک", "بدون نام", "ناشناس", "نامشخص",
    "null", "nil", "none", "undefined", "unnamed", "unbenannt", "ohne titel", "без имени", "nuova registrazione",
    "neue aufnahme", "nouvel enregistrement", "grabación", "gravação", "ses kaydı", "adsız", "بدون عنوان", "ضبط", "ویس", "فایل",
    "تسجيل", "مقطع صوتي", "녹음", "음성", "录音", "未命名", "無題", "新規録音", "录音文件", "הקלטה", "track title", "トラック",
    "曲", "pista", "spur", "unbekannt", "sans titre", "sin titulo",
)  # fmt: skip
_GARBAGE = re.compile(rf"(?:{'|'.join(map(fold, _EMPTY_WORDS))})(?:[\s_\-#.№]*(?:wa)?\d[\d\s_\-.:atw()]*)?")
_HEX = re.compile(r"(?=.*\d)(?=.*[a-f-])[0-9a-f]{8}[0-9a-f-]{8,}|[0-9\s_\-.:()]+", re.IGNORECASE)
_FILE = re.compile(r"\.(?:mp3|m4a|flac|ogg|opus|wav|aac|wma|mp4|webm)\Z", re.IGNORECASE)
_HASH_LIKE = re.compile(
    r"(?!(?:.*[_-])?[A-Za-z]{3,}[_-](?:.*[_-])?[A-Za-z]{3,}(?:[_-]|\Z))(?=(?:.*\d){3})(?=.*[A-Za-z])[A-Za-z0-9_-]{20,}\Z"
)


# Notes, stars, hearts and the joiners between them. A song may be called "÷" or "!!!", none is called a note.
_PICTURES = re.compile(
    r"[\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2b00-\u2bff\u266a-\u266f\ufe0e\ufe0f\u200d\U0001f000-\U0001faff\U000e0020-\U000e007f]+"
)
_QUOTED = re.compile(r"\A(?:«([^«»]+)»|“([^“”]+)”|„([^„“”]+)[“”]|\"([^\"]+)\"|「([^「」]+)」|『([^『』]+)』)\Z")


def without_pictures(text: str) -> str:
    """`text` without pictures at its ends."""
    while True:
        found = _PICTURES.match(text)
        shorter = text[found.end() :].lstrip() if found else text
        ends = [each for each in _PICTURES.finditer(shorter) if each.end() == len(shorter)]
        shorter = shorter[: ends[0].start()].rstrip() if ends else shorter
        if shorter == text:
            return text
        text = shorter


def without_quotes(text: str) -> str:
    """`text` without quotation marks around the whole of it."""
    found = _QUOTED.match(text.strip())
    return next(each for each in found.groups() if each).strip() if found else text


def without_adverts(text: str) -> str:
    """`text` without channel names, links and sites."""
    cleaned = _EMPTY.sub(" ", _ADVERTS.sub(" ", text))
    return cleaned if cleaned == text else re.sub(r"\s+", " ", cleaned).strip(" -–—|_~:•,/")


def without_quality(text: str) -> str:
    """`text` without bit rates, formats and video ids at its end."""
    text = _FILE.sub("", text)
    while True:
        shorter = _VIDEO_ID.sub("", _QUALITY.sub("", text)).strip()
        shorter = _BARE_RATE.sub("", shorter)
        if not shorter or shorter == text:
            return text.strip() if shorter else ""
        text = shorter


def without_video_id(text: str) -> str:
    """`text` without the id that a downloader puts behind a video's title."""
    return _VIDEO_ID.sub("", text)


def without_numbering(text: str, *, sure: bool = False) -> str:
    """`text` without a track number before it. `sure` says that what follows is a title alone."""
    text = text.strip()
    numbered = _NUMBERED.sub("", text)
    if numbered and numbered != text:
        return numbered.lstrip(" -–—.")
    if sure:
        return text
    if _SMALL_DASH.match(text) or _NUMBER_DASH.match(text):
        return re.sub(r"\A\d{1,2}\s*[-–—_]\s+", "", text)
    return text


def is_garbage(text: str, *, artist_known: bool = False) -> bool:
    """Whether `text` names nothing: ``Track 01``, ``AUD-20210304-WA0001``, ``audio_123``, digits, links.

    Beside a known artist a number or a plain word may well be a title (``1979``, ``Music``).
    """
    plain = fold(text).strip(" -_.")
    if not compact(plain) or not without_pictures(plain):
        return True
    if artist_known:
        return bool(re.fullmatch(_GARBAGE.pattern + r"(?<=[\d)])", plain)) and not plain.isdigit()
    if _GARBAGE.fullmatch(plain) or _HEX.fullmatch(plain) or _HASH_LIKE.fullmatch(text.strip()):
        return True
    return _ADVERTS.fullmatch(text.strip()) is not None
