"""An existing cluster in the place of a local control plane, by a context of the user's kubeconfig."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from . import kubeconfig
from .cluster import ControlPlane
from .console import say
from .errors import ApiError, ControlPlaneError


def attach(context: str) -> ControlPlane:
    """The cluster of a context in the user's kubeconfig, after saying on stderr which one it is.

    Nothing is started, and `stop` only removes the copied kubeconfig. Needs kubectl, which knows all ways to
    log in. Raises ControlPlaneError, if only because the cluster does not answer.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="navaar-context-")))
        config = json.loads(_kubectl(["config", "view", "--minify", "--flatten", "--raw", "-o=json"], context))
        clusters = config.get("clusters") or []
        if not clusters:
            raise ControlPlaneError(f"the context {context} names no cluster")
        name, entry = str(clusters[0]["name"]), dict(clusters[0]["cluster"])
        server = str(entry.get("server", ""))
        say(f"Using the existing cluster {name} at {server} (context {context}).")
        _kubectl(["get", "--raw=/readyz"], context)
        return ControlPlane(
            server=server,
            kubeconfig=kubeconfig.save(folder / "kubeconfig.yaml", config),
            ca=_authority(folder, entry),
            folder=folder,
            audit_log=None,
            garbage_collection=True,
            _cluster_entry=entry,
            _issue_token=lambda namespace, name, lifetime: _token(context, namespace, name, lifetime),
            _cleanup=stack.pop_all(),
        )


def _authority(folder: Path, cluster: dict[str, Any]) -> Path | None:
    content = cluster.get("certificate-authority-data")
    if not content:
        return None
    path = folder / "ca.crt"
    path.write_bytes(base64.b64decode(content))
    return path


def _token(context: str, namespace: str, name: str, lifetime: timedelta) -> str:
    seconds = int(lifetime.total_seconds())
    try:
        return _kubectl(
            ["create", "token", name, f"--namespace={namespace}", f"--duration={seconds}s"], context
        ).strip()
    except ControlPlaneError as error:
        raise ApiError(0, str(error)) from error


def _kubectl(arguments: list[str], context: str) -> str:
    program = shutil.which("kubectl")
    if not program:
        raise ControlPlaneError("using an existing cluster (--context) needs kubectl on PATH")
    command = [program, f"--context={context}", "--request-timeout=15s", *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise ControlPlaneError(f"kubectl {' '.join(arguments[:2])} with context {context}: {answer.stderr.strip()}")
    return answer.stdout
