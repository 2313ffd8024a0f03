"""What a terminal of 80 or of 140 columns shows: nothing wider than it, no row in two lines, no line to be copied broken."""

import io
import os
import shutil
import sys
from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from navaar.cli import findings, output, statusview, tracktable
from navaar.people.finding import bad, good, step
from navaar.people.overview import overview

TITLES = [
    ("Dariush", "Cheshme Man"),
    ("گروه موسیقی سنتی شهرهای شمالی", "یک ترانه با نامی بسیار بسیار بلند که در هیچ سرویسی یافت نمی‌شود"),
    ("東京スーパーオーケストラ", "とても長い題名の曲でどこにも見つからないもの、そしてさらに続く"),
    ("The Extraordinarily Long-Named Philharmonic Orchestra", "Variations on a Theme That Never Quite Arrives, Op. 71"),
    ("A & B [bold]", "\u202eevil\u202c \x1b[31mred\x1b[0m\n[/] <b>"),
    ("", ""),
]
LINE = "kubectl annotate musicsync friday-tapes -n music --overwrite navaar.dev/approve=aabcf39a4ff6aabcf39a4ff6"

Shown = Callable[[Callable[[], object]], list[str]]


def track(number: int, artist: str, title: str) -> dict[str, Any]:
    states = ("Present", "Review", "Failed", "Pending", "NotFound", "Removed")
    return {
        "metadata": {
            "name": f"friday-tapes-{number:010x}",
            "namespace": "music",
            "creationTimestamp": "2026-11-21T10:00:00Z",
        },
        "spec": {"musicSyncRef": {"name": "friday-tapes"}, "origin": {"service": "telegram", "id": str(number)}},
        "status": {
            "artist": artist,
            "title": title,
            "phase": "Partial",
            "message": "youtubeMusic: 2 candidates, best 0.71 (duration differs by 41 s; live)",
            "placements": {"telegram": {"state": states[number]}, "youtubeMusic": {"state": "Present"}},
        },
    }


@pytest.fixture(params=[80, 140])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def shown(width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shown:
    """What something prints on a terminal of that width, without colours."""
    screen = io.StringIO()
    console = Console(
        file=screen, width=width, force_terminal=True, color_system=None, highlight=False, markup=False, emoji=False
    )
    for module in (output, statusview, tracktable):
        monkeypatch.setattr(module, "console", lambda: console)
    for module in (output, tracktable):
        monkeypatch.setattr(module, "on_terminal", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_, **__: os.terminal_size((width, 40)))

    def show(act: Callable[[], object]) -> list[str]:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        act()
        return (screen.getvalue() + capsys.readouterr().out).splitlines()

    return show


def test_each_song_is_one_row_whatever_it_is_called(shown: Shown, width: int) -> None:
    tracks = [track(number, *names) for number, names in enumerate(TITLES)]
    head, *rows = shown(lambda: tracktable.track_table(tracks, wide=False, everywhere=False))
    assert len(rows) == len(TITLES)
    assert all(cell_len(line) <= width for line in (head, *rows))
    assert all(letter.isprintable() for row in rows for letter in row.replace("\u200e", ""))
    _, artist, title = rows[1].split("\u200e")
    assert artist.startswith("گروه") and title.startswith("یک ترانه"), "what is turned around is not taken for one"
    assert not any("\u200e" in row for row in (rows[0], *rows[2:]))
    for number, row in enumerate(rows):
        assert f"{number:010x}" in row and " ●" in row and "Partial" in row, "what is not elastic is whole"
    assert ("Message" in head) is (width == 140)


def test_columns_that_hold_nothing_make_room(shown: Shown) -> None:
    quiet = track(0, "Dariush", "Cheshme Man")
    quiet["status"]["message"] = ""
    head, _ = shown(lambda: tracktable.track_table([quiet], wide=False, everywhere=False))
    assert "Message" not in head


def sync() -> dict[str, Any]:
    message = f"12 songs of the backlog would be added, more than maxAdds (3) in 24 hours; to approve this: {LINE}"
    conditions = [
        {"type": "Ready", "status": "False", "reason": "AwaitingApproval", "message": f"Spotify: {message}"},
        {"type": "SpotifyReady", "status": "False", "reason": "AwaitingApproval", "message": message},
    ]
    return {
        "metadata": {"name": "friday-tapes", "namespace": "music", "generation": 1},
        "spec": {"spotify": {"playlist": "x"}, "telegram": {"channel": "@x"}},
        "status": {"conditions": conditions, "counts": {"songs": 12, "syncing": 12}, "observedGeneration": 1},
    }


def test_a_line_to_be_copied_is_whole_and_in_a_live_view_nothing_is_cut_off(shown: Shown, width: int) -> None:
    lines = shown(lambda: statusview.shown(overview(sync())))
    assert f"  → {LINE}" in lines
    assert all(cell_len(line) <= width for line in lines if LINE not in line)
    before = len(lines)
    live = shown(lambda: output.console().print(statusview.drawn(overview(sync()), width, live=True)))[before:]
    assert all(cell_len(line) <= width for line in live)
    assert "".join(live).replace(" ", "").endswith(LINE.replace(" ", ""))


def test_findings_are_broken_between_words_and_their_lines_never(shown: Shown, width: int) -> None:
    says = "The operator's pod is not ready, and that for a reason that takes a whole long sentence to tell, or two of them"
    lines = shown(lambda: findings.show([bad(f"{says}.", LINE), good(f"{says}: {LINE}"), step(f"1. {says}.")]))
    assert lines.count(f"  → {LINE}") == 2
    rest = [line for line in lines if LINE not in line]
    assert [line for line in rest if cell_len(line) > width] == []
    assert " ".join(line.strip(" ✗✓") for line in rest) == f"{says}. {says}: 1. {says}."


def test_a_candidate_that_is_too_long_stays_beside_its_score(shown: Shown, width: int) -> None:
    address = "https://music.youtube.com/watch?v=wIlfHAStRNQ"
    song = "Karaoke Night – とても長い題名の曲 (Karaoke Version) [Originally Performed by Somebody Else] (4:57)"
    first, *rest = shown(lambda: output.entry("    0.70  ", song, address))
    assert first.startswith("    0.70  Karaoke Night")
    assert all(line.startswith(" " * 10) and cell_len(line) <= width for line in rest)
    assert rest[-1].strip() == address if rest else first.endswith(address)
