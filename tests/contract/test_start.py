"""An operator that can't begin says why in a line, and ends."""

import json
import socket
import subprocess
import sys
from pathlib import Path


def run(kubeconfig: Path, *arguments: str) -> list[str]:
    """The lines that an operator said which could not begin."""
    command = [sys.executable, "-m", "navaar", "run", "--log-format", "console", "--kubeconfig", str(kubeconfig)]
    ended = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "Traceback" not in ended.stderr
    return ended.stderr.splitlines()


def test_a_kubeconfig_that_is_none_is_told_with_the_options_that_name_another(tmp_path: Path) -> None:
    file = tmp_path / "kubeconfig"
    file.write_text("[1, 2]")
    (said,) = run(file)
    assert said.endswith(f"{file} is no kubeconfig: say which cluster is meant with --kubeconfig and --context")


def test_a_port_that_is_taken_is_told_with_the_option_that_names_another(tmp_path: Path) -> None:
    file = tmp_path / "kubeconfig"
    cluster = {"name": "gone", "cluster": {"server": "http://127.0.0.1:9"}}
    context = {"name": "gone", "context": {"cluster": "gone", "user": "me"}}
    user = {"name": "me", "user": {"token": "me"}}
    known = {"clusters": [cluster], "contexts": [context], "users": [user], "current-context": "gone"}
    file.write_text(json.dumps(known))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        last = run(file, "--listen", address)[-1]
    assert f"nothing can be served on {address}: Address already in use" in last
    assert last.endswith("; see --listen")
