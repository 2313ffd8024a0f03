"""What can befall Spotify's accounts and playlists, and how it is taken back."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.faults import Fault, Undo
from sandbox.spotify.accounts import CONSENT_LIFETIME, Grant
from sandbox.spotify.state import Entry, Playlist

if TYPE_CHECKING:
    from sandbox.world import World


def expired(world: "World", fault: Fault) -> None:
    """Access tokens are over an hour old: those of the user or client in `about`, or all."""
    access = world.spotify.accounts.access
    for token, it in list(access.items()):
        if fault.about in (None, it.user_id, it.client_id):
            access[token] = it.aged(world.clock.now())


def consent_over(world: "World", fault: Fault) -> Undo:
    """Six months have passed since the consents of a user or client (or all): refreshing is over."""
    grants = _grants(world, fault)
    given = [grant.authorised_at for grant in grants]
    for grant in grants:
        grant.authorised_at = world.clock.now() - CONSENT_LIFETIME

    def undo() -> None:
        for grant, at in zip(grants, given, strict=True):
            grant.authorised_at = at

    return undo


def rotated(world: "World", fault: Fault) -> Undo:
    """Somebody else refreshed: the refresh tokens of a user or client (or all) are dead, others took their place.

    The fault's `memory` maps the dead ones to those.
    """
    accounts, grants = world.spotify.accounts, _grants(world, fault)
    fault.memory = {}
    for grant in grants:
        grant.revoked = True
        app = accounts.apps[grant.client_id]
        fault.memory[grant.refresh_token] = accounts.grant(
            app, grant.user_id, grant.scopes, grant.authorised_at
        ).refresh_token

    def undo() -> None:
        for grant in grants:
            grant.revoked = False

    return undo


def rotating(world: "World", fault: Fault) -> Undo:
    """Every refresh answers with another refresh token, as it always does for public clients, and the old one dies."""
    apps = [app for app in world.spotify.accounts.apps.values() if fault.about in (None, app.client_id)]
    before = [app.rotates for app in apps]
    for app in apps:
        app.rotates = True

    def undo() -> None:
        for app, was in zip(apps, before, strict=True):
            app.rotates = was

    return undo


def cap(world: "World", fault: Fault) -> Undo:
    """A developer's daily requests (or with `detail` {"window": 30} those of 30 seconds) end after `limit` more."""
    quota = world.spotify.quota_of(fault.about or "developer")
    name = "per_window" if fault.detail.get("window") else "per_day"
    before, limit = getattr(quota, name), int(fault.detail.get("limit", 0))
    setattr(quota, name, limit + quota.used(world.clock.now(), 30.0 if name == "per_window" else 86_400.0))
    return lambda: setattr(quota, name, before)


def stale(world: "World", fault: Fault) -> Undo:
    """Notes every playlist as it is, to be shown from now on."""
    fault.memory = {}
    for playlist in world.spotify.playlists.values():
        fault.memory[playlist.id] = list(playlist.entries)
        fault.memory[f"{playlist.id}/snapshot"] = playlist.snapshot_id
    return lambda: None


def forbidden(world: "World", fault: Fault) -> Undo:
    """The playlist is somebody else's: it can be looked at, its rows can't."""
    world.spotify.add_user("stranger")
    chosen = _playlists(world, fault)
    before = [(it, it.owner, it.collaborators) for it in chosen]
    for it in chosen:
        it.owner, it.collaborators = "stranger", set()

    def undo() -> None:
        for it, owner, collaborators in before:
            it.owner, it.collaborators = owner, collaborators

    return undo


def missing(world: "World", fault: Fault) -> Undo:
    """The playlist is gone."""
    chosen = {it.id: it for it in _playlists(world, fault)}
    for identity in chosen:
        del world.spotify.playlists[identity]
    return lambda: world.spotify.playlists.update(chosen)


def gone(world: "World", fault: Fault) -> Undo:
    """A song (`about`, or the first row's) was withdrawn: its rows are null."""
    song = fault.about or next(i for it in _playlists(world, fault) for i in world.spotify.song_ids(it.id))
    world.spotify.withdraw(song)
    return lambda: world.spotify.restore(song)


def _row(put: Callable[["World", Playlist], Entry]) -> Callable[["World", Fault], Undo]:
    def begin(world: "World", fault: Fault) -> Undo:
        rows = [(it, put(world, it)) for it in _playlists(world, fault)]

        def undo() -> None:
            for it, row in rows:
                at = next((at for at, entry in enumerate(it.entries) if entry is row), None)
                if at is not None:
                    world.spotify.remove_row(it.id, at)

        return undo

    return begin


def _twice(world: "World", it: Playlist) -> Entry:
    return world.spotify.insert(it.id, [world.spotify.entries(it.id)[0].uri or ""])[0]


def _grants(world: "World", fault: Fault) -> list[Grant]:
    grants = world.spotify.accounts.grants.values()
    return [it for it in grants if not it.revoked and fault.about in (None, it.user_id, it.client_id)]


def _playlists(world: "World", fault: Fault) -> list[Playlist]:
    known = world.spotify.playlists
    return [known[fault.about]] if fault.about in known else list(known.values())


CONDITIONS: dict[str, Callable[["World", Fault], Undo | None]] = {
    "expired": expired,
    "consent-over": consent_over,
    "rotated": rotated,
    "rotating": rotating,
    "cap": cap,
    "stale": stale,
    "forbidden": forbidden,
    "missing": missing,
    "gone": gone,
    "null-row": _row(lambda world, it: world.spotify.add_null(it.id)),
    "local-row": _row(lambda world, it: world.spotify.add_local(it.id, "Somebody", "A File of My Own")),
    "episode-row": _row(lambda world, it: world.spotify.add_episode(it.id, "Episode 1")),
    "twice": _row(_twice),
}
