"""Makes the worker prefer Opus: the simulated YouTube always has AAC as well."""

import sys

if "reconcilers.audio.worker" in " ".join(sys.orig_argv):
    from reconcilers.audio import download

    download.FORMAT = "251"
