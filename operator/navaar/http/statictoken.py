"""The token that sees everything, for scripts without a Kubernetes identity: in a file, as a Secret is mounted."""

import re
from pathlib import Path

LENGTH = 20
"""Characters that it has at least."""

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


def token_in(file: Path) -> str:
    """The token in a file. Raises ValueError, with a sentence, where there is none that could be used."""
    try:
        token = file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the token in {file} can't be read: {type(error).__name__}") from None
    if len(token) < LENGTH or not _TOKEN.fullmatch(token):
        raise ValueError(
            f"what is in {file} is no token: it must be {LENGTH} characters or more, of letters, digits and ._~+/-. "
            "`openssl rand -hex 32` makes one."
        )
    return token
