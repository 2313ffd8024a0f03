"""`navaar auth`: sign in at a service; what comes of it goes into a Secret."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from navaar.cli import options

F = TypeVar("F", bound=Callable[..., Any])


@click.group()
def command() -> None:
    """Sign in at a service: ends in a Secret, stored or printed.

    Secrets are asked for, never arguments; where there is no terminal, each answer is a line of standard input.
    """


def ending(function: F) -> F:
    """Which Secret, and what becomes of it: `sync`, `secret`, `form`, `dry_run` and `force`."""
    for decorate in (
        click.option("--force", is_flag=True, help="Keep it even where what it is for is out of its reach."),
        click.option(
            "-o", "--output", "form", type=click.Choice(("yaml", "json")),
            help="Print the Secret, tokens and all, and store nothing.",
        ),
        options.rehearsed,
        click.option("--secret", metavar="NAME", help="The Secret (default: the one that the MusicSync names)."),
        click.argument("sync", required=False, metavar="[MUSICSYNC]", callback=_no_token),
    ):  # fmt: skip
        function = decorate(function)
    return function


def by_browser(function: F) -> F:
    """How the browser's answer comes: `paste`, `port` and `browser`."""
    for decorate in (
        click.option("--no-browser", "browser", is_flag=True, flag_value=False, default=True, help="Open none."),
        click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="PORT",
                     help="Of 127.0.0.1, where the browser is sent back to (default: a free one)."),
        click.option("--paste", is_flag=True, help="The browser is on another machine: paste the address it ends at."),
        click.option("--client-id", metavar="ID",
                     help="The application's, whose secret is then asked for (default: both as the Secret has them)."),
    ):  # fmt: skip
        function = decorate(function)
    return function


def _no_token(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None and (":" in value or len(value) > 63):
        raise click.UsageError(
            "a token is asked for, or read from standard input, and never said here, where the shell's history keeps it; have "
            "this one replaced, as it may be in there"
        )
    return value


@command.command(short_help="Spotify, by your browser")
@ending
@by_browser
@options.on_cluster
async def spotify(**given: Any) -> int:
    """Spotify: your browser asks you; needs an app of developer.spotify.com/dashboard.

    Enter http://127.0.0.1/callback as the app's redirect URI (without a port: Spotify then takes any). With the app's client
    secret the refresh token stays the same; without (PKCE alone) Spotify replaces it with each use.
    """
    from navaar.cli.oauthsignin import sign_in_spotify

    return await sign_in_spotify(**given)


@command.command(short_help="YouTube's official API, by your browser")
@ending
@by_browser
@options.on_cluster
async def google(**given: Any) -> int:
    """Google, for YouTube's official API: needs an OAuth client of the type Desktop app in a project with the YouTube Data API.

    As long as the project's consent screen is in testing, Google ends consents after 7 days: publish it.
    """
    from navaar.cli.oauthsignin import sign_in_google

    return await sign_in_google(**given)


@command.command(short_help="YouTube Music by a browser's cookies, without a project at Google")
@ending
@options.on_cluster
async def cookies(**given: Any) -> int:
    """YouTube Music with a browser's cookies: needs no project, lasts until that browser's session ends.

    Paste the request headers of a signed-in private window, as any browser copies them, cURL lines included; close that window
    without signing out.
    """
    from navaar.cli.cookiesignin import sign_in_cookies

    return await sign_in_cookies(**given)


@command.command(short_help="the bot's token, its rights in the channel, and the scratch chat")
@ending
@click.option("--channel", metavar="@NAME", help="The channel (default: the MusicSync's).")
@click.option(
    "--scratch-chat", "scratch", type=int, metavar="ID", help="The private group in which old posts are read."
)
@click.option(
    "--find-scratch-chat", "find", is_flag=True, help="Find its id: add the bot to the group, or say /hello there."
)
@click.option(
    "--wait", type=click.FloatRange(0, 600), default=120.0, metavar="SECONDS", help="For that, at most (120)."
)
@options.on_cluster
async def telegram(**given: Any) -> int:
    """Telegram: checks the bot's token and its rights in the channel, and finds the scratch chat."""
    from navaar.cli.botsignin import sign_in_telegram

    return await sign_in_telegram(**given)
