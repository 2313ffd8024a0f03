"""A channel's past from an export: whole, cut off, of another chat, in pieces of any size; and what Tracks come of it."""

import io
import json
from typing import Any

import pytest

import navaar.transfer.chatexport as chatexport
from navaar.api.common import MEMORY_ANNOTATION
from navaar.api.convert import manifest_of, track_from
from navaar.transfer.channelpast import Past, items, past
from navaar.transfer.chatexport import Export
from navaar.transfer.manifest import written
from navaar.transfer.song import Unreadable
from reconcilers.model import Origin, Placement, State, Track
from reconcilers.past import claim, unproved
from reconcilers.plan import plan
from reconcilers.plan.operations import Scanned
from reconcilers.policy import Sync, Target
from reconcilers.recording import Recording
from reconcilers.services.protocol import Item, ServiceName

TELEGRAM, YOUTUBE, SPOTIFY = ServiceName.TELEGRAM, ServiceName.YOUTUBE, ServiceName.SPOTIFY
CHAT = -1001234500001
SYNC = Sync("friday-tapes", {TELEGRAM: Target("@fridaytapes"), YOUTUBE: Target("PL"), SPOTIFY: Target("5N")})


def audio(id: int, performer: str | None, title: str | None, **more: Any) -> dict[str, Any]:
    said = {"performer": performer, "title": title, "duration_seconds": 200, **more}
    made = {"id": id, "type": "message", "date_unixtime": "1577836800", "file": "(File not included.)", "text": ""}
    made |= {"media_type": "audio_file", "mime_type": "audio/mpeg"}
    return {**made, **{field: value for field, value in said.items() if value is not None}}


MESSAGES = [
    {"id": 1, "type": "service", "action": "create_channel", "text": ""},
    audio(2, "Adele", "Hello"),
    {"id": 3, "type": "message", "text": "good morning"},
    audio(4, None, None, file_name="Massive Attack - Teardrop.mp3"),
    {"id": 5, "type": "message", "file": "files/Queen - Bicycle Race.flac", "mime_type": "audio/flac", "text": ""},
    {"id": 6, "type": "message", "media_type": "voice_message", "file": "v.ogg", "mime_type": "audio/ogg", "text": ""},
    audio(7, None, None, text=["Now\n", {"type": "bold", "text": "Radiohead - Creep"}]),
    {"id": 8, "type": "unsupported"},
    audio(9, "Adele", "Hello"),
    audio(10, None, None, duration_seconds=None),
]


def exported(messages: list[Any] = MESSAGES, **head: Any) -> bytes:
    made = {"name": "Friday {Tapes}", "type": "public_channel", "id": 1234500001, **head, "messages": messages}
    return json.dumps(made, indent=1, ensure_ascii=False).encode()


def opened(data: bytes, chat: int | str | None = None) -> Export:
    return Export(io.BytesIO(data), chat)


def posts(data: bytes) -> list[Item]:
    return list(items(opened(data).messages()))


def known(found: list[Item], tracks: dict[str, Track] | None = None, now: float = 1e9) -> Past:
    return past(found, SYNC, tracks or {}, "music", CHAT, "an export of Friday Tapes", now)


def test_posts_with_audio_are_found_with_what_they_say_of_their_song() -> None:
    said = {item.id: str(item.recording) for item in posts(exported())}
    assert said == {
        "2": "Adele – Hello",
        "4": "Massive Attack – Teardrop",
        "5": "Queen – Bicycle Race",
        "7": "Radiohead – Creep",
        "9": "Adele – Hello",
        "10": "",
    }


def test_a_channel_has_the_number_that_bots_know_it_by() -> None:
    export = opened(exported())
    assert (export.chat.name, export.chat.id, export.chat.is_channel) == ("Friday {Tapes}", CHAT, True)
    assert len(list(export.messages())) == len(MESSAGES)
    assert export.complete
    assert export.unused == []
    assert not opened(exported(type="private_supergroup")).chat.is_channel
    assert opened(exported(type="personal_chat")).chat.id == 1234500001


@pytest.mark.parametrize("chunk", [1, 7, 64, 1 << 20])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_it_is_the_same_in_pieces_of_any_size(chunk: int, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chatexport, "CHUNK", chunk)
    title = 'Чеш "me" \\x41 \\\\ [{ messages'
    data = exported([audio(2, "داریوش", title), audio(3, "x", "BELL")]).decode()
    # Telegram Desktop writes control characters in a way that JSON doesn't know.
    export = opened(data.replace("BELL", "a\\x0Bb").encode(encoding))
    first, second = export.messages()
    assert first["title"] == title
    assert second["title"] == "a\x0bb"
    assert export.complete


def test_one_chat_of_a_whole_accounts_export_is_chosen() -> None:
    chats = [json.loads(exported(name=name, id=id)) for name, id in (("Other", 5), ("Friday", 1234500001))]
    chats[0]["messages"] = [{"id": 1, "type": "message", "text": 'x "messages": [ y'}]
    data = json.dumps({"about": "x", "chats": {"about": "y", "list": chats}}).encode()
    assert opened(data, CHAT).chat.name == "Friday"
    assert opened(data, "Friday").chat.id == CHAT
    with pytest.raises(Unreadable, match=r"holds several chats.*Other \(-1005\), Friday \(-1001234500001\)"):
        opened(data)
    with pytest.raises(Unreadable, match="Sunday is not in this export, which holds Other"):
        opened(data, "Sunday")


