"""The demonstration's second act: a question that a person answers, and a match that a person rejects for good."""

import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from sandbox import quickstart, scenario
from sandbox.catalogue import Song
from sandbox.shelf import Shelf
from sandbox.stage import Stage
from sandbox.thread import SandboxThread

PATIENCE = 90.0
"""Seconds for what takes two or three."""

UNSIGNED = "hello-adele"
"""Two songs are called that."""

REJECTED = "billie-jean"
"""On YouTube as the label's audio and as the official video: who rejects the one is given the other."""


class Correction:
    """What a person corrects, and what the operator makes of it. Methods say whether it came out as it should."""

    def __init__(self, console: Console, stage: Stage, box: SandboxThread) -> None:
        self.console = console
        self.stage = stage
        self.box = box
        self.approval = ""
        """The command that answers the question."""
        self.rejection = ""
        """The command that rejects the match."""

    def ask(self) -> bool:
        """Somebody posts a song without saying whose; the operator asks, and places nothing."""
        song = self._song(UNSIGNED)
        self.box.call(lambda: scenario.unsigned(self.box.world, song))
        self.console.print(
            f"\n[bold]4[/] Somebody posts “{song.title}”, and doesn't say whose. Two songs are called that …"
        )
        if not self._until(lambda: len(self._candidates(song)) == 2):
            return self._failed("the operator didn't ask about it")
        track = self._track(song.title)
        self.console.print(
            f"  kubectl get tracks  →  [magenta]Review[/]  {track['status']['message']}", highlight=False
        )
        shown = Table(box=None, padding=(0, 1), show_header=True, header_style="dim")
        for name in ("", "candidate", "score", "why"):
            shown.add_column(name, no_wrap=True)
        for service, found in self._candidates(song).items():
            for candidate in found[:2]:
                shown.add_row(service, candidate["text"], f"{candidate['score']:.2f}", "; ".join(candidate["reasons"]))
        self.console.print(shown)
        found = self._candidates(song)["spotify"]
        self.approval = next((c["approve"] for c in found if c["id"] == song.spotify_id), "")
        self.console.print("  One line answers it; [dim]kubectl describe track[/] has it beside each candidate:")
        self.console.print(f"  {self.approval}", highlight=False, markup=False, soft_wrap=True)
        return bool(self.approval)

    def answer(self) -> bool:
        """A person pastes the line."""
        song = self._song(UNSIGNED)
        self.console.print(f"  {self.stage.kubectl(self.approval).strip()}", highlight=False, markup=False)
        if not self._until(lambda: self._status(song.title).get("phase") == "Synced"):
            return self._failed("the answer didn't bring it to all places")
        self.console.print("  [green]Synced[/]: what was said of one service answers the question about the other too.")
        return True

    def prepare_rejection(self) -> None:
        """Finds out what there is to reject."""
        song = self._song(REJECTED)
        name = self._track(song.title)["metadata"]["name"]
        patch = f'{{"spec":{{"rejects":{{"youtubeMusic":["{song.video_id}"]}}}}}}'
        self.rejection = f"kubectl patch track {name} -n {quickstart.NAMESPACE} --type=merge -p '{patch}'"

    def reject(self) -> bool:
        """A person says of a match that it isn't the song: it is replaced, our post is put right, and neither returns."""
        song = self._song(REJECTED)
        self.prepare_rejection()
        before = self._post_numbers()
        self.console.print(f"\n[bold]5[/] Somebody rejects the recording that was taken for {song.label} …")
        self.console.print(f"  {self.rejection}", highlight=False, markup=False, soft_wrap=True)
        self.stage.kubectl(self.rejection)
        if not self._until(lambda: self._replaced(song)):
            return self._failed("it wasn't replaced")
        token = str(time.time_ns())
        asked = {"metadata": {"annotations": {"navaar.dev/reconcile-requested-at": token}}}
        self.stage.patch("MusicSync", quickstart.NAMESPACE, quickstart.NAME, asked)
        if not self._until(lambda: self._handled() == token and self._replaced(song)):
            return self._failed("it didn't stay replaced")
        if self._post_numbers() != before:
            return self._failed("the post was made anew")
        self.console.print(
            f"  [green]Replaced[/] on YouTube by {song.music_video_id}, and our post in the channel corrected where it "
            "stands. Asked to look again at everything, the operator leaves it so: what people write stays."
        )
        return True

    # ------------------------------------------------------------------ what there is

    def _song(self, key: str) -> Song:
        return self.box.world.catalogue.by_key(key)

    def _track(self, title: str) -> dict[str, Any]:
        tracks = self.stage.list("Track", quickstart.NAMESPACE)
        return next((track for track in tracks if (track.get("status") or {}).get("title") == title), {})

    def _status(self, title: str) -> dict[str, Any]:
        return self._track(title).get("status") or {}

    def _candidates(self, song: Song) -> dict[str, list[dict[str, Any]]]:
        placements = self._status(song.title).get("placements") or {}
        return {service: p["candidates"] for service, p in placements.items() if p.get("candidates")}

    def _replaced(self, song: Song) -> bool:
        status = self._status(song.title)
        post = (status.get("placements") or {}).get("telegram") or {}
        shelf = Shelf(self.box.world)
        videos = {row["id"] for row in self.box.call(lambda: shelf.youtube(scenario.YOUTUBE_PLAYLIST))}
        put_right = post.get("requestedId") == song.music_video_id and status.get("phase") == "Synced"
        return put_right and song.video_id not in videos and song.music_video_id in videos

    def _post_numbers(self) -> list[int]:
        messages = self.box.call(lambda: self.box.world.telegram.messages(scenario.CHANNEL))
        return [message.message_id for message in messages]

    def _handled(self) -> str:
        sync = self.stage.get("MusicSync", quickstart.NAMESPACE, quickstart.NAME)
        return str((sync.get("status") or {}).get("lastHandledReconcileAt"))

    def _until(self, holds: Callable[[], bool]) -> bool:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if holds():
                return True
            time.sleep(0.2)
        return False

    def _failed(self, why: str) -> bool:
        self.console.print(f"[red]After {PATIENCE:.0f} s {why}.[/]")
        return False
