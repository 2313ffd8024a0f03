"""A sign-in at the terminal: for which MusicSync, by which browser, and into which Secret."""

import asyncio
import os
import sys
import time
import webbrowser
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import click

from navaar.account.secrets import SecretProblem, decoded, placeholders
from navaar.cli import ask
from navaar.cli.findings import show, tell
from navaar.cli.scope import DryRun
from navaar.cli.trouble import Trouble
from navaar.kube.errors import Denied, KubeError, NotFound
from navaar.kube.kinds import MUSICSYNCS, SECRETS
from navaar.people.finding import Finding
from navaar.people.finding import ask as asks
from navaar.signin.consent import Authorization, Provider, Tokens
from navaar.signin.loopback import HOST, listening
from navaar.signin.problem import NotTheAnswer, SignInProblem
from navaar.signin.secret import manifest, stored

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster

P = ParamSpec("P")

PASTE_PORT = 8912
"""Of the address that a browser elsewhere is sent back to, where nobody listens."""

TRIES = 5


@dataclass(frozen=True, slots=True)
class Into:
    """The Secret that is meant, what it holds already, and the part of the MusicSync's spec that names it."""

    namespace: str
    name: str
    spec: Mapping[str, Any]
    sync: str | None
    held: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ending:
    """What becomes of the values: printed in a form, or put into the Secret, even where something is wrong (`force`)."""

    form: str | None
    dry_run: str
    force: bool


async def into(cluster: "Cluster", service: str, sync: str | None, secret: str | None, *, offline: bool) -> Into:
    """The Secret: of this MusicSync, or of the only one in the namespace, or by name. Raises Trouble.

    `offline`: where the name is given and no MusicSync, the cluster is not asked.
    """
    if secret is not None and sync is None and offline:
        return Into(cluster.home, secret, {}, None, {})
    found = None
    if sync is not None:
        found = await cluster.sync(sync)
    else:
        with suppress(KubeError):
            # Before the chart is installed there are none.
            there = await (await cluster.kube()).list(MUSICSYNCS, cluster.home)
            named = [one for one in there if _spec(one, service).get("credentialsSecretRef", {}).get("name") == secret]
            found = there[0] if len(there) == 1 and secret is None else named[0] if len(named) == 1 else None
            if found is None and secret is None and there:
                names = ", ".join(sorted(one["metadata"]["name"] for one in there))
                raise Trouble(f"there are several MusicSyncs in namespace {cluster.home}: say for which ({names})")
    spec = _spec(found, service) if found is not None else {}
    if found is not None and not spec:
        raise Trouble(f"MusicSync {found['metadata']['name']} has no spec.{service}: there is nothing to sign in for")
    name = secret or spec.get("credentialsSecretRef", {}).get("name")
    if name is None:
        raise Trouble(
            f"there is no MusicSync in namespace {cluster.home} yet that names a Secret: say how it is to be called, such as "
            f"--secret my-{service.lower()}, and name it in the MusicSync's spec.{service}.credentialsSecretRef"
        )
    return Into(
        cluster.home, name, spec, found["metadata"]["name"] if found else None, await _held(cluster, cluster.home, name)
    )


def _spec(sync: Mapping[str, Any], service: str) -> Mapping[str, Any]:
    part: Mapping[str, Any] = sync.get("spec", {}).get(service) or {}
    return part


async def _held(cluster: "Cluster", namespace: str, name: str) -> dict[str, str]:
    try:
        values = decoded(name, await (await cluster.kube()).get(SECRETS, namespace, name))
    except (NotFound, Denied, SecretProblem):
        return {}
    unfilled = placeholders(values)
    return {key: value for key, value in values.items() if key not in unfilled}


async def consent(
    provider: Provider, client_id: str, client_secret: str | None, *, paste: bool, port: int, browser: bool
) -> Tokens:
    """What the person agrees to. Raises `SignInProblem`."""
    if paste:
        authorization = Authorization(
            provider, client_id, client_secret, f"http://{HOST}:{port or PASTE_PORT}{provider.path}"
        )
        tell(f"Open this page in a browser, on any machine, and agree:\n\n{authorization.url}\n")
        tell("The browser then shows that it can't reach 127.0.0.1. That is right: its address bar has the answer.")
        code = _pasted(authorization)
    else:
        async with listening(provider, port) as loopback:
            authorization = Authorization(provider, client_id, client_secret, loopback.redirect_uri)
            tell(
                f"Open this page in a browser on this machine, and agree (elsewhere: --paste):\n\n{authorization.url}\n"
            )
            if browser and _has_browser():
                await asyncio.to_thread(webbrowser.open, authorization.url)
            code = await loopback.answer(authorization)
    tokens = await asyncio.to_thread(authorization.exchange, code)
    if tokens.skew:
        fast = "fast" if tokens.skew > 0 else "slow"
        late = asks(
            f"This machine's clock is {abs(tokens.skew) / 60:.0f} minutes {fast}; {provider.name}'s is what counts here."
        )
        show([late], err=True)
    return tokens


def _pasted(authorization: Authorization) -> str:
    for _ in range(TRIES):
        given = ask.address("Paste that address here.")
        try:
            return authorization.accept(given)
        except NotTheAnswer as problem:
            if not sys.stdin.isatty() or not given:
                raise
            tell(problem.message)
    raise SignInProblem(f"No address was the answer. Begin anew with `{authorization.provider.retry} --paste`.")


def _has_browser() -> bool:
    """Whether there is one with windows: one in this terminal would only be in the way."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


async def finish(
    cluster: "Cluster",
    target: Into,
    values: Mapping[str, str],
    keys: Sequence[str],
    findings: Sequence[Finding],
    ends: float | None,
    ending: Ending,
) -> int:
    """Tells what was found, then prints the Secret or stores it; the exit code. Raises Trouble."""
    show(findings, err=True)
    if any(finding.verdict == "bad" for finding in findings) and not ending.force:
        raise Trouble(
            "nothing was stored: put that right and sign in again, or keep what you have all the same with --force"
        )
    if ending.form is not None:
        from navaar.cli.output import objects

        objects([manifest(target.namespace, target.name, values, ends)], ending.form, one=True)
        return 0
    if ending.dry_run == DryRun.CLIENT:
        click.echo(f"secret/{target.name} would be given {', '.join(sorted(values))} (dry run)")
        return 0
    kube = await cluster.kube()
    kube.rehearses = ending.dry_run == DryRun.SERVER
    created = await stored(kube, target.namespace, target.name, values, keys, ends)
    click.echo(
        f"secret/{target.name} {'created' if created else 'changed'}{' (server dry run)' if kube.rehearses else ''}"
    )
    if target.sync is None:
        tell(f"Name it in a MusicSync of namespace {target.namespace}: credentialsSecretRef: {{name: {target.name}}}")
    return 0


def day(moment: float) -> str:
    """A day for people, and how far off it is."""
    return (
        f"{time.strftime('%-d %B %Y', time.gmtime(moment))} (in {max(0, round((moment - time.time()) / 86400))} days)"
    )


def problems(function: Callable[P, Awaitable[int]]) -> Callable[P, Awaitable[int]]:
    """Turns a sign-in that came to nothing into the end of the verb."""

    @wraps(function)
    async def call(*args: P.args, **given: P.kwargs) -> int:
        try:
            return await function(*args, **given)
        except SignInProblem as problem:
            raise Trouble(problem.message.rstrip(".")) from None

    return call
