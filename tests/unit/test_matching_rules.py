"""What each rule of the scorer is there for: a decision that is another one without it."""

import pytest

from reconcilers.matching import RULES, MatchPolicy, decide, recording
from reconcilers.matching.rules import ALLOWANCES, CHOICES, OBJECTIONS, READINGS
from reconcilers.recording import Candidate, Recording

_HELLO = recording("Hello", ("Adele",), duration=295.0)
_ISRC = "GBBKS1500214"


def _hit(
    id: str,
    title: str,
    artist: str = "",
    duration: float | None = 295.0,
    kind: str = "",
    *,
    album: str | None = None,
    isrc: str | None = None,
    twin: str | None = None,
    available: bool = True,
) -> Candidate:
    said = recording(title, (artist,) if artist else (), album, duration, isrc)
    return Candidate(id, said, kind, twin, available)


def _taken(wanted: Recording, candidates: list[Candidate], policy: MatchPolicy) -> str:
    decision = decide(wanted, candidates, policy=policy)
    return decision.choice.candidate.id if decision.choice else str(decision.band)


_SYMPHONY = recording(
    "Symphony No. 33 in B flat major, KV. 319 - 2. Andante", ("English Baroque Soloists",), duration=267.0
)
_ANY = recording("Hello", ("Adele",))
_MY_EYE = recording("چشم من", ("داریوش",), duration=295)
_SUR_LA_PLACE = recording("Sur la place", ("Jacques Brel",), duration=214)
# rule, what is wanted, what is found, what is decided with it and without it
_CASES: list[tuple[str, Recording, list[Candidate], str, str]] = [
    ("dash", _HELLO, [_hit("x", "Adele - Hello (Somewhere)", album="Somewhere")], "x", "review"),
    ("phrases", _HELLO, [_hit("x", "HELLO adele (lyrics)")], "x", "none"),
    ("works", _SYMPHONY, [_hit("x", "Mozart: Sinfonie Nr. 33 B-Dur, K.319: II. Andante", duration=267)], "x", "none"),
    ("scripts", _MY_EYE, [_hit("x", "Cheshme Man", "Dariush")], "x", "review"),
    ("persons", _SUR_LA_PLACE, [_hit("x", "Sur la place", "J. Brel", 214)], "x", "none"),
    ("album", _HELLO, [_hit("x", "Hello", "Adele", album="Live at Wembley")], "review", "x"),
    ("bare title", _HELLO, [_hit("x", "Hello")], "x", "review"),
    ("genre", _HELLO, [_hit("x", "Hello Adele soul")], "x", "review"),
    ("misspelt", recording("Sultan of Swing", ("Dire Straits",), duration=350),
     [_hit("x", "Sultans of Swing", "Dire Straits", 350)], "x", "review"),
    ("isrc", recording("Hello", ("Adele",), isrc=_ISRC, duration=295), [_hit("x", "Helo", "Adele", isrc=_ISRC)], "x", "review"),
    ("twins", _ANY,
     [_hit("v", "Hello", "Adele", 320, "OMV", twin="a"), _hit("a", "Hello", "Adele", twin="v")], "a", "review"),
    ("audio first", _HELLO, [_hit("v", "Hello", "Adele", kind="OMV"), _hit("a", "Hello", "Adele", kind="ATV")], "a", "v"),
    ("one recording", _ANY, [_hit("x", "Hello", "Adele", 295), _hit("y", "Hello", "Adele", 296)], "x", "review"),
    ("margin", _ANY, [_hit("x", "Hello", "Adele", 200), _hit("y", "Hello", "Adele", 295)], "review", "x"),
    ("order", _HELLO, [_hit("first", "Hello", "Adele", 298), _hit("x", "Hello", "Adele", 295)], "first", "x"),
    ("other title", recording("Hello", ("Adele",), duration=295), [_hit("x", "Hallo", "Adele")], "none", "x"),
    ("other artist", _HELLO, [_hit("x", "Hello", "Adela Ray")], "none", "x"),
    ("other version", _HELLO, [_hit("x", "Hello (Live)", "Adele")], "review", "x"),
    ("perhaps another version", _HELLO, [_hit("x", "Hello (2012 Version)", "Adele")], "review", "x"),
    ("unknown artist", _HELLO, [_hit("x", "Hello", kind="UGC")], "review", "x"),
    ("some artists", recording("Hello", ("Adele", "Bono"), duration=295), [_hit("x", "Hello", "Bono & Cher")], "review", "x"),
    ("unknown title", recording("東京", ("Adele",), duration=295), [_hit("x", "Tokyo", "Adele")], "review", "x"),
    ("similar artist", recording("Hello", ("Thelonious Monk",), duration=295), [_hit("x", "Hello", "Thelonious Monk Trio", 299)],
     "review", "x"),
    ("similar title", recording("Colour of Love", ("Adele",), duration=295), [_hit("x", "Colours of a Love", "Adele")],
     "review", "x"),
    ("bracket more", _HELLO, [_hit("x", "Hello (Boyce Avenue)", "Adele")], "review", "x"),
    ("transliterated title", recording("چشم من", ("Dariush",), duration=295), [_hit("x", "Cheshme Man", "Dariush", 299)],
     "review", "x"),
    ("duration", _HELLO, [_hit("x", "Hello", "Adele", 304)], "review", "x"),
    ("upload's duration", _HELLO, [_hit("x", "Adele - Hello", "", 302)], "review", "x"),
    ("against its credit", recording("Adele - Hello", ("Somebody",), duration=295), [_hit("x", "Hello", "Adele")], "review", "x"),
    ("not available", _HELLO, [_hit("x", "Hello", "Adele", available=False)], "none", "x"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "wanted", "candidates", "due", "without"), _CASES, ids=[case[0] for case in _CASES])
def test_a_rule_decides_what_is_decided_otherwise_without_it(
    rule: str, wanted: Recording, candidates: list[Candidate], due: str, without: str
) -> None:
    # Forbidden is forbidden, however low the threshold; where a title can't be read, the usual one is never reached.
    accept = 0.6 if rule == "unknown title" else MatchPolicy().accept
    assert _taken(wanted, candidates, MatchPolicy(accept)) == due
    assert _taken(wanted, candidates, MatchPolicy(accept, without=frozenset({rule}))) == without
    assert due != without


def test_every_rule_has_such_a_case_and_a_reason() -> None:
    assert {case[0] for case in _CASES} == set(RULES)
    assert len(set(RULES)) == len(RULES)
    reasons = [rule.why for rule in (*READINGS, *ALLOWANCES, *CHOICES)] + [objection.why for objection in OBJECTIONS]
    assert all(why.endswith(".") for why in reasons)
