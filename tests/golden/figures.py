"""How the matcher does on the golden cases, asked through its own door."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reconcilers.matching import MatchPolicy, door
from tests.golden.cases import PostCase, SongCase


@dataclass
class Tally:
    """Counts of one set of decision cases."""

    cases: int = 0
    due: int = 0  # cases that have an answer to be taken unasked
    right: int = 0  # … and it was taken
    spared: int = 0  # asking would have been right, and the right one was taken
    wrong: int = 0
    review: int = 0
    none: int = 0
    missed: int = 0
    needless: int = 0  # asked, though nothing that was found is the song

    def add(self, verdict: str, said: str) -> None:
        """Counts one case; `said` is ``right``, ``wrong``, ``review`` or ``none``."""
        self.cases += 1
        self.due += verdict == "auto"
        self.right += said == "right" and verdict == "auto"
        self.spared += said == "right" and verdict != "auto"
        self.wrong += said == "wrong"
        self.review += said == "review"
        self.none += said == "none"
        self.missed += verdict == "auto" and said in ("review", "none")
        self.needless += verdict == "none" and said == "review"

    @property
    def figures(self) -> dict[str, float | None]:
        """The promised figures; shares of 1."""
        taken = self.right + self.spared + self.wrong
        return {
            "auto_precision": _share(self.right + self.spared, taken),
            "recall": _share(self.right, self.due),
            "review": _share(self.review, self.cases),
            "wrong_per_1000": round(1000 * self.wrong / self.cases, 2) if self.cases else None,
        }


@dataclass
class Finding:
    """One case on which matcher and verdict differ."""

    case: SongCase | PostCase
    said: str
    answer: dict[str, Any]

    @property
    def name(self) -> str:
        """The case's name."""
        return self.case.name


def ask(case: SongCase, policy: MatchPolicy | None = None) -> tuple[str, dict[str, Any]]:
    """What the matcher says of a case (``right``, ``wrong``, ``review``, ``none``), and its whole answer."""
    answer = door.match(case.row, policy)
    if answer["decision"] != "auto":
        return answer["decision"], answer
    return "right" if answer["id"] in case.right else "wrong", answer


def decisions(
    cases: Iterable[SongCase], policy: MatchPolicy | None = None
) -> tuple[Tally, dict[str, Tally], list[Finding]]:
    """The counts of all cases and by class, and what was wrong or missed."""
    whole, findings = Tally(), []
    classes: dict[str, Tally] = {}
    for case in cases:
        said, answer = ask(case, policy)
        for tally in (whole, classes.setdefault(case.group, Tally())):
            tally.add(case.verdict, said)
        if said == "wrong" or (case.verdict == "auto" and said != "right"):
            findings.append(Finding(case, said, answer))
    return whole, classes, findings


def identified(case: PostCase) -> tuple[str, dict[str, Any]]:
    """``right``, ``wrong`` (another song is named) or ``nothing`` (none is, though the post says one), and the answer."""
    answer = door.post(case.post)
    if not case.songs:
        return ("right" if answer["title"] is None else "wrong"), answer
    if answer["title"] is None:
        return "nothing", answer
    return ("right" if any(_same(answer, song) for song in case.songs) else "wrong"), answer


def _same(answer: dict[str, Any], song: dict[str, Any]) -> bool:
    return (
        _plain(answer["title"]) == _plain(song["title"])
        and _names(answer["artists"]) == _names(song["artists"])
        and sorted(answer["version"]) == sorted(song.get("version", ()))
    )


def identification(cases: Iterable[PostCase]) -> tuple[Counter[str], dict[str, Counter[str]], list[Finding]]:
    """The counts of all posts and by class, and what was not right."""
    whole: Counter[str] = Counter()
    classes: dict[str, Counter[str]] = {}
    findings = []
    for case in cases:
        said, answer = identified(case)
        whole[said] += 1
        classes.setdefault(case.group, Counter())[said] += 1
        if said != "right":
            findings.append(Finding(case, said, answer))
    return whole, classes, findings


def identification_figures(whole: Counter[str]) -> dict[str, float | None]:
    """Shares of all posts."""
    total = sum(whole.values())
    return {said: _share(whole[said], total) for said in ("right", "wrong", "nothing")}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


# Whether two names are one credit or two is a matter of taste that no figure should depend on.
_BETWEEN = re.compile(r"\s*[,;،&/]\s*|\s+(?:and|x|и|و|y|et|und)\s+")


# Neither case nor accents' composition nor quotes around a name make it another name.
_QUOTES = str.maketrans({"’": "'"} | dict.fromkeys('"“”„«»'))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().translate(_QUOTES).split())


def _names(artists: Iterable[str]) -> list[str]:
    return [name for artist in artists for name in _BETWEEN.split(_plain(artist)) if name]
