"""The demonstration: a real control plane, the local world, the operator, and three lists that become one.

    python -m sandbox.demo [--once] [--keep DIR] [--context NAME]

Exits 0 with --once when the three places hold the same songs, else 1 with what is missing. Ctrl-C, SIGTERM or a closed terminal
ends it, and all that it started.
"""

import argparse
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from sandbox import controlplane, quickstart, scenario, views
from sandbox.control import Control, state_file
from sandbox.controlplane import ControlPlaneError
from sandbox.correction import Correction
from sandbox.operatorprocess import OperatorProcess
from sandbox.shelf import Row, Shelf
from sandbox.stage import Stage, operator_arguments
from sandbox.thread import SandboxThread
from sandbox.world import World

TIMEOUT = 300.0
"""Seconds until a demonstration that has not converged counts as failed."""

MARKS = {
    "Present": "[green]●[/]",
    "Adding": "[yellow]◐[/]",
    "Pending": "[dim]○[/]",
    "NotFound": "[blue]–[/]",
    "Review": "[magenta]?[/]",
    "Failed": "[red]✗[/]",
}
PHASES = {"Synced": "green", "Partial": "blue", "Syncing": "yellow", "Review": "magenta", "Failed": "red"}
TITLES = {"telegram": "Telegram", "youtube": "YouTube Music", "spotify": "Spotify"}
SERVICES = {"telegram": "telegram", "youtube": "youtubeMusic", "spotify": "spotify"}


