"""News in a few lines: what, since when, and the command to copy. For Telegram in its HTML, for anything else as text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

from navaar.notices.decision import Item, News
from navaar.notices.standing import SYNC
from navaar.words import say
from reconcilers.services.protocol import ServiceName

TITLE, MESSAGE = 80, 300
"""Characters of a song and of a condition's message: with all there can be in one, a message stays within Telegram's 4096."""

_ICONS = {
    News.HELLO: "👋",
    News.SIGN_IN: "🔑",
    News.TROUBLE: "⚠️",
    News.APPROVAL: "✋",
    News.REVIEW: "❓",
    News.FAILED: "✖️",
    News.CONSENT: "⏳",
    News.RECOVERED: "✅",
}
_SIGN_IN = {"telegram": "telegram", "youtubeMusic": "google", "spotify": "spotify"}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One piece of news: a headline, what there is to say of it, songs, and the command that helps (empty: none)."""

    item: Item
    head: str
    detail: str = ""
    songs: tuple[str, ...] = ()
    more: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message about one MusicSync."""

    namespace: str
    name: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def html(self) -> str:
        """For Telegram (parse mode HTML)."""
        parts = [f"<b>{escape(self.name)}</b>"]
        for one in self.paragraphs:
            lines = [f"{_ICONS[one.item.news]} {escape(one.head)}"]
            lines += [f"<i>{escape(one.detail)}</i>"] if one.detail else []
            lines += [f"• {escape(song)}" for song in one.songs]
            lines += [escape(one.more)] if one.more else []
            lines += [f"<code>{escape(one.command)}</code>"] if one.command else []
            parts.append("\n".join(lines))
        return "\n\n".join(parts)

    @property
    def plain(self) -> str:
        """For anything that shows text."""
        parts = [self.name]
        for one in self.paragraphs:
            lines = [f"{_ICONS[one.item.news]} {one.head}", *filter(None, [one.detail])]
            lines += [f"• {song}" for song in one.songs]
            lines += filter(None, [one.more, one.command and f"$ {one.command}"])
            parts.append("\n".join(lines))
        return "\n\n".join(parts)

    @property
    def items(self) -> list[dict[str, Any]]:
        """The same for programs."""
        return [_item(one) for one in self.paragraphs]


def message(sync: Mapping[str, Any], items: Iterable[Item], language: str) -> Message:
    """What to say of a MusicSync, in a language of `navaar.words`."""
    namespace, name = sync["metadata"]["namespace"], sync["metadata"]["name"]
    return Message(namespace, name, tuple(_paragraph(item, namespace, name, language) for item in items))


def _paragraph(item: Item, namespace: str, name: str, language: str) -> Paragraph:
    def said(key: str, **values: object) -> str:
        return say(language, f"notice.{key}", **values)

    here = f"-n {namespace}"
    place = ServiceName(item.about).title if item.about in _SIGN_IN else name
    since = _moment(item.since)
    detail = isolated(item.message, MESSAGE)
    match item.news:
        case News.HELLO:
            return Paragraph(item, said("hello"))
        case News.SIGN_IN:
            command = f"navaar auth {_SIGN_IN.get(item.about, 'telegram')} {name} {here}"
            if item.reason == "ApiDisabled":
                command = f"navaar doctor {here}"
            return Paragraph(item, said("sign_in", place=place, since=since), detail, command=command)
        case News.TROUBLE:
            key = "stopped" if item.about == SYNC else "trouble"
            head = said(key, place=place, since=since, reason=item.reason)
            return Paragraph(item, head, detail, command=f"navaar status {name} {here}")
        case News.APPROVAL:
            head = said("approval", since=since)
            return Paragraph(item, head, detail, command=f"navaar approve --plan {item.reason} --sync {name} {here}")
        case News.REVIEW | News.FAILED:
            which = "review" if item.news is News.REVIEW else "failed"
            head = said(f"{which}.{'one' if item.new == 1 else 'some'}", count=item.new, since=since)
            songs = tuple(isolated(song.title, TITLE) for song in item.songs)
            rest = item.new - len(songs)
            more = [said("more", count=rest)] if rest > 0 else []
            more += [said("all", count=item.all)] if item.all > item.new else []
            return Paragraph(item, head, "", songs, " ".join(more), f"navaar {which} --sync {name} {here}")
        case News.CONSENT:
            return Paragraph(item, said("consent", place=place, ends=since[:10]), detail,
                             command=f"navaar auth {_SIGN_IN[item.about]} {name} {here}")  # fmt: skip
        case News.RECOVERED:
            return Paragraph(item, said("recovered", place=place, since=since))


def isolated(text: str, longest: int) -> str:
    """Somebody else's words, cut, and unable to turn the direction of what stands around them."""
    plain = " ".join("".join(letter for letter in text if letter not in _TURNS).split())
    if not plain:
        return ""
    cut = plain if len(plain) <= longest else f"{plain[: longest - 1]}…"
    return f"\u2068{cut}\u2069"


_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC" if seconds else ""


def _item(one: Paragraph) -> dict[str, Any]:
    item = one.item
    made: dict[str, Any] = {"news": item.news.value, "text": one.head}
    if item.about:
        made["about"] = item.about
    if item.since:
        made["since"] = f"{datetime.fromtimestamp(int(item.since), UTC):%Y-%m-%dT%H:%M:%SZ}"
    if item.reason:
        made["reason"] = item.reason
    if item.message:
        made["message"] = item.message
    if item.new:
        made |= {"new": item.new, "all": item.all, "songs": [song.title for song in item.songs]}
    if one.command:
        made["command"] = one.command
    return made
