"""What the doctor makes of what it sees."""

import copy
from pathlib import Path

import pytest
import yaml

from navaar.api.crds import RESOURCES
from navaar.api.instant import written
from navaar.doctor import accounts, cluster, operator, rights

ROOT = Path(__file__).parents[2]
NOW = 1_800_000_000.0
DAY = 86400.0


def test_the_rights_that_are_asked_for_are_those_of_the_chart() -> None:
    rules = yaml.safe_load((ROOT / "charts/navaar/files/role-rules.yaml").read_text())
    for part, ours in (("watched", rights.WATCHED), ("own", rights.OWN)):
        theirs = {
            (group, resource, verb, name)
            for rule in rules[part]
            for group in rule["apiGroups"]
            for resource in rule["resources"]
            for verb in rule["verbs"]
            for name in rule.get("resourceNames", [""])
        }
        assert {(rule.group, rule.resource, verb, rule.name) for rule in ours for verb in rule.verbs} == theirs


@pytest.mark.parametrize(
    ("spec", "verdict", "said"),
    [
        ({}, "bad", "nobody holds"),
        ({"holderIdentity": "", "renewTime": written(NOW)}, "bad", "nobody holds"),
        (
            {"holderIdentity": "pod_1", "renewTime": written(NOW - 3)},
            "good",
            "pod_1 is active; it renewed its Lease 3s ago",
        ),
        ({"holderIdentity": "pod_1", "renewTime": written(NOW - 3600)}, "bad", "last renewed 60m ago, by pod_1"),
    ],
)
def test_a_lease_tells_whether_an_operator_is_active(spec: dict[str, str], verdict: str, said: str) -> None:
    found = operator.held({"metadata": {"name": "navaar"}, "spec": spec}, NOW)
    assert found.verdict == verdict and said in found.says
    assert bool(found.remedy) == (verdict == "bad")


@pytest.mark.parametrize(
    ("left", "verdict", "said"),
    [
        (181, "good", "holds for 181 days"),
        (29, "ask", "ends in 29 days"),
        (0, "bad", "has ended"),
        (-3, "bad", "has ended"),
    ],
)
def test_the_end_of_a_consent_is_told_a_month_before(left: float, verdict: str, said: str) -> None:
    found = accounts._left("Spotify", NOW + left * DAY, NOW, "navaar auth spotify")
    assert found.verdict == verdict and said in found.says


def test_a_definition_that_is_older_or_newer_than_the_program_is_told() -> None:
    ours = RESOURCES[0].manifest()
    there = copy.deepcopy(ours)
    there["metadata"]["creationTimestamp"] = "2026-11-21T10:00:00Z"
    assert cluster._compared("MusicSync", ours, there).says.startswith("MusicSync is not established")
    there["status"] = {"conditions": [{"type": "Established", "status": "True"}]}
    assert (
        cluster._compared("MusicSync", ours, there).says
        == "MusicSync is served as this program knows it (since 2026-11-21)."
    )
    older = copy.deepcopy(there)
    del older["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["mode"]
    found = cluster._compared("MusicSync", ours, older)
    assert found.verdict == "ask" and "it lacks .spec.mode" in found.says and found.remedy
    newer = copy.deepcopy(there)
    newer["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["new"] = {}
    assert "newer definition than this program's (it has .spec.new)" in cluster._compared("MusicSync", ours, newer).says
    gone = copy.deepcopy(there)
    gone["spec"]["versions"][0]["served"] = False
    assert cluster._compared("MusicSync", ours, gone).verdict == "bad"


def test_a_figure_is_read_from_prometheus_text() -> None:
    text = "# HELP navaar_leader x\nnavaar_leader 1.0\nnavaar_informer_age_seconds 12.5\nnavaar_leader_x 3\n"
    assert operator.figure(text, "navaar_leader") == 1.0
    assert operator.figure(text, "navaar_informer_age_seconds") == 12.5
    assert operator.figure(text, "navaar_informer") is None
