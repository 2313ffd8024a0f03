"""The line that mends something, at the end of what is said of it."""

import re

from reconcilers.services.protocol import ServiceName

VERBS = {ServiceName.TELEGRAM: "telegram", ServiceName.YOUTUBE: "google", ServiceName.SPOTIFY: "spotify"}
"""What comes behind `navaar auth`."""

_SIGN_IN = frozenset({"SecretNotFound", "SecretIncomplete", "AuthExpired", "InvalidCredentials", "InsufficientScope"})
_CLIENT = "InvalidClient"
_COOKIES = "InvalidCredentials"
"""Of YouTube, it is said of a browser's headers only."""

_LINE = re.compile(r"(.+): ((?:navaar|kubectl|helm) (?:(?!\. ).)*[^.])\.?", re.DOTALL)


def sign_in(service: ServiceName, sync: str, namespace: str, *, cookies: bool = False) -> str:
    """The line that signs in for a MusicSync; `cookies`: at YouTube Music by a browser's cookies."""
    verb = "cookies" if cookies and service is ServiceName.YOUTUBE else VERBS[service]
    return f"navaar auth {verb} {sync} -n {namespace}"


def with_sign_in(
    message: str, reason: str, service: ServiceName, sync: str, namespace: str, *, cookies: bool = False
) -> str:
    """What a condition of this `reason` says, with the line behind it where signing in mends that."""
    if reason == _CLIENT:
        return f"{message.rstrip('.')}: {sign_in(service, sync, namespace)} --client-id ID"
    if reason in _SIGN_IN:
        line = sign_in(service, sync, namespace, cookies=cookies or reason == _COOKIES)
        return f"{message.rstrip('.')}: {line}"
    return message


def parted(message: str) -> tuple[str, str]:
    """What is said, and the line at its end, to be copied; empty where there is none."""
    found = _LINE.fullmatch(message)
    return (f"{found[1]}:", found[2]) if found else (message, "")


def is_line(text: str) -> bool:
    """Whether it is nothing but a line to be copied."""
    return text.startswith(("navaar ", "kubectl ", "helm ")) and not text.endswith(".")
