"""People are told in a chat or by a webhook, through the real clients, by an operator of its own process."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from navaar.api.instant import written
from navaar.notices.hours import week, zone_of
from navaar.people.overview import overview
from navaar.people.remark import messages
from navaar.people.remedy import parted
from sandbox import quickstart, scenario, webhook
from tests.e2e.conftest import Scene

HOOK = "friday-tapes-webhook"
HOUR = 3600.0


def by_webhook(scene: Scene, url: str = webhook.URL, **more: Any) -> dict[str, Any]:
    scene.apply(quickstart.secret(HOOK, {"url": url}))
    return {"webhookSecretRef": {"name": HOOK}, **more}


def received(scene: Scene) -> list[dict[str, Any]]:
    return scene.box.call(lambda: list(scene.box.world.webhook.received))


def news(scene: Scene) -> list[list[str]]:
    return [[item["news"] for item in one["items"]] for one in received(scene)]


def friend(scene: Scene) -> int:
    """A person who has started the bot; their id."""
    chat = scene.box.call(lambda: scene.box.world.telegram.create_private("friend", scenario.BOT_TOKEN))
    return chat.id


def heard(scene: Scene, chat: int) -> list[str]:
    """What the bot said in a chat."""
    return scene.box.call(lambda: [m.text or "" for m in scene.box.world.telegram.messages(chat) if m.by_bot])


def delivered(scene: Scene) -> tuple[str, str, str]:
    return scene.conditions().get("NotificationsDelivered", ("", "", ""))


def revoke(scene: Scene) -> None:
    scene.box.call(lambda: scene.box.world.spotify.revoke(scenario.SPOTIFY_REFRESH_TOKEN))


def test_a_refused_sign_in_is_told_in_the_chat_at_once_and_a_restart_does_not_repeat_it(scene: Scene) -> None:
    chat = friend(scene)
    scene.break_("hang", "telegram", "sendMessage", seconds=5)
    scene.start()
    scene.begin(notifications={"chat": chat})
    scene.wait_converged()
    (hello,) = scene.until("the greeting comes with the next try", lambda: heard(scene, chat))
    assert hello.startswith("friday-tapes") and "News comes here" in hello
    assert delivered(scene)[:2] == ("True", "Delivered")
    revoke(scene)
    scene.sync_now()
    scene.until("it is told", lambda: len(heard(scene, chat)) == 2, 20)
    told = heard(scene, chat)[1]
    assert "Spotify has refused the sign-in since 20" in told
    assert f"navaar auth spotify friday-tapes -n {scene.namespace}" in told
    assert parted(scene.conditions()["SpotifyReady"][2])[0] in told, "and what the condition says to do"
    assert scene.keys()["telegram"], "the channel is another chat"
    assert all("refused" not in str(row) for row in scene.places()["telegram"])
    assert scene.operator.stop() == 0
    scene.start()
    scene.sync_now()
    world = scene.box.world
    scene.box.call(lambda: world.spotify.grant("new-consent", scenario.SPOTIFY_USER, scenario.SPOTIFY_CLIENT_ID))
    values = {**quickstart.secrets()[2]["stringData"], "refresh-token": "new-consent"}
    scene.apply(quickstart.secret("friday-tapes-spotify", values))
    scene.wait_converged()
    assert len(heard(scene, chat)) == 2


@pytest.mark.time_travel
def test_what_waits_for_a_person_is_told_together_and_a_place_is_well_again_once_it_stays_so(scene: Scene) -> None:
    world = scene.box.world
    scene.box.call(lambda: [scenario.unsigned(world, world.catalogue.by_key(key)) for key in ("despacito", "tnt")])
    revoke(scene)
    scene.start()
    scene.begin(notifications=by_webhook(scene, language="fa"))
    scene.until("the sign-in is told", lambda: [one for all in news(scene) for one in all] == ["Hello", "SignIn"])
    assert "Spotify" in received(scene)[-1]["text"] and "پذیرفته نمی‌شود" in received(scene)[-1]["text"]
    told = len(received(scene))
    scene.box.call(lambda: world.spotify.grant("new-consent", scenario.SPOTIFY_USER, scenario.SPOTIFY_CLIENT_ID))
    values = {**quickstart.secrets()[2]["stringData"], "refresh-token": "new-consent"}
    scene.apply(quickstart.secret("friday-tapes-spotify", values))
    scene.until("it is mended", lambda: scene.conditions()["SpotifyReady"][0] == "True")
    scene.advance(61)
    scene.until("and told to be", lambda: news(scene)[told:] == [["Recovered"]])
    scene.until("two songs wait", lambda: scene.sync()["status"]["counts"]["review"] == 2)
    scene.advance(660)
    scene.until("they are told of", lambda: news(scene)[told:] == [["Recovered"], ["Review"]])
    (item,) = received(scene)[-1]["items"]
    assert (item["new"], item["all"], sorted(item["songs"])) == (2, 2, ["Despacito", "T.N.T."])
    assert item["command"] == f"navaar review --sync friday-tapes -n {scene.namespace}"
    scene.patch_sync({"spec": {"spotify": {"maxAdds": 0}}})
    scene.post("get-lucky")
    scene.until("a plan waits for approval", lambda: scene.reason("SpotifyReady") == "AwaitingApproval")
    scene.advance(660)
    scene.until("it is told of", lambda: news(scene)[told:] == [["Recovered"], ["Review"], ["Approval"]])
    waiting = scene.sync()["status"]["plan"]["hash"]
    (item,) = received(scene)[-1]["items"]
    assert item["command"] == f"navaar approve --plan {waiting} --sync friday-tapes -n {scene.namespace}"


@pytest.mark.time_travel
def test_a_hundred_failures_are_two_messages_at_most_and_each_is_counted_once(scene: Scene) -> None:
    scene.start()
    scene.begin(notifications=by_webhook(scene, events=["Failed"]))
    scene.until("the greeting has come", lambda: news(scene) == [["Hello"]])
    scene.patch_sync({"spec": {"spotify": {"maxAdds": 1000}}})
    for n in range(100):
        dead = f"{n:022d}"
        scene.track(f"gone-{n}", title=f"Gone {n}", pins={"spotify": dead}, excludeFrom=["telegram", "youtubeMusic"])
    scene.until(
        "they have failed", lambda: (scene.sync().get("status") or {}).get("counts", {}).get("failed") == 100, 60
    )
    scene.advance(330)

    def told() -> list[dict[str, Any]]:
        return [item for one in received(scene)[1:] for item in one["items"]]

    scene.until("they are told of", lambda: sum(item["new"] for item in told()) == 100)
    scene.advance(7 * HOUR)
    scene.sync_now()
    assert len(received(scene)[1:]) <= 2
    assert sum(item["new"] for item in told()) == told()[-1]["all"] == 100


def digests(scene: Scene) -> list[dict[str, Any]]:
    return [item for one in received(scene) for item in one["items"] if item["news"] == "Digest"]


def in_hours(now: float, ahead: float) -> str:
    return f"{datetime.fromtimestamp(now + ahead * HOUR, UTC):%H:%M}"


@pytest.mark.time_travel
def test_at_night_only_a_refused_sign_in_is_told_and_all_else_when_the_quiet_hours_end(scene: Scene) -> None:
    world = scene.box.world
    scene.box.call(lambda: [scenario.unsigned(world, world.catalogue.by_key(key)) for key in ("despacito", "tnt")])
    now = world.clock.now()
    quiet = {"from": in_hours(now, -1), "to": in_hours(now, 3)}
    scene.start()
    scene.begin(notifications=by_webhook(scene, quietHours=quiet))
    scene.until("two songs wait", lambda: (scene.sync().get("status") or {}).get("counts", {}).get("review") == 2)
    assert news(scene) == [["Hello"]], "whoever sets it up is told at once that it works"
    scene.advance(HOUR)
    revoke(scene)
    scene.sync_now()
    scene.until("the sign-in is told at once", lambda: news(scene) == [["Hello"], ["SignIn"]])
    scene.box.call(lambda: world.spotify.grant("new-consent", scenario.SPOTIFY_USER, scenario.SPOTIFY_CLIENT_ID))
    values = {**quickstart.secrets()[2]["stringData"], "refresh-token": "new-consent"}
    scene.apply(quickstart.secret("friday-tapes-spotify", values))
    scene.until("it is mended", lambda: scene.conditions()["SpotifyReady"][0] == "True")
    scene.advance(HOUR)
    scene.sync_now()
    assert scene.operator.stop() == 0
    scene.start()
    scene.sync_now()
    assert len(received(scene)) == 2, "they sleep"
    scene.advance(HOUR + 60)
    scene.until("the rest is told in the morning", lambda: news(scene)[2:] == [["Review", "Recovered"]])


@pytest.mark.time_travel
def test_a_digest_tells_on_monday_what_kubectl_tells_and_a_restart_does_not_repeat_it(scene: Scene) -> None:
    world = scene.box.world
    scene.box.call(lambda: scenario.unsigned(world, world.catalogue.by_key("tnt")))
    # Songs come at the real time: let that be of the same week.
    now, zones = world.clock.now(), ("UTC", "Etc/GMT+6")
    zone = next(one for one in zones if week(time.time(), zone_of(one)) == week(now, zone_of(one)))
    quiet = {"from": "03:00", "to": "03:01", "timeZone": zone}
    scene.start()
    scene.begin(notifications=by_webhook(scene, severity="Error", quietHours=quiet, digest="Weekly"))
    scene.until("a song waits", lambda: (scene.sync().get("status") or {}).get("counts", {}).get("review") == 1)
    scene.until("the others are where they should be", lambda: scene.sync()["status"]["counts"]["syncing"] == 0)
    since, until = week(now, zone_of(zone))
    assert scene.sync()["status"]["notifications"]["digestUpTo"] == written(since)
    placed = [p for t in scene.tracks() for p in t["status"]["placements"].items() if p[1].get("origin") == "Placed"]
    assert placed
    scene.advance(until + 90 - world.clock.now())
    scene.until("it is Monday", lambda: digests(scene))
    (item,) = digests(scene)
    counts = scene.sync()["status"]["counts"]
    assert item["counts"] == {
        "came": counts["songs"],
        "added": {
            place: sum(1 for at, _ in placed if at == place) for place in ("telegram", "youtubeMusic", "spotify")
        },
        "review": counts["review"],
        "failed": counts["failed"],
        "missing": counts["partial"],
    }
    scene.until("that is remembered", lambda: scene.sync()["status"]["notifications"]["digestUpTo"] == written(until))
    assert scene.operator.stop() == 0
    scene.start()
    scene.sync_now()
    scene.advance(HOUR)
    scene.sync_now()
    assert len(digests(scene)) == 1


def test_a_time_zone_that_there_is_not_is_said_with_what_to_do_and_mended_by_naming_another(scene: Scene) -> None:
    hours = {"from": "22:00", "to": "08:00", "timeZone": "Mars/Phobos"}
    scene.start()
    scene.begin(notifications=by_webhook(scene, quietHours=hours))
    scene.until("it is said", lambda: delivered(scene)[:2] == ("False", "InvalidTimeZone"))
    assert "There is no time zone Mars/Phobos. Name one of the IANA database" in delivered(scene)[2]
    scene.patch_sync({"spec": {"notifications": {"quietHours": {"timeZone": "Asia/Tehran"}}}})
    scene.until("the other is taken", lambda: delivered(scene)[:2] == ("True", "Delivered"))


def test_a_webhook_that_is_down_is_tried_again_and_holds_up_nothing(scene: Scene) -> None:
    spec = by_webhook(scene)
    scene.break_("hang", "webhook", seconds=3)
    scene.break_("error", "webhook", status=503, times=2)
    scene.start()
    scene.begin(notifications=spec)
    scene.wait_converged()
    assert received(scene) == [], "all songs are where they should be, and the webhook has not answered yet"
    scene.until("it says so", lambda: delivered(scene)[:2] == ("False", "Unreachable"))
    assert scene.conditions()["Ready"][:2] == ("True", "Synced")
    scene.until("it arrives at last", lambda: received(scene))
    scene.until("and that is said", lambda: delivered(scene)[:2] == ("True", "Delivered"))
    assert news(scene) == [["Hello"]]
    (body,) = received(scene)
    assert body["musicSync"] == {"namespace": scene.namespace, "name": "friday-tapes"}
    assert body["text"] == body["content"] and "News comes here" in body["text"]
    assert len(scene.box.world.journal.writes("webhook")) == 4


def test_a_chat_that_has_not_started_the_bot_is_said_where_people_look_and_mended_by_starting_it(scene: Scene) -> None:
    chat = scene.box.call(lambda: scene.box.world.telegram.person("friend").id)
    scene.start()
    scene.begin(notifications={"chat": chat})
    scene.until("it is said", lambda: delivered(scene)[:2] == ("False", "NotFound"))
    assert f"@{scenario.BOT_USERNAME}" in delivered(scene)[2] and "press Start" in delivered(scene)[2]
    assert "Notifications: Telegram does not let" in "\n".join(one.text for one in messages(overview(scene.sync())))
    scene.until(
        "there is an Event",
        lambda: "press Start" in json.dumps(scene.stage.list("Event", scene.namespace)),
    )
    scene.wait_converged()
    friend(scene)
    scene.until("the next try arrives", lambda: delivered(scene)[:2] == ("True", "Delivered"))
    assert len(heard(scene, chat)) == 1


@pytest.mark.parametrize(
    ("url", "moved_to", "reason", "says"),
    [
        ("http://hooks.example.com/hooks/a-path-that-is-a-secret", "", "InvalidWebhook", "not an https address"),
        (f"{webhook.URL}-which-is-wrong".replace("/hooks/", "/hooks/none-"), "", "WebhookRefused", "HTTP 404"),
        (webhook.URL, "https://elsewhere.example.com/", "WebhookRefused", "redirect"),
    ],
)
def test_a_webhook_that_cannot_be_used_is_said_without_its_address(
    scene: Scene, url: str, moved_to: str, reason: str, says: str
) -> None:
    scene.start()
    scene.begin(notifications={"webhookSecretRef": {"name": HOOK}})
    scene.until("it is missed", lambda: delivered(scene)[:2] == ("False", "SecretNotFound"))
    assert HOOK in delivered(scene)[2] and "url" in delivered(scene)[2]
    scene.box.world.webhook.moved_to = moved_to
    by_webhook(scene, url)
    scene.until("what is wrong is said", lambda: delivered(scene)[:2] == ("False", reason))
    assert says in delivered(scene)[2]
    scene.box.world.webhook.moved_to = ""
    by_webhook(scene)
    scene.until("the right address takes effect", lambda: news(scene) == [["Hello"]])
    told = (
        scene.operator.log.read_text()
        + json.dumps(scene.sync())
        + json.dumps(scene.stage.list("Event", scene.namespace))
    )
    for part in ("a-path-that-is-a-secret", "so-is-this", "elsewhere"):
        assert part not in told.replace(scenario.BOT_TOKEN, "")
