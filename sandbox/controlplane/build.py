"""The program with etcd, kube-apiserver and kube-controller-manager."""

from __future__ import annotations

import re
from pathlib import Path

from .errors import BuildError
from .goprogram import GoProgram

SOURCE = Path(__file__).parent


def kubernetes_version() -> str:
    """The Kubernetes version that go.mod pins, such as `v1.36.3`."""
    found = re.search(r"^\s*k8s\.io/kubernetes (v\d+\.\d+\.\d+)$", (SOURCE / "go.mod").read_text(), re.MULTILINE)
    if not found:
        raise BuildError("go.mod does not pin k8s.io/kubernetes")
    return found[1]


def program() -> GoProgram:
    """What is built. The first build takes minutes, about 1 GB of Go modules and 3 GB of Go's own build cache."""
    version = kubernetes_version()
    major, minor, _ = version.removeprefix("v").split(".")
    variables = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    sets = " ".join(f"-X k8s.io/component-base/version.{name}={value}" for name, value in variables.items())
    return GoProgram(
        "navaar-controlplane",
        f"the control plane (Kubernetes {version})",
        SOURCE,
        "controlplane",
        ("-trimpath", "-buildvcs=false", f"-ldflags=-s -w {sets}"),
        files=("main.go", "go.mod", "go.sum"),
    )


def ensure() -> Path:
    """The program's path, built first if it is not in the cache. Raises BuildError."""
    return program().ensure()
