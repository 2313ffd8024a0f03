"""`python -m sandbox.controlplane`: build the local control plane, or run it until Ctrl-C."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from . import build
from .cluster import ControlPlane, start
from .console import say
from .context import attach
from .errors import ControlPlaneError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is 0 after Ctrl-C or SIGTERM too, and 1 when something failed."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "start" and options.context and (options.keep or options.audit):
        parser.error("--context uses a cluster as it is: --keep and --audit are for a local one")
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if options.command == "build":
            print(build.ensure())
            return 0
        return _run(options)
    except KeyboardInterrupt:
        say("Stopped.")
        return 0
    except ControlPlaneError as error:
        say(f"error: {error}")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.controlplane",
        description="A real Kubernetes control plane on this machine: etcd, kube-apiserver with RBAC, and "
        "the garbage-collector, namespace and ServiceAccount controllers. No nodes, so no Pods.",
        epilog="KUBEBUILDER_ASSETS=DIR uses the etcd and kube-apiserver in DIR instead of building them.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="build|start")
    commands.add_parser(
        "build",
        help="build the program and print its path",
        description="Build the program if it is not in the cache, and print its path. The first time takes "
        "minutes and needs Go, which is taken from PyPI where it is missing.",
    )
    run = commands.add_parser(
        "start",
        help="start it and stay until Ctrl-C",
        description="Start the control plane (built first if need be), print how to reach it, and stay until Ctrl-C.",
    )
    run.add_argument(
        "--keep",
        type=Path,
        metavar="DIR",
        help="keep objects, keys and logs in DIR and start from what is there",
    )
    run.add_argument("--audit", action="store_true", help="write an audit log of all writes")
    run.add_argument("--context", metavar="NAME", help="use the existing cluster of this kubeconfig context instead")
    return parser


def _run(options: argparse.Namespace) -> int:
    began = time.monotonic()
    with attach(options.context) if options.context else start(keep=options.keep, audit=options.audit) as plane:
        if not options.context:
            say(f"Ready at {plane.server} after {time.monotonic() - began:.1f} s; files in {plane.folder}")
        if plane.audit_log:
            say(f"Audit log: {plane.audit_log}")
        say("Ctrl-C stops it. In another terminal:" if not options.context else "Ctrl-C ends. In another terminal:")
        print(f"export KUBECONFIG={shlex.quote(str(plane.kubeconfig))}", flush=True)
        return _stay(plane)


def _stay(plane: ControlPlane) -> int:
    while True:
        fault = plane.fault()
        if fault:
            say(f"error: {fault}")
            return 1
        time.sleep(0.5)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
