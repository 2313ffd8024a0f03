"""Kubeconfig files with one cluster and one user, whole in themselves (no paths to other files)."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import yaml


def write(path: Path, cluster: dict[str, Any], token: str, user: str, namespace: str = "default") -> Path:
    """Write a kubeconfig for `token` to `path`, readable by its owner only, and return the path.

    `cluster` is a kubeconfig's cluster entry, such as `cluster_entry` makes.
    """
    name = "navaar"
    context = {"cluster": name, "user": user, "namespace": namespace}
    return save(
        path,
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": cluster}],
            "users": [{"name": user, "user": {"token": token}}],
            "contexts": [{"name": name, "context": context}],
            "current-context": name,
        },
    )


def save(path: Path, config: dict[str, Any]) -> Path:
    """Write `config` to `path`, readable by its owner only, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return path


def cluster_entry(server: str, ca: Path) -> dict[str, Any]:
    """The cluster entry for a server URL and a CA file."""
    return {"server": server, "certificate-authority-data": base64.b64encode(ca.read_bytes()).decode()}
