"""What an account may still ask of a service, and for what: values, computed from what was asked of late.

A day's allowance goes to new songs first: they may use all of it. A backlog stops at `BACKLOG_SHARE`, and leaves room for
what reading on schedule takes; that in turn is stretched so as to take at most `POLL_SHARE` while songs wait.
Times are Unix seconds; what is counted is in the service's own units.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from reconcilers.errors import QuotaError
from reconcilers.services.protocol import ServiceName

HOUR, DAY = 3600.0, 86400.0
BACKLOG_SHARE, POLL_SHARE = 0.8, 0.4
CALM_POLL_SHARE = 0.8
"""What reading on schedule may take while no song waits: the rest is for those that may come."""

PACIFIC = ZoneInfo("America/Los_Angeles")


class Use(StrEnum):
    """What units are used for."""

    NEW = "new"  # new songs, people's requests, and what must be known for either
    BACKLOG = "backlog"
    POLL = "poll"  # a reading for no other reason than that time has passed


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is used of an account in a day, at most, and what things cost.

    `pacific`: the day begins at midnight in Los Angeles; else it is any 24 hours. `look`: the cheap look at a place;
    `page`: 50 rows of it; `search`: one song, all formulations; `resolve`; `write`: one call of add (`together`: however
    many songs it carries) or remove; `song`: all that one song of a backlog takes, on average.
    """

    units: int
    what: str
    pacific: bool = False
    look: int = 1
    page: int = 1
    search: int = 0
    resolve: int = 0
    write: int = 1
    together: bool = False
    song: float = 1.0

    def reading(self, rows: int) -> int:
        """A whole reading of a place with that many rows."""
        return 2 * self.look + self.page * max(1, -(-rows // 50))

    @property
    def step(self) -> int:
        """The most that one step of a new song takes: with less than that left, nothing can go on."""
        return self.write + 3 * self.look + self.page

    def begin(self, now: float) -> float:
        """When the day began that `now` is in; of any 24 hours, when the last 24 did."""
        if not self.pacific:
            return now - DAY
        return datetime.combine(datetime.fromtimestamp(now, PACIFIC).date(), time(), PACIFIC).timestamp()


SPOTIFY = Allowance(
    450, "the requests to Spotify", look=1, page=1, search=3, resolve=1, write=1, together=True, song=2.0
)
"""Spotify publishes no number; apps in development mode were refused after some 1,100 requests in less than a day."""

YOUTUBE = Allowance(9_000, "the units of YouTube's Data API", pacific=True, look=1, page=2, write=50, song=60.0)
"""Of the project's 10,000 units [doc: determine_quota_cost]. Searches are made without an account and cost none, so the
bucket of 100 calls of search.list is never drawn on."""


SONGS_A_DAY: Mapping[ServiceName, float] = {
    ServiceName.TELEGRAM: 20 * 60 * 24,
    ServiceName.YOUTUBE: 0.8 * 9_000 / 60,
    ServiceName.SPOTIFY: (0.8 * 450 - 96) / 2,
}
"""How many songs of a backlog a day suffices for, where no budget says so.

Telegram: 20 posts a minute in a channel [doc: bots/faq]. YouTube: 50 units of the Data API for the addition and some for
reading, of 80 % of 9,000 a day. Spotify: two requests, the search and a share of the addition, of 80 % of 450 a day, less
what four looks an hour take.
"""


@dataclass(frozen=True, slots=True)
class Parked:
    """Nothing is asked before `until`; `reason` is the condition's, `message` says who asks for that."""

    until: float
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a step under way may use: `units` at most, and how many of its readings were made on schedule."""

    units: int = 0
    polls: int = 0


_NONE: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Budget:
    """What is known of an account at one moment.

    `spent` and `polled` count units by hour (Unix time // 3600), and `mine` those of the sync that asks; `claimed` is what
    other steps under way may yet use. `polls` are the readings on schedule that all who share the account want in a day;
    the backlogs of `others` syncs wait besides its own, and `waiting` says that anybody's does.
    """

    allowance: Allowance | None = None
    spent: Mapping[int, int] = field(default_factory=lambda: _NONE)
    polled: Mapping[int, int] = field(default_factory=lambda: _NONE)
    mine: Mapping[int, int] = field(default_factory=lambda: _NONE)
    claimed: int = 0
    polls: float = 0.0
    others: int = 0
    waiting: bool = False
    parked: Parked | None = None

    def used(self, now: float) -> int:
        """Units of the day so far. An hour counts whole until its last minute is a day old."""
        return self._sum(self.spent, now)

    def left(self, use: Use, now: float) -> float:
        """Units that may be used for something; negative when it has had more than its part."""
        if self.allowance is None:
            return float("inf")
        units, used = self.allowance.units, self.used(now) + self.claimed
        if use is Use.NEW:
            return units - used
        polled = self._sum(self.polled, now)
        if use is Use.POLL:
            share = POLL_SHARE if self.waiting else CALM_POLL_SHARE
            return min(units * share - polled, units - used)
        # Readings that are still to come in this day have their part before the backlog does.
        reserved = min(self.polls * self.allowance.look, units * POLL_SHARE)
        left = units * BACKLOG_SHARE - used - max(0.0, reserved - polled)
        # Whoever comes first must not take it all.
        return min(left, units * BACKLOG_SHARE / (self.others + 1) - self._sum(self.mine, now))

    def opens(self, use: Use, units: float, now: float) -> float:
        """When that many units can be used: when the day that is counted begins anew, or as it goes on hour by hour."""
        allowance = self.allowance
        if allowance is None or self.left(use, now) >= units:
            return now
        if allowance.pacific:
            return next_midnight(now)
        moment = now
        for hour in sorted(self.spent.keys() | self.polled.keys()):
            moment = (hour + 1) * HOUR + DAY
            if moment > now and self.left(use, moment) >= units:
                break
        return max(moment, now + 1)

    @property
    def stretch(self) -> float:
        """By how much the interval between readings is stretched, 1 or more."""
        if self.allowance is None:
            return 1.0
        share = POLL_SHARE if self.waiting else CALM_POLL_SHARE
        return max(1.0, self.polls * self.allowance.look / (self.allowance.units * share))

    def daily(self) -> float:
        """Songs of a backlog that a day suffices for."""
        assert self.allowance is not None
        units = self.allowance.units
        reserved = min(self.polls * self.allowance.look, units * POLL_SHARE)
        return max(1.0, (units * BACKLOG_SHARE - reserved) / self.allowance.song)

    def closed(self, now: float) -> Parked | None:
        """Why, and until when, nothing at all is asked: the service said so, or nothing is left even for new songs."""
        if self.parked is not None and now < self.parked.until:
            return self.parked
        if self.allowance is None or self.allowance.units - self.used(now) >= self.allowance.step:
            return None
        until = Budget(self.allowance, self.spent).opens(Use.NEW, self.allowance.step, now)
        day = "day (it begins at midnight Pacific time)" if self.allowance.pacific else "24 hours"
        message = f"{self.allowance.units} of {self.allowance.what} are used, which is all that is used in a {day}."
        return Parked(until, QuotaError.reason, f"{message} {goes_on(until)}")

    def _sum(self, units: Mapping[int, int], now: float) -> int:
        if self.allowance is None:
            return 0
        begin = self.allowance.begin(now)
        return sum(n for hour, n in units.items() if (hour + 1) * HOUR > begin)


@dataclass(frozen=True, slots=True)
class Wait:
    """Songs of a backlog that wait for their turn: how many, and for how many seconds until all are placed, about."""

    songs: int
    seconds: float
    daily: float


def allowance_of(service: ServiceName) -> Allowance | None:
    """What is used of a service's account; None where nothing is counted."""
    return {ServiceName.SPOTIFY: SPOTIFY, ServiceName.YOUTUBE: YOUTUBE}.get(service)


def next_midnight(now: float) -> float:
    """The next midnight in Los Angeles, when Google's quotas are given anew [doc: determine_quota_cost]."""
    tomorrow = datetime.fromtimestamp(now, PACIFIC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), PACIFIC).timestamp()


def goes_on(until: float) -> str:
    """The sentence that says when."""
    # Up to the full minute: nothing is promised too early.
    moment = datetime.fromtimestamp(-(-until // 60) * 60, UTC)
    return f"It goes on at {moment:%Y-%m-%d %H:%M} UTC."
