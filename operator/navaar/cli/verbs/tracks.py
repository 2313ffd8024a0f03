"""`navaar tracks`: the songs, and where each of them is."""

import difflib
from typing import TYPE_CHECKING

import click

from navaar.cli import options
from navaar.cli.output import objects
from navaar.cli.scope import Choice
from navaar.cli.tracktable import no_tracks, track_table
from navaar.people.song import speaks_of, status_of

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster
    from navaar.kube.client import Resource

PHASES = ("Synced", "Partial", "Syncing", "Review", "Failed", "Removed", "Excluded", "Duplicate")


class PhaseName(click.ParamType[str]):
    """A phase, in any case."""

    name = "phase"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The phase as it is written. Raises UsageError with the nearest."""
        known = {phase.lower(): phase for phase in PHASES}
        if value.lower() not in known:
            near = difflib.get_close_matches(value.lower(), known, 1)
            hint = f" Do you mean {known[near[0]]}?" if near else ""
            self.fail(f"there is no phase {value!r}.{hint} There are: {', '.join(PHASES)}.", param, ctx)
        return known[value.lower()]


@click.command()
@click.argument("names", nargs=-1, metavar="[TRACK]…")
@click.option("--phase", "phases", multiple=True, type=PhaseName(), metavar="PHASE",
              help="Only songs in this phase; may be repeated.")  # fmt: skip
@click.option("--text", default="", metavar="WORDS", help="Only songs with all these words in their artist and title.")
@options.chosen
@options.printed
@options.on_cluster
async def command(
    names: tuple[str, ...], phases: tuple[str, ...], text: str, choice: Choice, form: str, cluster: "Cluster"
) -> None:
    """The songs, and where each of them is.

    On a terminal ● is there, ↑ on its way, ? waits for your decision, – is not to be had, ✗ failed, · is left alone.
    """
    tracks, missing = await _named(names, choice, cluster) if names else (await cluster.tracks(choice, phases), [])
    found = [
        track for track in tracks if speaks_of(track, text) and (not phases or status_of(track).get("phase") in phases)
    ]
    if found or not missing:
        _print(found, form, cluster, one=len(names) == 1)
    if missing:
        from navaar.cli.trouble import Trouble

        raise Trouble("\n".join(missing))


async def _named(names: tuple[str, ...], choice: Choice, cluster: "Cluster") -> tuple[list["Resource"], list[str]]:
    """The Tracks that are meant, and why others can't be told."""
    from navaar.cli.trouble import Trouble

    tracks, missing = [], []
    for name in names:
        try:
            tracks.append(await cluster.track(name, choice.sync))
        except Trouble as trouble:
            missing.append(trouble.message)
    return tracks, missing


def _print(found: list["Resource"], form: str, cluster: "Cluster", *, one: bool) -> None:
    if form in ("table", "wide"):
        if not found:
            no_tracks(cluster)
            return
        track_table(found, wide=form == "wide", everywhere=cluster.namespace is None)
    else:
        objects(found, form, one=one)
