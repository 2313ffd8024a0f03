"""The promise about the right song: figures on the hand-written cases, which may rise and not fall."""

from collections import Counter
from functools import cache

from reconcilers.matching import door, fold
from reconcilers.matching.normalise import script
from tests.golden.cases import SongCase, Split, posts, songs, split_of
from tests.golden.figures import Finding, Tally, decisions, identification, identification_figures

# The aims are 0.995, 0.92 and none; what is reached beyond them is held as well, with room for a case or two.
PRECISION, RECALL, ALIKE_WRONG, IDENTIFIED = 0.995, 0.965, 0, 0.965


@cache
def decided() -> tuple[Tally, list[Finding]]:
    """Every case of decision, asked once."""
    whole, _, findings = decisions(songs())
    return whole, findings


def test_what_is_taken_unasked_is_right() -> None:
    whole, findings = decided()
    assert (whole.figures["auto_precision"] or 0) >= PRECISION, [each.name for each in findings if each.said == "wrong"]


def test_what_is_there_is_taken() -> None:
    whole, findings = decided()
    assert (whole.figures["recall"] or 0) >= RECALL, [each.name for each in findings if each.said != "wrong"]


def test_what_looks_equal_and_is_different_is_not_taken() -> None:
    alike = {case.name for case in songs() if case.alike}
    wrong = [each.name for each in decided()[1] if each.said == "wrong" and each.name in alike]
    assert len(wrong) <= ALIKE_WRONG, wrong


def test_posts_are_what_a_careful_reader_would_say() -> None:
    whole, _, findings = identification(posts())
    assert (identification_figures(whole)["right"] or 0) >= IDENTIFIED, [each.name for each in findings]


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
    for post in posts():
        assert post.post and len(post.why.split()) >= 2, post.name
        assert all(song["title"] for song in post.songs), post.name


def test_names_are_unique() -> None:
    names = [case.name for case in songs()] + [case.name for case in posts()]
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_a_third_is_held_out() -> None:
    for names in ([case.name for case in songs()], [case.name for case in posts()]):
        held_out = sum(split_of(name) is Split.HELD_OUT for name in names)
        assert 0.25 <= held_out / len(names) <= 0.42
    assert (split_of("adele-hello"), split_of("queen-bohemian-rhapsody")) == (Split.TUNING, Split.HELD_OUT)


def test_the_cases_are_many_and_of_many_kinds() -> None:
    assert len(songs()) >= 300
    assert len(posts()) >= 80
    assert sum(case.alike for case in songs()) >= 100
    assert min(Counter(case.group for case in songs()).values()) >= 6
    languages = Counter(case.language for case in songs())
    assert len([language for language, times in languages.items() if times >= 5]) >= 8, languages
    assert sum(map(_in_two_scripts, songs())) >= 60


def _in_two_scripts(case: SongCase) -> bool:
    """Whether the song is wanted in Persian letters and found in Latin ones, or the other way round."""
    wanted = f"{case.row.get('artist', '')} {case.row['title']}"
    found = [row for row in case.row["candidates"] if row["id"] in case.right]
    scripts = {script(fold(wanted))} | {script(fold(f"{row.get('artists', '')} {row['title']}")) for row in found}
    return case.language == "fa" and scripts >= {"arabic", "latin"}
