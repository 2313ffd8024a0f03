"""The local control plane is a real one: what the other tests rely on when they use it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox import controlplane
from sandbox.controlplane import Api, ApiError, ControlPlane, ControlPlaneError, StartError
from sandbox.controlplane.process import Process
from tests.waiting import until

# The first start on a machine builds the program.
pytestmark = pytest.mark.timeout(1800)

ROOT = Path(__file__).parents[2]
CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane with an audit log, shared by the tests of this file that don't stop it."""
    with controlplane.start(data=tmp_path_factory.mktemp("controlplane"), audit=True) as running:
        yield running


@pytest.fixture
def admin(plane: ControlPlane) -> Api:
    """The administrator's client of the shared control plane."""
    return Api.from_kubeconfig(plane.kubeconfig)


def config_map(name: str, **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}}


def is_gone(api: Api, path: str) -> bool:
    try:
        api.get(path)
    except ApiError as error:
        return error.status == 404
    return False


def is_running(pid: int) -> bool:
    """Whether the process runs; one that ended but was not yet waited for does not."""
    answer = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state = answer.stdout.strip()
    return bool(state) and not state.startswith("Z")


def members(group: int) -> list[int]:
    """The running processes of a process group."""
    answer = subprocess.run(["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, text=True, check=True)
    rows = (line.split() for line in answer.stdout.splitlines())
    return [int(pid) for pid, pgid, state in rows if int(pgid) == group and not state.startswith("Z")]


def test_it_is_ready_when_start_returns_and_is_the_kubernetes_that_go_mod_pins(admin: Api) -> None:
    assert admin.get("/readyz") == "ok"
    version = admin.get("/version")
    assert version["gitVersion"] == controlplane.kubernetes_version()
    assert version["gitVersion"].startswith("v1.36.")


def test_it_listens_on_the_loopback_address_only(plane: ControlPlane) -> None:
    assert plane.server.startswith("https://127.0.0.1:")


def test_it_is_reached_and_started_without_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with controlplane.start(data=tmp_path) as own:
        assert Api.from_kubeconfig(own.kubeconfig).get("/readyz") == "ok"


def test_without_a_token_nothing_is_allowed(plane: ControlPlane) -> None:
    assert plane.ca is not None
    with pytest.raises(ApiError) as refused:
        Api(plane.server, plane.ca.read_text(), token="wrong").get(CONFIG_MAPS)
    assert refused.value.status == 401


def test_a_service_account_may_do_what_a_role_grants_and_nothing_before(plane: ControlPlane, admin: Api) -> None:
    admin.create("/api/v1/namespaces/default/serviceaccounts", {"metadata": {"name": "reader"}})
    reader = Api.from_kubeconfig(plane.kubeconfig_for("default", "reader"))
    with pytest.raises(ApiError) as refused:
        reader.get(CONFIG_MAPS)
    assert refused.value.status == 403
    assert "system:serviceaccount:default:reader" in str(refused.value)

    rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default"
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}]
    admin.create(f"{rbac}/roles", {"metadata": {"name": "reader"}, "rules": rules})
    admin.create(
        f"{rbac}/rolebindings",
        {
            "metadata": {"name": "reader"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
            "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": "default"}],
        },
    )

    def may_list() -> bool:
        try:
            reader.get(CONFIG_MAPS)
        except ApiError:
            return False
        return True

    until(may_list, seconds=30)
    with pytest.raises(ApiError) as still_refused:
        reader.create(CONFIG_MAPS, config_map("written-by-reader"))
    assert still_refused.value.status == 403


def test_a_kubeconfig_for_a_service_account_that_does_not_exist_is_an_error(plane: ControlPlane) -> None:
    with pytest.raises(ApiError) as missing:
        plane.kubeconfig_for("default", "nobody")
    assert missing.value.status == 404


def test_a_kubeconfig_is_readable_by_its_owner_only(plane: ControlPlane) -> None:
    assert plane.kubeconfig.stat().st_mode & 0o077 == 0
    assert plane.kubeconfig_for("default", "default").stat().st_mode & 0o077 == 0


def test_garbage_collection_deletes_an_owned_config_map_after_its_owner(plane: ControlPlane, admin: Api) -> None:
    if not plane.garbage_collection:
        pytest.skip("no kube-controller-manager in KUBEBUILDER_ASSETS")
    owner = admin.create(CONFIG_MAPS, config_map("owner"))
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["metadata"]["uid"]}
    admin.create(CONFIG_MAPS, config_map("owned", ownerReferences=[reference]))
    admin.create(CONFIG_MAPS, config_map("free"))
    admin.delete(f"{CONFIG_MAPS}/owner")
    until(lambda: is_gone(admin, f"{CONFIG_MAPS}/owned"), seconds=30)
    assert not is_gone(admin, f"{CONFIG_MAPS}/free")


def test_a_deleted_namespace_goes_with_what_is_in_it(plane: ControlPlane, admin: Api) -> None:
    if not plane.garbage_collection:
        pytest.skip("no kube-controller-manager in KUBEBUILDER_ASSETS")
    admin.create("/api/v1/namespaces", {"metadata": {"name": "music"}})
    admin.create("/api/v1/namespaces/music/configmaps", config_map("inside"))
    admin.delete("/api/v1/namespaces/music")
    until(lambda: is_gone(admin, "/api/v1/namespaces/music"), seconds=60)
    assert is_gone(admin, "/api/v1/namespaces/music/configmaps/inside")


