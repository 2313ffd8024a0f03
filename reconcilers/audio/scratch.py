"""A folder for audio under way, which does not outlive its process, however that ends."""

import contextlib
import fcntl
import logging
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger(__name__)

_PREFIX = "navaar-audio-"
_LOCK = ".lock"
# A folder without a lock is being made by another process, or is what one left that was killed just then.
_YOUNG = 60.0


@contextlib.contextmanager
def workdir(parent: Path) -> Iterator[Path]:
    """A folder below `parent` for this process alone; folders of processes that have ended are removed first.

    A held lock tells a process that is there from one that is not. Where there is no room, or no permission, the folder
    may not exist yet: whoever needs it makes it, and can say then what is the matter.
    """
    with contextlib.suppress(OSError):
        sweep(parent)
    folder = parent / f"{_PREFIX}{secrets.token_hex(8)}"
    lock: int | None = None
    try:
        folder.mkdir(mode=0o700, parents=True)
        lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        log.warning("audio under way has no folder yet: %s", error)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def sweep(parent: Path) -> None:
    """Removes what processes that are gone have left below `parent`."""
    for folder in parent.glob(f"{_PREFIX}*"):
        try:
            lock = os.open(folder / _LOCK, os.O_RDWR)
        except FileNotFoundError:
            with contextlib.suppress(OSError):
                if time.time() - folder.stat().st_mtime > _YOUNG:
                    shutil.rmtree(folder, ignore_errors=True)
            continue
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue
        finally:
            os.close(lock)
