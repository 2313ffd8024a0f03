"""The golden cases as they stand in the YAML files beside this module; README.md there says what they promise."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_HERE = Path(__file__).parent
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Split(StrEnum):
    """Thresholds are chosen on `TUNING` alone; `HELD_OUT` says what they are worth."""

    TUNING = "tuning"
    HELD_OUT = "held-out"


def split_of(name: str) -> Split:
    """The part that a case belongs to: a third is held out, by the CRC-32 of its name's UTF-8."""
    return Split.HELD_OUT if zlib.crc32(name.encode()) % 3 == 0 else Split.TUNING


@dataclass(frozen=True, slots=True)
class SongCase:
    """What is wanted, what a search found, and what a careful music lover would say.

    `row` is a line for ``python -m reconcilers.matching``. `verdict` is ``auto`` (one of `right` is to be taken unasked),
    ``review`` (asking is right; taking one of `right` is no error) or ``none`` (nothing may be taken). `alike` says that
    something among the candidates looks equal and isn't.
    """

    name: str
    group: str
    language: str
    row: dict[str, Any]
    verdict: str
    right: frozenset[str]
    why: str
    alike: bool

    @property
    def split(self) -> Split:
        """The part that the case belongs to."""
        return split_of(self.name)


@dataclass(frozen=True, slots=True)
class PostCase:
    """A post, and what song a careful reader would say it is, in one of several ways; none where there is nothing to go on."""

    name: str
    group: str
    language: str
    post: dict[str, Any]
    songs: tuple[dict[str, Any], ...]
    why: str

    @property
    def split(self) -> Split:
        """The part that the case belongs to."""
        return split_of(self.name)


@cache
def songs() -> tuple[SongCase, ...]:
    """All cases of decision."""
    return tuple(
        SongCase(
            name=case["name"],
            group=group,
            language=case["language"],
            row={**case["want"], "candidates": case["found"]},
            verdict=case.get("verdict", "auto"),
            right=frozenset(case.get("right", ())),
            why=case["why"],
            alike=case.get("alike", False),
        )
        for group, case in _cases("songs")
    )


@cache
def posts() -> tuple[PostCase, ...]:
    """All cases of identification."""
    return tuple(
        PostCase(
            name=case["name"],
            group=group,
            language=case["language"],
            post=case["post"],
            songs=(case["song"], *case.get("or", ())) if case["song"] else (),
            why=case["why"],
        )
        for group, case in _cases("posts")
    )


def _cases(folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((_HERE / folder).glob("*.yaml")):
        with path.open(encoding="utf-8") as file:
            for case in yaml.load(file, _LOADER)["cases"]:
                yield path.stem, case
