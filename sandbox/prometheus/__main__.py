"""`python -m sandbox.prometheus` builds promtool, and fetches the Prometheus operator's definitions."""

import sys

from sandbox.controlplane import BuildError
from sandbox.controlplane.console import say
from sandbox.prometheus import PROMTOOL, definitions


def main() -> int:
    """1 when it failed."""
    try:
        print(PROMTOOL.ensure())
        definitions()
    except BuildError as error:
        say(f"error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
