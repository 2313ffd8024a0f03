"""One account at a service as it stands: what was asked with it, who shares it, and whether the service said to wait."""

import json
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from reconcilers.budget import DAY, HOUR, Allowance, Budget, Claim, Parked, goes_on
from reconcilers.errors import QuotaError

KEPT_LONGER = 60.0
"""Seconds of waiting that another process has to know of at once."""


@dataclass(slots=True)
class _User:
    """One sync that shares the account."""

    wake: Callable[[], None]
    claim: Claim | None = None
    polls: float = 0.0
    waiting: bool = False
    spent: Counter[int] = field(default_factory=Counter)


class Account:
    """What all syncs that use one credential share. To be used from one event loop; nothing here waits.

    `clock` gives Unix seconds. `changed` is called when `remember` has something new to say, with True when that must not
    be forgotten: the account is parked for a while.
    """

    def __init__(
        self,
        allowance: Allowance | None = None,
        *,
        clock: Callable[[], float],
        changed: Callable[[bool], None] = lambda urgent: None,
    ) -> None:
        self.allowance = allowance
        self._clock = clock
        self._changed = changed
        self._spent: Counter[int] = Counter()
        self._polled: Counter[int] = Counter()
        self._users: dict[Hashable, _User] = {}
        self._parked: Parked | None = None

    # ------------------------------------------------------------------ who uses it

    def join(self, user: Hashable, wake: Callable[[], None]) -> None:
        """Somebody uses the account from here on; `wake` is called when the service says to wait."""
        self._users.setdefault(user, _User(wake))

    def leave(self, user: Hashable) -> None:
        """Somebody no longer does."""
        self._users.pop(user, None)

    @property
    def shared_by(self) -> int:
        """How many use it."""
        return len(self._users)

    def wants(self, user: Hashable, polls: float, waiting: bool) -> None:
        """How many readings a day somebody wants, and whether songs of theirs wait for units."""
        known = self._users[user]
        known.polls, known.waiting = polls, waiting

    def claim(self, user: Hashable, claim: Claim) -> None:
        """Somebody is about to use that much."""
        known = self._users[user]
        known.claim = claim
        if claim.polls:
            self._polled[self._hour()] += claim.polls

    def release(self, user: Hashable) -> None:
        """What was claimed is used, or isn't needed."""
        known = self._users.get(user)
        if known is not None:
            known.claim = None

    # ------------------------------------------------------------------ what happens

    def spend(self, units: int, user: Hashable = None) -> None:
        """A request was made, by one of those who share the account."""
        if units and self.allowance is not None:
            self._spent[self._hour()] += units
            if user in self._users:
                self._users[user].spent[self._hour()] += units
            self._changed(False)

    def park(self, error: QuotaError) -> None:
        """The service said to wait: nobody asks before that."""
        until = max(error.retry_at, self._clock() + 1)
        if self._parked is not None and self._parked.until >= until:
            return
        self._parked = Parked(until, error.reason, f"{error.message} {goes_on(until)}")
        self._changed(until - self._clock() > KEPT_LONGER)
        for user in list(self._users.values()):
            user.wake()

    # ------------------------------------------------------------------ what is known

    def budget(self, user: Hashable) -> Budget:
        """What the account allows somebody now: what others have under way is left to them."""
        now = self._clock()
        if self._parked is not None and self._parked.until <= now:
            self._parked = None
        self._forget(now)
        others = [u for name, u in self._users.items() if name != user]
        return Budget(
            self.allowance,
            spent=dict(self._spent),
            polled=dict(self._polled),
            mine=dict(self._users[user].spent) if user in self._users else {},
            claimed=sum(u.claim.units for u in others if u.claim is not None),
            polls=sum(u.polls for u in self._users.values()),
            others=sum(u.waiting for u in others),
            waiting=any(u.waiting for u in self._users.values()),
            parked=self._parked,
        )

    @property
    def parked(self) -> Parked | None:
        """Until when the service said to wait; None: it doesn't."""
        return self._parked if self._parked is not None and self._parked.until > self._clock() else None

    def remember(self) -> str:
        """What another process has to know to go on, as text."""
        self._forget(self._clock())
        parked = self.parked
        kept: dict[str, Any] = {"spent": dict(self._spent), "polled": dict(self._polled)}
        if parked is not None:
            kept["parked"] = [parked.until, parked.reason, parked.message]
        return json.dumps(kept, sort_keys=True)

    def recall(self, text: str) -> None:
        """Goes on from what another process left behind; what can't be read is left out."""
        try:
            kept = json.loads(text)
            spent = {int(h): int(n) for h, n in kept.get("spent", {}).items()}
            polled = {int(h): int(n) for h, n in kept.get("polled", {}).items()}
            until, reason, message = kept.get("parked") or (0.0, "", "")
            parked = Parked(float(until), str(reason), str(message))
        except (ValueError, TypeError, AttributeError):
            return
        self._spent.update(spent)
        self._polled.update(polled)
        self._parked = parked if parked.until > self._clock() else None

    def _hour(self) -> int:
        return int(self._clock() // HOUR)

    def _forget(self, now: float) -> None:
        for counted in (self._spent, self._polled, *(u.spent for u in self._users.values())):
            for hour in [h for h in counted if (h + 1) * HOUR + DAY + HOUR <= now]:
                del counted[hour]


__all__ = ["Account"]
