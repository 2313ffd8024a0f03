"""Signing in ends in Secrets that the operator accepts, and `doctor` tells a person the way there."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from navaar.account.secrets import decoded
from sandbox import quickstart, scenario
from sandbox.stage import OPERATOR_NAMESPACE
from tests.e2e.conftest import Scene
from tests.e2e.person import sign_in

ROOT = Path(__file__).parents[2]


def environment(scene: Scene, kubeconfig: Path | None = None) -> dict[str, str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**keep, **scene.box.environment(), "KUBECONFIG": str(kubeconfig or scene.stage.plane.kubeconfig)}


def navaar(scene: Scene, *words: str, answers: str = "", kubeconfig: Path | None = None) -> tuple[int, str, str]:
    """What a person's command prints: exit code, output, and what is told besides."""
    answer = subprocess.run(
        [sys.executable, "-m", "navaar", *words, "-n", scene.namespace],
        env=environment(scene, kubeconfig), input=answers, capture_output=True, text=True, timeout=120, cwd=ROOT,
    )  # fmt: skip
    assert "Traceback" not in answer.stderr, answer.stderr
    return answer.returncode, answer.stdout, answer.stderr


def signed_in(scene: Scene, *words: str, answers: str) -> tuple[int, str, str]:
    """The same of `auth`, with a browser."""
    return sign_in([*words, "-n", scene.namespace], answers, environment(scene))


def secret(scene: Scene, name: str) -> Mapping[str, str]:
    data: Mapping[str, str] = scene.stage.get("Secret", scene.namespace, name)["data"]
    return data


@pytest.mark.compares("doctor", "auth telegram", "auth google", "auth spotify", "auth cookies")
def test_a_person_signs_in_everywhere_and_the_operator_goes_to_work(scene: Scene) -> None:
    scene.apply(quickstart.musicsync())
    code, out, _ = navaar(scene, "doctor")
    assert code == 1
    for place, service in (("telegram", "Telegram"), ("google", "YouTube Music"), ("spotify", "Spotify")):
        assert f"There is no Secret friday-tapes-{place} for {service}" in out
        assert f"→ navaar auth {place} friday-tapes -n {scene.namespace}\n" in out

    code, out, told = navaar(scene, "auth", "telegram", answers=scenario.BOT_TOKEN)
    assert (code, out) == (0, "secret/friday-tapes-telegram created\n"), told
    assert "✓ The bot may post to Friday Tapes." in told
    code, out, told = signed_in(
        scene, "google", "--client-id", scenario.GOOGLE_CLIENT_ID, answers=f"{scenario.GOOGLE_CLIENT_SECRET}\n"
    )
    assert (code, out) == (0, "secret/friday-tapes-google created\n"), told
    assert f"✓ The playlist {scenario.YOUTUBE_PLAYLIST} is yours to change." in told
    code, out, told = signed_in(
        scene, "spotify", "--client-id", scenario.SPOTIFY_CLIENT_ID, answers=f"{scenario.SPOTIFY_CLIENT_SECRET}\n"
    )
    assert (code, out) == (0, "secret/friday-tapes-spotify created\n"), told
    assert f"✓ The playlist {scenario.SPOTIFY_PLAYLIST} is yours to change." in told
    scene.start()
    scene.wait_converged()
    assert scene.sync()["status"]["spotify"]["consentExpiresAt"]

    # There are no nodes here: that its pod is ready is said by hand.
    deployment = f"/apis/apps/v1/namespaces/{scene.namespace}/deployments/navaar/status"
    status = {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1}
    scene.stage.api.request("PATCH", deployment, {"status": status}, "application/merge-patch+json")
    code, out, _ = navaar(scene, "doctor")
    assert code == 0 and "✗" not in out and out.endswith("\nAll is well.\n"), out
    assert "friday-tapes is ready (Synced)." in out and "is active; it renewed its Lease" in out
    assert re.search(r"The consent to Spotify holds for 18\d days yet", out)
    for held in ("friday-tapes-spotify", "friday-tapes-google", "friday-tapes-telegram"):
        assert not any(value in out for value in secret(scene, held).values())

    # Consent again: the application is known by now, so nothing is asked but the person.
    before = secret(scene, "friday-tapes-spotify")
    code, out, told = signed_in(scene, "spotify", answers="")
    assert (code, out) == (0, "secret/friday-tapes-spotify changed\n"), told
    after = secret(scene, "friday-tapes-spotify")
    assert after["client-secret"] == before["client-secret"] and after["refresh-token"] != before["refresh-token"]
    # From OAuth to cookies: what would go before them is taken out.
    cookies = f"cookie: SID=1; __Secure-3PAPISID={scenario.YOUTUBE_SAPISID}\nx-goog-authuser: 0\n"
    assert navaar(scene, "auth", "cookies", answers=cookies)[0] == 0
    assert set(secret(scene, "friday-tapes-google")) == {"headers.json"}
    scene.sync_now()
    scene.wait_converged()
    # They end as they do, and where people look stands the line that mends it.
    scene.box.call(lambda: scene.box.world.youtube.expire_cookies(scenario.YOUTUBE_SAPISID))
    scene.sync_now()
    scene.until("it says so", lambda: scene.reason("YouTubeMusicReady") == "AuthExpired")
    line = f"navaar auth cookies friday-tapes -n {scene.namespace}"
    assert scene.conditions()["YouTubeMusicReady"][2].endswith(f"replace it in the Secret: {line}")
    assert f"\n  → {line}\n" in navaar(scene, "doctor", "--offline")[1]
    assert f"\n  → {line}\n" in navaar(scene, "status")[1]


