"""Programs in Go: built from a module that pins them, once, then taken from a cache outside the repository."""

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
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from . import toolchain
from .console import Meter, meter, say
from .errors import BuildError


def cache() -> Path:
    """Where programs and toolchains are kept: outside the repository, so a fresh clone finds them."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "navaar"


@dataclass(frozen=True)
class GoProgram:
    """`package`, as the module in `source` pins it. `files` of `source` and `flags` decide whether a build is still good.

    `folder` of the cache is where builds are; `title` is what people are told is built.
    """

    name: str
    title: str
    source: Path
    folder: str
    flags: tuple[str, ...]
    package: str = "."
    files: tuple[str, ...] = ("go.mod", "go.sum")

    def path(self) -> Path:
        """Where the program for these sources and this machine is, or will be once built."""
        digest = hashlib.sha256()
        for name in self.files:
            digest.update(hashlib.sha256((self.source / name).read_bytes()).digest())
        digest.update(repr((platform.system(), platform.machine(), list(self.flags))).encode())
        return cache() / self.folder / digest.hexdigest()[:20] / self.name

    def ensure(self) -> Path:
        """The program's path, built first if it is not in the cache; progress goes to stderr.

        Processes that ask at once wait for one build. Raises BuildError.
        """
        program = self.path()
        if program.exists():
            return program
        program.parent.mkdir(parents=True, exist_ok=True)
        with self._locked(program.parent / "lock"):
            if not program.exists():
                self._build(program)
        return program

    @contextmanager
    def _locked(self, path: Path) -> Iterator[None]:
        with path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(f"Another process is building {self.title}; waiting for it.")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _build(self, program: Path) -> None:
        go = toolchain.find(self.source / "go.mod", cache() / "controlplane")
        say(f"Building {self.title} with {go}: once, some minutes.")
        started = time.monotonic()
        temporary = program.with_name(f".{self.name}.{os.getpid()}")
        try:
            with meter(f"Building {self.title}") as shown:
                total = self._stale_packages(go, shown)
                self._compile(go, temporary, total, shown)
            temporary.replace(program)
        finally:
            temporary.unlink(missing_ok=True)
        size = program.stat().st_size / 1e6
        say(f"Built {program} ({size:.0f} MB) in {time.monotonic() - started:.0f} s.")

    def _stale_packages(self, go: Path, shown: Meter) -> int:
        """How many packages Go will compile. Fetches the modules, as Go must read them to know."""
        stale = "{{if .Stale}}{{.ImportPath}}{{end}}"
        command = [str(go), "list", "-deps", "-f", stale, *self.flags, self.package]
        fetched = 0
        errors: list[str] = []
        with self._run(command, stdout=subprocess.PIPE) as process:
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
        self._check(process, errors)
        return len([line for line in output if line.strip()])

    def _compile(self, go: Path, target: Path, total: int, shown: Meter) -> None:
        done = 0
        errors: list[str] = []
        command = [str(go), "build", "-v", "-o", str(target), *self.flags, self.package]
        with self._run(command, stdout=subprocess.DEVNULL) as process:
            assert process.stderr is not None
            for line in process.stderr:
                if re.fullmatch(r"[\w.~/-]+\n", line):
                    done += 1
                    linking = done >= total
                    shown.update("linking" if linking else f"compiling {line.strip()}", min(done, total), total)
                else:
                    errors.append(line)
        self._check(process, errors)

    def _run(self, command: list[str], stdout: int | IO[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command, cwd=self.source, env=toolchain.environment(), stdout=stdout, stderr=subprocess.PIPE, text=True
        )

    def _check(self, process: subprocess.Popen[str], errors: list[str]) -> None:
        if process.returncode != 0:
            told = "".join(errors[-30:]).strip()
            raise BuildError(f"`go build` failed in {self.source}:\n{told}")