class Demo:
    """One run of it."""

    def __init__(self, console: Console, stage: Stage, box: SandboxThread, operator: OperatorProcess) -> None:
        self.console = console
        self.stage = stage
        self.box = box
        self.operator = operator
        self.started = time.monotonic()
        self.tracks: list[dict[str, Any]] = []
        self.sync: dict[str, Any] = {}

    def look(self) -> None:
        """Reads the cluster."""
        self.tracks = self.stage.list("Track", quickstart.NAMESPACE)
        self.sync = self.stage.get("MusicSync", quickstart.NAMESPACE, quickstart.NAME)

    def places(self) -> dict[str, list[Row]]:
        """The three lists, as they are in the world."""
        shelf = Shelf(self.box.world)
        return self.box.call(
            lambda: {
                "telegram": shelf.channel(scenario.CHANNEL),
                "youtube": shelf.youtube(scenario.YOUTUBE_PLAYLIST),
                "spotify": shelf.spotify(scenario.SPOTIFY_PLAYLIST),
            }
        )

    def ready(self) -> tuple[str, str]:
        """Reason and message of the MusicSync's Ready condition."""
        for condition in (self.sync.get("status") or {}).get("conditions") or []:
            if condition["type"] == "Ready":
                return condition["reason"], condition.get("message", "")
        return "Progressing", "the operator has not said anything yet"

    def missing(self) -> dict[str, dict[str, list[str]]]:
        """What each place lacks, has too much of, or has twice; empty when the three are as they should be."""
        wrong: dict[str, dict[str, list[str]]] = {}
        expected = quickstart.expected()
        for place, rows in self.places().items():
            there = Counter(row["key"] or f"({row['artist']} – {row['title']})" for row in rows)
            found = {
                "missing": sorted(expected[place] - set(there)),
                "unexpected": sorted(set(there) - expected[place]),
                "twice": sorted(key for key, count in there.items() if count > 1),
            }
            if any(found.values()):
                wrong[place] = {kind: keys for kind, keys in found.items() if keys}
        return wrong

    def rested(self) -> bool:
        """Whether the operator has nothing left to do."""
        phases = {(track.get("status") or {}).get("phase") for track in self.tracks}
        return bool(self.tracks) and phases <= {"Synced", "Partial"} and self.ready()[0] == "Synced"

    # ------------------------------------------------------------------- views

    def view(self) -> RenderableType:
        """The live view: how far each place is, and every song."""
        counts = {place: len(rows) for place, rows in self.places().items()}
        total = max(len(self.tracks), 1)
        bars = Table.grid(padding=(0, 2))
        for place, title in TITLES.items():
            bars.add_row(
                title, ProgressBar(total=total, completed=min(counts[place], total), width=36), f"{counts[place]} songs"
            )
        reason, message = self.ready()
        colour = "green" if reason == "Synced" else "yellow"
        head = Text.assemble(
            ("friday-tapes  ", "bold"), (reason, colour), (f"  {message[:90]}", "dim"),
            (f"  {time.monotonic() - self.started:.0f} s", "dim"),
        )  # fmt: skip
        room = max(self.console.size.height - 12, 8)
        songs = self._songs(room)
        legend = Text.from_markup(
            "[dim]T telegram  Y youtube  S spotify   [/][green]●[/] there  [yellow]◐[/] being added  [dim]○[/] to come  "
            "[blue]–[/] the service lacks it  [magenta]?[/] asks a person"
        )
        return Panel(Group(head, Text(), bars, Text(), songs, legend), title="Navaar", border_style="dim")

    def _songs(self, room: int) -> RenderableType:
        table = Table(box=None, padding=(0, 1), show_header=True, header_style="dim")
        for name in ("T", "Y", "S", "song", "phase"):
            table.add_column(name, no_wrap=True)

        def order(track: dict[str, Any]) -> tuple[bool, str]:
            return ((track.get("status") or {}).get("phase") in ("Synced", "Partial"), track["metadata"]["name"])

        for track in sorted(self.tracks, key=order)[:room]:
            status = track.get("status") or {}
            states = status.get("placements") or {}
            marks = [MARKS.get((states.get(s) or {}).get("state", "Pending"), "·") for s in SERVICES.values()]
            phase = status.get("phase", "")
            song = f"{status.get('artist', '')} – {status.get('title', '')}"[:60]
            table.add_row(*marks, Text(song), f"[{PHASES.get(phase, 'white')}]{phase}[/]")
        if len(self.tracks) > room:
            table.add_row("", "", "", Text(f"… and {len(self.tracks) - room} more", style="dim"), "")
        return table

    def line(self) -> str:
        """The same in one line, where there is no terminal."""
        phases = Counter((track.get("status") or {}).get("phase", "new") for track in self.tracks)
        counts = ", ".join(f"{TITLES[place]} {len(rows)}" for place, rows in self.places().items())
        told = ", ".join(f"{count} {phase}" for phase, count in sorted(phases.items()))
        return (
            f"{time.monotonic() - self.started:4.0f} s  {counts}; {len(self.tracks)} tracks: {told}; {self.ready()[0]}"
        )

    def watch(self) -> bool:
        """Shows the way there; whether it was reached."""
        end = time.monotonic() + TIMEOUT
        with self._shown() as show:
            while time.monotonic() < end:
                if self.operator.process.poll() is not None:
                    return False
                self.look()
                show()
                if self.rested():
                    return True
                time.sleep(0.5)
        return False

    @contextmanager
    def _shown(self) -> Iterator[Any]:
        if self.console.is_terminal:
            with Live(console=self.console, auto_refresh=False) as live:
                yield lambda: live.update(self.view(), refresh=True)
            return
        told = [""]

        def show() -> None:
            line = self.line()
            if line.partition("  ")[2] != told[0].partition("  ")[2]:
                self.console.print(line, highlight=False)
                told[0] = line

        yield show

    def searches(self) -> str:
        """What finding the songs has cost, as the services' own logs have it."""
        journal, union, expected = self.box.world.journal, set(scenario.UNION), quickstart.expected()
        made = journal.counts("spotify")["GET /search"] + journal.counts("youtube-music")["search"]
        wanted = len(union - set(scenario.ON_SPOTIFY)) + len(union - set(scenario.ON_YOUTUBE))
        lacking = sum(len(union - expected[place]) for place in ("spotify", "youtube"))
        return (
            f"Songs were missing in a playlist {wanted} times ({lacking} of them can't be had there); looking for them took "
            f"{made} search requests, {made / wanted:.2f} each."
        )

    def verdict(self, converged: bool) -> bool:
        """The three lists side by side, and whether they are as they should be."""
        self.console.print(views.side_by_side(self.places()))
        wrong = self.missing()
        if not converged:
            self.console.print(f"[red]Not converged after {time.monotonic() - self.started:.0f} s:[/] {self.ready()}")
            for track in self.tracks:
                status = track.get("status") or {}
                if status.get("phase") not in ("Synced", "Partial"):
                    self.console.print(
                        f"  {track['metadata']['name']} {status.get('phase')}: {status.get('message', '')}"
                    )
            self.console.print(f"The end of the operator's log:\n{self.operator.tail()}", highlight=False, markup=False)
        for place, kinds in wrong.items():
            for kind, keys in kinds.items():
                self.console.print(f"[red]{TITLES[place]}, {kind}:[/] {', '.join(keys)}")
        for refusal in self.box.refused:
            self.console.print(f"[red]Would have left this machine, and was stopped:[/] {refusal}")
        if converged and not wrong:
            lacking = sum((t.get("status") or {}).get("phase") == "Partial" for t in self.tracks)
            self.console.print(
                f"[green]The three places hold the same songs[/]: {len(self.tracks)} Tracks, one per song, in "
                f"{time.monotonic() - self.started:.0f} s. {lacking} of them are Partial: a service does not have them."
            )
            self.console.print(self.searches(), highlight=False)
        return converged and not wrong and not self.box.refused


