"""Alerts and dashboard as files: each alert has its section in the runbook, and each panel its room."""

import itertools
import re

from navaar.telemetry.metrics import Metrics
from tests.monitoring import ROOT, alerts, dashboard, named, questions, rules

SEVERITIES = {"critical", "warning", "info"}


def sections() -> dict[str, str]:
    text = (ROOT / "docs/runbook.md").read_text()
    parts = re.split(r"(?m)^## (.+)\n", text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_alert_has_a_section_in_the_runbook_and_every_section_an_alert() -> None:
    assert set(sections()) == {alert["alert"] for alert in alerts()}


def test_every_section_says_what_it_means_how_to_look_and_what_to_do() -> None:
    for name, text in sections().items():
        assert re.findall(r"(?m)^\*\*(It means|Look|Do)\*\*:", text) == ["It means", "Look", "Do"], name


def test_every_alert_says_how_bad_what_and_where_to_read_on() -> None:
    for alert in alerts():
        assert alert["labels"]["severity"] in SEVERITIES, alert["alert"]
        said = alert["annotations"]
        assert said.keys() == {"summary", "description", "runbook_url"}, alert["alert"]
        assert said["runbook_url"] == f"docs/runbook.md#{alert['alert'].lower()}"
        assert said["summary"].endswith(".") and said["description"].endswith("."), alert["alert"]
        assert len(said["summary"]) < 160, alert["alert"]


def test_only_the_loss_of_posts_wakes_somebody() -> None:
    assert {a["alert"] for a in alerts() if a["labels"]["severity"] == "critical"} == {
        "NavaarDown", "NavaarNoLeader", "NavaarBotSilent",
    }  # fmt: skip


def test_every_panel_has_an_id_a_unit_and_room_of_its_own() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        room = panel["gridPos"]
        assert room["x"] + room["w"] <= 24, panel["title"]
        if panel["type"] != "row":
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
            assert panel["datasource"]["uid"] == "${datasource}", panel["title"]
            assert len({t["refId"] for t in panel["targets"]}) == len(panel["targets"]), panel["title"]
    for one, other in itertools.combinations(panels, 2):
        a, b = one["gridPos"], other["gridPos"]
        beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
        below = a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
        assert beside or below, f"{one['title']} lies upon {other['title']}"


def test_what_the_dashboard_takes_from_recording_rules_is_recorded() -> None:
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    used = {name for _, expr in questions() for name in re.findall(r"\b\w+:navaar_\w+:\w+", expr)}
    assert used == recorded


def test_every_metric_has_its_row_in_the_documentation() -> None:
    text = (ROOT / "docs/metrics.md").read_text()
    for family in Metrics().registry.collect():
        if family.name.startswith("navaar_"):
            name = family.name.removeprefix("navaar_") + ("_total" if family.type == "counter" else "")
            assert f"`{name}`" in text, name
    documented = {
        f"navaar_{name}" for row in re.findall(r"(?m)^\| (`.+?`) \|", text) for name in re.findall(r"`(\w+)`", row)
    }
    asked = {name for rule in rules() for name in named(rule["expr"])} | {n for _, e in questions() for n in named(e)}
    ours = {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked if name.startswith("navaar_")}
    assert ours <= documented
