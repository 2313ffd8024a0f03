"""Signing in at Spotify. Its rules: developer.spotify.com, concepts/authorization, redirect_uri and quota-modes (2026)."""

import time

import requests
import spotipy

from navaar.api.instant import written
from navaar.people.finding import Finding, ask, bad, good
from navaar.signin.consent import Provider, Tokens
from reconcilers.errors import ServiceError
from reconcilers.services import spotify_errors
from reconcilers.services.sessions import Session
from reconcilers.services.spotify_auth import CONSENT

PROVIDER = Provider(
    name="Spotify",
    authorize="https://accounts.spotify.com/authorize",
    exchange="https://accounts.spotify.com/api/token",
    scopes=(
        "playlist-read-private",
        "playlist-read-collaborative",
        "playlist-modify-private",
        "playlist-modify-public",
    ),
    path="/callback",
    basic=True,
    retry="navaar auth spotify",
    app="the app at developer.spotify.com/dashboard",
    # Without it a person who agreed once is sent back unasked, and can't choose another account.
    extra={"show_dialog": "true"},
)

KEYS = ("client-id", "client-secret", "refresh-token", "consented-at")
"""The keys of the Secret that signing in makes anew: those that it has no value for go."""

REGISTER = "http://127.0.0.1/callback"
"""What an app's owner enters under "Redirect URIs": without a port it stands for all ports of a loopback address."""


def values(client_id: str, client_secret: str | None, tokens: Tokens) -> dict[str, str]:
    """What goes into the Secret."""
    made = {"client-id": client_id, "refresh-token": tokens.refresh, "consented-at": written(float(int(tokens.given)))}
    return {**made, "client-secret": client_secret} if client_secret else made


def ends(tokens: Tokens) -> float:
    """When the consent ends, in Unix seconds: six months after it was given, whatever is refreshed meanwhile."""
    return tokens.given + CONSENT


def look(access: str, playlist: str | None) -> list[Finding]:
    """Whose account it is, and whether its owner may write the playlist: two requests, which wait in this thread."""
    session = Session()
    client = spotipy.Spotify(auth=access, requests_session=session)
    try:
        me = client.current_user()
        found = [good(f"You are signed in at Spotify as {me.get('display_name') or me.get('id')}.")]
    except Exception as error:
        return [_trouble(error, rows=False)]
    if playlist is None:
        return found
    try:
        # Rows are shown to who owns the playlist or collaborates on it, and to nobody else (since February 2026).
        client.playlist_items(playlist, fields="total", limit=1)
        found.append(good(f"The playlist {playlist} is yours to change."))
    except Exception as error:
        found.append(_trouble(error, rows=True))
    finally:
        session.close()
    return found


def _trouble(error: Exception, *, rows: bool) -> Finding:
    if isinstance(error, spotipy.SpotifyException):
        meaning: ServiceError = spotify_errors.of_answer(error, write=False, rows=rows, now=time.time())
        return bad(meaning.message) if error.http_status in (401, 403, 404) else ask(meaning.message)
    if isinstance(error, requests.RequestException):
        return ask(spotify_errors.of_failure(error, write=False).message)
    return ask(f"Spotify answered in a way that can't be read ({type(error).__name__}).")
