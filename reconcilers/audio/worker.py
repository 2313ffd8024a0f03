"""The process that fetches: ``python -m reconcilers.audio.worker [idle seconds]``.

It reads one JSON object a line from standard input, ``{"id": 1, "job": {…}}``, and answers on standard output with any
number of ``{"id": 1, "progress": ["downloading", 400, 1000]}`` (bytes, of how many) and one of ``{"id": 1, "done": {…}}`` and
``{"id": 1, "failure": {…}}``. It ends when it has been idle, when its input ends, and with its parent: nothing that it
started outlives it.
"""

import contextlib
import json
import os
import queue
import signal
import sys
import threading
from dataclasses import asdict
from typing import Any, TextIO

from reconcilers.audio.job import FetchError, Job
from reconcilers.delivery import Paced, Step

IDLE = 300.0


def main(idle: float = IDLE) -> int:
    """Serves jobs until there are none for `idle` seconds."""
    answers = _claim_output()
    jobs: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_listen, args=(jobs,), daemon=True).start()
    while True:
        try:
            line = jobs.get(timeout=idle)
        except queue.Empty:
            return 0
        _serve(json.loads(line), answers)


def _claim_output() -> TextIO:
    """Standard output as ours alone: what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return answers


def _listen(jobs: "queue.Queue[str]") -> None:
    for line in sys.stdin:
        jobs.put(line)
    # The parent is gone or done with us, in the middle of a download too.
    _end()


def _end() -> None:
    if os.getpgrp() == os.getpid():
        # A group of our own: a JavaScript runtime that yt-dlp started is in it.
        with contextlib.suppress(OSError):
            os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _serve(request: dict[str, Any], answers: TextIO) -> None:
    def say(**what: Any) -> None:
        answers.write(json.dumps({"id": request["id"], **what}) + "\n")

    report = Paced(lambda step, done, total: say(progress=[step, done, total]))
    # Before the slow import: it tells the parent that the job has arrived.
    report(Step.STARTING)
    try:
        from reconcilers.audio.fetch import fetch

        done = fetch(Job.from_json(request["job"]), report)
    except FetchError as failure:
        say(failure=failure.to_json())
    except Exception as error:
        # Whatever one video provokes must not end the process for the next.
        said = f"The audio could not be fetched ({type(error).__name__})."
        say(failure=FetchError("item", "FetchFailed", said).to_json())
    else:
        say(done=asdict(done))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else IDLE))
