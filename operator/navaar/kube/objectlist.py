"""A list of Kubernetes objects, read while it arrives: the API server writes it as long as the reader needs to take it in."""

import codecs
import json
from typing import Any

_ITEMS = '"items":['


class ObjectList:
    """The JSON of a list, fed in chunks; every object is given out once it is whole, and is held no longer.

    It takes what an API server writes: compact JSON, `items` in it once at the top, as an array of objects or as null.
    """

    def __init__(self) -> None:
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._decoder = json.JSONDecoder()
        self._text = ""
        self._around: list[str] = []  # what stands before the objects, and, once they have ended, what stands after
        self._within = False

    def feed(self, chunk: bytes) -> list[dict[str, Any]]:
        """The objects that are whole with this chunk. Raises ValueError where this is no such list."""
        self._text += self._utf8.decode(chunk)
        if not self._within:
            if self._around:
                return []  # what follows the objects is read at the end
            start = self._text.find(_ITEMS)
            if start < 0:
                return []
            self._around.append(self._text[:start])
            self._text = self._text[start + len(_ITEMS) :]
            self._within = True
        return self._objects()

    def _objects(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        text, at = self._text, 0
        while at < len(text):
            if text[at] == "]":
                self._within = False
                break
            if text[at] == ",":
                at += 1
                continue
            try:
                item, at = self._decoder.raw_decode(text, at)
            except json.JSONDecodeError:
                break  # an object is never whole before its last brace
            found.append(item)
        self._text = text[at:]
        return found

    def close(self) -> dict[str, Any]:
        """The list's metadata, after the last chunk. Raises ValueError where the list is cut off."""
        rest = self._text + self._utf8.decode(b"", final=True)
        if self._within:
            raise ValueError("the list ends in the middle")
        whole = json.loads(f"{self._around[0]}{_ITEMS}{rest}" if self._around else rest)
        if not isinstance(whole, dict) or not isinstance(whole.get("metadata"), dict):
            raise ValueError("this is no list of objects")
        found: dict[str, Any] = whole["metadata"]
        return found
