"""People who are told how things stand, as the notifier lets time pass for them."""

from collections.abc import Mapping

from navaar.notices.decision import EVERYTHING, decide
from navaar.notices.memory import Memory, memory_from, memory_status
from navaar.notices.news import Item, News
from navaar.notices.standing import Song, Songs, Standing, Trouble
from navaar.notices.wishes import Wishes

START = 1_800_000_000.0
TO = "chat 7"
GREETED = Memory(to=TO)
Told = tuple[float, tuple[Item, ...]]


def at(seconds: float) -> float:
    return START + seconds


def broken(reason: str, since: float, about: str = "spotify") -> Standing:
    return Standing(troubles={about: Trouble(reason, "what to do", at(since))})


def well(since: float, about: str = "spotify") -> Standing:
    return Standing(well={about: at(since)})


def songs(*moments: float) -> Songs:
    known = tuple(sorted(at(moment) for moment in moments))
    return Songs(known, tuple(Song(f"song {moment:.0f}", moment) for moment in known[-5:][::-1]))


class People:
    """Those who are told. `live` lets time pass as the notifier does: it decides when something changes, and when it asked to."""

    def __init__(self, memory: Memory = GREETED, restarts: bool = False, wishes: Wishes = EVERYTHING) -> None:
        self.memory = memory
        self.wishes = wishes
        self.messages: list[Told] = []
        self._restarts = restarts

    def live(self, changes: Mapping[float, Standing], until: float) -> "People":
        """`changes` say how things stand from then on."""
        standing, now, rest = Standing(), 0.0, dict(sorted(changes.items()))
        while True:
            while rest and next(iter(rest)) <= now:
                standing = rest.pop(next(iter(rest)))
            again = self.decide(standing, now)
            later = [*list(rest)[:1], *([again] if again is not None else [])]
            if not later or min(later) > until:
                return self
            assert min(later) > now, "it would decide again and again without end"
            now = min(later)

    def decide(self, standing: Standing, now: float) -> float | None:
        decision = decide(self.memory, standing, TO, at(now), self.wishes)
        self.memory = decision.memory
        if self._restarts:
            self.memory = memory_from(memory_status(self.memory))
        if decision.items:
            self.messages.append((now, decision.items))
            decision = decide(self.memory, standing, TO, at(now), self.wishes)
            assert not decision.items, "it would say the same twice"
        return None if decision.again is None else decision.again - START

    @property
    def news(self) -> list[tuple[float, list[str]]]:
        return [(moment, [item.news.value for item in items]) for moment, items in self.messages]

    def of(self, news: News) -> list[Item]:
        return [item for _, items in self.messages for item in items if item.news is news]
