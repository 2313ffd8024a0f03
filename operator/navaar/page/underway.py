"""Songs on their way, for the page: as it is made, and for the script that moves its bars."""

from collections.abc import Collection, Iterable
from typing import Any

from navaar.deliveries import Delivery
from navaar.http.stream import Event
from navaar.people.delivery import says
from navaar.store.index import SyncKey


def events(deliveries: Iterable[Delivery], there: Collection[SyncKey]) -> list[Event]:
    """What the script is told of those that belong to one of these MusicSyncs: an event, or none where there is nothing."""
    items = [_item(delivery) for delivery in deliveries if delivery.sync in there]
    return [("progress", {"items": items})] if items else []


def key(delivery: Delivery) -> str:
    """Tells one from all others under way."""
    return "/".join((*delivery.sync, delivery.track, delivery.service))


def _item(delivery: Delivery) -> dict[str, Any]:
    """`key` is the element's, `song` and `sync` tell whose pages it is on, `says` is what stands beside the bar."""
    return {
        "key": key(delivery),
        "song": "/".join((*delivery.sync, delivery.track)),
        "sync": "/".join(delivery.sync),
        "says": says(delivery),
        "done": delivery.done,
        "total": delivery.total,
        "over": delivery.step.over,
    }
