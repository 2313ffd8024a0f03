"""The promise about the right song: figures on the hand-written cases, which may rise and not fall."""

from collections import Counter

from reconcilers.matching import door
from tests.golden.cases import Split, posts, songs, split_of
from tests.golden.figures import decisions


def test_what_is_taken_unasked_is_right() -> None:
    whole, _, findings = decisions(songs())
    figures = whole.figures
    wrong = [each.case.name for each in findings if each.said == "wrong"]
    assert (figures["auto_precision"] or 0) >= 0.98, wrong
    assert (figures["recall"] or 0) >= 0.84, [each.case.name for each in findings if each.said != "wrong"]


def test_every_case_says_what_is_right_and_why() -> None:
    for case in songs():
        ids = [row["id"] for row in case.row["candidates"]]
        assert len(set(ids)) == len(ids), case.name
        assert case.right <= set(ids), case.name
        assert case.verdict in ("auto", "review", "none"), case.name
        assert case.verdict != "auto" or case.right, case.name
        assert case.verdict != "none" or not case.right, case.name
        assert len(case.why.split()) >= 3, case.name
        assert not case.alike or len(case.right) < len(ids), case.name
        door.wanted(case.row)
        door.candidates(case.row)


def test_names_are_unique() -> None:
    names = [case.name for case in songs()] + [case.name for case in posts()]
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_a_third_is_held_out() -> None:
    for names in ([case.name for case in songs()], [case.name for case in posts()]):
        held_out = sum(split_of(name) is Split.HELD_OUT for name in names)
        assert not names or 0.25 <= held_out / max(len(names), 1) <= 0.42
    assert (split_of("adele-hello"), split_of("queen-bohemian-rhapsody")) == (Split.TUNING, Split.HELD_OUT)
