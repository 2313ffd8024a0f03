"""The page's own style, script and icon: small files that a browser keeps until they change."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

TYPES = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}

FOR_GOOD = "public, max-age=31536000, immutable"
"""The address changes with the file."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One of them."""

    body: bytes
    media_type: str
    stamp: str


@cache
def asset(name: str) -> Asset | None:
    """The file of that name; None if there is none."""
    if name not in TYPES:
        return None
    body = files("navaar.page").joinpath("static", name).read_bytes()
    return Asset(body, TYPES[name], hashlib.sha256(body).hexdigest()[:12])


def address(name: str) -> str:
    """Where it is. Raises LookupError for one that there isn't."""
    known = asset(name)
    if known is None:
        raise LookupError(name)
    return f"/assets/{name}?v={known.stamp}"
