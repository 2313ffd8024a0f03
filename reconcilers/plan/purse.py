"""What one plan may use of one account: units are set aside as operations are decided."""

from dataclasses import dataclass, field

from reconcilers.budget import Budget, Claim, Use


@dataclass(slots=True)
class Purse:
    """A place's budget while a plan is made. `wait` is when the first thing that was refused can be paid for."""

    budget: Budget = field(default_factory=Budget)
    now: float = 0.0
    claim: Claim = field(default_factory=Claim)
    wait: float | None = None

    def take(self, use: Use, units: int) -> bool:
        """Sets units aside; False, and nothing set aside, when there aren't that many for this use."""
        if self.budget.allowance is None or not units:
            return True
        allowance = self.budget.allowance
        # What costs more than a day gives is begun when all of the day's part is there.
        wanted = min(units, allowance.units // 2 if use is Use.NEW else allowance.units // 4)
        if self.budget.left(use, self.now) - self.claim.units < wanted:
            opens = self.budget.opens(use, wanted + self.claim.units, self.now)
            self.wait = opens if self.wait is None else min(self.wait, opens)
            return False
        self.claim = Claim(self.claim.units + units, self.claim.polls + (use is Use.POLL))
        return True
