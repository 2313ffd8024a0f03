"""What a message looks like, and where it may go."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from navaar.account.secrets import SecretProblem
from navaar.api.instant import read
from navaar.api.notifications import SEVERITIES
from navaar.notices.decision import decide
from navaar.notices.memory import Memory, Told, memory_from, memory_status
from navaar.notices.news import Item, News
from navaar.notices.standing import FAILED, NO_SONGS, REVIEW, SYNC, Song, Songs, songs_of, standing
from navaar.notices.tally import Tally, tally_of
from navaar.notices.text import Message, message
from navaar.notices.webhook import DISCORD, address, body_of
from navaar.notices.wishes import wishes_of
from navaar.words import LANGUAGES
from reconcilers.model import Origin, Placement, State, Track
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from tests.latin import foreign, plain

NOW = read("2026-11-21T14:02:10Z")
DOCUMENTED = (Path(__file__).parents[2] / "docs/notifications.md").read_text()
SYNCED = {"metadata": {"namespace": "music", "name": "friday-tapes", "uid": "u"}, "spec": {}}
HOSTILE = '</b><a href="tg://x">\u202e&amp; < > <tg-spoiler> ' + "x" * 2000
SONGS = tuple(Song(HOSTILE, NOW) for _ in range(5))
ALL = [
    Item(News.HELLO),
    *(
        Item(news, about, NOW, "AuthExpired" * 2, HOSTILE)
        for news, about in ((News.SIGN_IN, "telegram"), (News.SIGN_IN, "youtubeMusic"), (News.TROUBLE, "spotify"))
    ),
    Item(News.APPROVAL, "approval", NOW, "aaaaaaaaaaaa", HOSTILE),
    Item(News.REVIEW, REVIEW, NOW, new=100, all=20_000, songs=SONGS),
    Item(News.FAILED, FAILED, NOW, new=100, all=20_000, songs=SONGS),
    Item(News.CONSENT, "spotify", NOW, "ConsentExpiring", HOSTILE),
    Item(
        News.DIGEST,
        "digest",
        NOW,
        until=NOW + 7 * 86400,
        tally=Tally(20_000, dict.fromkeys(ServiceName, 20_000), 1_000, 2_000, 3_000),
    ),
]
"""All that there can be in one message."""


class Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(made: Message) -> Markup:
    markup = Markup()
    markup.feed(made.html)
    assert not markup.open
    return markup


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_message_of_hostile_words_fits_and_is_marked_up_by_nobody_else(language: str) -> None:
    long = {"metadata": {"namespace": "n" * 63, "name": "s" * 52}, "spec": {"telegram": {"adminUserIds": [7]}}}
    markup = shown(message(long, ALL, language))
    assert set(markup.tags) == {"b", "i", "code"}
    assert len(markup.text.encode("utf-16-le")) // 2 <= 4096
    assert "\u202e" not in markup.text
    assert markup.text.count("\u2068") == markup.text.count("\u2069") > 10
    plain = message(long, ALL, language)
    assert len(body_of(plain, "u")["content"]) <= DISCORD


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("news", News)
def test_every_piece_of_news_says_what_since_when_and_which_command_helps(news: News, language: str) -> None:
    item = Item(
        news, "spotify", NOW, "AuthExpired", "Sign in again.", new=1, all=1, songs=(Song("Adele – Hello", NOW),)
    )
    made = message(SYNCED, [Item(news) if news is News.HELLO else item], language)
    (paragraph,) = made.paragraphs
    assert made.plain.startswith("friday-tapes\n\n")
    assert paragraph.head in made.plain and (not paragraph.command or f"$ {paragraph.command}" in made.plain)
    if news is not News.HELLO:
        assert "2026-11-21" in paragraph.head
    if news not in (News.HELLO, News.RECOVERED):
        assert re.fullmatch(r"navaar [a-z].* -n music", paragraph.command)


@pytest.mark.parametrize("language", ["fa", "ru"])
@pytest.mark.parametrize("news", News)
def test_news_is_told_in_one_language(news: News, language: str) -> None:
    english = "Something that only a condition says: navaar auth spotify friday-tapes -n music"
    plan = {"summary": "60 posts", "telegram": {"adds": 60}, "searches": 4}
    sync = {**SYNCED, "status": {"plan": plan, "spotify": {"consentExpiresAt": "2026-12-24T00:00:00Z"}}}
    for about in ("spotify", "telegram", SYNC):
        item = Item(news, about, NOW, "Forbidden", english, new=7, all=9, songs=(Song("چشم من", NOW),))
        (paragraph,) = message(sync, [item], language).paragraphs
        told = f"{paragraph.head} {paragraph.detail} {paragraph.more}"
        assert not foreign(plain(told), ["friday-tapes"]), told
        if news in (News.SIGN_IN, News.TROUBLE):
            assert paragraph.command == SIGN_IN and paragraph.detail
        if news is News.APPROVAL:
            assert "60" in paragraph.detail and "4" in paragraph.detail


SIGN_IN = "navaar auth spotify friday-tapes -n music"


def test_a_message_reads_like_this() -> None:
    failed = Item(News.FAILED, FAILED, NOW, new=7, all=9, songs=(Song("Adele – Hello", NOW), Song("چشم من", NOW)))
    items = [Item(News.SIGN_IN, "spotify", NOW, "AuthExpired", f"Spotify refuses the consent: {SIGN_IN}"), failed]
    assert message(SYNCED, items, "en").plain.replace("\u2068", "").replace("\u2069", "") == (
        "friday-tapes\n"
        "\n"
        "🔑 Spotify has refused the sign-in since 2026-11-21 14:02 UTC.\n"
        "Spotify refuses the consent:\n"
        f"$ {SIGN_IN}\n"
        "\n"
        "✖️ 7 songs have failed, the first on 2026-11-21 14:02 UTC:\n"
        "• Adele – Hello\n"
        "• چشم من\n"
        "and 5 more. (9 in all.)\n"
        "$ navaar failed --sync friday-tapes -n music"
    )


WEEK = Item(
    News.DIGEST,
    "digest",
    read("2026-11-16T09:00:00Z"),
    until=read("2026-11-23T09:00:00Z"),
    tally=Tally(12, {ServiceName.TELEGRAM: 3, ServiceName.YOUTUBE: 9, ServiceName.SPOTIFY: 0}, 2, 1, 4),
)


def test_a_digest_reads_as_the_documentation_shows_it() -> None:
    made = message(SYNCED, [WEEK], "en")
    shown = re.search("```\n(📊.*?\n)```", DOCUMENTED, re.DOTALL)
    assert shown is not None
    assert made.plain == f"friday-tapes\n\n{shown[1]}$ navaar status friday-tapes -n music"
    (item,) = made.items
    assert (item["news"], item["since"], item["until"]) == ("Digest", "2026-11-16T09:00:00Z", "2026-11-23T09:00:00Z")
    assert item["counts"] == {
        "came": 12,
        "added": {"telegram": 3, "youtubeMusic": 9, "spotify": 0},
        "review": 2,
        "failed": 1,
        "missing": 4,
    }


def test_the_documentation_names_every_sort_of_news_and_how_grave_it_is() -> None:
    table = re.findall(r"^\| `(\w+)` \| .* \| `(\w+)` \|$", DOCUMENTED, re.MULTILINE)
    assert table == [(str(event), str(severity)) for event, severity in SEVERITIES.items()]


def test_the_documented_example_means_what_it_says() -> None:
    example = re.search("```yaml\n(.*?)```", DOCUMENTED, re.DOTALL)
    assert example is not None
    for text in (example[1], example[1].replace("# severity", "severity").replace("# events", "events")):
        wishes = wishes_of(yaml.safe_load(text)["spec"]["notifications"])
        assert wishes.quiet is not None and str(wishes.weekly) == "Europe/Berlin" and not wishes.problem
    assert wishes.news == {News.HELLO, News.DIGEST, News.SIGN_IN, News.TROUBLE, News.RECOVERED}


def test_where_the_bot_answers_its_own_words_are_offered_too() -> None:
    answering = {**SYNCED, "spec": {"telegram": {"adminUserIds": [7]}}}
    offered = [one.word for one in message(answering, ALL, "en").paragraphs if one.word]
    assert offered == ["/status", "/review", "/failed", "/status"]
    assert all(f"\n{word}\n" in message(answering, ALL, "en").html for word in offered)
    assert not any(one.word for one in message(SYNCED, ALL, "en").paragraphs)


def test_only_what_is_wrong_makes_a_sound_beside_the_greeting() -> None:
    loud = [news for news in News if message(SYNCED, [Item(news, "spotify", NOW)], "en").urgent]
    assert loud == [News.HELLO, News.SIGN_IN, News.TROUBLE]


def test_the_commands_that_are_told_can_be_understood() -> None:
    from click.testing import CliRunner

    from navaar.cli.program import program

    for paragraph in message(SYNCED, ALL, "en").paragraphs:
        if paragraph.command:
            found = CliRunner().invoke(program, [*paragraph.command.split()[1:], "--kubeconfig", "/nowhere"])
            assert found.exit_code == 1, f"{paragraph.command}: {found.output}"


def test_a_webhooks_receiver_can_tell_a_message_that_comes_twice() -> None:
    one, other = message(SYNCED, ALL[:2], "en"), message(SYNCED, ALL[:3], "en")
    assert body_of(one, "u")["id"] == body_of(one, "u")["id"] != body_of(other, "u")["id"]
    assert json.dumps(body_of(other, "u"))


@pytest.mark.parametrize(
    "url",
    ["", "hooks.example.com/x", "http://hooks.example.com/x", "https://", "https://[", "ftp://a/b", "https://a/\x00"],
)
def test_only_an_https_address_is_posted_to_and_it_is_never_repeated(url: str) -> None:
    with pytest.raises(SecretProblem) as problem:
        address("hook", {"url": url})
    assert problem.value.reason == "InvalidWebhook" and "Secret hook" in problem.value.message
    assert len(url) < 10 or url not in problem.value.message
    assert address("hook", {"url": " https://hooks.example.com/x?y=z\n"}) == "https://hooks.example.com/x?y=z"


def condition(type: str, status: str, reason: str = "Ready", since: float = NOW) -> dict[str, Any]:
    from navaar.api.instant import written

    return {"type": type, "status": status, "reason": reason, "message": "m", "lastTransitionTime": written(since)}


def stands(*conditions: dict[str, Any], **status: Any) -> Any:
    return standing({**SYNCED, "status": {"conditions": list(conditions), **status}})


def test_how_it_stands_is_what_the_conditions_say() -> None:
    found = stands(
        condition("Ready", "False", "AuthExpired"),
        condition("TelegramReady", "True"),
        condition("YouTubeMusicReady", "Unknown", "Progressing"),
        condition("SpotifyReady", "False", "AuthExpired"),
    )
    assert list(found.troubles) == ["spotify"] and found.troubles["spotify"].reason == "AuthExpired"
    assert set(found.well) == {"telegram", SYNC}, "of what isn't read yet nothing is known"


def test_a_plan_that_waits_is_a_question_and_no_trouble_of_its_place() -> None:
    found = stands(
        condition("SpotifyReady", "False", "AwaitingApproval"), plan={"hash": "aaaaaaaaaaaa", "summary": "60"}
    )
    assert found.troubles == {} and "spotify" in found.well
    assert found.approval is not None and found.approval.hash == "aaaaaaaaaaaa"
    assert stands(condition("SpotifyReady", "True"), plan={"hash": "aaaaaaaaaaaa"}).approval is None, (
        "mode Plan asks nothing"
    )


def test_what_stops_the_whole_of_it_is_told_of_the_whole() -> None:
    assert list(stands(condition("Stalled", "True", "TargetClaimed")).troubles) == [SYNC]
    terminal = stands(condition("Stalled", "True", "NotFound"), condition("SpotifyReady", "False", "NotFound"))
    assert list(terminal.troubles) == ["spotify"]


def track(name: str, title: str | None, **placements: tuple[State, float]) -> Track:
    places = {"spotify": ServiceName.SPOTIFY, "youtube": ServiceName.YOUTUBE}
    return Track(
        name,
        identity=Recording(title, ("Adele",)) if title else None,
        placements={places[place]: Placement(state, changed=at) for place, (state, at) in placements.items()},
        created=1.0,
    )


def test_songs_that_failed_or_wait_are_counted_once_each_and_the_newest_are_named() -> None:
    tracks = [track(f"t{n}", f"Song {n}", spotify=(State.FAILED, NOW + n)) for n in range(20)]
    tracks += [
        track("both", "Both", spotify=(State.FAILED, NOW), youtube=(State.REVIEW, NOW + 1)),
        track("unread", None, spotify=(State.REVIEW, NOW)),
        track("well", "Well", spotify=(State.PRESENT, NOW)),
    ]
    found = songs_of(tracks)
    assert found[FAILED].moments == tuple(NOW + n for n in range(20))
    assert [song.title for song in found[FAILED].newest] == [f"Adele – Song {n}" for n in (19, 18, 17, 16, 15)]
    assert [song.title for song in found[REVIEW].newest] == ["Adele – Both", "unread"]
    assert songs_of([track("well", "Well", spotify=(State.PRESENT, NOW))]).get(FAILED, NO_SONGS) == Songs()


def came(
    name: str, at: float, spotify: Placement | None = None, youtube: Placement | None = None, **more: Any
) -> Track:
    here = {ServiceName.SPOTIFY: spotify, ServiceName.YOUTUBE: youtube}
    placements = {place: placement for place, placement in here.items() if placement is not None}
    return Track(name, identity=Recording("Hello", ("Adele",)), placements=placements, created=at, **more)


def test_a_digest_counts_the_songs_that_came_and_were_added_in_its_time_and_those_that_are_not_well_now() -> None:
    there = Placement(State.PRESENT, Origin.FOUND, "a", seen=True)
    since, until = NOW, NOW + 100

    def placed(at: float, seen: bool = True) -> Placement:
        return Placement(State.PRESENT, Origin.PLACED, "b", seen=seen, placed=at)

    tracks = [
        came("long ago", NOW - 50, there, placed(NOW - 40)),
        came("in the first moment", since, there, placed(since)),
        came("in the last moment", until, there, placed(until)),
        came("in that one too", until, there, placed(until)),
        came("found though we had once added it", NOW - 50, there, replace(there, placed=NOW + 1)),
        came("after that", until + 1, there, placed(until + 1)),
        came("old and added of late", NOW - 50, placed(NOW + 1, seen=False), there),
        came("added and gone again", NOW + 1, there, replace(placed(NOW + 2), state=State.REMOVED)),
        came("in question", NOW - 50, there, Placement(State.REVIEW)),
        came("failed and in question", NOW - 50, Placement(State.FAILED), Placement(State.REVIEW)),
        came("failed", NOW + 1, there, Placement(State.FAILED)),
        came("not to be had", NOW + 1, there, Placement(State.NOT_FOUND)),
        came("the same as another", NOW + 1, there, placed(NOW + 2), duplicate_of="failed"),
    ]
    services = (ServiceName.YOUTUBE, ServiceName.SPOTIFY)
    found = tally_of(tracks, services, since, until)
    assert found == Tally(5, {ServiceName.YOUTUBE: 2, ServiceName.SPOTIFY: 1}, review=2, failed=1, missing=1)
    assert list(found.added) == list(services)


def test_what_was_told_comes_back_from_the_status_as_it_was() -> None:
    told = {"spotify": Told(NOW, "AuthExpired", 3, NOW + 0.25), FAILED: Told(NOW + 0.1, mark=NOW + 0.0625)}
    memory = Memory("chat 7", (NOW, NOW + 9), told, digest=NOW - 0.5)
    assert memory_from(json.loads(json.dumps(memory_status(memory)))) == memory
    assert memory_from(None) == Memory()
    status = {"conditions": [condition("SpotifyReady", "False", "AuthExpired")]}
    sync = {**SYNCED, "status": status}
    decision = decide(Memory(to="chat 7"), standing(sync), "chat 7", NOW)
    assert decide(memory_from(memory_status(decision.memory)), standing(sync), "chat 7", NOW + 9e6).items == ()
