"""A person who signs in at a terminal and in a browser."""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence

from sandbox.browser import Browser


def sign_in(words: Sequence[str], answers: str, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """`navaar auth …`: exit code, output, and what is told besides; where a page is named, the person agrees there.

    `environment` leads into the local world, too.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "navaar", "auth", *words], env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdin.write(answers)
        process.stdin.close()
        told = ""
        for line in process.stderr:
            told += line
            if re.match(r"https://\S+$", line):
                browser = Browser(environment)
                assert browser.open(browser.answer(line.strip())).status_code == 200
        out = process.stdout.read()
        code = process.wait(60)
    assert "Traceback" not in told, told
    return code, out, told
