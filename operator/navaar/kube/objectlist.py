"""A list of Kubernetes objects, read while it arrives: the API server writes it as long as the reader needs to take it in."""

import re
from typing import Any

from pydantic_core import from_json

_ITEMS = b'"items":['

_BETWEEN = re.compile(rb'\},\{(?:"(?:apiVersion|kind)":"[^"]*",){0,2}"metadata":\{')
"""Where an object may end and the next begin. Never inside of a string: there, a quotation mark has a backslash before it."""


class ObjectList:
    """The JSON of a list, fed in chunks; objects are given out when the next begins, and are held no longer.

    It takes what an API server writes: compact JSON, `items` in it once at the top, as an array of objects or as null.
    """

    def __init__(self) -> None:
        self._head: bytes | None = None  # up to the first object
        self._text = b""

    def feed(self, chunk: bytes) -> list[dict[str, Any]]:
        """The objects that are known to be whole with this chunk."""
        self._text += chunk
        if self._head is None:
            start = self._text.find(_ITEMS)
            if start < 0:
                return []
            start += len(_ITEMS)
            self._head, self._text = self._text[:start], self._text[start:]
        end = None
        for between in _BETWEEN.finditer(self._text):
            end = between.start() + 1
        if end is None:
            return []
        try:
            found: list[dict[str, Any]] = from_json(b"[%b]" % self._text[:end], cache_strings="keys")
        except ValueError:
            return []  # two objects inside one of the list's look so, too
        self._text = self._text[end + 1 :]
        return found

    def close(self) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The last objects and the list's metadata, after the last chunk. Raises ValueError where the list is cut off."""
        whole = from_json((self._head or b"") + self._text)
        if not isinstance(whole, dict) or not isinstance(whole.get("metadata"), dict):
            raise ValueError("this is no list of objects")
        return whole.get("items") or [], whole["metadata"]
