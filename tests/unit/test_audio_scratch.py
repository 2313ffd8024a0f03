"""The folder for audio under way goes with its process, however that ended."""

import fcntl
import os
from pathlib import Path

from reconcilers.audio.scratch import workdir


def left_behind(parent: Path, name: str, *, age: float = 0.0, lock: bool = True) -> Path:
    folder = parent / f"navaar-audio-{name}"
    (folder / "audio-x").mkdir(parents=True)
    (folder / "audio-x" / "source.m4a").write_bytes(b"x")
    if lock:
        (folder / ".lock").touch()
    then = folder.stat().st_mtime - age
    os.utime(folder, (then, then))
    return folder


def test_the_folder_is_there_and_then_it_is_not(tmp_path: Path) -> None:
    with workdir(tmp_path) as folder:
        (folder / "audio-x").mkdir()
        assert folder.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []


def test_what_killed_processes_left_is_removed_and_what_living_ones_have_is_kept(tmp_path: Path) -> None:
    killed, alive = left_behind(tmp_path, "killed"), left_behind(tmp_path, "alive")
    with (alive / ".lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with workdir(tmp_path) as first, workdir(tmp_path) as second:
            assert {path.name for path in tmp_path.iterdir()} == {alive.name, first.name, second.name}
    assert not killed.exists()
    assert (alive / "audio-x" / "source.m4a").exists()


def test_a_folder_without_a_lock_is_being_made_or_is_old(tmp_path: Path) -> None:
    made, old = left_behind(tmp_path, "made", lock=False), left_behind(tmp_path, "old", lock=False, age=120.0)
    with workdir(tmp_path):
        assert made.exists()
        assert not old.exists()


def test_other_peoples_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "navaar").mkdir()
    (tmp_path / "audio-x").touch()
    with workdir(tmp_path):
        assert (tmp_path / "navaar").exists() and (tmp_path / "audio-x").exists()


def test_where_there_can_be_no_folder_the_process_goes_on_and_the_fetch_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with workdir(tmp_path / "file") as folder:
        assert not folder.exists()