def next_steps(console: Console, stage: Stage, operator: OperatorProcess, correction: Correction) -> None:
    """What to try now."""
    commands = Table.grid(padding=(0, 2))
    for command, why in (
        (f"export KUBECONFIG={stage.plane.kubeconfig}", ""),
        ("kubectl get musicsyncs -n music", "the whole sync in one line"),
        ("kubectl get tracks -n music", "every song"),
        ("kubectl get tracks -n music --field-selector status.phase=Review", "what the operator asks"),
        ("navaar status -n music --watch", "how it stands, place by place, live"),
        ("navaar explain -n music wonderwall", "one song's whole story"),
        ("kubectl apply -f examples/quickstart/track.yaml", "ask for a song: it ends in all three"),
        ("python -m sandbox post viva-la-vida", "post a song to the channel, as a person would"),
        ("python -m sandbox add spotify bad-guy", "add one to a playlist; `songs` lists what there is"),
        ("python -m sandbox list", "the three places side by side"),
        (f"tail -f {operator.log}", "what the operator says"),
    ):
        commands.add_row(f"  [bold]{command}[/]", f"[dim]{why}[/]")
    console.print(f"\nLook at it in a browser: http://localhost:{operator.port}/", highlight=False)
    console.print("\nTry next, in another terminal with the same virtual environment:\n")
    console.print(commands)
    for command, why in ((correction.approval, "Answer the question:"), (correction.rejection, "Reject a match:")):
        if command:
            console.print(f"  [dim]{why}[/]")
            console.print(f"  {command}", highlight=False, markup=False, soft_wrap=True)


def main(arguments: list[str] | None = None) -> int:
    """Runs the demonstration."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--once", action="store_true", help="end when the three places hold the same songs")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the control plane's data in this folder")
    parser.add_argument("--context", help="use this kubeconfig context instead of a local control plane")
    args = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 140)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, _interrupt)
    try:
        console.print("[bold]1[/] The control plane: etcd and kube-apiserver (built once, then cached) …")
        plane = controlplane.attach(args.context) if args.context else controlplane.start(keep=args.keep)
        with plane, tempfile.TemporaryDirectory(prefix="navaar-demo-") as folder:
            return _run(console, args.once, plane, Path(folder))
    except ControlPlaneError as error:
        console.print(f"[red]{error}[/]")
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 1 if args.once else 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    # Once is enough: what was started is taken down in peace.
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _run(console: Console, once: bool, plane: controlplane.ControlPlane, folder: Path) -> int:
    console.print(f"  Kubernetes at {plane.server}")
    console.print("[bold]2[/] The world: a channel, a YouTube Music and a Spotify playlist of 20 songs each …")
    world = World()
    scenario.quickstart(world)
    with SandboxThread(world, folder) as box, ExitStack() as leaving:
        control = Control(box.sandbox)
        box.call(control.__aenter__)
        leaving.callback(lambda: box.call(lambda: control.__aexit__(None, None, None)))
        state_file().write_text(f'{{"url": "{control.url}"}}')
        leaving.callback(state_file().unlink, missing_ok=True)
        stage = Stage(plane)
        console.print("[bold]3[/] The operator: resources, Role, ServiceAccount, and examples/quickstart …")
        kubeconfig = stage.install([quickstart.NAMESPACE])
        for manifest in quickstart.secrets():
            stage.apply(manifest)
        operator = OperatorProcess(kubeconfig, operator_arguments([quickstart.NAMESPACE]), box.environment(), folder)
        leaving.callback(operator.stop)
        try:
            operator.wait_ready()
            stage.apply(quickstart.musicsync())
            console.print(f"  The page: http://localhost:{operator.port}/", highlight=False)
            demo = Demo(console, stage, box, operator)
            good = demo.verdict(demo.watch())
            correction = Correction(console, stage, box)
            if once:
                return 0 if good and correction.ask() and correction.answer() and correction.reject() else 1
            if good:
                correction.ask()
                correction.prepare_rejection()
            next_steps(console, stage, operator, correction)
            console.print("\nEverything stays up until Ctrl-C.")
            while operator.process.poll() is None:
                time.sleep(0.5)
            console.print(f"[red]The operator has ended:[/]\n{operator.tail()}", markup=True)
        except RuntimeError as error:
            console.print(str(error), markup=False)
        except KeyboardInterrupt:
            console.print("\nStopping …")
            raise
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
