"""The shipped rules, as Prometheus reads them. The two YAML files here can be given to promtool by hand, too."""

from pathlib import Path

import pytest
import yaml

from sandbox.prometheus import failures
from tests.monitoring import ALERTS, alerts, questions

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*rules_test.yaml"))
SLOW = (HERE / "slow_rules_test.yaml").read_text()

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds promtool


def test_prometheus_reads_the_rules() -> None:
    assert failures("check", "rules", "--lint=all", "--lint-fatal", ALERTS) == ""


def test_every_alert_fires_on_its_fault_and_not_on_what_only_looks_like_it() -> None:
    assert failures("test", "rules", *FILES) == ""
    tested = "".join(file.read_text() for file in FILES)
    untested = [a["alert"] for a in alerts() if f'alertname="{a["alert"]}"' not in tested]
    assert {*untested} <= {a["alert"] for a in alerts() if f"alertname: {a['alert']}" in tested}


@pytest.mark.parametrize("name", sorted({alert["alert"] for alert in alerts()}))
def test_without_an_alert_its_test_fails(name: str, tmp_path: Path) -> None:
    """What is tested is the rule, and not something that is always so."""
    chart = tmp_path / "charts/navaar/files"
    chart.mkdir(parents=True)
    there = yaml.safe_load(ALERTS.read_text())
    for group in there["groups"]:
        group["rules"] = [rule for rule in group["rules"] if rule.get("alert") != name]
    (chart / ALERTS.name).write_text(yaml.safe_dump(there))
    folder = tmp_path / "tests/alerts"
    folder.mkdir(parents=True)
    tests = [test for file in FILES for test in yaml.safe_load(file.read_text())["tests"] if name in test["name"]]
    whole = {
        **yaml.safe_load(FILES[0].read_text()),
        "tests": tests,
        "evaluation_interval": "5m" if name in SLOW else "1m",
    }
    file = folder / "test.yaml"
    file.write_text(yaml.safe_dump(whole))
    assert name in failures("test", "rules", file)


def test_prometheus_reads_what_the_dashboard_asks(tmp_path: Path) -> None:
    file = tmp_path / "dashboard.yaml"
    rules = [{"record": f"panel:{number}", "expr": expr} for number, (_, expr) in enumerate(questions())]
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    assert len(rules) > 30
    assert failures("check", "rules", file) == ""
