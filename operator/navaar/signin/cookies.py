"""Signing in to YouTube Music with a browser's cookies: what is needed of its request headers, and whether it works.

What is needed: ytmusicapi (1.12), auth/browser.py and helpers.py. The signature of each request is made from one cookie.
"""

import json
import re
import time
from collections.abc import Mapping

import requests
from ytmusicapi.helpers import initialize_headers

from navaar.people.finding import Finding, ask, bad, good
from navaar.signin.pasted import HOW, headers_in
from navaar.signin.problem import SignInProblem
from reconcilers.errors import AuthError, TargetError
from reconcilers.services import youtube_errors
from reconcilers.services.sessions import Session
from reconcilers.services.youtube import music_client

KEYS = ("headers.json", "client-id", "client-secret", "refresh-token")
"""The keys of the Secret that signing in makes anew: where it holds an OAuth token, cookies are not looked at."""

SIGNING = "__Secure-3PAPISID"

KEPT = ("cookie", "x-goog-authuser", "x-goog-pageid", "user-agent")
"""What says who asks: a session, which of its accounts, which brand of that account, in which browser."""

# What pages and advertisers note for themselves.
_NOISE = re.compile(r"ST-\w+|_ga\w*|_gcl_\w+|_gid|_gat\w*|wide|PREF|CONSISTENCY|NID|AEC|OTZ|DV")


def values(pasted: str) -> dict[str, str]:
    """What goes into the Secret, of what a person pasted. Raises `SignInProblem`."""
    found = headers_in(pasted)
    cookies = found.get("cookie", "")
    if not cookies:
        there = ", ".join(sorted(found)[:6])
        raise SignInProblem(f"There is no cookie among these headers ({there}), so the browser isn't signed in. {HOW}")
    named = dict(part.strip().partition("=")[::2] for part in cookies.split(";") if "=" in part)
    if not named.get(SIGNING):
        raise SignInProblem(f"The cookies lack {SIGNING}, so the browser isn't signed in. {HOW}")
    user = found.get("x-goog-authuser", "0")
    if not user.isdecimal():
        raise SignInProblem(f"x-goog-authuser is not a number: what was pasted is mixed up. {HOW}")
    kept = {name: found[name] for name in KEPT if found.get(name)}
    kept |= {
        "x-goog-authuser": user,
        "cookie": "; ".join(f"{n}={v}" for n, v in named.items() if not _NOISE.fullmatch(n)),
    }
    # As ytmusicapi's own setup has it: these are sent as they stand.
    return {"headers.json": json.dumps({**initialize_headers(), **kept}, indent=2)}


def dropped(pasted: str, kept: Mapping[str, str]) -> int:
    """How many of the pasted headers and cookies were of no use."""
    found, held = headers_in(pasted), json.loads(kept["headers.json"])
    cookies = found.get("cookie", "").count("=") and len([p for p in found["cookie"].split(";") if "=" in p])
    return len(found.keys() - set(KEPT)) + cookies - len(held["cookie"].split("; "))


def look(headers: Mapping[str, str], playlist: str | None) -> list[Finding]:
    """Whose account it is, and whether the playlist is its own: two or three requests, which wait in this thread."""
    session = Session()
    signed = {"origin": "https://music.youtube.com", "authorization": "SAPISIDHASH", **headers}
    try:
        client = music_client(session, signed)
        session.forget()
        name = client.get_account_info().get("accountName")
    except Exception as error:
        return [_trouble(session.last, error, None)]
    found = [good(f"You are signed in at YouTube Music as {name}.")]
    if playlist is None:
        return found
    try:
        session.forget()
        owned = bool(client.get_playlist(playlist, limit=0).get("owned"))
    except Exception as error:
        return [*found, _trouble(session.last, error, playlist)]
    finally:
        session.close()
    if owned:
        return [*found, good(f"The playlist {playlist} is yours to change.")]
    remedy = "Sign in as its owner (x-goog-authuser says which of the browser's accounts), or name one of your own."
    return [*found, bad(f"The playlist {playlist} is somebody else's.", remedy)]


def _trouble(answer: requests.Response | None, error: Exception, playlist: str | None) -> Finding:
    meaning = youtube_errors.of_music(answer, error, write=False, own=True, now=time.time())
    if isinstance(meaning, AuthError | TargetError):
        return bad(meaning.message)
    if answer is not None and answer.ok and not isinstance(error, requests.RequestException):
        # A page came, and there is nobody's account on it, or no playlist.
        if playlist is None:
            return bad(
                "YouTube Music takes this browser for a visitor: it is signed out, or that account is not in it.", HOW
            )
        return bad(f"YouTube Music shows this account no playlist {playlist}.", "Check spec.youtubeMusic.playlist.")
    return ask(meaning.message)
