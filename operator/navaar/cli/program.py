"""The program: which verbs there are, and how it ends when something is wrong.

Names and one line about each verb stand here, so that `--help` imports none of them.
"""

import difflib
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

import click

from navaar.cli import options

SECTIONS: Mapping[str, Mapping[str, str]] = {
    "Look": {
        "status": "how each MusicSync stands, place by place",
        "tracks": "the songs, and where each of them is",
        "queue": "what is to come, in which order, and when",
        "failed": "what was given up, and why",
        "review": "what waits for your decision, with the evidence",
        "explain": "one song's whole story, and what happens next",
        "plan": "what would be done, where that waits for you",
    },
    "Decide": {
        "approve": "yes: take a candidate, or let a waiting plan through",
        "pin": "this is the right one",
        "reject": "never this one",
        "exclude": "leave it alone",
        "add": "ask for a song in every place",
        "undo": "take back what was done of late",
    },
    "Bring in, take out": {
        "import": "Tracks from a list of songs: CSV, M3U, Spotify's account data",
        "import-channel": "a channel's past, from Telegram Desktop's export",
        "export": "MusicSyncs and Tracks as they belong into Git; or what is missing, as CSV",
        "migrate": "a MusicSync, Secrets and Tracks from the older service",
    },
    "Set up": {
        "auth": "sign in at Spotify, Google or Telegram; ends in a Secret",
        "doctor": "look everything over, and say what to do",
    },
    "Operate": {
        "sync": "read every place now",
        "retry": "try again what failed",
        "run": "run the operator",
        "completion": "have your shell complete verbs and options",
    },
}
"""The verbs, as `--help` lists them. `a-verb` is the `command` of `navaar.cli.verbs.a_verb`."""

EPILOGUE = """\
Where a MusicSync's name is left out, the only one in the namespace is meant. A Track can be named by the last part of its
name, or by words of its artist and title. `navaar VERB --help` tells more of each.
"""


class Program(click.Group):
    """Finds a verb by its name when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every verb, in the order of the table."""
        return [name for section in SECTIONS.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb; None where there is none of that name."""
        says = next((verbs[cmd_name] for verbs in SECTIONS.values() if cmd_name in verbs), None)
        if says is None:
            return None
        made: click.Command = import_module(f"navaar.cli.verbs.{cmd_name.replace('-', '_')}").command
        made.name, made.short_help = cmd_name, says
        return made

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb that the first word names. Raises UsageError with the verb that may have been meant."""
        if args and not args[0].startswith("-") and args[0] not in (known := self.list_commands(ctx)):
            near = difflib.get_close_matches(args[0], known, 1)
            hint = f"do you mean {near[0]}?" if near else f"there are: {', '.join(known)}."
            raise click.UsageError(f"there is no verb {args[0]!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs by section."""
        for title, verbs in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(verbs.items()))


@click.command(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100, "auto_envvar_prefix": None},
    epilog=EPILOGUE,
)
@options.anywhere
@click.version_option(package_name="navaar", prog_name="navaar", message="%(prog)s %(version)s")
def program(**given: object) -> None:
    """Keeps a Telegram channel, a YouTube Music playlist and a Spotify playlist at the same set of songs."""


def called() -> str:
    """What the program is called as: by itself, or by kubectl, which has plugins be named after it."""
    return "kubectl navaar" if Path(sys.argv[0]).name == "kubectl-navaar" else "navaar"


def run(arguments: Sequence[str] | None = None) -> int:
    """Carries out a command; see `navaar.cli.main`. What is wrong is said on standard error, in a sentence."""
    try:
        code = program.main(arguments, prog_name=called(), standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.ClickException as error:
        usage = f"\nSee {error.ctx.command_path} --help." if isinstance(error, click.UsageError) and error.ctx else ""
        from navaar.cli.findings import tell

        tell(f"{called()}: {error.format_message()}{usage}")
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        # Whoever read has seen enough; what is still buffered must not be told about at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code if isinstance(code, int) else 0
