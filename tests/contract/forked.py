"""What `test_warmstart` starts: it tells what it was given, then ends with 3, or waits to be ended."""

import json
import os
import signal
import sys

print(
    json.dumps(
        {
            "arguments": sys.argv[1:],
            "environment": dict(os.environ),
            "imported": "navaar.process" in sys.modules,
            "group": os.getpgrp() == os.getpid(),
        }
    ),
    flush=True,
)
if sys.argv[1:] == ["wait"]:
    signal.pause()
sys.exit(3)
