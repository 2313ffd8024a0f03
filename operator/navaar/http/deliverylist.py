"""Songs on their way, as answers tell them."""

from collections.abc import Collection, Iterable
from typing import Any

from navaar.api.instant import written
from navaar.deliveries import Delivery
from navaar.store.index import SyncKey


def items(deliveries: Iterable[Delivery], there: Collection[SyncKey]) -> list[dict[str, Any]]:
    """`DeliveryState` of each that belongs to one of these MusicSyncs."""
    return [item(delivery) for delivery in deliveries if delivery.sync in there]


def item(delivery: Delivery) -> dict[str, Any]:
    """`DeliveryState` of one."""
    namespace, sync = delivery.sync
    recording = delivery.recording
    made: dict[str, Any] = {
        "namespace": namespace,
        "sync": sync,
        "track": delivery.track,
        "service": delivery.service.value,
        "title": recording.title,
        "step": delivery.step.value,
        "began": written(round(delivery.began)),
        "done": delivery.done,
    }
    known = {
        "artist": recording.artist or None,
        "total": delivery.total,
        "share": None if delivery.share is None else round(delivery.share, 3),
        "speed": None if delivery.speed is None else round(delivery.speed),
        "secondsLeft": None if delivery.left is None else round(delivery.left),
    }
    return made | {name: value for name, value in known.items() if value is not None}
