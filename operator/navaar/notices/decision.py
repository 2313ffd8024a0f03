"""What to tell now: a function of what was told before, how it stands, what people wish to hear, and the time.

- A refused sign-in is told at once, what a person must mend after minutes, what may pass by itself after an hour, a
  used-up quota after more than its day.
- Songs are gathered for some minutes, and told of once in `COOLDOWN`.
- What was told is told to be well again, once it stays so. What comes and goes is told later each time.
- In quiet hours only what is in `AT_ONCE` is told. The rest waits for their end, and is told then as far as it still holds.
- A digest counts from where the one before it ended, in whole weeks: one that comes late leaves nothing out.
- However much happens: no more than `BURST` messages within `SPELL`, the greeting not counted.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from navaar.notices.hours import week
from navaar.notices.memory import Memory, Told
from navaar.notices.news import Item, News
from navaar.notices.standing import FAILED, NO_SONGS, REVIEW, Approval, Consent, Songs, Standing, Trouble
from navaar.notices.wishes import Wishes

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

GATHER = 5 * MINUTE
"""Seconds for which songs, and a plan that still grows, are gathered before they are told of."""

COOLDOWN = 6 * HOUR
"""Seconds before the same sort of news about songs and plans is told again."""

CALM = MINUTE
"""Seconds for which a place must have been ready before that is told."""

RETURN = 30 * MINUTE
"""Seconds for which something that was told to be well must be in trouble again; twice that each further time in a day."""

BURST, SPELL = 2, 10 * MINUTE

AT_ONCE = frozenset({News.HELLO, News.SIGN_IN})
"""Told in quiet hours too: without a sign-in nothing goes on there, and whoever sets this up waits for the greeting."""

COUNTED = MINUTE
"""Seconds after which what a week has brought is stored, and can be counted."""

SELDOM = 3.5 * DAY
"""Seconds that lie between two digests at the least: in another time zone the week begins at another moment."""

SIGN_IN = frozenset({"AuthExpired", "InvalidCredentials", "InvalidClient", "InsufficientScope", "ApiDisabled"})
"""Reasons for which nothing is tried again until a person signs in anew."""

PATIENCE: Mapping[str, float] = {
    **dict.fromkeys(SIGN_IN, 0.0),
    # Somebody may just be at it.
    **dict.fromkeys(
        (
            "SecretNotFound",
            "SecretIncomplete",
            "SecretForbidden",
            "NotFound",
            "NotAChannel",
            "Forbidden",
            "TargetClaimed",
            "InvalidSpec",
            "ScratchChatUnusable",
            "Protected",
            "Full",
        ),
        5 * MINUTE,
    ),
    # It is being read; nothing is lost, and nothing posted.
    "ChannelPastUnknown": 30 * MINUTE,
    # Every day has its end; a backlog runs into it daily.
    "QuotaExhausted": 26 * HOUR,
    "RateLimited": 26 * HOUR,
}
"""Seconds for which a trouble, by its reason, may pass by itself; `LASTING` for any other."""

LASTING = HOUR


EVERYTHING = Wishes()


@dataclass(frozen=True, slots=True)
class Decision:
    """What to tell now (nothing, most of the time), what is remembered once it is told, and when to decide again.

    There can be something to remember where nothing is told.
    """

    items: tuple[Item, ...]
    memory: Memory
    again: float | None

    @property
    def greeting(self) -> bool:
        """Whether it says nothing but who speaks: whoever sets this up waits for that, and nothing is to wait because of it."""
        return all(item.news is News.HELLO for item in self.items)


def decide(
    memory: Memory, standing: Standing, to: str, now: float, wishes: Wishes = EVERYTHING, *, greet: bool = False
) -> Decision:
    """What to tell the people of `to`. Those who were never told anything, or are lost (`greet`), are greeted first.

    `now` and `Decision.again` are Unix seconds; None: not before something changes.
    """
    if standing.silent:
        return Decision((), memory, None)
    if memory.to != to:
        memory = Memory(to=to)
        greet = True
    made = _Draft(memory, now, wishes)
    if greet:
        made.items.append(Item(News.HELLO))
    for about, trouble in standing.troubles.items():
        made.trouble(about, trouble)
    for about, since in standing.well.items():
        made.well(about, since)
    if standing.approval is not None:
        made.approval(standing.approval)
    for about, news in ((REVIEW, News.REVIEW), (FAILED, News.FAILED)):
        made.songs(about, news, standing.songs.get(about, NO_SONGS))
    if standing.consent is not None:
        made.consent(standing.consent)
    made.digest(standing)
    return made.decision()


def attempted(memory: Memory, now: float) -> Memory:
    """What is remembered of a message that may have arrived."""
    return replace(memory, sent=(*memory.sent, now)[-BURST:])


class _Draft:
    """A decision in the making: `later` are the moments at which more becomes due."""

    def __init__(self, memory: Memory, now: float, wishes: Wishes) -> None:
        self.memory, self.now, self.wishes = memory, now, wishes
        self.silent_until = wishes.silent_until(now)
        self.told = dict(memory.told)
        self.digested = memory.digest
        self.items: list[Item] = []
        self.later: list[float] = []

    def decision(self) -> Decision:
        recent = [at for at in self.memory.sent if at > self.now - SPELL]
        if self.items and len(recent) >= BURST:
            return Decision((), self.memory, recent[-BURST] + SPELL)
        order = list(News)
        items = tuple(sorted(self.items, key=lambda item: order.index(item.news)))
        memory = replace(self.memory, digest=self.digested)
        if self.told != memory.told:
            kept = {about: one for about, one in self.told.items() if one.over is None or one.over > self.now - DAY}
            memory = replace(memory, told=kept)
        again = min(self.later, default=math.inf)
        made = Decision(items, memory, again if again < math.inf else None)
        if not items:
            return made
        sent = recent if made.greeting else [*recent, self.now]
        return replace(made, memory=replace(memory, sent=tuple(sent)[-BURST:]))

    def tell(self, about: str, item: Item, told: Told) -> None:
        if not self.held(item.news):
            self.items.append(item)
            self.told[about] = told

    def held(self, news: News) -> bool:
        """Whether it is not to be told: nobody wants to hear it, or not before the quiet hours end."""
        if news not in self.wishes.news:
            return True
        if self.silent_until is None or news in AT_ONCE:
            return False
        self.later.append(self.silent_until)
        return True

    def due(self, moment: float) -> bool:
        if moment > self.now:
            self.later.append(moment)
        return moment <= self.now

    def trouble(self, about: str, trouble: Trouble) -> None:
        known = self.told.get(about)
        signs_in = trouble.reason in SIGN_IN
        if known is not None and known.over is None:
            # It is known that something is wrong there; that it won't pass by itself is news.
            if not signs_in or known.reason in SIGN_IN:
                return
            wait = 0.0
        else:
            wait = max(PATIENCE.get(trouble.reason, LASTING), self._weary(known))
        if self.due(trouble.since + wait):
            item = Item(
                News.SIGN_IN if signs_in else News.TROUBLE, about, trouble.since, trouble.reason, trouble.message
            )
            self.tell(about, item, Told(self.now, trouble.reason, self._often(known) + 1))

    def well(self, about: str, since: float) -> None:
        known = self.told.get(about)
        if known is None or known.over is not None:
            return
        calm = CALM if known.times <= 1 else self._weary(replace(known, times=known.times - 1))
        if not self.due(since + calm):
            return
        over = replace(known, over=self.now)
        if News.RECOVERED in self.wishes.news:
            self.tell(about, Item(News.RECOVERED, about, since, known.reason), over)
        else:
            # Else its next trouble would be no news.
            self.told[about] = over

    def approval(self, approval: Approval) -> None:
        known = self.told.get("approval")
        if known is not None and known.reason == approval.hash:
            return
        if self.due(max(approval.since + GATHER, known.at + COOLDOWN if known is not None else 0.0)):
            item = Item(News.APPROVAL, "approval", approval.since, approval.hash, approval.summary)
            self.tell("approval", item, Told(self.now, approval.hash))

    def songs(self, about: str, news: News, songs: Songs) -> None:
        known = self.told.get(about)
        mark = known.mark if known is not None and known.mark is not None else float("-inf")
        new = [moment for moment in songs.moments if moment > mark]
        if not new:
            return
        if self.due(max(new[0] + GATHER, known.at + COOLDOWN if known is not None else 0.0)):
            named = tuple(song for song in songs.newest if song.since > mark)
            item = Item(news, about, new[0], new=len(new), all=len(songs.moments), songs=named)
            self.tell(about, item, Told(self.now, mark=new[-1]))

    def consent(self, consent: Consent) -> None:
        """Once when it is about to end, and once more in its last week."""
        known = self.told.get("consent")
        last = consent.ends - 7 * DAY
        if known is not None and known.reason == f"{consent.ends:.0f}" and (known.at >= last or not self.due(last)):
            return
        item = Item(News.CONSENT, "spotify", consent.ends, "ConsentExpiring", consent.message)
        self.tell("consent", item, Told(self.now, f"{consent.ends:.0f}"))

    def digest(self, standing: Standing) -> None:
        """Of the weeks that have ended since the last one; the first is of the week in which it was asked for."""
        if self.wishes.weekly is None:
            if not self.wishes.problem:
                self.digested = None
            return
        ended, ends = week(self.now, self.wishes.weekly)
        self.later.append(ends + COUNTED)
        known = self.memory.digest
        if known is None:
            self.digested = ended
        elif ended - known >= SELDOM and self.due(ended + COUNTED) and standing.tally is not None:
            if not self.held(News.DIGEST):
                tally = standing.tally(known, ended)
                self.items.append(Item(News.DIGEST, "digest", known, until=ended, tally=tally))
                self.digested = ended

    def _often(self, known: Told | None) -> int:
        """How often it was told of late."""
        if known is None or (known.over or known.at) <= self.now - DAY:
            return 0
        return known.times

    def _weary(self, known: Told | None) -> float:
        """Seconds for which what was told before must last to be told again."""
        often = self._often(known)
        return RETURN * 2.0 ** min(often - 1, 10) if often else 0.0
