"""What a bot is not shown: its own uploads whose answer was lost, and posts of a time in which nobody listened."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from sandbox import quickstart, scenario
from tests.e2e.conftest import Scene
from tests.e2e.scratchchat import RETRY, SCRATCH, TELEGRAM, assert_nothing_twice, old_channel, with_scratch

HOUR = 3600.0
Make = Callable[..., Scene]

# Where a channel ends is known after a hundred requests, one after another.
pytestmark = pytest.mark.timeout(480)


def forwards(scene: Scene) -> Counter[int]:
    """How often each post of the channel was looked at."""
    return Counter(e.detail["message_id"] for e in scene.service_writes() if e.call == "forwardMessage")


def scratch(scene: Scene) -> list[Any]:
    return scene.box.call(lambda: scene.box.world.telegram.messages(SCRATCH))


def message(scene: Scene) -> str:
    return scene.conditions().get("TelegramReady", ("", "", ""))[2]


@pytest.mark.parametrize(
    ("kind", "how", "uploads"),
    [("lost", {}, 0), ("late", {"seconds": 15.0}, 0), ("reset", {}, 1)],
    ids=["delivered, its answer lost", "delivered, timed out", "not delivered"],
)
def test_an_upload_whose_answer_never_came_is_in_the_channel_once(
    scene_with: Make, kind: str, how: dict[str, Any], uploads: int
) -> None:
    scene = scene_with(with_scratch(scenario.small))
    scene.break_(kind, "telegram", "sendAudio", **how)
    scene.start()
    scene.begin(telegram={**TELEGRAM, "past": "Ignore"}, retry=RETRY)
    scene.wait_converged(240)
    assert_nothing_twice(scene)
    assert set(scene.keys()["telegram"]) == quickstart.expected(scenario.SMALL)["telegram"]
    sent = [e for e in scene.service_writes() if e.call == "sendAudio"]
    assert len(sent) == len(scenario.SMALL.union) - len(scenario.SMALL.telegram) + uploads
    assert scratch(scene) == []


@pytest.mark.time_travel
def test_posts_of_an_outage_of_thirty_hours_are_told_of_and_imported(scene_with: Make) -> None:
    scene = scene_with(with_scratch(scenario.small))
    scene.start()
    scene.begin(telegram=TELEGRAM)
    scene.wait_converged(240)
    scene.operator.stop()
    scene.post("blinding-lights", "bad-guy")
    scene.advance(29 * HOUR)
    scene.post("shape-of-you")
    scene.advance(HOUR)
    scene.break_("rate-limit", "telegram", "forwardMessage", seconds=4)
    scene.start()
    scene.until("the gap is told of", lambda: "nobody read the channel for 30 hours" in message(scene))
    assert scene.reason("TelegramReady") == "ChannelPastUnknown"
    songs = {"blinding-lights", "bad-guy", "shape-of-you"}
    scene.until("all three are everywhere", lambda: all(songs <= {*keys} for keys in scene.keys().values()))
    scene.wait_converged(240)
    assert_nothing_twice(scene)
    sources = {key: scene.titled(title)["status"]["source"] for key, title in (("bad-guy", "bad guy"),)}
    assert sources == {"bad-guy": "Backlog"}
    assert scratch(scene) == []


@pytest.mark.slow
def test_a_first_start_in_a_channel_with_a_past_imports_it_and_posts_none_of_it_again(scene_with: Make) -> None:
    keys = ("take-on-me", "wonderwall", "billie-jean", "creep", "despacito", "tnt", "uptown-funk", "september")
    scene = scene_with(old_channel(*keys))
    last = scene.box.call(lambda: scene.box.world.telegram.chat(scenario.CHANNEL_ID).last_message_id)
    scene.break_("late", "telegram", "forwardMessage", seconds=0.5, times=10)
    scene.start()
    scene.begin(telegram=TELEGRAM)
    scene.until("it says what it does", lambda: "reading the channel's past: post" in message(scene))
    scene.until("the playlists go on", lambda: len(scene.keys()["youtube"]) > len(scenario.SMALL.youtube))
    scene.wait_converged(240)
    assert_nothing_twice(scene)
    assert {*keys, *scenario.SMALL.union} - {"iskala"} <= {*scene.keys()["telegram"]}
    writes = scene.service_writes()
    first = next(n for n, e in enumerate(writes) if e.call == "sendAudio")
    late = [e for e in writes[first:] if e.call == "forwardMessage" and e.detail["message_id"] <= last]
    assert not late, "posted before all was read"
    assert scene.sync()["status"]["telegram"]["scan"]["found"] == len(keys)
    assert scene.sync()["status"]["telegram"]["past"] == "Known"
    quiet = {str(e.detail.get("disable_notification")).lower() for e in scene.service_writes() if "forward" in e.call}
    assert quiet == {"true"}
    assert scratch(scene) == []
    mark = scene.box.world.journal.mark()
    scene.operator.stop()
    scene.start()
    scene.sync_now()
    assert scene.converged()
    assert not [e for e in scene.service_writes(mark) if e.call in ("sendAudio", "forwardMessage")]


@pytest.mark.slow
def test_a_restart_in_the_middle_of_the_past_goes_on_where_it_was(scene_with: Make) -> None:
    songs = scenario.QUICKSTART.telegram + scenario.SPOTIFY_ONLY
    assert len(songs) > 20
    scene = scene_with(old_channel(*songs))
    scene.box.call(lambda: setattr(scene.box.world.telegram.floods, "per_minute", 0))
    scene.start()
    scene.begin(telegram=TELEGRAM)

    def progress() -> dict[str, int]:
        return dict((scene.sync().get("status") or {}).get("telegram", {}).get("scan") or {})

    scene.until("some of it is read", lambda: progress().get("next", 0) > 15)
    reached = progress()["next"]
    scene.operator.kill()
    scene.start()
    scene.until("all of it is read", lambda: scene.sync()["status"]["telegram"]["past"] == "Known", 240)
    looked = forwards(scene)
    assert all(times == 1 for id, times in looked.items() if id < reached), looked
    assert progress()["found"] == len(songs)
    tracks = scene.tracks()
    imported = {t["status"]["placements"]["telegram"].get("id") for t in tracks if t["status"].get("placements")}
    assert len(imported - {None}) >= len(songs)
    assert_nothing_twice(scene)


@pytest.mark.slow
def test_a_channel_that_protects_its_content_says_so_and_leaves_the_question_to_a_person(scene_with: Make) -> None:
    scene = scene_with(with_scratch(scenario.small))
    world = scene.box.world
    scene.box.call(lambda: setattr(world.telegram.chat(scenario.CHANNEL_ID), "protected", True))
    scene.break_("lost", "telegram", "sendAudio")
    scene.start()
    scene.begin(telegram=TELEGRAM)
    scene.until("it says so", lambda: "the channel protects its content" in message(scene))
    assert scene.reason("TelegramReady") == "ChannelPastUnknown"
    scene.until("the playlists go on", lambda: len(scene.keys()["youtube"]) > len(scenario.SMALL.youtube))
    scene.annotate(accept_past="2026-11-21")

    def doubtful() -> list[dict[str, Any]]:
        placements = [t["status"].get("placements", {}).get("telegram", {}) for t in scene.tracks()]
        return [p for p in placements if p.get("reason") == "DeliveryUnknown"]

    scene.until("a person is asked about the one upload", doubtful)
    scene.until("the others are posted", lambda: len(scene.keys()["telegram"]) == len(scenario.SMALL.union))
    assert "protects its content" in doubtful()[0]["message"]
    assert_nothing_twice(scene)
    scene.box.call(lambda: setattr(world.telegram.chat(scenario.CHANNEL_ID), "protected", False))
    scene.operator.stop()
    scene.start()
    scene.wait_converged(240)
    assert_nothing_twice(scene)


@pytest.mark.time_travel
def test_a_scratch_chat_without_the_bot_is_named_and_noticed_when_it_is_mended(scene_with: Make) -> None:
    scene = scene_with(with_scratch(scenario.small))
    telegram = scene.box.world.telegram
    scene.box.call(lambda: telegram.remove_admin(SCRATCH, scenario.BOT_TOKEN))
    scene.start()
    scene.begin(telegram={**TELEGRAM, "past": "Ignore"})
    scene.until("it says so", lambda: scene.reason("TelegramReady") == "ScratchChatUnusable")
    assert str(SCRATCH) in message(scene)
    expected = quickstart.expected(scenario.SMALL)["telegram"]
    scene.until("the rest goes on", lambda: set(scene.keys()["telegram"]) == expected)
    scene.box.call(lambda: telegram.add_admin(SCRATCH, scenario.BOT_TOKEN))
    scene.advance(301)
    scene.until("it is mended", lambda: scene.conditions()["TelegramReady"][0] == "True")
