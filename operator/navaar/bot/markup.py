"""Telegram's HTML. What strangers wrote comes in one line, escaped, and can't turn round what stands beside it."""

import html
import re

from reconcilers.matching.legible import legible

FIRST_STRONG, POP = "\u2068", "\u2069"
"""An isolate, whose direction is that of its first letter with one, and its end."""

LONGEST = 4096
"""The most that Telegram takes in one message, in UTF-16 units after the markup is taken out [doc: sendMessage]."""


def text(words: str, longest: int = 300) -> str:
    """Anybody's words in one line, escaped."""
    return html.escape(legible(words, longest))


def name(words: str, longest: int = 90) -> str:
    """A title, an artist or both, apart from the direction of what is around it."""
    return f"{FIRST_STRONG}{text(words, longest)}{POP}"


def sentence(words: str, longest: int = 600) -> str:
    """A sentence of our own, or of a condition, alone in its line: what stands in backticks is to be copied."""
    return typed(text(words, longest))


def typed(marked: str) -> str:
    """What is escaped already, with what stands in backticks to be copied by a touch."""
    return _TYPED.sub(r"<code>\1</code>", marked)


_TYPED = re.compile(r"`([^`]+)`")


def bold(marked: str) -> str:
    """What is escaped already, bold."""
    return f"<b>{marked}</b>"


def quiet(marked: str) -> str:
    """What is escaped already, less loud."""
    return f"<i>{marked}</i>"


def code(words: str, longest: int = 600) -> str:
    """To be copied by a touch."""
    return f"<code>{text(words, longest)}</code>"


def block(lines: str) -> str:
    """Several lines as they are."""
    return f"<pre>{html.escape(lines)}</pre>"


def link(address: str, marked: str) -> str:
    """What is escaped already, leading somewhere; without an address it is only that."""
    return f'<a href="{html.escape(address)}">{marked}</a>' if address else marked


def units(marked: str) -> int:
    """How long Telegram holds a text to be, at most: its markup counts here."""
    return len(marked.encode("utf-16-le")) // 2
