"""Each MusicSync: what its conditions say, whether its Secrets are whole, and what the accounts in them can reach.

Spotify is not asked for a token: where its refresh tokens rotate, that would end the one that the operator holds. What it
would tell, the MusicSync's condition does.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

from navaar.account.secrets import SecretProblem, decoded, placeholders
from navaar.api.instant import read
from navaar.kube.client import Kube
from navaar.kube.errors import Denied, NotFound
from navaar.kube.kinds import SECRETS
from navaar.people.finding import Finding, ask, bad, good
from navaar.people.overview import NOTICES
from navaar.people.remedy import sign_in
from navaar.signin import cookies, google
from navaar.signin.problem import NoAnswer, SignInProblem
from navaar.signin.secret import ENDS
from navaar.signin.telegram import TelegramBot
from reconcilers.errors import AuthError, ServiceError
from reconcilers.services.protocol import ServiceName
from reconcilers.services.spotify_auth import CONSENT
from reconcilers.services.youtube_auth import GoogleCredentials, GoogleTokens

DAY = 86400.0
SOON = 30 * DAY

PLACES = {"telegram": "TelegramReady", "youtubeMusic": "YouTubeMusicReady", "spotify": "SpotifyReady"}
WAITS = frozenset({"AwaitingApproval", "QuotaExhausted", "RateLimited"})
"""Reasons for which nothing is broken: a person, or the service, takes their time."""
NAMES = {"telegram": "Telegram", "youtubeMusic": "YouTube Music", "spotify": "Spotify"}

Resource = Mapping[str, Any]


async def musicsync(kube: Kube, sync: Resource, *, call: bool = True) -> list[Finding]:
    """Everything about one MusicSync. `call`: its accounts are asked, too, with what the Secrets hold."""
    namespace, name, spec = sync["metadata"]["namespace"], sync["metadata"]["name"], sync["spec"]
    found: list[Finding] = []
    for place, condition in PLACES.items():
        if place not in spec:
            continue
        service, secret_name = ServiceName(place), spec[place]["credentialsSecretRef"]["name"]
        command = sign_in(service, name, namespace)
        findings, values, notes = await _secret(kube, namespace, secret_name, place, command)
        if values is not None and by_cookies(values):
            command = sign_in(service, name, namespace, cookies=True)
        told = _condition(sync, condition)
        if told is not None:
            findings.append(told)
        elif values is not None and call:
            findings += await _called(place, spec[place], values, command)
        ends = _ends(sync, place, values or {}, notes)
        if ends is not None:
            findings.append(_left(NAMES[place], ends, time.time(), command))
        found += findings
    untold = _condition(sync, NOTICES)
    found += [untold] if untold is not None else []
    # What ails a place was told there.
    mentioned = any(_false(sync, condition) for place, condition in PLACES.items() if place in spec)
    state = _state(sync)
    return found if mentioned and state.verdict == "bad" else [state, *found]


def _state(sync: Resource) -> Finding:
    name, spec = sync["metadata"]["name"], sync["spec"]
    if spec.get("suspend"):
        return ask(f"{name} is suspended.", "Take spec.suspend out, and it goes on.")
    ready = next((c for c in (sync.get("status") or {}).get("conditions") or [] if c["type"] == "Ready"), None)
    if ready is None:
        return ask(f"No operator has looked at {name} yet.", "See whether one serves its namespace, and is active.")
    if ready["status"] == "True":
        return good(f"{name} is ready ({ready['reason']}).")
    return bad(f"{name} is not ready ({ready['reason']}): {ready.get('message', '').rstrip('.')}.")


def _false(sync: Resource, type: str) -> Mapping[str, Any] | None:
    """A condition of this type that doesn't hold."""
    conditions = (sync.get("status") or {}).get("conditions") or []
    return next((c for c in conditions if c["type"] == type and c["status"] == "False"), None)


def _condition(sync: Resource, type: str) -> Finding | None:
    """What the operator says of a place; None where it says that all is well, or nothing yet."""
    found = _false(sync, type)
    if found is None:
        return None
    says = f"{type} is False ({found['reason']}): {found.get('message', '').rstrip('.')}."
    return ask(says) if found["reason"] in WAITS else bad(says)


