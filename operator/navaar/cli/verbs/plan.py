"""`navaar plan`: what would be done."""

from typing import TYPE_CHECKING, Any

import click

from navaar.cli import options
from navaar.cli.output import Cell, Column, line, objects, table

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster

PLACES = (
    Column("Place"), Column("Additions", right=True), Column("Removals", right=True), Column("Searches", right=True),
    Column("To approve", right=True), Column("Days", right=True),
)  # fmt: skip

SAMPLES = (
    Column("Does"), Column("Place"), Column("Song", elastic=True), Column("Perhaps the same as", elastic=True, roomy=100),
    Column("Why", elastic=True, roomy=100), Column("Name", wide=True),
)  # fmt: skip

_STYLES = {"Add": "good", "Remove": "bad", "Review": "ask"}


@click.command()
@click.argument("names", nargs=-1, metavar="[MUSICSYNC]…")
@options.printed
@options.on_cluster
async def command(names: tuple[str, ...], form: str, cluster: "Cluster") -> None:
    """What the next pass would do, while it waits for you: in mode Plan, and where more than a limit waits for approval.

    What needs nobody's approval is done in the next pass; `navaar queue` lists that.
    """
    found = await cluster.syncs(names)
    if form not in ("table", "wide"):
        objects(found, form, one=len(names) == 1)
        return
    if not found:
        click.echo(f"No MusicSyncs found {cluster.scope}.", err=True)
    for number, sync in enumerate(found):
        if number:
            line()
        _tell(sync, wide=form == "wide")


def _tell(sync: dict[str, Any], *, wide: bool) -> None:
    from navaar.people import acts
    from navaar.people.overview import overview
    from reconcilers.services.protocol import ServiceName

    metadata, plan = sync["metadata"], (sync.get("status") or {}).get("plan")
    name, planning = f"{metadata['namespace']}/{metadata['name']}", sync["spec"].get("mode") == "Plan"
    view = overview(sync)
    if plan is None and (view.stalled or view.suspended):
        line(f"{name}: nothing is done, as it is {'suspended' if view.suspended else f'stalled ({view.ready.word})'}.")
        return
    if plan is None:
        why = "mode is Plan, and there is nothing to do" if planning else "nothing waits for approval"
        rest = "" if planning else ": what there is to do is done as it is found, see `navaar queue`"
        line(f"{name}: {why}{rest}.")
        return
    line(f"{name}: {plan.get('summary', '')}.", "strong")
    there = [(service, plan[service.value]) for service in ServiceName if plan.get(service.value)]
    rows = [
        [service.title, *(f"{one.get(part) or 0:,}" for part in ("adds", "removes", "searches", "held")), _days(one)]
        for service, one in there
    ]
    table(PLACES, rows)
    samples = plan.get("samples") or []
    if samples:
        line()
        table(SAMPLES, (_sample(one, ServiceName) for one in samples), wide=wide)
        left = sum(int(plan.get(part) or 0) for part in ("adds", "removes")) - len(samples)
        if left > 0:
            line(f"and {left:,} more")
    if plan.get("doubtful"):
        line()
        line(
            f"{plan['doubtful']:,} may be one with another song, until you decide: navaar review -n {metadata['namespace']}"
        )
    if plan.get("hash"):
        line()
        approved = not acts.approve_plan(sync)
        said = "is approved, and will be carried out" if approved else "waits for approval"
        line(f"Plan {plan['hash']} of {plan.get('held', 0):,} operations {said}:")
        if not approved:
            line(f"  navaar approve --plan {plan['hash']} -n {metadata['namespace']}", whole=True)
    if planning:
        line()
        line("To begin:")
        line(f"  kubectl patch musicsync {metadata['name']} -n {metadata['namespace']} --type=merge "
             """-p '{"spec":{"mode":"Apply"}}'""", whole=True)  # fmt: skip


def _days(outlook: dict[str, Any]) -> str:
    days = outlook.get("days") or 0
    return "< 1" if days == 1 else str(days or "")


def _sample(sample: dict[str, Any], service: Any) -> list[str | Cell]:
    return [
        Cell(sample["op"], _STYLES.get(sample["op"], "")),
        service(sample["service"]).title,
        sample.get("title") or "",
        sample.get("perhaps") or "",
        sample.get("why") or "",
        sample["track"],
    ]
