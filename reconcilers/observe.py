"""Reading a place: no more than is needed, and never more certain than it is.

A look costs one call. A playlist with a snapshot that only grew is read at its end; otherwise it is read whole. A
reading is complete only if the service said that there is no further page, the raw rows are as many as it said, and a
second look afterwards says the same as the first.
"""

from collections.abc import Callable

from reconcilers.plan.operations import Listed, Looked, Observe
from reconcilers.services.protocol import Head, Service

TAIL = 50
"""Rows read at the end of a playlist that grew: one page."""

TRIES = 2


async def observe(service: Service, operation: Observe, clock: Callable[[], float]) -> Looked | Listed:
    """Carries out one `Observe`. Errors of the service pass through."""
    name = service.name
    before = await service.head()
    if before == operation.known and not operation.full:
        return Looked(name, before, clock())
    for _ in range(TRIES):
        if not operation.full:
            grown = await _tail(service, operation, before, clock)
            if grown is not None:
                return grown
        listing = await service.list()
        after = await service.head()
        if before == after:
            problem = ""
            if listing.rows != after.count:
                problem = f"the service says that there are {after.count} entries, and showed {listing.rows}"
            elif not listing.ended:
                problem = f"the service showed {listing.rows} entries without saying that its last page was reached"
            return Listed(name, listing.items, clock(), not problem, after, problem)
        before = after
    return Listed(name, listing.items, clock())


async def _tail(service: Service, operation: Observe, head: Head, clock: Callable[[], float]) -> Listed | None:
    """The end of a playlist, if that explains its growth; None if it does not."""
    known = operation.known
    if known is None or known.snapshot is None or head.snapshot is None:
        return None
    growth = head.count - known.count
    if not 0 < growth <= TAIL:
        return None
    tail = await service.list(max(0, head.count - TAIL))
    new = {item.id for item in tail.items if item.id not in operation.seen}
    if not tail.ended or len(new) != growth or await service.head() != head:
        return None
    return Listed(service.name, tail.items, clock(), complete=False, head=head)
