"""Signing in at Google, for YouTube's official API. Its rules: developers.google.com/identity/protocols/oauth2/native-app."""

import time
from typing import Any

import requests

from navaar.people.finding import Finding, ask, bad, good
from navaar.signin.consent import Provider, Tokens
from reconcilers.errors import AuthError, TargetError
from reconcilers.services import youtube_errors
from reconcilers.services.sessions import Session

PROVIDER = Provider(
    name="Google",
    authorize="https://accounts.google.com/o/oauth2/v2/auth",
    exchange="https://oauth2.googleapis.com/token",
    scopes=("https://www.googleapis.com/auth/youtube",),
    path="/",
    basic=False,
    retry="navaar auth google",
    app="the OAuth client in the Google Cloud console, whose type must be Desktop app",
    # Google gives a refresh token only to who asks for one, and again only when the person is asked again.
    extra={"access_type": "offline", "prompt": "consent"},
)

KEYS = ("client-id", "client-secret", "refresh-token", "headers.json")
"""The keys of the Secret that signing in makes anew: the cookies go, since only one of the two is used."""

API = "https://www.googleapis.com/youtube/v3"


def values(client_id: str, client_secret: str, tokens: Tokens) -> dict[str, str]:
    """What goes into the Secret."""
    return {"client-id": client_id, "client-secret": client_secret, "refresh-token": tokens.refresh}


def ends(tokens: Tokens) -> float | None:
    """When the consent ends, in Unix seconds; None where Google doesn't say that it does.

    It says so of applications whose consent screen is in testing: 7 days.
    """
    return None if tokens.lasts is None else tokens.given + tokens.lasts


def look(access: str, playlist: str | None) -> list[Finding]:
    """Whose channel it is, and whether the playlist is in it: two requests of a unit each, which wait in this thread."""
    session = Session()
    session.headers["Authorization"] = f"Bearer {access}"
    try:
        mine = _get(session, "channels", mine="true")
        if not mine:
            return [
                bad(
                    "This Google account has no YouTube channel, so it can't have playlists.",
                    "Make one at youtube.com, or sign in with the account that owns the playlist.",
                )
            ]
        name = (mine[0].get("snippet") or {}).get("title") or mine[0].get("id")
        found = [good(f"You are signed in at YouTube as {name}.")]
        if playlist is None:
            return found
        there = _get(session, "playlists", id=playlist)
    except (AuthError, TargetError) as error:
        return [bad(error.message)]
    except Exception as error:
        return [
            ask(getattr(error, "message", f"YouTube answered in a way that can't be read ({type(error).__name__})."))
        ]
    finally:
        session.close()
    if not there:
        found.append(
            bad(
                f"YouTube shows this account no playlist {playlist}.",
                "Check spec.youtubeMusic.playlist, or sign in as its owner.",
            )
        )
    elif (there[0].get("snippet") or {}).get("channelId") != mine[0].get("id"):
        found.append(
            bad(f"The playlist {playlist} is somebody else's.", "Sign in as its owner, or name one of your own.")
        )
    else:
        found.append(good(f"The playlist {playlist} is yours to change."))
    return found


def _get(session: Session, resource: str, **query: str) -> list[dict[str, Any]]:
    try:
        answer = session.get(f"{API}/{resource}", params={"part": "snippet", **query})
    except requests.RequestException as error:
        raise youtube_errors.of_failure(error, write=False) from None
    if not answer.ok:
        raise youtube_errors.of_data_api(answer, write=False, now=time.time())
    items = answer.json().get("items") or []
    return [item for item in items if isinstance(item, dict)]
