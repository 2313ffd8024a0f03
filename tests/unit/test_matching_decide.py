"""Which search result is taken, and when a person is asked."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcilers.matching import Decision, MatchPolicy, Outcome, decide, queries, recording, upload
from reconcilers.recording import Candidate, Recording

_ISRC = "GBBKS1500214"
HELLO = recording("Hello", ("Adele",), "25", 295.0, _ISRC)


def hit(
    id: str,
    title: str = "Hello",
    artist: str = "Adele",
    duration: float | None = 295.0,
    kind: str = "",
    *,
    isrc: str | None = None,
    album: str | None = None,
    twin: str | None = None,
    available: bool = True,
) -> Candidate:
    """A search result."""
    said = recording(title, (artist,) if artist else (), album, duration, isrc)
    return Candidate(id, said, kind=kind, twin=twin, available=available)


def chosen(decision: Decision) -> str | None:
    """The id of the choice."""
    return decision.choice.candidate.id if decision.choice else None


_ONE = [
    (hit("x"), Outcome.AUTO, "title equal"),
    (hit("x", "Hello (Official Music Video)", "AdeleVEVO", 296, "OMV"), Outcome.AUTO, "title equal"),
    (hit("x", "Hello - Remastered", duration=297), Outcome.AUTO, "duration equal"),
    (hit("x", isrc=_ISRC), Outcome.AUTO, "ISRC equal"),
    (hit("x", "Adele - Hello", "Some Channel", 295, "UGC"), Outcome.AUTO, "title equal"),
    (hit("x", duration=300), Outcome.AUTO, "duration differs by 5 s"),
    (hit("x", duration=336), Outcome.REVIEW, "duration differs by 41 s"),
    (hit("x", "Hello (Live)"), Outcome.REVIEW, "live"),
    (hit("x", "Hello (Karaoke Version)"), Outcome.REVIEW, "karaoke"),
    (hit("x", "Hello (Tiësto Remix)"), Outcome.REVIEW, "remix"),
    (hit("x", "Hello - Sped Up"), Outcome.REVIEW, "sped up"),
    (hit("x", "Hello (Live)", isrc=_ISRC), Outcome.REVIEW, "live"),
    (hit("x", "Hello", album="25 (Live)"), Outcome.REVIEW, "live"),
    (hit("x", "Adele live Hello", "Some Channel", 295, "UGC"), Outcome.REVIEW, "perhaps live"),
    (hit("x", artist="", kind="UGC"), Outcome.REVIEW, "artist unknown"),
    (hit("x", artist="", duration=298), Outcome.REVIEW, "artist unknown"),
    (hit("x", duration=350, isrc=_ISRC), Outcome.REVIEW, "ISRC equal"),
    (hit("x", artist="Lionel Richie"), Outcome.NONE, "other artist"),
    (hit("x", "Someone Like You"), Outcome.NONE, "other title"),
    (hit("x", "Adele - Hello", "Karaoke Hits"), Outcome.NONE, "other artist"),
    (hit("x", available=False), Outcome.NONE, "not available"),
]


@pytest.mark.parametrize(("candidate", "band", "reason"), _ONE)
def test_one_candidate_is_taken_asked_about_or_left(candidate: Candidate, band: Outcome, reason: str) -> None:
    decision = decide(HELLO, [candidate])
    assert decision.band is band, decision
    assert any(reason in said for said in decision.reasons), decision.reasons


def test_an_isrc_alone_is_no_proof() -> None:
    assert decide(HELLO, [hit("x", "Other", "Nobody", 100, isrc=_ISRC)]).band is not Outcome.AUTO
    assert decide(HELLO, [hit("x", "Other", "Nobody", 295, isrc=_ISRC)]).band is not Outcome.AUTO


def test_nothing_found_is_none() -> None:
    assert decide(HELLO, []).reasons == ("nothing found",)


def test_a_rejected_id_doesnt_exist() -> None:
    decision = decide(HELLO, [hit("x"), hit("y", duration=296)], rejects={"x"})
    assert chosen(decision) == "y"
    assert all(each.candidate.id != "x" for each in decision.scored)


def test_the_label_audio_is_preferred_to_the_video() -> None:
    decision = decide(
        HELLO, [hit("v", "Hello (Official Video)", kind="OMV", twin="a"), hit("a", duration=297, kind="ATV", twin="v")]
    )
    assert chosen(decision) == "a"


def test_twins_are_one_whatever_their_titles_say() -> None:
    wanted = recording("Hello", ("Adele",))
    candidates = [hit("v", duration=320, kind="OMV", twin="a"), hit("a", kind="ATV", twin="v")]
    assert chosen(decide(wanted, candidates)) == "a"


def test_duplicates_of_one_recording_dont_hurt_each_other() -> None:
    decision = decide(HELLO, [hit("x"), hit("y"), hit("z", duration=296)])
    assert chosen(decision) == "x"


def test_two_recordings_that_fit_alike_are_a_question() -> None:
    wanted = recording("Hello", ("Adele",))
    decision = decide(wanted, [hit("x", duration=200), hit("y", duration=295)])
    assert decision.band is Outcome.REVIEW
    assert decision.choice is None
    assert decision.reasons == ("2 different recordings fit alike",)


def test_masters_of_one_song_are_no_question_where_no_duration_is_wanted() -> None:
    wanted = recording("Hello", ("Adele",))
    assert chosen(decide(wanted, [hit("first", duration=297), hit("second", duration=293)])) == "first"


def test_a_letter_more_is_another_song() -> None:
    assert decide(recording("Angels", ("Adele",), duration=295), [hit("x", "Angel")]).band is Outcome.REVIEW
    assert chosen(decide(recording("Sultan of Swing", ("Adele",), duration=295), [hit("x", "Sultans of Swing")])) == "x"


def test_a_worse_candidate_doesnt_hurt_the_right_one() -> None:
    decision = decide(
        HELLO,
        [
            hit("cover", artist="Piano Hits"),
            hit("live", "Hello (Live)"),
            hit("x", duration=296),
            hit("long", duration=360),
        ],
    )
    assert chosen(decision) == "x"
    assert decision.scored[0].candidate.id == "x"
    assert "live" in next(each for each in decision.scored if each.candidate.id == "live").reasons


def test_the_wanted_version_is_found_and_no_other() -> None:
    wanted = recording("Hello (Live)", ("Adele",), duration=295)
    assert chosen(decide(wanted, [hit("studio"), hit("live", "Hello - Live at the Royal Albert Hall")])) == "live"
    assert decide(wanted, [hit("studio")]).reasons[0] == "not live"


def test_another_remix_is_another_recording() -> None:
    wanted = recording("Hello (Tiësto Remix)", ("Adele",), duration=295)
    assert decide(wanted, [hit("x", "Hello (Avicii Remix)")]).band is Outcome.REVIEW


def test_a_live_album_says_live_for_its_songs() -> None:
    wanted = recording("Hello", ("Adele",), "Live at the Royal Albert Hall", 295.0)
    assert decide(wanted, [hit("studio", album="25")]).band is Outcome.REVIEW
    assert chosen(decide(wanted, [hit("live", "Hello (Live)")])) == "live"


def test_without_an_artist_a_person_is_asked() -> None:
    assert decide(recording("Hello", duration=295), [hit("x")]).band is Outcome.REVIEW


def test_an_upload_that_names_no_artist_is_never_taken() -> None:
    wanted = recording("Someone Like You", ("Adele",), duration=285)
    cover = Candidate("x", upload("Someone Like You", "A Singer at Home", duration=285), kind="UGC")
    assert decide(wanted, [cover]).band is Outcome.REVIEW


def test_a_song_in_another_script_is_found_with_its_duration_only() -> None:
    wanted = recording("چشم من", ("داریوش",), duration=295)
    assert chosen(decide(wanted, [hit("x", "Cheshme Man", "Dariush", 296)])) == "x"
    assert decide(wanted, [hit("x", "Cheshme Man", "Dariush", 303)]).band is Outcome.REVIEW
    assert decide(wanted, [hit("x", "Cheshme Man", "Googoosh", 295)]).band is Outcome.NONE


def test_stricter_thresholds_ask_more() -> None:
    assert decide(HELLO, [hit("x", duration=300)], policy=MatchPolicy(accept=0.99)).band is Outcome.REVIEW
    assert decide(HELLO, [hit("x", duration=300)], policy=MatchPolicy(max_duration_difference=3)).band is Outcome.REVIEW
    assert decide(HELLO, [hit("x", "Hello (Live)")], policy=MatchPolicy(review=0.8)).band is Outcome.NONE


@pytest.mark.parametrize(
    "candidate",
    [hit("x", "Hello (Live)"), hit("x", artist="", kind="UGC"), hit("x", duration=336), hit("x", available=False)],
)
def test_a_low_threshold_never_takes_what_is_forbidden(candidate: Candidate) -> None:
    assert decide(HELLO, [candidate], policy=MatchPolicy(accept=0.3)).band is not Outcome.AUTO


def test_at_most_five_candidates_are_shown_best_first() -> None:
    decision = decide(HELLO, [hit(str(at), duration=295 + at) for at in range(9)])
    scores = [each.score for each in decision.scored]
    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)


_hits = st.lists(
    st.builds(
        hit,
        id=st.uuids().map(str),
        title=st.sampled_from(
            ["Hello", "Hello (Live)", "Adele - Hello", "Hello (Foo)", "Hello (Bar)", "Helo", "Hello Remix"]
        ),
        artist=st.sampled_from(["Adele", "Adele & B", "AdeleVEVO", "", "Lionel Richie"]),
        duration=st.sampled_from([None, 280.0, 293.0, 295.0, 297.0, 302.0]),
        kind=st.sampled_from(["", "ATV", "OMV", "UGC"]),
        available=st.sampled_from([True, True, True, False]),
    ),
    max_size=5,
)
_wanted = st.sampled_from(
    [HELLO, recording("Hello", ("Adele",)), recording("Hello"), recording("Hello (Live)", ("Adele",))]
)


@settings(max_examples=80, deadline=None)
@given(_wanted, _hits, st.randoms(use_true_random=False))
def test_the_order_of_results_never_changes_the_outcome(
    wanted: Recording, candidates: list[Candidate], shuffle: random.Random
) -> None:
    shuffled = list(candidates)
    shuffle.shuffle(shuffled)
    one, other = decide(wanted, candidates), decide(wanted, shuffled)
    assert one.band is other.band
    if one.choice and other.choice:
        # Among those that are one recording the service's order decides.
        assert one.choice.candidate.kind == other.choice.candidate.kind
    else:
        assert [each.score for each in one.scored[:1]] == [each.score for each in other.scored[:1]]


def test_of_one_recording_the_result_that_says_how_long_it_is_is_taken() -> None:
    results = [hit("silent", duration=None), hit("said", duration=293)]
    said, unasked = decide(HELLO, results).choice, decide(recording("Hello", ("Adele",)), results).choice
    assert said is not None
    assert unasked is not None
    assert (said.candidate.id, unasked.candidate.id) == ("said", "silent")


@settings(max_examples=80, deadline=None)
@given(_wanted, _hits)
def test_what_is_taken_is_available_and_of_the_wanted_version(wanted: Recording, candidates: list[Candidate]) -> None:
    choice = decide(wanted, candidates).choice
    if choice is not None:
        assert choice.candidate.available
        assert choice.candidate.recording.version == wanted.version
        assert choice.score >= MatchPolicy().accept


@pytest.mark.parametrize(
    ("wanted", "service", "expected"),
    [
        (HELLO, "spotify", [f"isrc:{_ISRC}", "Adele Hello"]),
        (recording("Hello", ("Adele",)), "spotify", ["Adele Hello", 'track:"Hello" artist:"Adele"']),
        (recording("Hello (Live)", ("Adele",)), "youtubeMusic", ["Adele Hello live"]),
        (recording("Hello (Tiësto Remix)", ("Adele",)), "youtubeMusic", ["Adele Hello tiesto remix"]),
        (recording("چشم من", ("داریوش",)), "youtubeMusic", ["داریوش چشم من", "chshm mn drywsh"]),
        (recording("Hello"), "spotify", ["Hello"]),
        (recording("Hello", ("Adele",)), "telegram", []),
        (recording(""), "spotify", []),
    ],
)
def test_queries_are_few_and_end(wanted: Recording, service: str, expected: list[str]) -> None:
    asked = [queries(wanted, service, attempt) for attempt in range(4)]
    assert [query for query in asked if query is not None][: len(expected)] == expected
    assert asked[2:] == [None, None]
    assert all(query is None for query in asked[len([q for q in asked if q is not None]) :])


def test_a_quotation_mark_never_breaks_a_query() -> None:
    query = queries(recording('Say "Hello"', ("A",)), "spotify", 1)
    assert query is not None
    assert query.count('"') == 4


@pytest.mark.parametrize(("title", "taken"), [("Circles", "b"), ("Circles (Explicit)", "b"), ("Circles (Clean)", "a")])
def test_the_clean_edition_is_taken_only_where_it_was_asked_for(title: str, taken: str) -> None:
    wanted = recording(title, ("Post Malone",), duration=215)
    found = [
        Candidate("a", recording("Circles (Clean)", ("Post Malone",), duration=215), kind="ATV"),
        Candidate("b", recording("Circles", ("Post Malone",), duration=215), kind="ATV"),
    ]
    for order in (found, found[::-1]):
        choice = decide(wanted, order).choice
        assert choice is not None
        assert choice.candidate.id == taken
