"""What Google's projects have spent today on the Data API."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
UNITS_PER_DAY = 10_000
SEARCHES_PER_DAY = 100


def pacific_day(now: float) -> str:
    """The quota day that `now` (Unix seconds) falls in, as an ISO date."""
    return datetime.fromtimestamp(now, PACIFIC).date().isoformat()


def next_reset(now: float) -> float:
    """The next midnight in California, in Unix seconds."""
    tomorrow = datetime.fromtimestamp(now, PACIFIC).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC).timestamp()


@dataclass(slots=True)
class Quota:
    """The day's spending of every project; limits may be lowered to make exhaustion cheap to reach."""

    units_per_day: int = UNITS_PER_DAY
    searches_per_day: int = SEARCHES_PER_DAY
    spent: dict[tuple[str, str], int] = field(default_factory=dict)
    searched: dict[tuple[str, str], int] = field(default_factory=dict)

    def units(self, project: str, now: float) -> int:
        """Units that `project` has spent since the last reset."""
        return self.spent.get((project, pacific_day(now)), 0)

    def searches(self, project: str, now: float) -> int:
        """search.list calls that `project` has made since the last reset."""
        return self.searched.get((project, pacific_day(now)), 0)

    def spend(self, project: str, units: int, now: float) -> bool:
        """Takes `units` from the general bucket; False, and nothing taken, when they are not there."""
        return _take(self.spent, (project, pacific_day(now)), units, self.units_per_day)

    def refund(self, project: str, units: int, now: float) -> None:
        """Gives back `units` taken for a call that turned out cheaper."""
        self.spent[project, pacific_day(now)] = self.units(project, now) - units

    def spend_search(self, project: str, now: float) -> bool:
        """Takes one call from the bucket of search.list; False when it is empty."""
        return _take(self.searched, (project, pacific_day(now)), 1, self.searches_per_day)

    def exhaust(self, project: str, now: float) -> None:
        """Leaves nothing in the general bucket until the next reset."""
        self.spent[project, pacific_day(now)] = self.units_per_day


def _take(bucket: dict[tuple[str, str], int], key: tuple[str, str], amount: int, limit: int) -> bool:
    used = bucket.get(key, 0)
    if used + amount > limit:
        return False
    bucket[key] = used + amount
    return True
