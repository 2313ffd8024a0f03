"""Scrapes of a running operator as Prometheus would hold them, in Prometheus' own time, and what its rules make of them.

A scrape stands for the minutes that follow it. What only grows while nothing happens (the age of the last poll, say) is seen
to grow in a second scrape, and goes on like that.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from prometheus_client.parser import text_string_to_metric_families

from sandbox.prometheus import failures
from tests.monitoring import ALERTS, named, rules

STEP = 120
"""Seconds of Prometheus' time between two samples: a rate over five minutes needs two of them."""

Series = tuple[str, tuple[tuple[str, str], ...]]
Scrape = Mapping[Series, float]

ASKED = {name for rule in rules() for name in named(rule["expr"])}


def read(text: str, namespace: str, instance: str = "10.0.0.1:8080") -> dict[Series, float]:
    """A scrape, with the labels that a ServiceMonitor adds; it honours those that are there."""
    added = {"job": "navaar", "instance": instance, "namespace": namespace, "service": "navaar"}
    return {
        (sample.name, tuple(sorted({**added, **sample.labels}.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@dataclass
class History:
    """What Prometheus has seen, phase by phase, and which alerts are to fire at the end of each."""

    phases: list[tuple[str, int, Scrape, Scrape]] = field(default_factory=list)
    expected: list[set[str]] = field(default_factory=list)

    def add(self, name: str, minutes: int, firing: Iterable[str], scrape: Scrape, later: Scrape | None = None) -> None:
        """A phase that lasts `minutes`. With `later`, what differs there goes on so, step by step."""
        pace = (
            {}
            if later is None
            else {series: value - scrape[series] for series, value in later.items() if series in scrape}
        )
        self.phases.append((name, minutes * 60 // STEP, scrape, pace))
        self.expected.append(set(firing))

    def growing(
        self, name: str, minutes: int, firing: Iterable[str], first: Scrape, second: Scrape, metric: str
    ) -> None:
        """A phase in which one metric, a number of seconds, is seen to grow with the time, and goes on to."""
        grown = {s: first[s] + STEP for s in first if s[0] == metric and second.get(s, 0.0) > first[s]}
        assert grown, f"{metric} does not grow"
        self.add(name, minutes, firing, first, {**first, **grown})

    def complaints(self, folder: Path) -> str:
        """What promtool says of it; empty when exactly those alerts fire at the end of each phase.

        Where none is to fire, and none did at the end of the phase before, none may have fired in between either.
        """
        every = {series for _, _, scrape, _ in self.phases for series in scrape if series[0] in ASKED}
        asked: list[dict[str, Any]] = []
        end, before = 0, set[str]()
        for (name, steps, _, _), firing in zip(self.phases, self.expected, strict=True):
            end += steps
            alerts = 'ALERTS{alertstate="firing"}'
            if not firing and not before:
                alerts = f"last_over_time({alerts}[{(steps - 1) * STEP}s])"
            samples = [{"labels": f'{{alertname="{alert}", phase="{name}"}}', "value": 1} for alert in sorted(firing)]
            said = f'label_replace(group by (alertname) ({alerts}), "phase", "{name}", "", "")'
            before = firing
            asked.append({"expr": said, "eval_time": f"{(end - 1) * STEP}s", "exp_samples": samples})
        series = [{"series": _written(s), "values": self._values(s)} for s in sorted(every)]
        test = {"interval": f"{STEP}s", "input_series": series, "promql_expr_test": asked}
        whole = {"rule_files": [str(ALERTS)], "evaluation_interval": f"{STEP}s", "tests": [test]}
        file = folder / "history.yaml"
        file.write_text(yaml.safe_dump(whole, width=10**6))
        return failures("test", "rules", file)

    def _values(self, series: Series) -> str:
        parts = []
        for _, steps, scrape, pace in self.phases:
            value = scrape.get(series)
            pace_there = pace.get(series, 0.0)
            step = f"{'-' if pace_there < 0 else '+'}{abs(pace_there)!r}"
            parts.append(f"_x{steps}" if value is None else f"{value!r}{step}x{steps - 1}")
        return " ".join(parts)


def twice(take: Any, apart: float = 1.2) -> tuple[Scrape, Scrape]:
    """Two scrapes."""
    first = take()
    time.sleep(apart)
    return first, take()


def _written(series: Series) -> str:
    name, labels = series
    return f"{name}{{{', '.join(f'{key}={value!r}' for key, value in labels)}}}"
