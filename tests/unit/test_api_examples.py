"""The examples work as they stand, and the chart's Role asks for no more than it needs."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from navaar.api.convert import sync_from, track_from
from reconcilers.policy import Past
from reconcilers.services.protocol import ServiceName
from sandbox import scenario
from sandbox.catalogue import load

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "examples/quickstart"
RULES = ROOT / "charts/navaar/files/role-rules.yaml"

Json = dict[str, Any]


def documents(path: Path) -> list[Json]:
    return list(yaml.safe_load_all(path.read_text()))


def test_the_quickstart_is_about_the_places_of_the_sandbox() -> None:
    sync = sync_from(documents(QUICKSTART / "musicsync.yaml")[0])
    assert sync.past is Past.IGNORE
    assert {service: target.id for service, target in sync.targets.items()} == {
        ServiceName.TELEGRAM: scenario.CHANNEL,
        ServiceName.YOUTUBE: scenario.YOUTUBE_PLAYLIST,
        ServiceName.SPOTIFY: scenario.SPOTIFY_PLAYLIST,
    }


def test_the_quickstart_asks_for_a_song_that_is_nowhere_yet_and_can_be_had() -> None:
    (example,) = documents(QUICKSTART / "track.yaml")
    wishes = track_from(example).wishes
    song = next(song for song in load().songs if song.names("spotify") == (wishes.artists, wishes.title))
    assert song.spotify_id
    assert song.video_id
    assert song.key not in scenario.UNION


def test_the_quickstart_names_one_music_sync_and_its_secrets() -> None:
    (sync,) = documents(QUICKSTART / "musicsync.yaml")
    (track,) = documents(QUICKSTART / "track.yaml")
    secrets = {secret["metadata"]["name"]: secret for secret in documents(QUICKSTART / "secrets.yaml")}
    named = {part["credentialsSecretRef"]["name"] for part in sync["spec"].values() if isinstance(part, dict)}
    assert named == secrets.keys()
    assert track["spec"]["musicSyncRef"]["name"] == sync["metadata"]["name"]
    (namespace,) = documents(QUICKSTART / "00-namespace.yaml")
    every = [sync, track, *secrets.values()]
    assert {one["metadata"]["namespace"] for one in every} == {namespace["metadata"]["name"]}


def test_the_secrets_of_the_quickstart_are_placeholders() -> None:
    values = [value for secret in documents(QUICKSTART / "secrets.yaml") for value in secret["stringData"].values()]
    assert len(values) == 7
    assert all(value.startswith("PUT-YOUR-") and value.endswith("-HERE") for value in values)


@pytest.mark.parametrize("where", ["watched", "own"])
def test_the_role_has_no_wildcards(where: str) -> None:
    (rules,) = documents(RULES)
    for rule in rules[where]:
        assert not {"*"} & {*rule["apiGroups"], *rule["resources"], *rule["verbs"]}


def test_the_role_lets_the_operator_write_no_secret_but_its_own_beyond_creating_it() -> None:
    (rules,) = documents(RULES)
    for rule in rules["watched"]:
        if "secrets" in rule["resources"] and {"update", "patch", "delete"} & set(rule["verbs"]):
            assert rule["resourceNames"] == ["navaar-tokens"]
            assert "delete" not in rule["verbs"]


def test_the_chart_takes_its_rules_from_the_file() -> None:
    template = (ROOT / "charts/navaar/templates/rbac.yaml").read_text()
    assert 'Files.Get "files/role-rules.yaml"' in template
    assert "verbs:" not in template
