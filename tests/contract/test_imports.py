"""What the operator's process holds in memory and has no use for."""

import json
import subprocess
import sys

PROGRAM = """
import json, sys
from navaar.run import _process
_process()
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_the_operator_loads_neither_what_paints_terminals_nor_what_fetches_audio_nor_tests() -> None:
    said = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(json.loads(said.stdout))
    assert {"navaar", "reconcilers", "telegram", "httpx", "spotipy"} <= loaded
    useless = {"rich", "pygments", "redis", "yt_dlp", "av", "mutagen", "sandbox", "tests", "pytest", "hypothesis"}
    assert not loaded & useless
