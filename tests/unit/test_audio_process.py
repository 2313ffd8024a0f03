"""What the operator's own process need not carry."""

import subprocess
import sys


def test_the_adapters_do_not_load_what_only_the_worker_needs() -> None:
    program = (
        "import sys; import reconcilers.audio, reconcilers.services.telegram; "
        "print([name for name in ('yt_dlp', 'av') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_worker_ends_with_its_input_and_when_it_is_idle() -> None:
    worker = [sys.executable, "-m", "reconcilers.audio.worker"]
    assert subprocess.run(worker, input="", text=True, timeout=20, check=False).returncode == 0
    with subprocess.Popen([*worker, "0.1"], stdin=subprocess.PIPE) as idle:
        assert idle.wait(20) == 0
