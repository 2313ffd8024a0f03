"""What a plan says before it is carried out: counts, days, doubts and samples, small and always the same."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from navaar.outlook import in_words, plan_status, planned
from reconcilers.model import Origin, Place, Placement, Source, State, Track, Wishes
from reconcilers.plan import Plan, plan
from reconcilers.plan.operations import Observe
from reconcilers.plan.preview import Op, Outlook, Preview
from reconcilers.policy import Mode, Past, Sync, Target
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName

TELEGRAM, YOUTUBE, SPOTIFY = ServiceName.TELEGRAM, ServiceName.YOUTUBE, ServiceName.SPOTIFY
SYNC = Sync(
    "tapes",
    {TELEGRAM: Target("@c"), YOUTUBE: Target("PL1"), SPOTIFY: Target("sp1")},
    mode=Mode.PLAN,
    past=Past.IGNORE,
)
NOW = 1_800_000_000.0
READ = Place(10, looked=NOW - 120, listed=NOW - 120, started=True)
PLACES = {TELEGRAM: Place(started=True), YOUTUBE: READ, SPOTIFY: replace(READ, snapshot="s1")}
PENDING = Placement(changed=NOW - 60)


def stands(id: str) -> Placement:
    return Placement(State.PRESENT, Origin.FOUND, id, seen=True, changed=NOW - 60)


def song(n: int, at: ServiceName, *, title: str = "", **changes: Placement) -> Track:
    """A song that stands in one place, and is wanted in the others."""
    placements = {s: stands(f"{at.value}-{n}") if s is at else PENDING for s in SYNC.targets}
    placements |= {ServiceName[name.upper()]: placement for name, placement in changes.items()}
    recording = Recording(title or f"Song {n}", ("Somebody",), duration=200.0)
    name = f"tapes-{at.value[:1]}{n:04d}"
    return Track(
        name, (at, f"{at.value}-{n}"), recording, placements=placements, source=Source.BACKLOG, created=NOW - 60
    )


def named(*tracks: Track) -> dict[str, Track]:
    return {track.name: track for track in tracks}


def planned_of(tracks: Mapping[str, Track], sync: Sync = SYNC, places: Mapping[ServiceName, Place] = PLACES) -> Plan:
    return plan(sync, tracks, places, [], NOW)


def shown(tracks: Mapping[str, Track], sync: Sync = SYNC) -> Preview:
    preview = planned_of(tracks, sync).preview
    assert preview is not None
    return preview


def test_a_search_is_to_come_where_it_is_not_known_what_to_add() -> None:
    known = replace(PENDING, id="v1")
    pinned = replace(song(3, TELEGRAM), wishes=Wishes(pins={SPOTIFY: "p3"}))
    places = shown(named(song(1, TELEGRAM), song(2, TELEGRAM, youtube=known), pinned, song(4, SPOTIFY))).places
    assert places[YOUTUBE] == Outlook(adds=4, searches=3, days=1)
    assert places[SPOTIFY] == Outlook(adds=3, searches=3, days=1)  # a pin is looked up before it is believed
    assert places[TELEGRAM] == Outlook(adds=1, days=1)


def test_the_channel_looks_for_audio_itself_where_no_playlist_decides_it() -> None:
    two = replace(SYNC, targets={s: SYNC.targets[s] for s in (TELEGRAM, SPOTIFY)})
    assert shown(named(song(1, SPOTIFY)), two).places[TELEGRAM] == Outlook(adds=1, searches=1, days=1)


def test_days_follow_from_what_a_day_suffices_for_and_posts_wait_for_their_audio() -> None:
    """132 songs a day on Spotify, 120 on YouTube; a channel takes 28,800 posts, if only it has the audio."""
    places = shown(named(*(song(n, SPOTIFY) for n in range(250)), *(song(n, TELEGRAM) for n in range(133)))).places
    assert (places[SPOTIFY].days, places[YOUTUBE].days, places[TELEGRAM].days) == (2, 4, 4)
    at_hand = shown(named(*(song(n, YOUTUBE) for n in range(250)))).places
    assert (at_hand[TELEGRAM].days, at_hand[SPOTIFY].days) == (1, 2)


def test_samples_show_every_kind_however_many_there_are_of_one() -> None:
    going = Placement(State.REMOVING, Origin.PLACED, "v", reason="Absent", changed=NOW)
    removal = replace(song(9000, SPOTIFY, youtube=going), wishes=Wishes(absent=True), absent=True)
    review = Placement(State.REVIEW, reason="PossibleDuplicate", message="may be the same song", changed=NOW)
    one = song(1, TELEGRAM, title="Glory Box")
    other = replace(song(2, SPOTIFY, title="Glory Box", telegram=review, youtube=review))
    assert other.identity is not None
    other = replace(other, identity=replace(other.identity, duration=208.0))
    preview = shown(named(one, other, removal, *(song(n, TELEGRAM) for n in range(10, 700))))
    assert len(preview.samples) == 50
    kinds = Counter((sample.op, sample.service) for sample in preview.samples)
    assert kinds[Op.REMOVE, YOUTUBE] == 1 and kinds[Op.ADD, YOUTUBE] >= 20 and kinds[Op.ADD, SPOTIFY] >= 20
    (doubt,) = [sample for sample in preview.samples if sample.op is Op.REVIEW]
    assert (doubt.track, doubt.other, doubt.other_title) == (other.name, one.name, "Somebody – Glory Box")
    assert doubt.why.startswith("duration differs by 8 s") and preview.doubtful == 1


def test_without_mode_plan_only_what_waits_for_approval_is_shown() -> None:
    limited = replace(SYNC, mode=Mode.APPLY, targets={s: replace(t, max_adds=2) for s, t in SYNC.targets.items()})
    made = planned_of(named(*(song(n, TELEGRAM) for n in range(3)), song(9, SPOTIFY)), limited)
    assert made.preview is not None
    adds = {s: (o.adds, o.held) for s, o in made.preview.places.items()}
    assert adds == {TELEGRAM: (0, 0), YOUTUBE: (4, 4), SPOTIFY: (3, 3)}
    assert planned_of(named(song(1, TELEGRAM)), limited).preview is None


def test_another_set_has_another_hash_and_is_not_covered_by_an_approval() -> None:
    limited = replace(SYNC, mode=Mode.APPLY, targets={s: replace(t, max_adds=2) for s, t in SYNC.targets.items()})
    tracks = named(*(song(n, TELEGRAM) for n in range(3)))
    first = planned_of(tracks, limited).held
    more = planned_of(tracks | named(song(3, TELEGRAM)), replace(limited, approved=first.hash))
    assert more.held.hash not in ("", first.hash) and len(more.held.keys) == 8
    assert not any(p.approved for t in more.records for p in t.placements.values())
    stamped = planned_of(tracks, replace(limited, approved=first.hash))
    approved = {(t.name, s, "add") for t in stamped.records for s, p in t.placements.items() if p.approved}
    assert approved == first.keys and not stamped.held.keys


def test_in_mode_plan_a_playlist_is_not_read_again_for_an_addition_that_will_not_be_made() -> None:
    tracks = named(song(1, TELEGRAM, youtube=replace(PENDING, id="v1")))
    assert planned_of(tracks).operations == {}
    applied = planned_of(tracks, replace(SYNC, mode=Mode.APPLY)).operations[YOUTUBE]
    assert isinstance(applied[0], Observe)


def test_a_plan_is_told_in_a_sentence() -> None:
    preview = Preview(
        {
            TELEGRAM: Outlook(adds=1312, days=9),
            YOUTUBE: Outlook(adds=611, searches=611, days=9),
            SPOTIFY: Outlook(adds=402, removes=1, searches=402, days=4),
        },
        doubtful=37,
    )
    assert in_words(preview) == (
        "1,312 posts, 611 additions to YouTube Music, 402 to Spotify, 1 removal from Spotify, 1,013 searches still to "
        "come; about 9 days (Telegram, YouTube Music), 4 days (Spotify)"
    )
    said = planned(preview, planned_of({}).held, "music", "tapes")
    assert said.startswith("Plan: 1,312 posts, ") and said.endswith("Set spec.mode: Apply to begin.")
    assert "37 songs may be one with another, until you decide" in said
    assert planned(Preview(), planned_of({}).held, "music", "tapes") == "Plan: nothing to do."


def test_a_status_stays_small_whatever_songs_are_called() -> None:
    """etcd takes 1.5 MB of an object; everybody who watches is sent all of it at every change."""
    usual = planned_of(named(*(song(n, TELEGRAM, title=f"A Title of Some Words No. {n}") for n in range(800))))
    wild = planned_of(named(*(song(n, TELEGRAM, title=f"{n} " + "\U0001f3b5" * 4096) for n in range(800))))
    for made, most in ((usual, 9_000), (wild, 20_000)):
        status = plan_status(made.preview, made.held, "music", "tapes")
        assert status is not None and len(status["samples"]) == 50
        assert len(json.dumps(status, ensure_ascii=False).encode()) < most


def test_a_plan_that_is_the_same_is_told_the_same() -> None:
    tracks = named(*(song(n, TELEGRAM) for n in range(80)), *(song(n, SPOTIFY) for n in range(80)))
    backwards = dict(reversed(tracks.items()))
    later = plan(SYNC, backwards, PLACES, [], NOW + 100)
    first = planned_of(tracks)
    one = plan_status(first.preview, first.held, "music", "tapes")
    assert one == plan_status(later.preview, later.held, "music", "tapes")