@pytest.mark.parametrize("data", [b"", b"{}", b'{"tracks": []}', b"\x00\x01\x02", b"<html>", b'{"messages": []}'])
def test_what_is_no_export_is_refused_with_how_to_make_one(data: bytes) -> None:
    with pytest.raises(Unreadable, match="Export chat history"):
        opened(data)


def test_an_export_that_breaks_off_gives_what_it_has_and_says_where_it_ends() -> None:
    data = exported()
    export = opened(data[: data.index(b"Radiohead")])
    assert [item.id for item in items(export.messages())] == ["2", "4", "5"]
    assert not export.complete
    (told,) = export.unused
    assert told.where.startswith("line ")
    assert "breaks, after message 6: export the channel again" in told.why
    # What isn't a message, in the midst of them, ends nothing.
    odd = opened(exported([3, audio(2, "Adele", "Hello"), None]))
    assert [item.id for item in items(odd.messages())] == ["2"]
    assert odd.complete
    assert len(odd.unused) == 2


def test_the_tracks_are_what_a_scan_would_have_made() -> None:
    found = known(posts(exported()))
    made = {d.resource["spec"]["origin"]["id"]: d.resource for d in found.documents}
    assert sorted(made, key=int) == ["2", "4", "5", "7", "10"], "a song that was posted twice is one Track"
    assert (found.posts, found.last, found.new) == (6, 10, 5)
    hello = track_from(made["2"], CHAT)
    placement = hello.placements[TELEGRAM]
    assert (placement.state, placement.origin, placement.id, placement.others) == (
        State.PRESENT,
        Origin.FOUND,
        "2",
        ("9",),
    )
    assert placement.seen
    assert str(hello.recording) == "Adele – Hello"
    assert hello.source.value == "Backlog"
    assert hello.origin == (TELEGRAM, "2")
    assert track_from(made["10"], CHAT).recording is None
    batch = Scanned(TELEGRAM, 1, 11, tuple(posts(exported())), 1e9, messages=6, last=10)
    scanned = plan(SYNC, {}, {}, [batch], 1e9, posting=False).records
    assert sorted(made.values(), key=str) == sorted(
        (manifest_of(t, SYNC.name, "music", chat_id=CHAT) for t in scanned), key=str
    )
    text = written(found.documents)
    assert text == written(known(posts(exported()), now=2e9).documents), "the same bytes on every run"
    assert text.startswith(
        "# Adele – Hello\n# Imported from an export of Friday Tapes\napiVersion: navaar.dev/v1alpha1\n"
    )


def test_a_song_that_has_a_track_learns_of_its_post_and_keeps_all_else() -> None:
    there = Track(
        "friday-tapes-x",
        (SPOTIFY, "4u43I0LP2Xf85OAS85eG0R"),
        Recording("Hello", ("Adele",), duration=201.0),
        placements={SPOTIFY: Placement(State.PRESENT, Origin.FOUND, "4u43I0LP2Xf85OAS85eG0R", seen=True)},
    )
    found = known(posts(exported([audio(2, "Adele", "Hello")])), {there.name: there})
    (document,) = found.documents
    assert document.resource["metadata"]["name"] == there.name
    assert document.resource["spec"]["origin"] == {"service": "spotify", "id": "4u43I0LP2Xf85OAS85eG0R"}
    assert f'{{"chat":{CHAT},' in document.resource["metadata"]["annotations"][MEMORY_ANNOTATION]
    assert found.new == 0
    again = {there.name: track_from({**document.resource, "metadata": {**document.resource["metadata"]}}, CHAT)}
    assert known(posts(exported([audio(2, "Adele", "Hello")])), again).documents == ()


def test_a_post_that_may_be_a_song_that_is_there_is_brought_nowhere_until_a_person_says() -> None:
    there = Track(
        "friday-tapes-x",
        (SPOTIFY, "4u43I0LP2Xf85OAS85eG0R"),
        Recording("Hello", ("Adele",), duration=295.0),
        placements={SPOTIFY: Placement(State.PRESENT, Origin.FOUND, "4u43I0LP2Xf85OAS85eG0R", seen=True)},
    )
    found = known(posts(exported([audio(2, None, "Hello", duration_seconds=None)])), {there.name: there})
    (document,) = found.documents
    assert document.resource["spec"]["excludeFrom"] == ["spotify", "youtubeMusic"]
    assert "may be the same song as Adele – Hello" in document.comment
    assert "take excludeFrom out" in document.comment
    assert "spec.pins.telegram: 2" in str(found.doubtful[0])


def test_what_is_claimed_of_a_past_is_believed_once_its_tracks_are_there() -> None:
    found = known(posts(exported()))
    assert found.acceptance == claim(6, 10)
    tracks = {d.resource["metadata"]["name"]: track_from(d.resource, CHAT) for d in found.documents}
    assert unproved(found.acceptance, tracks) == ""
    first = next(iter(tracks))
    lost = {name: track for name, track in tracks.items() if name != first}
    assert "apply their Tracks" in unproved(found.acceptance, lost)
    assert "6 posts up to 10, of which 0 are remembered" in unproved(found.acceptance, {})
    assert unproved("2026-11-21", {}) == "", "a person's own word needs no proof"
