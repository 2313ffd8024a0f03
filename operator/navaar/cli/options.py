"""Options that verbs share, with kubectl's names and meanings.

Those that say where (`anywhere`) may stand before the verb as well as behind it.
"""

from collections.abc import Awaitable, Callable, Iterator
from functools import wraps
from typing import Any, TypeVar

import click

from navaar.cli.scope import Choice, DryRun, Where

F = TypeVar("F", bound=Callable[..., Any])

_WHERE = ("kubeconfig", "context", "namespace", "all_namespaces")


def anywhere(function: F) -> F:
    """-n, -A, --context and --kubeconfig."""
    for decorate in (
        click.option("--kubeconfig", metavar="FILE", help="The kubeconfig (default: $KUBECONFIG, ~/.kube/config)."),
        click.option("--context", metavar="NAME", help="The kubeconfig's context (default: its current one)."),
        click.option("-A", "--all-namespaces", is_flag=True, help="All namespaces."),
        click.option("-n", "--namespace", metavar="NAMESPACE", help="The namespace (default: the context's)."),
    ):
        function = decorate(function)
    return function


def off_cluster(function: Callable[..., int | None]) -> Callable[..., int]:
    """A function that asks no cluster, and is given the `where` that its manifests are for."""

    @anywhere
    @wraps(function)
    def call(**given: Any) -> int:
        where = _said({name: given.pop(name) for name in _WHERE})
        if where.all_namespaces:
            raise click.UsageError("this needs one namespace: say which with -n in place of -A")
        return function(where=where, **given) or 0

    return call


def on_cluster(function: Callable[..., Awaitable[int | None]]) -> Callable[..., int]:
    """A coroutine that is given the `cluster` (`navaar.cli.cluster.Cluster`) that the options name.

    There is a connection from its first use on, so that what was said can be looked at before. What the API server refuses
    ends the verb in a sentence.
    """

    @anywhere
    @wraps(function)
    def call(**given: Any) -> int:
        import asyncio

        from navaar.cli.cluster import opened

        where = _said({name: given.pop(name) for name in _WHERE})

        async def carry_out() -> int:
            async with opened(where) as cluster:
                return await function(cluster=cluster, **given) or 0

        return asyncio.run(carry_out())

    return call


def chosen(function: F) -> F:
    """-l and --sync, as `choice`."""

    @click.option("--sync", metavar="NAME", help="Only those of this MusicSync.")
    @click.option("-l", "--selector", "labels", default="", metavar="LABELS", help="Only those with these labels.")
    @wraps(function)
    def call(sync: str | None, labels: str, **given: Any) -> Any:
        return function(choice=Choice(sync, labels), **given)

    return call  # type: ignore[return-value]


def printed(function: F) -> F:
    """-o, as `form`."""
    return click.option(
        "-o", "--output", "form", type=click.Choice(("table", "wide", "json", "yaml", "name")), default="table",
        help="table; wide: with more columns; json, yaml: the objects themselves; name: their names only.",
    )(function)  # fmt: skip


def rehearsed(function: F) -> F:
    """--dry-run, as `dry_run`; without a value it is `client`, as of old in kubectl."""
    return click.option(
        "--dry-run", type=click.Choice((DryRun.NONE, DryRun.CLIENT, DryRun.SERVER)), is_flag=False,
        flag_value=DryRun.CLIENT, default=DryRun.NONE,
        help="client: only say what would be done; server: have the API server check it, too.",
    )(function)  # fmt: skip


def nothing_before() -> None:
    """Raises UsageError where options stand before a verb that has its own of that name."""
    for name in _given_before():
        raise click.UsageError(f"--{name.replace('_', '-')} goes behind the verb here")


def _said(given: dict[str, Any]) -> Where:
    """What was said behind the verb, over what was said before it."""
    before = _before()
    if given["namespace"] and given["all_namespaces"]:
        raise click.UsageError("-n says which namespace, -A that it is all of them: say one of the two")
    scope = given if given["namespace"] or given["all_namespaces"] else before
    return Where(
        given["kubeconfig"] or before.get("kubeconfig"),
        given["context"] or before.get("context"),
        None if scope.get("all_namespaces") else scope.get("namespace"),
        bool(scope.get("all_namespaces")),
    )


def _before() -> dict[str, Any]:
    root = click.get_current_context().find_root()
    return {name: root.params.get(name) for name in _WHERE}


def _given_before() -> Iterator[str]:
    return (name for name, value in _before().items() if value)
