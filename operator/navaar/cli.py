"""The command line: `navaar`, and `kubectl navaar`."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from navaar.http.statictoken import token_in

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def parser() -> argparse.ArgumentParser:
    """What can be said on the command line."""
    made = argparse.ArgumentParser(
        prog="navaar",
        description="Keeps a Telegram channel, a YouTube Music playlist and a Spotify playlist at the same set of songs.",
    )
    made.add_argument("--version", action="version", version=f"navaar {version('navaar')}")
    commands = made.add_subparsers(dest="command", metavar="COMMAND", required=True)
    run = commands.add_parser(
        "run",
        help="run the operator",
        description="Runs the operator: in a cluster as its pod's ServiceAccount, elsewhere with --kubeconfig.",
    )
    run.add_argument("--kubeconfig", metavar="FILE", help="a kubeconfig instead of the pod's ServiceAccount")
    run.add_argument("--context", help="the kubeconfig's context (default: its current one)")
    scope = run.add_mutually_exclusive_group()
    scope.add_argument(
        "-n", "--namespace", dest="namespaces", action="append", metavar="NAMESPACE",
        help="serve the MusicSyncs of this namespace; may be repeated (default: the operator's own)",
    )  # fmt: skip
    scope.add_argument("-A", "--all-namespaces", action="store_true", help="serve the whole cluster")
    run.add_argument(
        "--lease-namespace", metavar="NAMESPACE", help="where the operator's Leases are (default: its own)"
    )
    run.add_argument(
        "--lease-name", default="navaar", metavar="NAME", help="the Lease of this installation (%(default)s)"
    )
    run.add_argument(
        "--listen", default="0.0.0.0:8080", metavar="HOST:PORT",
        help="of /healthz, /readyz, /metrics, /api and /docs (%(default)s)",
    )  # fmt: skip
    run.add_argument(
        "--api", choices=("auto", "tokens", "open", "off"), default="auto",
        help="who may read /api: tokens: who shows a Kubernetes token (or that of --api-token-file), what its owner may list; "
        "open: everybody who can reach it; auto: tokens, unless --listen is a loopback address; off: nobody (%(default)s)",
    )  # fmt: skip
    run.add_argument(
        "--api-token-file", type=Path, metavar="FILE",
        help="a token, 20 characters or more, that sees everything: for scripts without a Kubernetes identity",
    )  # fmt: skip
    run.add_argument(
        "--log-format", choices=("auto", "json", "console"), default="auto", help="auto: console on a terminal"
    )
    run.add_argument("--log-level", default="INFO", type=str.upper, choices=("DEBUG", "INFO", "WARNING", "ERROR"))
    run.add_argument(
        "--workdir", type=Path, metavar="DIR", help="where audio on its way gets a folder (default: $TMPDIR)"
    )
    run.add_argument(
        "--grace", type=float, default=120.0, metavar="SECONDS", help="for uploads to end at shutdown (%(default)s)"
    )
    run.add_argument(
        "--deadline",
        type=float,
        default=120.0,
        metavar="SECONDS",
        help="how long one addition, an upload among them, may take (%(default)s)",
    )
    run.add_argument(
        "--settle", type=float, default=300.0, metavar="SECONDS",
        help="how late a request that was cut off may still take effect (%(default)s)",
    )  # fmt: skip
    run.add_argument(
        "--confirm", type=float, default=60.0, metavar="SECONDS",
        help="between the two readings that prove a removal (%(default)s)",
    )  # fmt: skip
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Carries out a command; the process's exit code."""
    args = parser().parse_args(arguments)
    own = _own_namespace()
    host, _, port = args.listen.rpartition(":")
    if not port.isdigit():
        print(f"navaar: --listen wants HOST:PORT, such as 127.0.0.1:8080; got {args.listen}", file=sys.stderr)
        return 2
    if args.api_token_file is not None and args.api != "off":
        try:
            token_in(args.api_token_file)
        except ValueError as error:
            print(f"navaar: --api-token-file: {error}", file=sys.stderr)
            return 2
    # Only `run` needs the operator's weight.
    from navaar.run import Options
    from navaar.run import main as run
    from reconcilers.policy import Timing

    kubeconfig = args.kubeconfig
    if kubeconfig is None and args.context is not None:
        kubeconfig = os.environ.get("KUBECONFIG") or str(Path.home() / ".kube" / "config")
    in_cluster = kubeconfig is None
    namespaces = None if args.all_namespaces else tuple(args.namespaces or (own,))
    log_format = args.log_format
    if log_format == "auto":
        log_format = "console" if sys.stderr.isatty() else "json"
    options = Options(
        kubeconfig=kubeconfig,
        context=args.context,
        namespaces=namespaces,
        namespace=args.lease_namespace or (own if in_cluster or not namespaces else namespaces[0]),
        lease=args.lease_name,
        host=host,
        port=int(port),
        api=args.api != "off",
        tokens={"tokens": True, "open": False}.get(args.api),
        token_file=args.api_token_file,
        log_format=log_format,
        log_level=args.log_level,
        grace=args.grace,
        workdir=args.workdir,
        timing=Timing(settle=args.settle, confirm=args.confirm, deadline=args.deadline),
    )
    return run(options)


def _own_namespace() -> str:
    try:
        return (SERVICE_ACCOUNT / "namespace").read_text().strip()
    except OSError:
        return "default"
