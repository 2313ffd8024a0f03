"""Who asks, and what they may see: what `kubectl` would show them, and no more."""

import asyncio
import hmac
import ipaddress
import logging
import re
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Protocol

from navaar.http.problem import forbidden, unauthorized
from navaar.http.reviews import AT_ONCE, Question, Reviews, Stranger
from navaar.http.statictoken import token_in

log = logging.getLogger(__name__)

TRACKS, MUSICSYNCS = "tracks", "musicsyncs"
_PORT = re.compile(r":\d*$")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{8,8192}=*")
_WHO = (
    "This needs the header `Authorization: Bearer TOKEN`, with a Kubernetes token that is valid now, such as "
    "`kubectl create token NAME` prints for a service account, or with the token of the operator's --api-token-file."
)


class Caller(Protocol):
    """Somebody who asks."""

    async def may(self, verb: str, resource: str, namespace: str = "", name: str = "") -> bool:
        """Whether they may do that to a resource of navaar.dev, in a namespace or (empty) in all of them."""
        ...


class Trusted:
    """Sees everything that the operator serves."""

    async def may(self, verb: str, resource: str, namespace: str = "", name: str = "") -> bool:
        """Yes."""
        return True


class Owner:
    """Whoever has a Kubernetes token."""

    def __init__(self, reviews: Reviews, token: str) -> None:
        self._reviews = reviews
        self._token = token

    async def may(self, verb: str, resource: str, namespace: str = "", name: str = "") -> bool:
        """As the API server says. Raises Problem for a token that it doesn't know."""
        question: Question = (verb, resource, namespace, name)
        try:
            return await self._reviews.allowed(self._token, question)
        except Stranger:
            raise unauthorized(_WHO) from None


class Gate:
    """Admits callers. `reviews` None: nobody is asked who they are; `local`: they must ask for this machine by its own name.

    `token_file` holds a token that sees everything; it is read whenever one is shown, so a mounted Secret may change.
    """

    def __init__(self, reviews: Reviews | None, token_file: Path | None = None, *, local: bool = False) -> None:
        self._reviews = reviews
        self._token_file = token_file
        self._local = local

    @property
    def asks(self) -> bool:
        """Whether callers must say who they are."""
        return self._reviews is not None

    def admit(self, authorization: str, host: str) -> Caller:
        """The caller with these headers; raises Problem where it can't be anybody's."""
        if self._reviews is None:
            if self._local and not is_loopback(_PORT.sub("", host)):
                # A page in a browser here may have its own name point to this machine, to read what is its people's.
                raise forbidden(
                    "Without tokens only localhost is answered: ask by that name, or start this with --api tokens."
                )
            return Trusted()
        scheme, _, token = authorization.strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not _TOKEN.fullmatch(token):
            raise unauthorized(_WHO)
        if self._token_file is not None:
            try:
                known = token_in(self._token_file)
            except ValueError as error:
                log.warning("nobody is let in by it: %s", error)
            else:
                if hmac.compare_digest(known.encode(), token.encode()):
                    return Trusted()
        return Owner(self._reviews, token)


async def visible(
    caller: Caller, resource: str, served: Iterable[str], asked: Collection[str] = ()
) -> Callable[[str], bool]:
    """Says of a namespace whether the caller may list that resource in it, and asked for it.

    `served` are the namespaces that the operator knows of, `asked` (empty: all of them) those that the question names.
    Raises Problem, alike whether there is such a namespace, where they may not list in one that they name, or in none.
    """
    if await caller.may("list", resource):
        return (lambda namespace: namespace in asked) if asked else (lambda namespace: True)
    wanted = sorted(set(asked) or set(served))
    seen: set[str] = set()
    for first in range(0, len(wanted), AT_ONCE):
        some = wanted[first : first + AT_ONCE]
        verdicts = await asyncio.gather(*(caller.may("list", resource, namespace) for namespace in some))
        seen.update(namespace for namespace, allowed in zip(some, verdicts, strict=True) if allowed)
    if asked and seen != set(asked):
        those = ", ".join(sorted(set(asked) - seen))
        raise forbidden(
            f"You may not list {resource}.navaar.dev in {those}: leave it out of `namespace`, or have a Role there allow it."
        )
    if not seen:
        raise forbidden(
            f"You may not list {resource}.navaar.dev in any namespace that this operator serves: have a Role allow it "
            "where your MusicSync is."
        )
    return lambda namespace: namespace in seen


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address; False where that isn't certain."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
