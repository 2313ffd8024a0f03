"""The Track store, as the engine's port."""

import logging
from collections.abc import Mapping

from navaar.kube.errors import Conflict, NotFound, Unavailable
from navaar.store.record import SyncFacts
from navaar.store.synctracks import NameTaken, SyncTracks
from reconcilers.model import NO_WISHES, Placement, Track, Wishes
from reconcilers.plan.board import BLANK
from reconcilers.services.protocol import ServiceName

log = logging.getLogger(__name__)


class StoredTracks:
    """The Tracks of one MusicSync; see `reconcilers.store.Store`."""

    def __init__(self, tracks: SyncTracks) -> None:
        self._tracks = tracks

    @property
    def facts(self) -> SyncFacts:
        """What the store knows of the MusicSync."""
        return self._tracks.facts

    def tracks(self) -> Mapping[str, Track]:
        """All Tracks by name."""
        return self._tracks.tracks()

    async def record(self, before: Track | None, after: Track) -> None:
        """Stores a change, into whatever the Track is by now. A Track that is gone stays gone."""
        if before is None:
            try:
                await self._tracks.create(after)
            except NameTaken as taken:
                log.error("%s: what was seen there can't be stored until that one is deleted", taken)
            return
        try:
            await self._tracks.update(after)
        except NotFound:
            return

    async def intend(
        self,
        name: str,
        service: ServiceName,
        before: Placement,
        intent: Placement,
        wishes: Wishes = NO_WISHES,
        alike: Mapping[str, Placement] | None = None,
    ) -> bool:
        """Stores an intent, unless the placement, or anything that a person wrote, is another than it was planned from.

        With `alike` also unless another Track that may be of the song is another.
        """
        current = self._tracks.tracks().get(name)
        if current is None or current.placements.get(service, BLANK) != before or current.wishes != wishes:
            return False
        try:
            await self._tracks.intend(current.with_placement(service, intent), alike)
        except (Conflict, NotFound, Unavailable):
            return False
        return True

    async def forget(self, name: str) -> None:
        """Deletes a Track that was merged away; one that a person changed meanwhile stays, and is planned with again."""
        track = self._tracks.tracks().get(name)
        if track is None:
            return
        try:
            await self._tracks.delete(track)
        except Conflict:
            return

    async def settle_owners(self) -> None:
        """Gives the Tracks the owner that ``deletionPolicy`` asks for, or takes it."""
        await self._tracks.settle_owners()

    async def refresh(self) -> None:
        """Brings the statuses up to date that speak of an older spec."""
        for track in self._tracks.stale():
            try:
                await self._tracks.update(track, cosmetic=True)
            except NotFound:
                continue
