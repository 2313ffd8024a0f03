"""`navaar run`: the operator itself."""

import os
import sys
from pathlib import Path

import click

from navaar.cli import options
from navaar.http.statictoken import token_in

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")

TOKENS = {"tokens": True, "open": False}

SECONDS = click.FloatRange(min=0)


@click.command()
@click.option("--kubeconfig", metavar="FILE", help="A kubeconfig instead of the pod's ServiceAccount.")
@click.option("--context", metavar="NAME", help="The kubeconfig's context (default: its current one).")
@click.option("-n", "--namespace", "namespaces", multiple=True, metavar="NAMESPACE",
              help="Serve the MusicSyncs of this namespace; may be repeated (default: the operator's own).")  # fmt: skip
@click.option("-A", "--all-namespaces", is_flag=True, help="Serve the whole cluster.")
@click.option("--lease-namespace", metavar="NAMESPACE", help="Where the operator's Leases are (default: its own).")
@click.option("--lease-name", default="navaar", show_default=True, metavar="NAME",
              help="The Lease of this installation.")  # fmt: skip
@click.option("--listen", default="0.0.0.0:8080", show_default=True, metavar="HOST:PORT",
              help="Of the page, /healthz, /readyz, /metrics, /api and /docs.")  # fmt: skip
@click.option("--api", type=click.Choice(("auto", "tokens", "open", "off")), default="auto", show_default=True,
              help="Who may see the page and read /api. tokens: who shows a Kubernetes token (or that of --api-token-file), "
              "what its owner may list; open: everybody who can reach it; auto: tokens, unless --listen is a loopback "
              "address; off: nobody.")  # fmt: skip
@click.option("--api-token-file", type=click.Path(path_type=Path), metavar="FILE",
              help="A token, 20 characters or more, that sees everything: for scripts without a Kubernetes "
              "identity.")  # fmt: skip
@click.option("--log-format", type=click.Choice(("auto", "json", "console")), default="auto", show_default=True,
              help="auto: console on a terminal.")  # fmt: skip
@click.option("--log-level", type=click.Choice(("DEBUG", "INFO", "WARNING", "ERROR"), case_sensitive=False),
              default="INFO", show_default=True)  # fmt: skip
@click.option("--workdir", type=click.Path(path_type=Path), metavar="DIR",
              help="Where audio on its way gets a folder (default: $TMPDIR).")  # fmt: skip
@click.option("--grace", type=SECONDS, default=120.0, show_default=True, metavar="SECONDS",
              help="For uploads to end at shutdown.")  # fmt: skip
@click.option("--deadline", type=SECONDS, default=120.0, show_default=True, metavar="SECONDS",
              help="How long one addition, an upload among them, may take.")  # fmt: skip
@click.option("--settle", type=SECONDS, default=300.0, show_default=True, metavar="SECONDS",
              help="How late a request that was cut off may still take effect.")  # fmt: skip
@click.option("--confirm", type=SECONDS, default=60.0, show_default=True, metavar="SECONDS",
              help="Between the two readings that prove a removal.")  # fmt: skip
def command(
    kubeconfig: str | None,
    context: str | None,
    namespaces: tuple[str, ...],
    all_namespaces: bool,
    lease_namespace: str | None,
    lease_name: str,
    listen: str,
    api: str,
    api_token_file: Path | None,
    log_format: str,
    log_level: str,
    workdir: Path | None,
    grace: float,
    deadline: float,
    settle: float,
    confirm: float,
) -> int:
    """Runs the operator: in a cluster as its pod's ServiceAccount, elsewhere with --kubeconfig."""
    options.nothing_before()
    if all_namespaces and namespaces:
        raise click.UsageError("-n says which namespaces, -A that it is all of them: say one of the two")
    host, _, port = listen.rpartition(":")
    if not port.isdigit():
        raise click.UsageError(f"--listen wants HOST:PORT, such as 127.0.0.1:8080; got {listen}")
    if api_token_file is not None and api != "off":
        try:
            token_in(api_token_file)
        except ValueError as error:
            raise click.UsageError(f"--api-token-file: {error}") from error
    # The options can be read without the operator's weight.
    from navaar.options import Options
    from navaar.run import main as run
    from reconcilers.policy import Timing

    own = _own_namespace()
    if kubeconfig is None and context is not None:
        kubeconfig = os.environ.get("KUBECONFIG") or str(Path.home() / ".kube" / "config")
    if log_format == "auto":
        log_format = "console" if sys.stderr.isatty() else "json"
    chosen = Options(
        kubeconfig=kubeconfig,
        context=context,
        namespaces=None if all_namespaces else namespaces or (own,),
        namespace=lease_namespace or (namespaces[0] if kubeconfig is not None and namespaces else own),
        lease=lease_name,
        host=host,
        port=int(port),
        api=api != "off",
        tokens=TOKENS.get(api),
        token_file=api_token_file,
        log_format=log_format,
        log_level=log_level.upper(),
        grace=grace,
        workdir=workdir,
        timing=Timing(settle=settle, confirm=confirm, deadline=deadline),
    )
    return run(chosen)


def _own_namespace() -> str:
    try:
        return (SERVICE_ACCOUNT / "namespace").read_text().strip()
    except OSError:
        return "default"