def test_the_audit_log_counts_every_write_by_agent_user_and_resource_and_no_reads(
    plane: ControlPlane,
) -> None:
    counted = Api.from_kubeconfig(plane.kubeconfig, agent="counted/1.0")
    for name in ("first", "second"):
        counted.create(CONFIG_MAPS, config_map(name))
        counted.get(f"{CONFIG_MAPS}/{name}")
    with pytest.raises(ApiError):
        counted.create(CONFIG_MAPS, config_map("first"))
    counted.delete(f"{CONFIG_MAPS}/second")

    def seen() -> list[tuple[str, str, str, int]]:
        mine = (write for write in plane.writes() if write.agent == "counted/1.0")
        return sorted((write.user, write.verb, write.resource, write.status) for write in mine)

    expected = [
        ("navaar-admin", "create", "configmaps", 201),
        ("navaar-admin", "create", "configmaps", 201),
        ("navaar-admin", "create", "configmaps", 409),
        ("navaar-admin", "delete", "configmaps", 200),
    ]
    until(lambda: len(seen()) >= len(expected), seconds=30)
    assert seen() == expected


def test_stop_leaves_no_processes_and_no_files(tmp_path: Path) -> None:
    with controlplane.start(data=tmp_path) as own:
        groups = [process.pid for process in own.processes]
        assert all(members(group) for group in groups)
        assert any(tmp_path.iterdir())
    assert [members(group) for group in groups] == [[] for _ in groups]
    assert not any(tmp_path.iterdir())
    own.stop()


def test_the_components_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-m", "sandbox.controlplane", "start", "--keep", str(tmp_path / "kept")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert parent.stdout is not None
        assert parent.stdout.readline().startswith("export KUBECONFIG=")
        children = subprocess.run(
            ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        groups = [int(pid) for pid, ppid in (line.split() for line in children) if int(ppid) == parent.pid]
        assert len(groups) >= 2
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.communicate()
    until(lambda: not any(members(group) for group in groups), seconds=30)


def test_the_command_stops_cleanly_on_sigterm(tmp_path: Path) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "sandbox.controlplane", "start"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        line = running.stdout.readline()
        assert Path(line.strip().removeprefix("export KUBECONFIG=")).exists()
        running.terminate()
        assert running.wait(30) == 0
    assert not any(tmp_path.iterdir())


def test_a_kept_folder_keeps_objects_and_tokens_across_restarts(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    with controlplane.start(keep=kept) as first:
        before = Api.from_kubeconfig(first.kubeconfig).create(CONFIG_MAPS, config_map("kept"))
        token = first.kubeconfig_for("default", "default").read_text()
    with controlplane.start(keep=kept) as second:
        after = Api.from_kubeconfig(second.kubeconfig).get(f"{CONFIG_MAPS}/kept")
        (tmp_path / "old.yaml").write_text(token.replace(first.server, second.server))
        with pytest.raises(ApiError) as refused:
            Api.from_kubeconfig(tmp_path / "old.yaml").get(CONFIG_MAPS)
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert refused.value.status == 403, "known, but without a role"


def test_two_control_planes_do_not_share_a_kept_folder(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    with controlplane.start(keep=kept), pytest.raises(ControlPlaneError, match="already running"):
        controlplane.start(keep=kept)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ControlPlaneError, match="not empty"):
        controlplane.start(keep=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_failed_start_shows_the_last_lines_of_the_logs_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    for name, script in {"etcd": "sleep 60", "kube-apiserver": "echo no such luck; exit 3"}.items():
        (assets / name).write_text(f"#!/bin/sh\n{script}\n")
        (assets / name).chmod(0o755)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(assets))
    with pytest.raises(StartError, match=r"(?s)kube-apiserver ended with exit code 3.*no such luck"):
        controlplane.start(data=tmp_path / "data")
    assert not any((tmp_path / "data").iterdir())


def test_kubebuilder_assets_are_used_and_a_missing_garbage_collector_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    program = controlplane.ensure()
    for name in ("etcd", "kube-apiserver"):
        (tmp_path / name).write_text(f'#!/bin/sh\nexec "{program}" {name} "$@"\n')
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    with controlplane.start(data=tmp_path / "data") as own:
        assert Api.from_kubeconfig(own.kubeconfig).get("/readyz") == "ok"
        assert not own.garbage_collection
    told = capfd.readouterr().err
    assert str(tmp_path) in told
    assert "garbage collection will not run" in told


def test_a_port_that_is_taken_meanwhile_is_replaced_by_another(
    plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = int(plane.server.rpartition(":")[2])
    choose = controlplane.cluster._port
    monkeypatch.setattr(
        controlplane.cluster, "_port", lambda folder, preferred: taken if preferred else choose(folder, False)
    )
    with controlplane.start(data=tmp_path) as own:
        assert own.server != plane.server


def test_a_component_that_ignores_sigterm_is_killed_after_the_bound(tmp_path: Path) -> None:
    stubborn = Process("stubborn", ["/bin/sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done"], tmp_path)
    until(lambda: "up" in stubborn.tail(), seconds=30)
    began = time.monotonic()
    stubborn.stop(bound=0.5)
    assert time.monotonic() - began < 5
    assert not members(stubborn.pid)
    assert not is_running(stubborn.pid)
