"""What is said in return: a text within one message, and the buttons under it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from navaar.bot import markup
from navaar.bot.visit import Visit

Press = Callable[[Visit], Awaitable["Answer"]]
"""What a button does for whoever may press it; its answer takes the place of the message."""

FITS = markup.LONGEST - 200
"""Units of a page, which leave room for what stands above and below."""


@dataclass(frozen=True, slots=True)
class Key:
    """A button. It works once, for whom it was made, under the message that it was made for."""

    label: str
    press: Press


Keys = tuple[tuple[Key, ...], ...]
"""Rows of buttons."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is Telegram's HTML."""

    text: str
    keys: Keys = ()


def paged(
    visit: Visit, heading: str, blocks: Sequence[str], keys: Keys = (), *, most: int = 10, page: int = 0
) -> Answer:
    """The blocks on as many pages as they need, at most so many on each. They are what they were when they were asked for."""
    pages = _packed(blocks, FITS - markup.units(heading), most)
    shown = min(page, len(pages) - 1)

    def to(number: int) -> Press:
        async def press(again: Visit) -> Answer:
            return paged(again, heading, blocks, keys, most=most, page=number)

        return press

    turning = []
    if shown > 0:
        turning.append(Key(visit.say("key.back"), to(shown - 1)))
    if shown < len(pages) - 1:
        turning.append(Key(visit.say("key.forth"), to(shown + 1)))
    parts = [markup.bold(heading)]
    if turning:
        parts.append(markup.quiet(visit.say("page", page=shown + 1, pages=len(pages))))
    return Answer("\n".join([" · ".join(parts), *pages[shown]]), ((tuple(turning),) if turning else ()) + keys)


def _packed(blocks: Sequence[str], room: int, most: int) -> list[list[str]]:
    pages: list[list[str]] = [[]]
    left = room
    for block in blocks:
        needs = markup.units(block) + 1
        if pages[-1] and (needs > left or len(pages[-1]) >= most):
            pages.append([])
            left = room
        pages[-1].append(block)
        left -= needs
    return pages
