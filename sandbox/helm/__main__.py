"""`python -m sandbox.helm build` builds Helm and kubeconform; `python -m sandbox.helm readme` writes the chart's README anew."""

import argparse
import sys

from sandbox.controlplane import BuildError
from sandbox.controlplane.console import say
from sandbox.helm import readme
from sandbox.helm.programs import HELM, KUBECONFORM


def main(arguments: list[str] | None = None) -> int:
    """Carries out one command; 1 when it failed."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.helm", description="The chart's tools.")
    parser.add_argument("command", choices=("build", "readme"))
    if parser.parse_args(arguments).command == "readme":
        readme.README.write_text(readme.text(), encoding="utf-8")
        print(readme.README)
        return 0
    try:
        for program in (HELM, KUBECONFORM):
            print(program.ensure())
    except BuildError as error:
        say(f"error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
