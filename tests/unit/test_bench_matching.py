"""The benchmark of the matcher counts what it says it counts."""

import json
from pathlib import Path

import pytest

from reconcilers.matching import MatchPolicy
from tests import bench_matching
from tests.golden import ablation, fingerprint
from tests.golden.cases import PostCase, SongCase, Split
from tests.golden.figures import Tally, decisions, identification

_ADELE = {"artist": "Adele", "title": "Hello", "duration_s": 295}
_SONG = {"id": "song", "kind": "song", "artists": ["Adele"], "title": "Hello", "duration_s": 295}
_LIVE = {"id": "live", "kind": "song", "artists": ["Adele"], "title": "Hello (Live)", "duration_s": 295}


def case(name: str, verdict: str, *found: dict[str, object], right: str = "", alike: bool = False) -> SongCase:
    """A case of which `right` is the id, if any."""
    row = {**_ADELE, "candidates": list(found)}
    return SongCase(name, "class", "en", row, verdict, frozenset(filter(None, [right])), "so it is", alike)


def test_answers_are_counted_by_what_the_verdict_allows() -> None:
    whole, classes, findings = decisions(
        [
            case("taken", "auto", _SONG, right="song"),
            case("missed", "auto", _LIVE, right="live"),
            case("wrongly taken", "none", _SONG, alike=True),
            case("asked for nothing", "none", _LIVE),
            case("spared", "review", _SONG, right="song"),
            case("nothing there", "none"),
        ]
    )
    assert whole == classes["class"] == Tally(
        cases=6, due=2, right=1, spared=1, wrong=1, review=2, none=1, missed=1, needless=1
    )  # fmt: skip
    assert [(each.name, each.said) for each in findings] == [("missed", "review"), ("wrongly taken", "wrong")]
    assert whole.figures == {"auto_precision": 0.6667, "recall": 0.5, "review": 0.3333, "wrong_per_1000": 166.67}


def test_posts_are_counted_with_names_in_any_case_and_with_any_sign_between() -> None:
    said = {"artists": ["queen", "David Bowie"], "title": "Under Pressure (LIVE)", "version": ["live"]}
    whole, _, findings = identification(
        [
            PostCase(
                "right", "class", "en", {"file_name": "Queen & David Bowie - Under Pressure (Live).mp3"}, (said,), ""
            ),
            PostCase("another", "class", "en", {"file_name": "Queen - Innuendo.mp3"}, (said,), ""),
            PostCase("silent", "class", "en", {"file_name": "Track 01.mp3"}, (said,), ""),
            PostCase("garbage", "class", "en", {"file_name": "Track 01.mp3"}, (), ""),
            PostCase("no garbage", "class", "en", {"file_name": "Queen - Innuendo.mp3"}, (), ""),
        ]
    )
    assert whole == {"right": 2, "wrong": 2, "nothing": 1}
    assert [each.name for each in findings] == ["another", "silent", "no garbage"]


def heard_data(folder: Path) -> Path:
    """Three searches as the data file has them."""
    rows = [
        (_ADELE, [("a", "Adele - Hello", 295, "match"), ("b", "Adele - Hello (Live)", 300, "reject")]),
        (_ADELE, [("a", "Adele - Hello (Live)", 300, "other_song"), ("b", "Adele - Hello", 295, "unchecked")]),
        (_ADELE, [("a", "Adele - Hello (Live)", 300, "potential")]),
        (_ADELE, []),
    ]
    with (folder / "youtube_candidates.jsonl").open("w") as file:
        for song, found in rows:
            listed = [{"id": i, "title": t, "duration_s": s, "label": label, "rank": 1} for i, t, s, label in found]
            file.write(json.dumps({**song, "album": "25", "year": 2015, "candidates": listed}) + "\n")
    return folder


def test_verdicts_by_ear_are_counted_and_the_first_hit_beside_them(tmp_path: Path) -> None:
    searches = fingerprint.heard(heard_data(tmp_path))
    assert searches is not None and len(searches) == 3
    told: list[str | None] = []
    assert fingerprint.figures(searches, tell=lambda _, answer: told.append(answer["id"])) == {
        "right": 1, "wrong": 0, "unverified": 1, "abstained": 1, "first_hit_right": 2, "first_hit_wrong": 1,
    }  # fmt: skip
    assert told == [None]
    careless = fingerprint.figures(searches, MatchPolicy(without=frozenset({"other version"})))
    assert careless["abstained"] == 0


def test_without_the_data_there_is_no_figure(tmp_path: Path) -> None:
    assert fingerprint.heard(tmp_path) is None


def test_a_rule_is_worth_the_cases_that_fail_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        ablation, "songs", lambda: (case("only live", "none", _LIVE), case("both", "auto", _SONG, right="song"))
    )
    worth = {each.rule: each for each in ablation.ablated(())}
    assert (worth["other version"].failing, worth["other version"].wrong) == (("only live",), 1)
    assert worth["works"].failing == ()


def test_the_last_line_is_the_promised_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    cases = (case("both", "auto", _LIVE, _SONG, right="song"), case("hello", "none", _SONG))
    monkeypatch.setattr(bench_matching, "songs", lambda: cases)
    monkeypatch.setattr(fingerprint, "DATA", tmp_path)
    assert bench_matching.main(["-v", "--held-out"]) == 0
    out = capsys.readouterr().out
    line = json.loads(out.splitlines()[-1])
    assert list(line)[:2] == ["golden", "fingerprint"]
    assert line["golden"] == {"auto_precision": 0.5, "recall": 1.0, "review": 0.0, "wrong_per_1000": 500.0}
    assert line["fingerprint"] is None
    assert "WRONG" in out and "hello" in out and {each.value for each in Split} <= set(out.split())
    monkeypatch.setattr(fingerprint, "DATA", heard_data(tmp_path))
    bench_matching.main([])
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["fingerprint"]["first_hit_right"] == 2
