"""What can befall YouTube's accounts, playlists and videos, and how it is taken back."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.faults import Fault, Undo
from sandbox.youtube.accounts import Grant
from sandbox.youtube.state import Playlist

if TYPE_CHECKING:
    from sandbox.world import World


def expired(world: "World", fault: Fault) -> None:
    """Access tokens are over an hour old: those of the account or client in `about`, or all."""
    accounts = world.youtube.accounts
    mine = {grant.token for grant in _grants(world, fault)}
    for token, it in list(accounts.access_tokens.items()):
        if it.refresh_token in mine:
            accounts.access_tokens[token] = it.aged(world.clock.now())


def consent_over(world: "World", fault: Fault) -> Undo:
    """The consents of an account or client (or all) are over, as after 7 days in testing."""
    grants = _grants(world, fault)
    before = [grant.expires for grant in grants]
    for grant in grants:
        grant.expires = world.clock.now()

    def undo() -> None:
        for grant, was in zip(grants, before, strict=True):
            grant.expires = was

    return undo


def signed_out(world: "World", fault: Fault) -> Undo:
    """Google rotated the browsers' cookies, of one account or all: the copied ones are refused."""
    sessions = [it for it in world.youtube.accounts.sessions.values() if fault.about in (None, it.account)]
    before = [it.expired for it in sessions]
    for it in sessions:
        it.expired = True

    def undo() -> None:
        for it, was in zip(sessions, before, strict=True):
            it.expired = was

    return undo


def cap(world: "World", fault: Fault) -> Undo:
    """The day's units (with `call` search.list: the day's searches) end after `limit` more, for the busiest project."""
    quota, now = world.youtube.quota, world.clock.now()
    searches = fault.call.startswith("search")
    projects = {client.project for client in world.youtube.accounts.clients.values()}
    used = max((quota.searches(p, now) if searches else quota.units(p, now) for p in projects), default=0)
    name = "searches_per_day" if searches else "units_per_day"
    before = getattr(quota, name)
    setattr(quota, name, used + int(fault.detail.get("limit", 0)))
    return lambda: setattr(quota, name, before)


def stale(world: "World", fault: Fault) -> Undo:
    """Notes every playlist as it is, to be shown from now on."""
    lists = world.youtube.playlists.values()
    if fault.service == "youtube":
        # The Data API lists rows with the playlist and the place that they are in.
        fault.memory = {it.id: [(it, at, entry) for at, entry in enumerate(it.entries)] for it in lists}
    else:
        fault.memory = {it.id: list(it.entries) for it in lists}
    return lambda: None


def forbidden(world: "World", fault: Fault) -> Undo:
    """The playlist is somebody else's, and private."""
    if "stranger" not in world.youtube.accounts.accounts:
        world.youtube.add_account("stranger")
    before = [(it, it.owner, it.privacy) for it in _playlists(world, fault)]
    for it, _, _ in before:
        it.owner, it.privacy = "stranger", "PRIVATE"

    def undo() -> None:
        for it, owner, privacy in before:
            it.owner, it.privacy = owner, privacy

    return undo


def missing(world: "World", fault: Fault) -> Undo:
    """The playlist is gone."""
    chosen = {it.id: it for it in _playlists(world, fault)}
    for identity in chosen:
        del world.youtube.playlists[identity]
    return lambda: world.youtube.playlists.update(chosen)


def gone(world: "World", fault: Fault) -> Undo:
    """A video (`about`, or the first row's) was deleted: its rows say "Deleted video"."""
    video = _video(world, fault)
    world.youtube.delete_video(video)
    return lambda: world.youtube.restore_video(video)


def private(world: "World", fault: Fault) -> Undo:
    """A video (`about`, or the first row's) is private: its rows say "Private video"."""
    video = _video(world, fault)
    world.youtube.make_private(video)
    return lambda: world.youtube.restore_video(video)


def twice(world: "World", fault: Fault) -> Undo:
    """The first row's video stands in the list once more, at its end."""
    youtube = world.youtube
    rows = [(it.id, youtube.add(it.id, it.entries[0].video_id)) for it in _playlists(world, fault) if it.entries]

    def undo() -> None:
        for playlist_id, row in rows:
            youtube.remove_entry(playlist_id, row.set_video_id)

    return undo


def _grants(world: "World", fault: Fault) -> list[Grant]:
    grants = world.youtube.accounts.grants.values()
    return [it for it in grants if fault.about in (None, it.account, it.client_id)]


def _playlists(world: "World", fault: Fault) -> list[Playlist]:
    known = world.youtube.playlists
    return [known[fault.about]] if fault.about in known else list(known.values())


def _video(world: "World", fault: Fault) -> str:
    if fault.about is not None and fault.about not in world.youtube.playlists:
        return fault.about
    return next(entry.video_id for it in _playlists(world, fault) for entry in it.entries)


CONDITIONS: dict[str, Callable[["World", Fault], Undo | None]] = {
    "expired": expired,
    "consent-over": consent_over,
    "signed-out": signed_out,
    "cap": cap,
    "stale": stale,
    "forbidden": forbidden,
    "missing": missing,
    "gone": gone,
    "private": private,
    "twice": twice,
}
