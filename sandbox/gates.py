"""Where a test can stop the world: before a write reaches a service, and after it, before its answer."""

import inspect
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

Stage = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Passing:
    """A request at a gate.

    `stage` is ``before``: nothing has been done yet, or ``after``: it was carried out (or refused by the vendor,
    see `status`) and its answer is still to be sent. `number` counts the writes to all services since the world
    began, from 1, the same at both stages; 0 for what is no write. `service`, `call` and `detail` are those of the
    journal; `names` are the ids, chats, playlists and accounts that it is about.
    """

    stage: Stage
    number: int
    service: str
    call: str
    detail: dict[str, Any]
    names: frozenset[str]
    status: int | None = None


Gate = Callable[[Passing], Awaitable[object] | object]


class Gates:
    """The gates of a world. `writes` is how many writes came so far."""

    def __init__(self) -> None:
        self.writes = 0
        self._gates: list[tuple[Gate, bool]] = []

    def add(self, gate: Gate, *, reads: bool = False) -> Callable[[], None]:
        """See `World.gate`."""
        entry = (gate, reads)
        self._gates.append(entry)
        return lambda: self._gates.remove(entry) if entry in self._gates else None

    def count(self) -> int:
        """The number of the write that has just arrived."""
        self.writes += 1
        return self.writes

    async def cut(
        self,
        stage: Stage,
        number: int,
        service: str,
        call: str,
        detail: dict[str, Any],
        names: Iterable[str],
        status: int | None = None,
    ) -> bool:
        """Tells every gate; whether one of them wants the connection cut here."""
        if not self._gates:
            return False
        passing = Passing(stage, number, service, call, detail, frozenset(names), status)
        verdicts = []
        for gate, reads in tuple(self._gates):
            if number or reads:
                said = gate(passing)
                verdicts.append(await said if inspect.isawaitable(said) else said)
        return any(verdict is True for verdict in verdicts)
