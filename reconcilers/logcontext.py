"""What a line of the log is about: which MusicSync, which pass, which service, which Track."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_CONTEXT: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("navaar_log_context", default=())


@contextmanager
def context(**fields: str | None) -> Iterator[None]:
    """Adds fields (sync="music/tapes", track="…") to every line logged inside, by this task and those it starts."""
    known = dict(_CONTEXT.get())
    known.update({name: value for name, value in fields.items() if value is not None})
    token = _CONTEXT.set(tuple(known.items()))
    try:
        yield
    finally:
        _CONTEXT.reset(token)


def fields() -> tuple[tuple[str, str], ...]:
    """What a line that is logged here and now is about."""
    return _CONTEXT.get()
