"""The program with etcd, kube-apiserver and kube-controller-manager: built once, then taken from a cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from . import toolchain
from .console import Meter, meter, say
from .errors import BuildError

SOURCE = Path(__file__).parent
PROGRAM = "navaar-controlplane"


def cache_folder() -> Path:
    """Where builds are kept: outside the repository, so a fresh clone finds them."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "navaar" / "controlplane"


def kubernetes_version() -> str:
    """The Kubernetes version that go.mod pins, such as `v1.36.3`."""
    found = re.search(r"^\s*k8s\.io/kubernetes (v\d+\.\d+\.\d+)$", (SOURCE / "go.mod").read_text(), re.MULTILINE)
    if not found:
        raise BuildError("go.mod does not pin k8s.io/kubernetes")
    return found[1]


def program_path() -> Path:
    """Where the program for these sources and this machine is, or will be once built."""
    digest = hashlib.sha256()
    for name in ("main.go", "go.mod", "go.sum"):
        digest.update(hashlib.sha256((SOURCE / name).read_bytes()).digest())
    digest.update(repr((platform.system(), platform.machine(), _flags())).encode())
    return cache_folder() / digest.hexdigest()[:20] / PROGRAM


def ensure() -> Path:
    """The program's path, built first if it is not in the cache.

    The first build takes minutes, about 1 GB of Go modules and 3 GB of Go's own build cache; progress goes to
    stderr. Processes that ask at once wait for one build. Raises BuildError.
    """
    program = program_path()
    if program.exists():
        return program
    program.parent.mkdir(parents=True, exist_ok=True)
    with _locked(program.parent / "lock"):
        if not program.exists():
            _build(program)
    return program


def _flags() -> list[str]:
    version = kubernetes_version()
    major, minor, _ = version.removeprefix("v").split(".")
    variables = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    sets = " ".join(f"-X k8s.io/component-base/version.{name}={value}" for name, value in variables.items())
    return ["-trimpath", "-buildvcs=false", f"-ldflags=-s -w {sets}"]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another process is building the control plane; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(program: Path) -> None:
    go = toolchain.find(SOURCE / "go.mod", cache_folder())
    say(f"Building Kubernetes {kubernetes_version()} with {go}: once, some minutes.")
    started = time.monotonic()
    temporary = program.with_name(f".{PROGRAM}.{os.getpid()}")
    try:
        with meter("Building the control plane") as shown:
            total = _stale_packages(go, shown)
            _compile(go, temporary, total, shown)
        temporary.replace(program)
    finally:
        temporary.unlink(missing_ok=True)
    size = program.stat().st_size / 1e6
    say(f"Built {program} ({size:.0f} MB) in {time.monotonic() - started:.0f} s.")


def _stale_packages(go: Path, shown: Meter) -> int:
    """How many packages Go will compile. Fetches the modules, as Go must read them to know."""
    command = [str(go), "list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}", *_flags(), "."]
    fetched = 0
    errors: list[str] = []
    with _run(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        output: list[str] = []
        reader = threading.Thread(target=output.extend, args=(process.stdout,), daemon=True)
        reader.start()
        for line in process.stderr:
            if line.startswith("go: downloading "):
                fetched += 1
                shown.update(f"fetching module {fetched}: {line.split()[2]}")
            else:
                errors.append(line)
        reader.join()
    _check(process, "build", errors)
    return len([line for line in output if line.strip()])


def _compile(go: Path, target: Path, total: int, shown: Meter) -> None:
    done = 0
    errors: list[str] = []
    with _run([str(go), "build", "-v", "-o", str(target), *_flags(), "."], stdout=subprocess.DEVNULL) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if re.fullmatch(r"[\w.~/-]+\n", line):
                done += 1
                linking = done >= total
                shown.update("linking" if linking else f"compiling {line.strip()}", min(done, total), total)
            else:
                errors.append(line)
    _check(process, "build", errors)


def _run(command: list[str], stdout: int | IO[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, cwd=SOURCE, env=toolchain.environment(), stdout=stdout, stderr=subprocess.PIPE, text=True
    )


def _check(process: subprocess.Popen[str], command: str, errors: list[str]) -> None:
    if process.returncode != 0:
        told = "".join(errors[-30:]).strip()
        raise BuildError(f"`go {command}` failed in {SOURCE}:\n{told}")
