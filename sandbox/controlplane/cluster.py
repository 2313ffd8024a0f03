"""A running control plane, and starting one on this machine."""

from __future__ import annotations

import fcntl
import json
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from . import components, kubeconfig, programs
from .api import Api
from .audit import POLICY, Write
from .audit import writes as read_writes
from .errors import ApiError, ControlPlaneError, StartError
from .keys import Keys
from .process import Process

ADMINISTRATOR = "navaar-admin"
READY_TIMEOUT = 60.0
"""Seconds until a start counts as failed. It takes about 4 on an idle machine."""
_STATE = "navaar-controlplane.json"
_ATTEMPTS = 5

TokenIssuer = Callable[[str, str, timedelta], str]
"""Namespace and name of a ServiceAccount, and a lifetime, to a token."""


@dataclass
class ControlPlane:
    """A control plane that answers, and the files that lead to it. A context manager that stops it."""

    server: str
    """The API server's URL."""
    kubeconfig: Path
    """For an administrator (system:masters on a local one)."""
    ca: Path | None
    """The CA's certificate; None where an existing cluster's kubeconfig names none."""
    folder: Path
    """Where the files of this control plane are."""
    audit_log: Path | None
    """The API server's audit log, if asked for."""
    garbage_collection: bool
    """False where no garbage collector runs: owned objects then stay when their owner goes."""
    processes: tuple[Process, ...] = ()
    """The components; empty for an existing cluster."""
    _cluster_entry: dict[str, Any] = field(default_factory=dict, repr=False)
    _issue_token: TokenIssuer | None = field(default=None, repr=False)
    _cleanup: ExitStack = field(default_factory=ExitStack, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop the components, wait until they have ended, and remove what was not to be kept. Idempotent."""
        self._cleanup.close()

    def kubeconfig_for(self, namespace: str, name: str, lifetime: timedelta = timedelta(days=1)) -> Path:
        """A kubeconfig for a ServiceAccount, which must exist; its default namespace is `namespace`.

        Its token is new at every call and good for `lifetime` (10 minutes at least). Raises ApiError.
        """
        assert self._issue_token is not None
        token = self._issue_token(namespace, name, lifetime)
        path = self.folder / "kubeconfigs" / f"{namespace}.{name}.yaml"
        return kubeconfig.write(path, self._cluster_entry, token, name, namespace)

    def writes(self) -> Iterator[Write]:
        """The writes in the audit log so far, oldest first. Raises ControlPlaneError without an audit log."""
        if self.audit_log is None:
            raise ControlPlaneError("this control plane was started without an audit log (audit=True)")
        return read_writes(self.audit_log)

    def fault(self) -> str | None:
        """What is wrong if a component has ended by itself, with the last lines of its log; else None."""
        for process in self.processes:
            if process.exit_code is not None:
                return f"{process.name} ended with exit code {process.exit_code}:\n{process.tail()}"
        return None


def start(keep: Path | None = None, data: Path | None = None, audit: bool = False) -> ControlPlane:
    """Start etcd, kube-apiserver and kube-controller-manager on 127.0.0.1 and wait until they are ready.

    `keep` is a folder for the objects, keys and logs that stays: a later start with it has the same
    objects, tokens and, if it is still free, the same port. Without it they are in a temporary folder,
    made in `data` (default: the system's place for temporary files) and removed by `stop`. `audit` writes
    an audit log of all writes, anew at each start.

    The programs are those of KUBEBUILDER_ASSETS where that is set; else they are built, which takes minutes
    the first time. The components end with this process, however it ends. Raises ControlPlaneError.
    """
    if keep and data:
        raise ValueError("give keep (a folder that stays) or data (a place for a temporary one), not both")
    found = programs.find()
    with ExitStack() as stack:
        folder = _kept_folder(keep, stack) if keep else _temporary_folder(data, stack)
        keys = Keys(folder / "keys")
        keys.create([ADMINISTRATOR, components.MANAGER])
        log = folder / "audit.log" if audit else None
        if log:
            log.unlink(missing_ok=True)
            (folder / "audit-policy.yaml").write_text(yaml.safe_dump(POLICY))
        objects = folder / "etcd"
        kept = objects.exists()
        for attempt in range(1, _ATTEMPTS + 1):
            running = stack.enter_context(ExitStack())
            port = _port(folder, preferred=attempt == 1)
            try:
                processes, api = _launch(found, folder, keys, port, log is not None, running)
                break
            except components.PortTakenError as error:
                running.close()
                if not kept:
                    # An etcd that was stopped before it had noted down its one member elects no leader ever after.
                    shutil.rmtree(objects, ignore_errors=True)
                if attempt == _ATTEMPTS:
                    raise StartError(f"no free port after {_ATTEMPTS} attempts: {error}") from error
        (folder / _STATE).write_text(json.dumps({"port": port}))
        server = f"https://127.0.0.1:{port}"
        entry = kubeconfig.cluster_entry(server, keys.ca)
        path = kubeconfig.write(folder / "kubeconfig.yaml", entry, keys.token(ADMINISTRATOR), ADMINISTRATOR)
        return ControlPlane(
            server=server,
            kubeconfig=path,
            ca=keys.ca,
            folder=folder,
            audit_log=log,
            garbage_collection=found.controller_manager is not None,
            processes=processes,
            _cluster_entry=entry,
            _issue_token=lambda namespace, name, lifetime: _token_request(api, namespace, name, lifetime),
            _cleanup=stack.pop_all(),
        )


def _launch(
    found: programs.Programs, folder: Path, keys: Keys, port: int, audited: bool, running: ExitStack
) -> tuple[tuple[Process, ...], Api]:
    processes: list[Process] = []

    def run(name: str, command: list[str]) -> None:
        process = Process(name, command, folder)
        running.callback(process.stop)
        processes.append(process)

    api = Api(f"https://127.0.0.1:{port}", keys.ca.read_text(), keys.token(ADMINISTRATOR))
    deadline = time.monotonic() + READY_TIMEOUT
    run("etcd", components.etcd(found.etcd))
    run("kube-apiserver", components.apiserver(found.apiserver, keys, port, audited))
    components.wait_for(api, "/readyz", processes, deadline)
    if found.controller_manager:
        entry = kubeconfig.cluster_entry(f"https://127.0.0.1:{port}", keys.ca)
        path = keys.folder / "controller-manager.yaml"
        kubeconfig.write(path, entry, keys.token(components.MANAGER), components.MANAGER)
        run("kube-controller-manager", components.controller_manager(found.controller_manager, keys, path))
        components.wait_for(api, "/api/v1/namespaces/default/serviceaccounts/default", processes, deadline)
    return tuple(processes), api


def _token_request(api: Api, namespace: str, name: str, lifetime: timedelta) -> str:
    body = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": int(lifetime.total_seconds())},
    }
    answer = api.create(f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token", body)
    token = answer["status"]["token"]
    if not isinstance(token, str):
        raise ApiError(0, "the API server answered a TokenRequest without a token")
    return token


def _temporary_folder(parent: Path | None, stack: ExitStack) -> Path:
    if parent:
        parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="navaar-controlplane-", dir=parent)).absolute()
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _kept_folder(folder: Path, stack: ExitStack) -> Path:
    folder = folder.absolute()
    state = folder / _STATE
    if folder.exists() and not state.exists() and any(folder.iterdir()):
        raise ControlPlaneError(f"{folder} is not empty and holds no control plane; give a new or an empty folder")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not state.exists():
        state.write_text("{}")
    lock = stack.enter_context((folder / "lock").open("w"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ControlPlaneError(f"a control plane is already running from {folder}") from None
    return folder


def _port(folder: Path, preferred: bool) -> int:
    """The port of the last start if `preferred` and free, else a free one, which others can still take."""
    state = folder / _STATE
    last = json.loads(state.read_text()).get("port", 0) if preferred and state.exists() else 0
    for port in (last, 0):
        with socket.socket() as probe:
            # As Go does it: connections of the last run that linger don't make a port taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StartError("no free port on 127.0.0.1")
