"""Which programs to run: the ones in KUBEBUILDER_ASSETS where that is set, else our own build."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from . import build
from .console import say
from .errors import ControlPlaneError


@dataclass(frozen=True)
class Programs:
    """The first words of each component's command line."""

    etcd: tuple[str, ...]
    apiserver: tuple[str, ...]
    controller_manager: tuple[str, ...] | None
    """None where there is none: nothing is garbage-collected and deleted namespaces stay Terminating."""


def find() -> Programs:
    """The programs to run, built first if need be. Raises ControlPlaneError."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    if assets:
        return _from_assets(Path(assets))
    program = str(build.ensure())
    return Programs((program, "etcd"), (program, "kube-apiserver"), (program, "kube-controller-manager"))


def _from_assets(folder: Path) -> Programs:
    folder = folder.absolute()
    for name in ("etcd", "kube-apiserver"):
        if not os.access(folder / name, os.X_OK):
            raise ControlPlaneError(
                f"KUBEBUILDER_ASSETS is {folder}, which has no program {name}; unset it or mend it."
            )
    say(f"Using etcd and kube-apiserver of KUBEBUILDER_ASSETS ({folder}).")
    manager = folder / "kube-controller-manager"
    if not os.access(manager, os.X_OK):
        say(
            "There is no kube-controller-manager: garbage collection will not run, deleted namespaces will "
            "stay Terminating, and new namespaces get no default ServiceAccount."
        )
        return Programs((str(folder / "etcd"),), (str(folder / "kube-apiserver"),), None)
    return Programs((str(folder / "etcd"),), (str(folder / "kube-apiserver"),), (str(manager),))
