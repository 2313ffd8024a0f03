"""Logging: one handler, one line a record, and no secret in any of them."""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import IO

from reconcilers.logcontext import context, fields

__all__ = ["ConsoleFormatter", "JsonFormatter", "configure", "context", "fields", "message_of", "redacted"]

HIDDEN = "[hidden]"

_SECRETS = (
    # Telegram: in the path of every request, and wherever a token is quoted.
    (re.compile(r"(?<!\d)\d{6,12}(?::|%3A)[A-Za-z0-9_-]{30,}"), HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    # name=value, "name": "value" and name: value, as in forms, JSON, reprs and headers.
    (
        re.compile(
            r"(?i)(\\?[\"']?\b(?:refresh|access|id)[_-]?token\\?[\"']?|\\?[\"']?\bclient[_-]?secret\\?[\"']?"
            r"|\\?[\"']?\bcode[_-]verifier\\?[\"']?|\\?[\"']?\bpassword\\?[\"']?|\\?[\"']?\bsapisid(?:hash)?\\?[\"']?"
            r"|\\?[\"']?\bapi[_-]?key\\?[\"']?)(\s*[=:]\s*)(\\?[\"']?)[^\s\"'&,;}\\]+"
        ),
        rf"\1\2\3{HIDDEN}",
    ),
    (re.compile(r"(?i)(\b(?:set-)?cookie\\?[\"']?\s*[=:]\s*\\?[\"']?)[^\"'\r\n\\]+"), rf"\1{HIDDEN}"),
    # Google's and Spotify's tokens by their shape, JSON Web Tokens, and credentials in an address.
    (re.compile(r"\bya29\.[A-Za-z0-9_-]{10,}"), HIDDEN),
    (re.compile(r"\b1//[A-Za-z0-9_-]{20,}"), HIDDEN),
    (re.compile(r"\bGOCSPX-[A-Za-z0-9_-]{10,}"), HIDDEN),
    (re.compile(r"\bAQ[A-Za-z0-9_-]{80,}"), HIDDEN),
    (re.compile(r"\bBQ[A-Za-z0-9_-]{80,}"), HIDDEN),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"), HIDDEN),
    (re.compile(r"(?i)\b(https?://)[^\s/@:]+:[^\s/@]+@"), rf"\1{HIDDEN}@"),
)

_QUIET = {
    "httpx": logging.WARNING,  # writes every address, the bot's token in it, at INFO
    "httpcore": logging.WARNING,
    "spotipy": logging.CRITICAL,  # writes tokens at DEBUG; its errors are classified by the adapter
    "telegram": logging.CRITICAL,
    "urllib3": logging.WARNING,
    "requests": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    "asyncio": logging.WARNING,
    "kubernetes": logging.WARNING,
    "kopf": logging.WARNING,
    "uvicorn": logging.ERROR,  # warns of every request that isn't HTTP
}

_COLOURS = {
    logging.DEBUG: "\033[2m",
    logging.INFO: "",
    logging.WARNING: "\033[33m",
    logging.ERROR: "\033[31m",
    logging.CRITICAL: "\033[1;31m",
}
_DIM, _PLAIN = "\033[2m", "\033[0m"


def configure(format: str = "console", level: str = "INFO", *, stream: IO[str] | None = None) -> None:
    """Sends everything to `stream` (stderr) through one handler, whatever was set up before.

    `format` is ``console`` or ``json``. The clients' own loggers stay quiet at any level.
    """
    if format not in ("console", "json"):
        raise ValueError(f"a log format is console or json, not {format}")
    handler = logging.StreamHandler(stream or sys.stderr)
    colours = format == "console" and bool(getattr(handler.stream, "isatty", lambda: False)())
    handler.setFormatter(JsonFormatter() if format == "json" else ConsoleFormatter(colours))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name, least in _QUIET.items():
        logger = logging.getLogger(name)
        logger.setLevel(least)
        # What a library set up for itself would go past the redaction.
        logger.handlers.clear()
        logger.propagate = True


def redacted(text: str) -> str:
    """The text without what looks like a secret."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def message_of(record: logging.LogRecord) -> str:
    """The message of a record, redacted."""
    try:
        return redacted(record.getMessage())
    except (TypeError, ValueError):
        return redacted(f"{record.msg} {record.args}")


class _Formatter(logging.Formatter):
    def _trace(self, record: logging.LogRecord) -> str:
        if not record.exc_info or record.exc_info[1] is None:
            return ""
        return redacted("".join(traceback.format_exception(record.exc_info[1])).rstrip())


class ConsoleFormatter(_Formatter):
    """For people: time, level, what it is about, message."""

    def __init__(self, colours: bool = False) -> None:
        super().__init__()
        self._colours = colours

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback if there is one."""
        at = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        about = " ".join(value for _, value in fields())
        message = message_of(record)
        trace = self._trace(record)
        if self._colours:
            colour = _COLOURS.get(record.levelno, "")
            about = f"{_DIM}{about}{_PLAIN} " if about else ""
            line = f"{_DIM}{at}{_PLAIN} {colour}{record.levelname:<7}{_PLAIN} {about}{colour}{message}{_PLAIN}"
        else:
            line = f"{at} {record.levelname:<7} {about + ' ' if about else ''}{message}"
        return f"{line}\n{trace}" if trace else line


class JsonFormatter(_Formatter):
    """For collectors: one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Fields: time (RFC 3339), level, logger, message, what it is about, and trace."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message_of(record),
            **{name: value for name, value in fields() if name not in ("time", "level", "logger", "message")},
        }
        trace = self._trace(record)
        if trace:
            line["trace"] = trace
        return json.dumps(line, ensure_ascii=False)
