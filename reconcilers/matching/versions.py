"""Words that say which version of a song this is, and words that say nothing about it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from reconcilers.matching.normalise import fold

# Patterns run over folded text. Each tag is a word people can read: it stands in a Track's status.
_SEPARATING: dict[str, tuple[str, ...]] = {
    "live": (
        r"live", r"unplugged", r"in concert",
        r"(?:bbc|peel|radio|studio|live|tiny desk|spotify|kexp) sessions?",
        r"en vivo", r"en directo", r"en direct", r"ao vivo", r"dal vivo", r"live-?aufnahme", r"konzert",
        r"concert",
        r"концерт\w*", r"живое", r"жив(?:ой звук|ое исполнение)", r"лайв", r"вживую",
        r"canlı(?: performans)?",
        r"اجرای زنده", r"زنده", r"کنسرت", r"حفله", r"مباشر", r"ライブ", r"ライヴ", r"生演奏",
        r"现场(?:版)?", r"現場(?:版)?",
        r"라이브", r"בהופעה", r"הופעה חיה", r"koncert", r"na zywo", r"zive",
        r"\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d",
    ),
    "remix": (
        r"(?:re-?)mix(?:ed)?", r"rmx", r"mashup", r"bootleg",
        r"(?:club|dance|dub|house|trance|vip|techno) mix", r"flip",
        r"refix", r"rework", r"dub", r"vip", r"ریمیکس", r"رمیکس", r"ремикс", r"リミックス", r"리믹스",
        r"רמיקס", r"remezcla",
    ),
    "acoustic": (
        r"acoustic", r"akustik(?:version)?", r"akustisch", r"acoustique", r"acustic[oa]", r"акустик\w*",
        r"акустическ\w*",
        r"آکوستیک", r"اکوستیک", r"stripped", r"アコースティック", r"어쿠스틱", r"אקוסטי\w*",
        r"piano version", r"orchestral version",
    ),
    "instrumental": (
        r"instrumental\w*", r"off vocal", r"backing track", r"without vocals", r"no vocals", r"минус\w*",
        r"инструментал\w*",
        r"بیکلام", r"بی کلام", r"インスト(?:ゥルメンタル)?", r"伴奏", r"inst\.?", r"strumentale",
        r"instrumentale",
    ),
    "karaoke": (r"karaoke", r"караоке", r"کارائوکه", r"カラオケ", r"sing[ -]?along", r"卡拉ok", r"노래방",
        r"קריוקי"),
    "cover": (
        r"cover(?:ed|s)?", r"tribute", r"in the style of",
        r"(?:originally|as) (?:performed|made famous) by", r"made famous by",
        r"кавер", r"کاور", r"بازخوانی", r"歌ってみた", r"カバー", r"커버", r"reprise de",
        r"by request",
    ),
    "demo": (r"demos?", r"rough mix", r"outtake\w*", r"alternate take", r"alternative take", r"take \d+",
        r"rehearsal",
             r"демо\w*", r"دمو", r"デモ", r"work(?:ing)? tape", r"early version", r"unreleased version",
             r"maquette"),
    "sped up": (r"spe?ed[ -]?up", r"ускоренн\w*", r"speed up version", r"تند شده"),
    "slowed": (r"slowed(?: down)?", r"slow(?:ed)? version", r"замедленн\w*", r"اسلو\w*",
        r"chopped (?:and|&) screwed"),
    "reverb": (r"reverb\w*", r"ревер\w*"),
    "nightcore": (r"nightcore", r"daycore"),
    "8d": (r"8d(?: audio)?", r"9d(?: audio)?", r"16d(?: audio)?"),
    "radio edit": (r"radio (?:edit|version|mix|cut)", r"single edit", r"edit", r"edited", r"short version",
        r"版短"),
    "extended": (r"extended(?: \w+)?", r"12\W* (?:mix|version|inch)", r"long version",
        r"maxi(?: version)?", r"full length mix"),
    "re-recording": (r"re-?recorded\w*", r"re-?recording", r"taylor's version", r"new recording",
        r"\d{4} re-?recording"),
    "loop": (r"\d+ ?(?:hours?|hrs?|h|час\w*|ساعت\w*|stunden|heures)", r"loop(?:ed)?", r"on repeat"),
    "medley": (r"medley", r"megamix", r"попурри", r"potpourri"),
    "a cappella": (r"a ?cap+el+a", r"vocals only", r"acapella", r"а ?кап+ел+а"),
    "interlude": (r"interlude", r"reprise", r"skit", r"intro", r"outro"),
    "excerpt": (r"preview", r"teaser", r"trailer", r"snippet", r"excerpt", r"trecho", r"отрывок"),
    "whole album": (r"full album", r"album completo", r"full concert", r"полный альбом"),
    "about the song": (r"reaction", r"lesson", r"tutorial", r"how to play", r"guitar tab\w*"),
}  # fmt: skip

# Said of the same recording: nothing follows from them.
_NEUTRAL: tuple[str, ...] = (
    r"(?:digital(?:ly)? )?re-?master(?:ed|ing|s)?", r"\d{4} (?:digital )?remaster(?:ed)?", r"\d{4}",
    r"\d{4} (?:version|mix|edition)",
    r"explicit", r"clean", r"dirty", r"uncensored", r"mono", r"stereo",
    r"(?:album|lp|original|single|standard|main|full)",
    r"(?:deluxe|expanded|anniversary|special|bonus|collector'?s|limited|legacy)",
    r"\d+(?:st|nd|rd|th) anniversary",
    r"bonus tracks?", r"edition", r"version", r"mix", r"release", r"ep", r"lp", r"7\W* (?:mix|version|inch)",
    r"ремастер\w*", r"альбомная", r"версия", r"ریمستر", r"نسخه", r"اصلی", r"リマスター\w*", r"バージョン",
    r"ver\.?", r"remasterizad[oa]",
    r"remasterisee?", r"neu abgemischt",
)  # fmt: skip

_NOISE: tuple[str, ...] = (
    r"official(?: (?:music|lyrics?|hd|4k|live))?", r"officiel(?:le)?", r"oficial", r"offizielle\w*",
    r"официальн\w*", r"ufficiale",
    r"(?:music|lyrics?|promo|animated|performance|static|art|fan|full) (?:video|clip|film)",
    r"videoclip\w*", r"video ?clip\w*", r"m/?v",
    r"(?:the )?(?:video|audio|clip|clipe|klip|vid)", r"visuali[sz]er", r"lyrics?(?: video)?", r"letra",
    r"paroles", r"текст", r"клип", r"видео",
    r"with lyrics", r"(?:on|with) screen", r"hd", r"hq", r"uhd", r"4k", r"8k", r"1080p?", r"720p?",
    r"480p?", r"60 ?fps", r"high quality",
    r"premiere", r"премьера\w*(?: (?:клипа|песни|трека))?", r"new", r"free download", r"out now",
    r"full song", r"color coded",
    r"موزیک ?ویدی?و", r"ویدیو", r"کلیپ", r"با کیفیت(?: \w+)?", r"رسمی", r"جدید", r"آهنگ", r"صوتی", r"تکست",
    r"همراه با متن", r"متن",
    r"ミュージックビデオ", r"公式", r"歌詞(?:付き)?", r"官方", r"完整版", r"高音質", r"뮤직비디오",
    r"가사", r"הקליפ הרשמי", r"קליפ",
    r"remastered in 4k", r"topic", r"upgrade(?:d)?", r"hi-?res", r"flac", r"mp3", r"m4a", r"wav",
    r"\d{2,3} ?(?:kbps|kbit/s|kb/s|k)",
    r"(?:eng(?:lish)?|rus|persian|farsi|español)? ?(?:sub(?:s|titles?|titulado)?)",
    r"and", r"&", r"-", r"the", r"a", r"in", r"by", r"video oficial", r"audio oficial",
    r"clip officiel",
)  # fmt: skip

# Where a song comes from and who made it, to the end of the bracket.
_ORIGIN: tuple[str, ...] = (
    r"prod(?:\.|uced)?(?: by)? .*", r"(?:dir(?:\.|ected)?) by .*",
    r"from .*", r"ost", r"o\.s\.t\.?", r"(?:original )?(?:motion picture )?soundtrack.*",
    r"из (?:фильма|к/ф|сериала).*", r"саундтрек.*",
    r"تیتراژ.*",
)  # fmt: skip

# At the end of a title without bracket or dash only these are sure not to belong to the name itself.
_SUFFIX_TAGS: dict[str, str] = {
    "karaoke": r"karaoke(?: version)?|караоке|カラオケ", "acoustic": r"acoustic(?: version)?|آکوستیک",
    "instrumental": r"instrumental(?: version)?|بی ?کلام|инструментал",
    "remix": r"remix|ریمیکس|رمیکس|ремикс|リミックス",
    "live": r"live version|اجرای زنده|en vivo|ao vivo|dal vivo", "sped up": r"sped up(?: version)?",
    "slowed": r"slowed(?: down)?",
    "nightcore": r"nightcore", "8d": r"8d audio", "cover": r"کاور|кавер|cover version",
    "demo": r"demo version",
    "extended": r"extended (?:mix|version)", "radio edit": r"radio edit",
}  # fmt: skip
_SUFFIX_NOISE = (
    r"(?:the )?official(?: (?:music|lyrics?|hd))? (?:video|audio|clip)|(?:music|lyrics?) video|with lyrics|lyrics|"
    r"video ?clip|m/v|hd|hq|4k|клип|موزیک ?ویدی?و|\(?(?:19|20)\d\d remaster(?:ed)?\)?"
)


def _any(patterns: Iterable[str]) -> str:
    return "|".join(sorted((_literal(pattern) for pattern in patterns), key=len, reverse=True))


def _literal(pattern: str) -> str:
    # The patterns meet folded text; folding them whole would turn \\W into \\w.
    return re.sub(r"[^\x00-\x7f]+", lambda found: fold(found.group()), pattern)


_W = r"(?<!\w)(?:{})(?!\w)"
_TAG = {tag: re.compile(_W.format(_any(patterns))) for tag, patterns in _SEPARATING.items()}
_ANY_TAG = re.compile(_W.format(_any(p for each in _SEPARATING.values() for p in each)))
_DROP = re.compile(_W.format(_any((*_NOISE, *_NEUTRAL, *_ORIGIN))))
_NOISE_ONLY = re.compile(_W.format(_any((*_NOISE, *_ORIGIN))))
# Beside a version word a year and a place say which one: "Live from Paris, 1986".
_SMALL = re.compile(_W.format(_any((*_NOISE, *(word for word in _NEUTRAL if word != r"\d{4}")))))
_SUFFIX = {tag: re.compile(rf"(?<=\w)[\s\-+&]+(?:{_literal(pattern)})\s*\Z") for tag, pattern in _SUFFIX_TAGS.items()}
_SUFFIX_DROP = re.compile(rf"\.(?:wmv|avi|flv|mpe?g|mp[34])\s*\Z|(?<=[\w\"')\]])\s+(?:{_literal(_SUFFIX_NOISE)})\s*\Z")
_ENDINGS = "|".join((_literal(_SUFFIX_NOISE), *map(_literal, _SUFFIX_TAGS.values())))
_SUFFIX_ANY = re.compile(rf"(?:(?<!\w)(?:{_ENDINGS})|\.\w{{2,4}})\s*\Z")
_FROM = re.compile(r"\A(?:taken )?from (?!.*\b(?:session|concert)s?\b)")
_LIVE_PLACE = re.compile(
    r"(?<!\w)live (?:at|in|from|on|@|version|session|performance|acoustic|video|aufnahme|\d{4})(?!\w)"
)
_REMAINDER = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Words:
    """What a bracket or dash part says: its separating `tags`, and `rest`, what else stands there (a remixer, a place).

    `noise` is True for words that say nothing of the song at all (``Official Video``),
    unlike ``2011 Remaster``.
    """

    tags: frozenset[str]
    rest: str
    noise: bool = False


@lru_cache(maxsize=2_048)
def loose(text: str) -> frozenset[str]:
    """The version words anywhere in `text`, part of a name or not: a difference is a reason for doubt, no more."""
    folded = fold(text)
    if not _ANY_TAG.search(folded):
        return frozenset()
    return frozenset(tag for tag, pattern in _TAG.items() if pattern.search(folded))


@lru_cache(maxsize=2_048)
def decoration(text: str) -> Words | None:
    """What a bracket or a part after a dash says of the version; None where it belongs to the title.

    No tags and no rest: the words mean nothing (``Official Video``, ``2011 Remaster``).
    """
    folded = fold(text)
    if not folded or _FROM.match(folded):
        return Words(frozenset(), "", noise=True)
    tags = set()
    remainder = folded
    for tag, pattern in _TAG.items() if _ANY_TAG.search(folded) else ():
        for found in pattern.finditer(folded):
            at_edge = found.start() == 0 or found.end() == len(folded)
            if at_edge or _LIVE_PLACE.match(folded, found.start()) or _version_follows(folded, found.end()):
                tags.add(tag)
        if tag in tags:
            remainder = pattern.sub(" ", remainder)
    rest = _bare((_SMALL if tags else _DROP).sub(" ", remainder))
    if not tags and rest and folded.endswith(" mix"):
        tags.add("remix")
    if tags:
        return Words(frozenset(_settle(tags)), rest)
    if rest:
        return None
    return Words(frozenset(), "", noise=not _REMAINDER.sub("", _NOISE_ONLY.sub("", folded)))


def _bare(text: str) -> str:
    return " ".join(_REMAINDER.sub(" ", text).split())


# Songs are called these too, so after a dash alone they don't prove that what stands before it is the title.
_NAMES = frozenset({"interlude", "demo", "cover", "radio edit", "medley", "loop", "excerpt", "extended", "reverb"})
_SURELY = re.compile(r"official|re-?master|lyrics? video|music video|\bversion\b")


def is_version(text: str) -> bool:
    """Whether `text` is a version note and nothing else, never the name of a song after its artist."""
    said = decoration(text)
    if said is None:
        return False
    if not said.tags:
        return _SURELY.search(fold(text)) is not None
    return bool(said.tags - _NAMES) and (not said.rest or _ANY_TAG.match(fold(text)) is not None)


def _version_follows(text: str, end: int) -> bool:
    return (
        re.match(
            r"\W+(?:version|versio\w*|mix|edit|take|session|performance|by|\w+ version|версия|نسخه|ver)\b", text[end:]
        )
        is not None
    )


def _settle(tags: set[str]) -> set[str]:
    # "Radio Mix" is an edit and no remix; "Tiësto Remix Edit" and "Extended Remix" are remixes all the same.
    if "remix" in tags:
        tags.discard("radio edit")
        tags.discard("extended")
    if "karaoke" in tags:
        tags -= {"instrumental", "cover"}
    return tags


@lru_cache(maxsize=2_048)
def suffix(text: str) -> tuple[str, frozenset[str]]:
    """`text` without the version and noise words that hang at its end unbracketed, and the tags among them."""
    tags: set[str] = set()
    while True:
        folded = fold(text)
        if not _SUFFIX_ANY.search(folded):
            return text, frozenset(tags)
        cut = _SUFFIX_DROP.search(folded)
        if cut is None:
            for tag, pattern in _SUFFIX.items():
                cut = pattern.search(folded)
                if cut is not None:
                    tags.add(tag)
                    break
        if cut is None:
            return text, frozenset(tags)
        # Folding can change lengths, so the cut is made by counting words from the end.
        gone = len(folded[cut.start() :].split())
        kept = text.split()[:-gone] if gone else text.split()
        if not kept:
            return text, frozenset(tags)
        text = " ".join(kept).rstrip(" -–—|+&")
