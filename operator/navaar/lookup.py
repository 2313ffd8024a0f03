"""A search that a person asks for, with the account that songs are searched for with."""

from reconcilers.engine import Engine
from reconcilers.errors import QuotaError, TargetError
from reconcilers.recording import Candidate, Recording
from reconcilers.services.protocol import Query, ServiceName

NO_ACCOUNT = "its account can't be used, and the MusicSync's condition says why"


async def looked_up(engine: Engine, service: ServiceName, recording: Recording, now: float) -> tuple[Candidate, ...]:
    """What the service finds: one request, out of what new songs may use. Raises ServiceError.

    `now` is Unix time. When the service says to wait, everybody who shares the account does.
    """
    adapter, account = engine.services.get(service), engine.accounts.get(service)
    if adapter is None:
        raise TargetError(NO_ACCOUNT)
    shut = account.budget(engine).closed(now) if account is not None else None
    if shut is not None:
        raise QuotaError(shut.message, retry_at=shut.until, reason=shut.reason)
    try:
        return await adapter.search(Query(recording)) or ()
    except QuotaError as error:
        if account is not None:
            account.park(error)
        raise
