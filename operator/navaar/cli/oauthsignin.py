"""`navaar auth spotify` and `navaar auth google`: from the first question to the Secret."""

import asyncio
from typing import TYPE_CHECKING

import click

from navaar.cli import ask
from navaar.cli.consented import Ending, Into, consent, day, finish, into, problems
from navaar.cli.findings import tell
from navaar.people.finding import ask as asks
from navaar.people.finding import good

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster


@problems
async def sign_in_spotify(
    sync: str | None, secret: str | None, form: str | None, dry_run: str, force: bool,
    client_id: str | None, paste: bool, port: int, browser: bool, cluster: "Cluster",
) -> int:  # fmt: skip
    """`navaar auth spotify`."""
    from navaar.signin import spotify

    target = await into(cluster, "spotify", sync, secret, offline=form is not None)
    client, client_secret = _client(target, client_id, "Spotify", optional=True)
    if not client_secret:
        tell(
            "Without a client secret Spotify replaces the refresh token with each use; the operator keeps the current one."
        )
    tokens = await consent(spotify.PROVIDER, client, client_secret, paste=paste, port=port, browser=browser)
    findings = await asyncio.to_thread(spotify.look, tokens.access, target.spec.get("playlist"))
    ends = float(int(spotify.ends(tokens)))
    findings.append(good(f"The consent ends on {day(ends)}, whatever happens meanwhile: Spotify allows six months."))
    values = spotify.values(client, client_secret, tokens)
    return await finish(cluster, target, values, spotify.KEYS, findings, ends, Ending(form, dry_run, force))


@problems
async def sign_in_google(
    sync: str | None, secret: str | None, form: str | None, dry_run: str, force: bool,
    client_id: str | None, paste: bool, port: int, browser: bool, cluster: "Cluster",
) -> int:  # fmt: skip
    """`navaar auth google`."""
    from navaar.signin import google

    target = await into(cluster, "youtubeMusic", sync, secret, offline=form is not None)
    client, client_secret = _client(target, client_id, "Google", optional=False)
    tokens = await consent(google.PROVIDER, client, client_secret, paste=paste, port=port, browser=browser)
    findings = await asyncio.to_thread(google.look, tokens.access, target.spec.get("playlist"))
    ends = google.ends(tokens)
    if ends is None:
        findings.append(
            good("Google sets no end to the consent: it holds until it is taken back, or unused for half a year.")
        )
    else:
        ends = float(int(ends))
        findings.append(
            asks(
                f"The consent ends on {day(ends)}: the project's consent screen is in testing.",
                "Publish it (Google Cloud console, Google Auth Platform, Audience: In production), then sign in again.",
            )
        )
    values = google.values(client, client_secret or "", tokens)
    return await finish(cluster, target, values, google.KEYS, findings, ends, Ending(form, dry_run, force))


def _client(target: Into, client_id: str | None, service: str, *, optional: bool) -> tuple[str, str | None]:
    """The application's id and secret: from the Secret, where it has them and no id is given, else asked for."""
    held = target.held.get("client-id", "").strip()
    client = (client_id or held or ask.line(f"{service} client id")).strip()
    if not client or any(c.isspace() for c in client):
        raise click.UsageError("the client id is one word: copy it from the application's settings")
    if client == held and client_id is None:
        return client, target.held.get("client-secret", "").strip() or None
    hint = " (Enter: none)" if optional else ""
    return client, ask.line(f"{service} client secret{hint}", hidden=True, empty=optional) or None
