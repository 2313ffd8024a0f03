"""Carries out what a person decided, and says what was done."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import click

from navaar.cli.output import clean, line, objects
from navaar.cli.scope import DryRun
from navaar.cli.trouble import Trouble
from navaar.kube.client import Resource
from navaar.kube.errors import AlreadyExists, Conflict
from navaar.people.act import Act

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster

TRIES = 5
"""How often a decision is made anew on what is there by now, before a person is asked to."""

_ENDS = {DryRun.NONE: "", DryRun.CLIENT: " (dry run)", DryRun.SERVER: " (server dry run)"}

Decide = Callable[[], Awaitable[list[Act]]]


async def change(cluster: "Cluster", decide: Decide, form: str, dry_run: str, *, nothing: str) -> int:
    """Carries out what `decide` says, one after another, and prints it; the exit code.

    `decide` reads what it decides on, and is asked again when that changed meanwhile: only what it says again is done.
    `nothing` is said where there is nothing to do. ValueErrors of it are sentences.
    """
    acts = await _decided(decide)
    if not acts:
        click.echo(clean(nothing), err=True)
        return 0
    changed = []
    for act in acts:
        changed.append(await _carry_out(cluster, act, decide, dry_run))
        if form == "table":
            line(f"{act.target} {'created' if act.new else 'patched'}{_ENDS[dry_run]}: {act.says}")
            if dry_run != DryRun.NONE:
                line(f"  {act.line}", whole=True)
    if form != "table":
        objects(changed, form, one=True)
    return 0


async def _carry_out(cluster: "Cluster", act: Act, decide: Decide, dry_run: str) -> Resource:
    for _ in range(TRIES):
        try:
            return await cluster.carry_out(act, dry_run)
        except AlreadyExists:
            raise Trouble(f"{act.target} is there already: `navaar explain {act.name}` tells how it stands") from None
        except Conflict:
            again = {(one.kind, one.namespace, one.name): one for one in await _decided(decide)}
            same = again.get((act.kind, act.namespace, act.name))
            if same is None or same.patch != act.patch:
                break
            act = same
    raise Trouble(
        f"{act.target} changed while this was decided: look at it again (`navaar explain {act.name}`), and repeat it"
    )


async def _decided(decide: Decide) -> list[Act]:
    try:
        return await decide()
    except ValueError as error:
        raise Trouble(str(error)) from error
