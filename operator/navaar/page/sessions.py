"""Who is signed in: tokens by the random id in a browser's cookie, in memory and nowhere else."""

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

LASTS = 8 * 3600.0
"""Seconds after which somebody signs in again, whatever their token is good for by itself."""

MOST = 256
"""People who are signed in; whoever was first is signed out for one more."""


class Sessions:
    """Tokens of those who are signed in. `clock` gives seconds of any clock that only advances."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[bytes, tuple[str, float]] = OrderedDict()

    def begin(self, token: str) -> str:
        """Signs somebody in; the id that stands for the token from then on."""
        id = secrets.token_urlsafe(32)
        self._known[_key(id)] = (token, self._clock() + LASTS)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return id

    def token(self, id: str) -> str | None:
        """The token; None for an id that there isn't, or no longer."""
        known = self._known.get(_key(id))
        if known is None:
            return None
        token, ends = known
        if self._clock() >= ends:
            del self._known[_key(id)]
            return None
        return token

    def end(self, id: str) -> None:
        """Signs them out."""
        self._known.pop(_key(id), None)


def _key(id: str) -> bytes:
    # Not compared as it is: how long a comparison takes would tell how much of it is right.
    return hashlib.sha256(id.encode("utf-8", "replace")).digest()
