"""What people decide in their chats with the bot becomes what they would have written with kubectl."""

import pytest

from sandbox.telegram.chats import Message
from tests.e2e import botchat
from tests.e2e.botchat import Person, data_of, in_phase, labels, pin_to_nothing, said
from tests.e2e.conftest import Scene, until

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane, and Helm
scene = botchat.scene
mina = botchat.mina


@pytest.mark.compares("/review")
def test_a_question_is_answered_by_a_button_that_works_once(scene: Scene, mina: Person) -> None:
    track = scene.titled("Hello")
    candidates = track["status"]["placements"]["youtubeMusic"]["candidates"]
    card = mina.asks("/review")
    assert candidates[0]["text"] in said(card) and "None of these" in labels(card)
    assert [entity["url"] for entity in card.entities if entity["type"] == "text_link"]
    first, none, old = data_of(card, "1"), data_of(card, "None"), card.message_id
    mina.pushes(card, "1")
    assert said(card).startswith("Done: ")
    pins = scene.stage.get("Track", scene.namespace, track["metadata"]["name"])["spec"]["pins"]
    assert pins == {"youtubeMusic": candidates[0]["id"]}
    version = scene.stage.get("Track", scene.namespace, track["metadata"]["name"])["metadata"]["generation"]
    # The same press once more, and the other button of the card, as somebody may have kept them.
    for data in (first, none):
        assert "was used" in (mina.is_told(old, data) or "")
    assert scene.stage.get("Track", scene.namespace, track["metadata"]["name"])["metadata"]["generation"] == version
    scene.until("the song is settled", lambda: scene.titled("Hello")["status"]["phase"] in ("Synced", "Partial"))
    assert "Nothing waits for you" in mina.reads("/review")


@pytest.mark.compares("/delete")
def test_taking_a_song_out_asks_first(scene: Scene, mina: Person) -> None:
    name = scene.titled("Fix You")["metadata"]["name"]
    asked = mina.asks("/delete fix you")
    assert "Coldplay – Fix You" in said(asked)
    kept = data_of(asked, "Yes")
    mina.pushes(asked, "No")
    assert "stays" in said(asked)
    assert "was used" in (mina.is_told(asked.message_id, kept) or "")
    assert scene.stage.get("Track", scene.namespace, name)["spec"].get("state") != "Absent"
    asked = mina.asks("/delete fix you")
    mina.pushes(asked, "Yes")
    assert scene.stage.get("Track", scene.namespace, name)["spec"]["state"] == "Absent"
    scene.until("the song is nowhere", lambda: not any("fix-you" in keys for keys in scene.keys().values()))


@pytest.mark.compares("/add")
def test_a_song_that_is_asked_for_comes_everywhere_and_is_asked_for_once(scene: Scene, mina: Person) -> None:
    told = mina.asks('/add "The Weeknd - Blinding Lights"')
    assert said(told).startswith("Asked for: The Weeknd – Blinding Lights")
    scene.until("it is everywhere", lambda: all("blinding-lights" in keys for keys in scene.keys().values()))
    assert "was asked for before: it is everywhere" in until(
        "it is said to be there",
        lambda: "everywhere" in (text := mina.reads("/add the weeknd - blinding lights")) and text,
    )
    mina.pushes(told, "Show")
    assert "a person asked for it" in said(told)


def test_a_song_is_asked_for_by_its_address_too(scene: Scene, mina: Person) -> None:
    song = scene.box.world.catalogue.by_key("uptown-funk")
    mina.asks(f"/add https://open.spotify.com/track/{song.spotify_id}?si=1")
    scene.until("it is everywhere", lambda: all("uptown-funk" in keys for keys in scene.keys().values()))
    assert "not of a song" in mina.reads("/add https://open.spotify.com/album/4aawyAB9vmqN3uQ7FjRGTy")


@pytest.mark.compares("/search", "/search_sp")
def test_what_is_looked_for_comes_with_links_and_a_number_asks_for_it(scene: Scene, mina: Person) -> None:
    world = scene.box.world
    since = len(world.journal.entries)
    told = mina.asks("/search_sp Billie Eilish - bad guy")
    song = world.catalogue.by_key("bad-guy")
    links = [entity["url"] for entity in told.entities if entity["type"] == "text_link"]
    assert f"https://open.spotify.com/track/{song.spotify_id}" in links
    assert sum(e.call == "GET /search" for e in list(world.journal.entries)[since:]) == 1
    number = links.index(f"https://open.spotify.com/track/{song.spotify_id}") + 1
    mina.pushes(told, str(number))
    asked = [t for t in scene.tracks() if (t["spec"].get("pins") or {}).get("spotify") == song.spotify_id]
    assert len(asked) == 1 and asked[0]["spec"].get("origin") is None
    assert f"https://music.youtube.com/watch?v={song.video_id}" in [
        entity["url"]
        for entity in mina.asks("/search Billie Eilish - bad guy").entities
        if entity["type"] == "text_link"
    ]
    scene.until("it is everywhere", lambda: all("bad-guy" in keys for keys in scene.keys().values()))


@pytest.mark.compares("/sync", "/retry")
def test_a_pass_is_asked_for_without_writing_to_the_musicsync(scene: Scene, mina: Person) -> None:
    generation, annotations = (scene.sync()["metadata"].get(name) for name in ("generation", "annotations"))
    listed = scene.box.world.journal.counts("spotify")
    assert "Spotify of friday-tapes will be read" in mina.reads("/sync sp")
    scene.until("the playlist is read", lambda: scene.box.world.journal.counts("spotify") != listed)
    assert "Telegram, YouTube Music, Spotify of" in mina.reads("/sync all")
    assert scene.sync()["metadata"].get("generation") == generation
    assert scene.sync()["metadata"].get("annotations") == annotations
    # A song is tried again by itself, by a line in its own object: here what one place doesn't have.
    lacking = in_phase(scene, "Partial")[0]["metadata"]["name"]
    # Of those that failed, what `/sync all` began may still be under way.
    rested = {t["metadata"]["name"]: t["metadata"]["resourceVersion"] for t in in_phase(scene, "Synced")}
    assert "is tried again now" in mina.reads(f"/retry {lacking}")
    tried = lambda: scene.stage.get("Track", scene.namespace, lacking)["status"].get("lastHandledReconcileAt")  # noqa: E731
    scene.until("it was looked for again", tried)
    for name, version in rested.items():
        assert scene.stage.get("Track", scene.namespace, name)["metadata"]["resourceVersion"] == version, name
    # What a person pinned to nothing is not mended by trying.
    failed = lambda: [t["metadata"]["name"] for t in in_phase(scene, "Failed")] == ["dead-pin"]  # noqa: E731
    scene.until("it failed again", failed)
    assert mina.reads("/retry all").startswith("What failed is tried again now: 1 in")

    def stuck() -> Message | None:
        answer = mina.asks("/retry nobody gone")
        return answer if "won't get further by trying again" in said(answer) else None

    # It may still be tried when it is asked for.
    mina.pushes(scene.until("it failed again, and that is said", stuck), "Mend it")
    assert not (scene.stage.get("Track", scene.namespace, "dead-pin")["spec"].get("pins") or {})
    pin_to_nothing(scene)
    scene.until("it failed again", failed)


def test_it_wrote_nothing_but_tracks_and_statuses(scene: Scene) -> None:
    """What the bot does needs no right that syncing doesn't."""
    written = {write.resource for write in scene.kubernetes_writes()}
    assert written <= {
        "tracks.navaar.dev",
        "tracks.navaar.dev/status",
        "musicsyncs.navaar.dev/status",
        "events",
        "secrets",
    }
