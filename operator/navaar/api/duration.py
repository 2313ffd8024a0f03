"""Durations as people write them in a manifest: ``15m``, ``1h30m``, ``90s``."""

import re
from typing import Annotated

from pydantic import Field

from navaar.api.common import Schema, rule, rules

_PART = "[0-9]{1,6}([.][0-9]{1,3})?(s|m|h)"
_WHOLE = re.compile(f"({_PART}){{1,3}}")
_PARTS = re.compile(r"([0-9.]+)([smh])")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """``"1h30m"`` as 5400. Raises ValueError with a sentence."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f'"{text}" is not a duration: write it like 15m, 1h30m or 90s')
    return sum(float(number) * _SECONDS[unit] for number, unit in _PARTS.findall(text))


Duration = Annotated[str, Field(min_length=2, max_length=24)]


def bounds(name: str, shortest: str, longest: str, why: str) -> Schema:
    """The rule that `name` is a duration from `shortest` to `longest`."""
    written = f"self.matches('^({_PART}){{1,3}}$')"
    within = f"duration(self) >= duration('{shortest}') && duration(self) <= duration('{longest}')"
    message = f"{name} must be a duration from {shortest} to {longest}, written like 15m or 1h30m: {why}"
    return rules(rule(f"{written} && {within}", message))
