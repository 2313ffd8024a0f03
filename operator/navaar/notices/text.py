"""News in a few lines: what, since when, and the command to copy. For Telegram in its HTML, for anything else as text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from typing import Any

from navaar.api.instant import written
from navaar.notices.news import Item, News
from navaar.notices.standing import SYNC
from navaar.people.why import of_place, of_plan
from navaar.words import ENGLISH, say
from reconcilers.matching.legible import legible
from reconcilers.services.protocol import ServiceName

TITLE, MESSAGE, MESSAGES = 80, 300, 1000
"""Characters of a song, of a condition's message, and of all of those: with all there can be in one, a message stays within
Telegram's 4096."""

_ICONS = {
    News.HELLO: "👋",
    News.SIGN_IN: "🔑",
    News.TROUBLE: "⚠️",
    News.APPROVAL: "✋",
    News.REVIEW: "❓",
    News.FAILED: "✖️",
    News.CONSENT: "⏳",
    News.RECOVERED: "✅",
    News.DIGEST: "📊",
}
_LOUD = frozenset({News.HELLO, News.SIGN_IN, News.TROUBLE})
_PLACES = frozenset(ServiceName)
_CHAT = {News.APPROVAL: "/status", News.REVIEW: "/review", News.FAILED: "/failed", News.DIGEST: "/status"}
"""What helps in a chat with a bot that answers."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One piece of news: a headline, what there is to say of it, songs or numbers, and the line that helps (empty: none).

    `word` is what helps in a chat with the bot.
    """

    item: Item
    head: str
    detail: str = ""
    lines: tuple[str, ...] = ()
    more: str = ""
    command: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message about one MusicSync."""

    namespace: str
    name: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def urgent(self) -> bool:
        """Whether it is worth a sound: something is wrong, or somebody waits for it to arrive."""
        return any(one.item.news in _LOUD for one in self.paragraphs)

    @property
    def html(self) -> str:
        """For Telegram (parse mode HTML)."""
        parts = [f"<b>{escape(self.name)}</b>"]
        for one in self.paragraphs:
            lines = [f"{_ICONS[one.item.news]} {escape(one.head)}"]
            lines += [f"<i>{escape(one.detail)}</i>"] if one.detail else []
            lines += [f"• {escape(line)}" for line in one.lines]
            lines += [escape(one.more)] if one.more else []
            lines += [one.word] if one.word else []
            lines += [f"<code>{escape(one.command)}</code>"] if one.command else []
            parts.append("\n".join(lines))
        return "\n\n".join(parts)

    @property
    def plain(self) -> str:
        """For anything that shows text."""
        parts = [self.name]
        for one in self.paragraphs:
            lines = [f"{_ICONS[one.item.news]} {one.head}", *filter(None, [one.detail])]
            lines += [f"• {line}" for line in one.lines]
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
    items = tuple(items)
    longest = min(MESSAGE, MESSAGES // max(1, sum(bool(item.message) for item in items)))
    paragraphs = [_paragraph(item, sync, language, longest) for item in items]
    if (sync["spec"].get("telegram") or {}).get("adminUserIds"):
        paragraphs = [replace(one, word=_CHAT.get(one.item.news, "")) for one in paragraphs]
    return Message(namespace, name, tuple(paragraphs))


def _paragraph(item: Item, sync: Mapping[str, Any], language: str, longest: int) -> Paragraph:
    namespace, name = sync["metadata"]["namespace"], sync["metadata"]["name"]

    def said(key: str, **values: object) -> str:
        return say(language, f"notice.{key}", **values)

    service = ServiceName(item.about) if item.about in _PLACES else None
    place = service.title if service is not None else name
    since = _moment(item.since)
    sentence, line = of_place(sync, service, item.reason, item.message, language)
    detail, line = isolated(sentence, longest), line or f"navaar status {name} -n {namespace}"
    match item.news:
        case News.HELLO:
            return Paragraph(item, said("hello"))
        case News.SIGN_IN:
            return Paragraph(item, said("sign_in", place=place, since=since), detail, command=line)
        case News.TROUBLE:
            key = "stopped" if item.about == SYNC else "trouble"
            return Paragraph(item, said(key, place=place, since=since), detail, command=line)
        case News.APPROVAL:
            line = f"navaar approve --plan {item.reason} --sync {name} -n {namespace}"
            plan = (sync.get("status") or {}).get("plan") or {}
            summary = item.message if language == ENGLISH else of_plan(plan, language)
            return Paragraph(item, said("approval", since=since), isolated(summary, longest), command=line)
        case News.REVIEW | News.FAILED:
            which = "review" if item.news is News.REVIEW else "failed"
            head = said(f"{which}.{'one' if item.new == 1 else 'some'}", count=item.new, since=since)
            songs = tuple(isolated(song.title, TITLE) for song in item.songs)
            rest = item.new - len(songs)
            more = [said("more", count=rest)] if rest > 0 else []
            more += [said("all", count=item.all)] if item.all > item.new else []
            return Paragraph(item, head, "", songs, " ".join(more), f"navaar {which} --sync {name} -n {namespace}")
        case News.CONSENT:
            detail = detail if language == ENGLISH else ""
            return Paragraph(item, said("consent", place=place, ends=since[:10]), detail, command=line)
        case News.RECOVERED:
            return Paragraph(item, said("recovered", place=place, since=since))
        case News.DIGEST:
            head = said("digest", since=since, until=_moment(item.until))
            tally = item.tally
            numbers = [said("digest.came", count=tally.came)]
            numbers += [said("digest.added", place=one.title, count=count) for one, count in tally.added.items()]
            numbers += [
                said(f"digest.{which}", count=count)
                for which, count in (("review", tally.review), ("failed", tally.failed), ("missing", tally.missing))
            ]
            return Paragraph(item, head, "", tuple(numbers), command=line)


def isolated(words: str, longest: int) -> str:
    """Somebody else's words in one line, cut, and unable to turn the direction of what stands around them."""
    plain = legible(words, longest)
    return f"\u2068{plain}\u2069" if plain else ""


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC" if seconds else ""


def _item(one: Paragraph) -> dict[str, Any]:
    item = one.item
    made: dict[str, Any] = {"news": item.news.value, "text": one.head}
    if item.about:
        made["about"] = item.about
    if item.since:
        made["since"] = _exact(item.since)
    if item.reason:
        made["reason"] = item.reason
    if item.message:
        made["message"] = item.message
    if item.new:
        made |= {"new": item.new, "all": item.all, "songs": [song.title for song in item.songs]}
    if item.news is News.DIGEST:
        tally = item.tally
        added = {service.value: count for service, count in tally.added.items()}
        made["until"] = _exact(item.until)
        made["counts"] = {
            "came": tally.came,
            "added": added,
            "review": tally.review,
            "failed": tally.failed,
            "missing": tally.missing,
        }
    if one.command:
        made["command"] = one.command
    return made


def _exact(seconds: float) -> str:
    return written(float(int(seconds)))
