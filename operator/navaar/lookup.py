"""A search that a person asks for, with the account that songs are searched for with."""

from reconcilers.budget import Use, goes_on
from reconcilers.engine import Engine
from reconcilers.errors import QuotaError, TargetError
from reconcilers.recording import Candidate, Recording
from reconcilers.services.protocol import Query, ServiceName

KEPT = 0.1
"""Of a day's allowance, what people's searches leave for new songs."""

NO_ACCOUNT = "its account can't be used, and the MusicSync's condition says why"


async def looked_up(engine: Engine, service: ServiceName, recording: Recording, now: float) -> tuple[Candidate, ...]:
    """What the service finds: one request, out of what new songs may use, but for a rest that stays theirs.

    `now` is Unix time. Raises ServiceError. When the service says to wait, everybody who shares the account does.
    """
    adapter, account = engine.services.get(service), engine.accounts.get(service)
    if adapter is None:
        raise TargetError(NO_ACCOUNT)
    if account is not None:
        budget = account.budget(engine)
        shut = budget.closed(now)
        if shut is not None:
            raise QuotaError(shut.message, retry_at=shut.until, reason=shut.reason)
        kept = KEPT * budget.allowance.units if budget.allowance is not None else 0.0
        if budget.left(Use.NEW, now) < kept:
            until = budget.opens(Use.NEW, kept, now)
            raise QuotaError(
                f"What is left of the day's requests is kept for new songs. {goes_on(until)}", retry_at=until
            )
    try:
        return await adapter.search(Query(recording)) or ()
    except QuotaError as error:
        if account is not None:
            account.park(error)
        raise
