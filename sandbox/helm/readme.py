"""The chart's README: its values as a table, made of the comments in values.yaml that begin with `# --`."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from sandbox.helm.chart import CHART

README = CHART / "README.md"

_INTRODUCTION = """\
<!-- Made by `make chart` from values.yaml. Change it there. -->

# navaar, the chart

Installs the operator and its two resources, `MusicSync` and `Track`. Kubernetes ≥ 1.31, Helm ≥ 3.14.

```console
$ helm install navaar charts/navaar --namespace music --create-namespace
```

serves the MusicSyncs of the namespace `music`, with a Role there and no right anywhere else. Other namespaces are named in
`watchNamespaces`; `clusterWide=true` serves them all.

- **Upgrades** bring the resources' new definitions with them. `helm uninstall` leaves the definitions and everything of their
  kinds where they are, unless `crds.keep=false`; a later install under the same name takes them over again. If you had
  applied `crds/` by hand before, install with `--take-ownership` or with `crds.enabled=false`.
- **The pod** runs under the *restricted* Pod Security Standard: not as root, with a read-only root file system, without
  capabilities. It writes into one volume of `scratchSize`.
- **More replicas** stand by, and take over within two seconds of an orderly stop, within 15 seconds of any other.
- **Alerts and a dashboard** come with `serviceMonitor.enabled`, `prometheusRule.enabled` (both need the Prometheus operator's
  resources) and `dashboard.enabled` (a ConfigMap for Grafana's sidecar). [The runbook](../../docs/runbook.md) has a section for
  each alert, [docs/metrics.md](../../docs/metrics.md) a line for each number.
- **Behind a proxy** set `proxy.httpsProxy`, and `caBundle` if it ends TLS.

## Values

| Value | Default | |
|---|---|---|
"""


@dataclass(frozen=True)
class Value:
    """One value: its path, its default, and what is said of it."""

    path: str
    default: Any
    text: str

    def row(self) -> str:
        """As a row of the table."""
        default = json.dumps(self.default, ensure_ascii=False)
        return f"| `{self.path}` | `{default}` | {self.text.replace('|', chr(92) + '|')} |\n"


def values() -> list[Value]:
    """Every value of the chart, in the order of values.yaml. A group with a text of its own is one value."""
    source = (CHART / "values.yaml").read_text(encoding="utf-8")
    said = _comments(source)
    return list(_walk("", yaml.safe_load(source), said))


def _walk(path: str, part: Any, said: dict[str, str]) -> Iterator[Value]:
    for name, value in part.items():
        inner = f"{path}.{name}" if path else name
        if isinstance(value, dict) and value and inner not in said:
            yield from _walk(inner, value, said)
        else:
            yield Value(inner, value, said.get(inner, ""))


def _comments(source: str) -> dict[str, str]:
    """What stands before each key, by its path."""
    found: dict[str, str] = {}
    path: list[tuple[int, str]] = []
    waiting: list[str] = []
    for line in source.splitlines():
        if comment := re.fullmatch(r"\s*# (-- )?(.*)", line):
            if comment[1]:
                waiting = [comment[2]]
            elif waiting:
                waiting.append(comment[2])
        elif key := re.match(r"(\s*)([A-Za-z]\w*):", line):
            depth = len(key[1])
            path = [*(p for p in path if p[0] < depth), (depth, key[2])]
            if waiting:
                found[".".join(name for _, name in path)] = " ".join(waiting)
            waiting = []
        else:
            waiting = []
    return found


def text() -> str:
    """The whole file."""
    return _INTRODUCTION + "".join(value.row() for value in values())
