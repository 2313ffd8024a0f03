"""The opaque words by which a client asks for the next page."""

import base64
import binascii


def token(scope: str, offset: int) -> str:
    """An opaque token for the page of `scope` that starts at `offset`."""
    return base64.urlsafe_b64encode(f"{scope}#{offset}".encode()).decode().rstrip("=")


def offset_of(scope: str, page_token: str) -> int | None:
    """Where a token's page starts; None when it is not a token of `scope`."""
    found = read_token(page_token)
    return found[1] if found and found[0] == scope else None


def read_token(page_token: str) -> tuple[str, int] | None:
    """A token's scope and offset; None when it is not a token."""
    try:
        text = base64.urlsafe_b64decode(page_token + "=" * (-len(page_token) % 4)).decode()
        scope, _, offset = text.rpartition("#")
        return scope, int(offset)
    except (binascii.Error, ValueError):
        return None
