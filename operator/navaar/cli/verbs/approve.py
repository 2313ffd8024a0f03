"""`navaar approve`: says yes."""

from typing import TYPE_CHECKING

import click

from navaar.cli import options
from navaar.cli.scope import Choice
from navaar.cli.values import PLACE

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster
    from navaar.people.act import Act
    from reconcilers.services.protocol import ServiceName


@click.command()
@click.argument("track", required=False)
@click.argument("candidate", required=False)
@click.option(
    "--in", "place", type=PLACE, metavar="PLACE", help="Only what is asked in telegram, youtubeMusic or spotify."
)
@click.option("--all", "everything", is_flag=True, help="Every song in review, with --min-score.")
@click.option("--min-score", type=click.FloatRange(0, 1), metavar="SCORE",
              help="With --all: only where the likeliest candidate has at least this score, from 0 to 1.")  # fmt: skip
@click.option("--plan", "hash", metavar="HASH", help="The plan that waits, by its hash: `navaar plan` shows both.")
@options.chosen
@options.rehearsed
@options.printed
@options.on_cluster
async def command(
    track: str | None, candidate: str | None, place: "ServiceName | None", everything: bool, min_score: float | None,
    hash: str | None, choice: Choice, dry_run: str, form: str, cluster: "Cluster",
) -> int:  # fmt: skip
    """Says yes: to the candidate, or to the first of each question that `navaar review TRACK` shows.

    With --plan, lets through exactly the additions and removals that wait for approval.
    """
    if sum((track is not None, everything, hash is not None)) != 1:
        raise click.UsageError("say what to approve: a TRACK, or --all --min-score SCORE, or --plan HASH")
    if everything and min_score is None:
        raise click.UsageError("--all wants --min-score too, such as 0.8: what is less likely still waits for you")
    if min_score is not None and not everything:
        raise click.UsageError("--min-score goes with --all")
    from navaar.cli.changes import change
    from navaar.people import acts, question

    async def decide() -> "list[Act]":
        if hash is not None:
            found = (
                await cluster.sync(choice.sync)
                if choice.sync
                else _waiting(await cluster.syncs(labels=choice.labels), hash)
            )
            return acts.approve_plan(found, hash)
        if everything:
            assert min_score is not None
            return question.approve_all(await cluster.tracks(choice, ("Review",)), min_score)
        assert track is not None
        return question.approve(await cluster.track(track, choice.sync), candidate, place)

    nothing = (
        f"No song {cluster.scope} has a candidate of {min_score:.2f} or more." if everything else "Approved already."
    )
    return await change(cluster, decide, form, dry_run, nothing=nothing)


def _waiting(syncs: list[dict[str, object]], hash: str) -> dict[str, object]:
    """The MusicSync that waits with this plan, else any that waits, else the only one. Raises ValueError."""
    plans = [(one, ((one.get("status") or {}).get("plan") or {}).get("hash")) for one in syncs]  # type: ignore[attr-defined]
    for wanted in ([one for one, plan in plans if plan == hash], [one for one, plan in plans if plan], syncs):
        if wanted:
            return wanted[0]
    raise ValueError("there is no MusicSync here: choose another namespace with -n")
