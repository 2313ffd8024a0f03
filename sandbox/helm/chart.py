"""What Helm makes of the chart."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sandbox.helm.programs import HELM

CHART = Path(__file__).parents[2] / "charts" / "navaar"

Manifest = dict[str, Any]

# Of CSafeLoader, where PyYAML has it: the CRDs alone are 4,000 lines.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class HelmError(RuntimeError):
    """Helm refused; the message is what it said."""


def helm(*arguments: str, kubeconfig: Path | None = None) -> str:
    """What `helm` prints. Nothing of the user's Helm is read or changed. Raises HelmError."""
    with tempfile.TemporaryDirectory(prefix="navaar-helm-") as home:
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        environment |= {f"HELM_{name}_HOME": f"{home}/{name.lower()}" for name in ("CACHE", "CONFIG", "DATA")}
        environment["KUBECONFIG"] = str(kubeconfig or os.devnull)
        answer = subprocess.run(
            [str(HELM.ensure()), *arguments], capture_output=True, text=True, env=environment, check=False
        )
    if answer.returncode != 0:
        raise HelmError((answer.stderr or answer.stdout).strip())
    return answer.stdout


def render(
    values: Mapping[str, Any] | None = None, *, name: str = "navaar", namespace: str = "navaar"
) -> list[Manifest]:
    """The objects of a release, by `helm template`. Raises HelmError."""
    text = helm("template", name, str(CHART), f"--namespace={namespace}", *values_flags(values or {}))
    return [manifest for manifest in yaml.load_all(text, _LOADER) if manifest]


def values_flags(values: Mapping[str, Any]) -> list[str]:
    """The same values on Helm's command line."""
    return [f"--set-json={name}={json.dumps(value)}" for name, value in values.items()]
