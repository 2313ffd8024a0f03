"""`navaar doctor`: looks everything over and says what to do."""

from typing import TYPE_CHECKING

import click

from navaar.cli import options

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster


@click.command()
@click.option("--offline", is_flag=True, help="Ask the cluster only, not the services.")
@options.on_cluster
async def command(offline: bool, cluster: "Cluster") -> int:
    """Looks over cluster, operator, rights, Secrets, accounts and services; says what is wrong, and what to do.

    Read only. ✓ is well, ! should be looked at or can't be seen, ✗ is broken: then the exit code is 1.
    """
    from importlib.metadata import version

    from navaar.cli.findings import show
    from navaar.cli.output import line
    from navaar.doctor.examine import examine

    line(f"navaar {version('navaar')}", "strong")
    broken = unsure = 0
    async for section in examine(await cluster.kube(), cluster.namespace, call=not offline):
        line()
        line(section.title, "strong")
        show(section.findings)
        broken += sum(finding.verdict == "bad" for finding in section.findings)
        unsure += sum(finding.verdict == "ask" for finding in section.findings)
    line()
    if broken:
        line(f"{broken} broken, {unsure} to look at.", "bad")
    elif unsure:
        line(f"Nothing is broken; {unsure} to look at.", "ask")
    else:
        line("All is well.", "good")
    return 1 if broken else 0
