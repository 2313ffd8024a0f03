"""The resources of the Prometheus operator, as it publishes them: fetched as a Go module, and checked against go.sum."""

import json
import subprocess
from pathlib import Path
from typing import Any

import yaml

from sandbox.controlplane import toolchain
from sandbox.controlplane.errors import BuildError
from sandbox.controlplane.goprogram import cache

SOURCE = Path(__file__).parent / "crds"
MODULE = "github.com/prometheus-operator/prometheus-operator"


def definitions() -> list[dict[str, Any]]:
    """The CustomResourceDefinitions of ServiceMonitor and PrometheusRule. Raises BuildError."""
    go = toolchain.find(SOURCE / "go.mod", cache() / "controlplane")
    command = [str(go), "mod", "download", "-json", MODULE]
    answer = subprocess.run(
        command, cwd=SOURCE, env=toolchain.environment(), capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        raise BuildError(f"{MODULE} could not be fetched:\n{answer.stdout}{answer.stderr}")
    folder = Path(json.loads(answer.stdout)["Dir"]) / "example/prometheus-operator-crd"
    kinds = ("servicemonitors", "prometheusrules")
    return [yaml.safe_load((folder / f"monitoring.coreos.com_{kind}.yaml").read_text()) for kind in kinds]
