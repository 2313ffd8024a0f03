"""What the chart ships for Prometheus and Grafana, as tests read it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from sandbox.helm.chart import CHART

Json = dict[str, Any]

ALERTS = CHART / "files/alerts.yaml"
DASHBOARD = CHART / "files/dashboard.json"
ROOT = CHART.parents[1]


def rules() -> list[Json]:
    """Recording rules and alerts, in their order."""
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def alerts() -> list[Json]:
    """The alerts alone."""
    return [rule for rule in rules() if "alert" in rule]


def dashboard() -> Json:
    """The dashboard."""
    loaded: Json = json.loads(DASHBOARD.read_text())
    return loaded


def questions() -> Iterator[tuple[str, str]]:
    """The title of a panel, and what it asks of Prometheus, with everything chosen in the variables."""
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], re.sub(r"\$(namespace|sync)\b", ".*", target["expr"])


def named(text: str) -> set[str]:
    """The metrics that PromQL names, recorded ones left out."""
    without = re.sub(r"\w+:[\w:]+", "", re.sub(r'"[^"]*"', "", text))
    return set(re.findall(r"\b(?:navaar|process)_\w+", without))