def test_the_scratch_chat_is_found_by_adding_the_bot_and_no_operator_is_disturbed(empty_scene: Scene) -> None:
    scene, telegram = empty_scene, empty_scene.box.world.telegram
    scene.box.call(lambda: telegram.create_group(-1002233445566, "Back room"))
    scene.box.call(lambda: telegram.add_member(-1002233445566, scenario.BOT_TOKEN))
    scene.apply(quickstart.musicsync())
    scene.post("bad-guy")
    waiting = [update.update_id for update in telegram.queue(scenario.BOT_TOKEN).waiting]
    code, _, told = navaar(scene, "auth", "telegram", "--find-scratch-chat", answers=scenario.BOT_TOKEN)
    assert code == 0, told
    line = re.search(r"→ (kubectl patch musicsync .*)", told)
    assert "The group Back room has the id -1002233445566" in told and line
    assert [update.update_id for update in telegram.queue(scenario.BOT_TOKEN).waiting] == waiting, (
        "nothing is confirmed"
    )
    scene.stage.kubectl(line.group(1))
    assert scene.sync()["spec"]["telegram"]["scratchChat"] == -1002233445566

    for manifest in quickstart.secrets()[1:]:
        scene.apply(manifest)
    # From its first moment on, long before it is written down that it listens.
    scene.start()
    code, _, told = navaar(scene, "auth", "telegram", "--find-scratch-chat", answers="\n")
    assert code == 1 and "an operator reads this bot's updates" in told
    scene.wait_converged()
    assert "bad-guy" in scene.keys()["spotify"]
    # That it listens is written down once the first posts are stored.
    scene.until(
        "it is told who listens",
        lambda: [
            x for x in scene.stage.list("Lease", scene.namespace) if x["metadata"]["name"].startswith("navaar-bot-")
        ],
    )
    mark = scene.box.world.journal.mark()
    # The same bot for a Secret of another name.
    code, _, told = navaar(
        scene, "auth", "telegram", "--secret", "another", "--find-scratch-chat", answers=scenario.BOT_TOKEN
    )
    assert code == 1 and "an operator reads this bot's updates" in told
    asked = [e for e in scene.box.world.journal.entries[mark:] if e.call == "getUpdates"]
    assert not any(e.status == 409 for e in asked)
    assert scene.conditions()["TelegramReady"][0] == "True"


def test_what_an_example_left_in_a_secret_is_nothing_to_sign_in_with(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.apply(quickstart.musicsync())
    for manifest in yaml.safe_load_all((quickstart.EXAMPLES / "secrets.yaml").read_text()):
        scene.apply(manifest)
    code, _, told = navaar(scene, "auth", "telegram", answers="\n")
    assert code == 1 and "the one in the Secret" not in told
    application = f"{scenario.SPOTIFY_CLIENT_ID}\n{scenario.SPOTIFY_CLIENT_SECRET}\n"
    code, out, told = signed_in(scene, "spotify", answers=application)
    assert (code, out) == (0, "secret/friday-tapes-spotify changed\n"), told
    assert not any(
        value.startswith("PUT-YOUR-")
        for value in decoded("spotify", scene.stage.get("Secret", scene.namespace, "friday-tapes-spotify")).values()
    )


def test_a_secret_is_left_alone_where_it_is_anothers_or_what_it_is_for_is_out_of_reach(empty_scene: Scene) -> None:
    scene = empty_scene
    sync = quickstart.musicsync()
    sync["spec"]["telegram"]["channel"] = "@nosuchchannel"
    scene.apply(sync)
    code, out, told = navaar(scene, "auth", "telegram", answers=scenario.BOT_TOKEN)
    assert (code, out) == (1, "") and "nothing was stored" in told and "--force" in told
    assert navaar(scene, "auth", "telegram", "--force", "--dry-run", answers=scenario.BOT_TOKEN)[1].endswith(
        "(dry run)\n"
    )
    assert navaar(scene, "auth", "telegram", "--force", answers=scenario.BOT_TOKEN)[0] == 0
    owned = {"apiVersion": "v1", "kind": "Secret", "name": "x", "uid": "0", "controller": True}
    patch: dict[str, Any] = {
        "metadata": {"ownerReferences": [{**owned, "kind": "SealedSecret", "apiVersion": "bitnami.com/v1"}]}
    }
    scene.stage.patch("Secret", scene.namespace, "friday-tapes-telegram", patch)
    code, _, told = navaar(scene, "auth", "telegram", "--force", answers="\n")
    assert code == 1 and "is made by SealedSecret x" in told and "-o yaml" in told


def test_doctor_tells_who_may_not_see_and_what_the_operator_may_not_do(empty_scene: Scene) -> None:
    scene = empty_scene
    code, out, _ = navaar(scene, "doctor", "--offline")
    assert code in (0, 1) and "Next steps" in out and "navaar auth telegram" in out
    scene.begin()
    stranger = scene.stage.plane.kubeconfig_for(scene.namespace, "default")
    code, out, told = navaar(scene, "doctor", "--offline", kubeconfig=stranger)
    assert code in (0, 1) and "You may not list MusicSyncs" in out, told
    operator = scene.stage.plane.kubeconfig_for(OPERATOR_NAMESPACE, "navaar")
    _, out, _ = navaar(scene, "doctor", "--offline", kubeconfig=operator)
    assert scenario.BOT_TOKEN not in out


@pytest.mark.parametrize("service", ["spotify"])
def test_a_dead_api_server_is_a_sentence(empty_scene: Scene, tmp_path: Path, service: str) -> None:
    code, _, told = navaar(empty_scene, "auth", service, "--client-id", "x", kubeconfig=tmp_path / "none")
    assert code == 1 and told.startswith("navaar: ")