async def _secret(
    kube: Kube, namespace: str, name: str, place: str, command: str
) -> tuple[list[Finding], dict[str, str] | None, Mapping[str, str]]:
    """Whether the Secret is there with the keys that are needed, and what it holds."""
    try:
        secret = await kube.get(SECRETS, namespace, name)
        values = decoded(name, secret)
    except NotFound:
        return [bad(f"There is no Secret {name} for {NAMES[place]}.", command)], None, {}
    except Denied:
        return [ask(f"What Secret {name} holds for {NAMES[place]} is not yours to read.")], None, {}
    except SecretProblem as problem:
        return [bad(problem.message)], None, {}
    missing = [key for key in _needed(place, values) if not values.get(key, "").strip()]
    if missing:
        return (
            [bad(f"Secret {name} lacks {' and '.join(missing)} for {NAMES[place]}.", command)],
            None,
            {},
        )
    if placeholders(values):
        return (
            [bad(f"Secret {name} still holds what the example put there.", command)],
            None,
            {},
        )
    notes: Mapping[str, str] = secret["metadata"].get("annotations") or {}
    return [good(f"Secret {name} has what {NAMES[place]} needs.")], values, notes


def _needed(place: str, values: Mapping[str, str]) -> tuple[str, ...]:
    if place == "telegram":
        return ("token",)
    if place == "spotify":
        return ("client-id", "refresh-token")
    if by_cookies(values):
        return ("headers.json",)
    return ("client-id", "client-secret", "refresh-token")


def by_cookies(values: Mapping[str, str]) -> bool:
    """Whether what a Secret holds signs in at YouTube Music by a browser's cookies."""
    return "headers.json" in values and "refresh-token" not in values


async def _called(place: str, spec: Mapping[str, Any], values: Mapping[str, str], command: str) -> list[Finding]:
    if place == "telegram":
        return await _telegram(spec, values, command)
    if place == "youtubeMusic":
        return await asyncio.to_thread(_youtube, spec["playlist"], values, command)
    return []


async def _telegram(spec: Mapping[str, Any], values: Mapping[str, str], command: str) -> list[Finding]:
    try:
        bot = TelegramBot(values["token"])
    except SignInProblem as problem:
        return [bad(problem.message, command)]
    try:
        me = await bot.me()
        found = []
        if me.webhook:
            found.append(bad(f"Telegram sends @{me.username}'s updates to a webhook.", "Remove it (deleteWebhook)."))
        channel = str(spec["channel"])
        return found + await bot.look(channel if channel.startswith("@") else int(channel), spec.get("scratchChat"))
    except NoAnswer as problem:
        return [ask(problem.message)]
    except SignInProblem as problem:
        return [bad(problem.message, command)]
    finally:
        await bot.close()


def _youtube(playlist: str, values: Mapping[str, str], command: str) -> list[Finding]:
    if by_cookies(values):
        try:
            headers = json.loads(values["headers.json"])
        except ValueError:
            headers = None
        if not isinstance(headers, dict):
            return [bad("headers.json is not a JSON object.", command)]
        return cookies.look({str(key): str(value) for key, value in headers.items()}, playlist)
    credentials = GoogleCredentials(
        values["client-id"].strip(), values["client-secret"].strip(), values["refresh-token"].strip()
    )
    try:
        access = GoogleTokens(credentials).access()
    except AuthError as error:
        return [bad(error.message, command)]
    except ServiceError as error:
        return [ask(error.message)]
    return google.look(access, playlist)


def _ends(sync: Resource, place: str, values: Mapping[str, str], notes: Mapping[str, str]) -> float | None:
    """When the consent ends: as the operator counts, else as the sign-in noted."""
    status = (sync.get("status") or {}).get(place) or {}
    for said, more in (
        (status.get("consentExpiresAt"), 0.0),
        (notes.get(ENDS), 0.0),
        (values.get("consented-at") if place == "spotify" else None, CONSENT),
    ):
        try:
            if said:
                return read(said) + more
        except ValueError:
            continue
    return None


def _left(service: str, ends: float, now: float, command: str) -> Finding:
    days = round((ends - now) / DAY)
    if ends <= now:
        return bad(f"The consent to {service} has ended.", command)
    if ends - now < SOON:
        return ask(f"The consent to {service} ends in {days} days.", command)
    return good(f"The consent to {service} holds for {days} days yet.")
