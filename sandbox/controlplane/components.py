"""The components' command lines, and waiting until they serve."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from .api import Api
from .errors import ApiError, StartError
from .keys import Keys
from .process import Process

MANAGER = "system:kube-controller-manager"
"""The user that kube-controller-manager writes as."""
CONTROLLERS = (
    "garbage-collector-controller",
    "namespace-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
)

# Relative, as all components run in the same folder: a path to a socket may have 108 characters at most. A
# socket in a private folder needs no port that others could take, and no other user of
# the machine can read it.
_ETCD_SOCKET = "unix://etcd.sock"


class PortTakenError(StartError):
    """Another process took the port between our finding it free and the API server's binding it."""


def etcd(program: Sequence[str]) -> list[str]:
    """etcd, in its working directory."""
    return [
        *program,
        "--data-dir=etcd",
        f"--listen-client-urls={_ETCD_SOCKET}",
        # Must be host:port, and nobody connects to it: the API server is told the socket.
        "--advertise-client-urls=http://127.0.0.1:2379",
        "--listen-peer-urls=http://127.0.0.1:0",
        "--unsafe-no-fsync",
    ]


def apiserver(program: Sequence[str], keys: Keys, port: int, audit: bool) -> list[str]:
    """kube-apiserver with RBAC on 127.0.0.1. With `audit`, by audit-policy.yaml into audit.log."""
    command = [
        *program,
        f"--etcd-servers={_ETCD_SOCKET}",
        "--bind-address=127.0.0.1",
        # Without these two it looks for an interface with a default route, which offline machines lack.
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        f"--secure-port={port}",
        f"--tls-cert-file={keys.certificate}",
        f"--tls-private-key-file={keys.private_key}",
        f"--token-auth-file={keys.tokens}",
        "--authorization-mode=RBAC",
        # Not the server's URL, so that tokens outlive a change of port.
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-signing-key-file={keys.service_accounts}",
        f"--service-account-key-file={keys.service_accounts}",
        "--service-cluster-ip-range=10.0.0.0/24",
        # It would mount tokens into Pods, of which there are none here.
        "--disable-admission-plugins=ServiceAccount",
    ]
    if audit:
        # Megabytes before it would begin a new file, which readers of the one would miss.
        command += [
            "--audit-policy-file=audit-policy.yaml",
            "--audit-log-path=audit.log",
            "--audit-log-maxsize=4096",
        ]
    return command


def controller_manager(program: Sequence[str], keys: Keys, kubeconfig: Path) -> list[str]:
    """kube-controller-manager with `CONTROLLERS` only."""
    return [
        *program,
        f"--kubeconfig={kubeconfig}",
        f"--controllers={','.join(CONTROLLERS)}",
        f"--service-account-private-key-file={keys.service_accounts}",
        "--leader-elect=false",
        "--secure-port=0",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
    ]


def wait_for(api: Api, path: str, processes: Sequence[Process], deadline: float) -> None:
    """Wait until `path` can be read.

    Raises PortTakenError, or StartError when a component has ended or the time is `deadline` (of time.monotonic).
    """
    while True:
        try:
            api.get(path)
        except ApiError as error:
            reason = str(error)
        else:
            return
        for process in processes:
            if process.exit_code is not None:
                if "address already in use" in process.log.read_text(errors="replace"):
                    raise PortTakenError(process.tail(1))
                raise StartError(f"{process.name} ended with exit code {process.exit_code}.\n{_tails(processes)}")
        if time.monotonic() > deadline:
            raise StartError(f"The control plane was not ready in time ({reason}).\n{_tails(processes)}")
        time.sleep(0.05)


def _tails(processes: Sequence[Process]) -> str:
    return "\n".join(f"--- the last lines of {process.name}:\n{process.tail()}" for process in processes)
