"""A channel's past from Telegram Desktop's export: known by message id, and the union goes on from there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox import scenario
from sandbox.telegram.chats import Json
from tests.e2e.conftest import Scene
from tests.e2e.scratchchat import RETRY, TELEGRAM, assert_nothing_twice, old_channel
from tests.navaarcommand import accepted, navaar

Make = Callable[..., Scene]

KEYS = ("take-on-me", "wonderwall", "billie-jean", "creep", "taghdir", "tnt", "yoru-ni-kakeru", "uptown-funk")


def exported(scene: Scene) -> Json:
    """What Telegram Desktop would write of the channel."""
    messages: list[Json] = [{"id": 0, "type": "service", "action": "create_channel", "text": ""}]
    for message in scene.box.call(lambda: scene.box.world.telegram.messages(scenario.CHANNEL_ID)):
        made: Json = {"id": message.message_id, "type": "message", "date_unixtime": str(int(message.date)), "text": ""}
        if message.media is not None:
            media = message.media
            made |= {
                "file": "(File not included. Change data exporting settings to download.)",
                "media_type": "audio_file",
            }
            said = {"performer": media.performer, "title": media.title, "file_name": media.file_name}
            made |= {
                **{k: v for k, v in said.items() if v},
                "mime_type": media.mime_type,
                "duration_seconds": media.duration,
            }
        messages.append(made)
    return {"name": "Friday Tapes", "type": "public_channel", "id": 1234500001, "messages": messages}


def remembered(scene: Scene, last: int) -> dict[str, Any]:
    """What the Tracks remember of the posts up to a message: where the song was first seen, and what it is."""
    found = {}
    for track in scene.tracks():
        memory = json.loads((track["metadata"].get("annotations") or {}).get("navaar.dev/telegram", "{}"))
        if memory and memory["origin"] == "Found" and int(memory["id"]) <= last:
            identity = {name: memory["identity"][name] for name in ("title", "artists")}
            found[memory["id"]] = (track["metadata"]["name"], track["spec"]["origin"], identity, memory["chat"])
    return found


@pytest.mark.timeout(480)
@pytest.mark.compares("import-channel")
def test_an_export_makes_the_past_known_and_nothing_of_it_is_posted_again(scene_with: Make, tmp_path: Path) -> None:
    scene = scene_with(old_channel(*KEYS))
    last = scene.box.call(lambda: scene.box.world.telegram.chat(scenario.CHANNEL_ID).last_message_id)
    scene.start()
    scene.begin(telegram={name: value for name, value in TELEGRAM.items() if name != "scratchChat"}, retry=RETRY)
    scene.until("the channel waits", lambda: scene.reason("TelegramReady") == "ChannelPastUnknown")
    scene.until("the playlists are one", lambda: len(scene.keys()["youtube"]) >= len(scenario.SMALL.youtube) + 2)
    assert scene.keys()["telegram"] == sorted(KEYS)

    file = tmp_path / "result.json"
    file.write_text(json.dumps(exported(scene), ensure_ascii=False, indent=1))
    kubeconfig = scene.stage.plane.kubeconfig
    printed, told = navaar("import-channel", str(file), "-n", scene.namespace, kubeconfig=kubeconfig)
    assert f"{len(KEYS)} posts with songs" in told
    for manifest in yaml.safe_load_all(printed):
        scene.apply(manifest)
    scene.annotate(accept_past=accepted(told))
    scene.wait_converged(240)
    assert_nothing_twice(scene)
    assert {*KEYS} <= {*scene.keys()["spotify"]}, "what was posted goes to the playlists"
    imported = remembered(scene, last)
    assert len(imported) == len(KEYS)
    nothing, _ = navaar("import-channel", str(file), "-n", scene.namespace, kubeconfig=kubeconfig)
    assert nothing == "", "what is known is not told again"


def test_an_export_of_another_chat_or_a_broken_one_changes_nothing(scene_with: Make, tmp_path: Path) -> None:
    scene = scene_with(old_channel("take-on-me", "wonderwall"))
    scene.start()
    scene.begin(telegram=TELEGRAM)
    scene.until("the channel is known", lambda: (scene.sync().get("status") or {}).get("telegram", {}).get("chatId"))
    export, file = exported(scene), tmp_path / "result.json"

    def told(data: str) -> str:
        file.write_text(data)
        kubeconfig = scene.stage.plane.kubeconfig
        return navaar("import-channel", str(file), "-n", scene.namespace, kubeconfig=kubeconfig, code=1)[1]

    assert "is a private supergroup, not a channel" in told(json.dumps({**export, "type": "private_supergroup"}))
    assert "this is an export of Friday Tapes (-100999)" in told(json.dumps({**export, "id": 999}))
    assert "Export chat history" in told("{}")
    whole = json.dumps(export)
    broken = told(whole[: len(whole) - 20])
    assert "export the channel again" in broken
    assert "accept-past" not in broken, "what is not whole makes nothing known"
