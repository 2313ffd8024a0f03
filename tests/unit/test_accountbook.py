"""What is known of accounts outlives the process, and is written no more often than it has to be."""

from navaar.account.book import AccountBook
from navaar.kube.errors import Conflict, KubeError
from reconcilers.budget import SPOTIFY, YOUTUBE
from reconcilers.errors import QuotaError
from reconcilers.services.calls import OnCall
from reconcilers.services.protocol import ServiceName
from tests.memory import Clock
from tests.virtual_time import now, virtual

HOUR = 3600.0


class Ledger:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.writes: list[str] = []
        self.trouble: KubeError | None = None

    async def read(self, name: str) -> str | None:
        return self.kept.get(name)

    async def write(self, name: str, text: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.writes.append(name)
        self.kept[name] = text


class Told:
    """The requests that people are shown."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, int, str]] = []

    def __call__(self, service: ServiceName) -> OnCall:
        return lambda operation, units, outcome, seconds: self.calls.append((service.value, operation, units, outcome))


def test_one_account_for_all_who_are_the_same_to_the_service_and_another_for_others() -> None:
    async def body() -> None:
        told = Told()
        book = AccountBook(Ledger(), told, Clock())
        first = await book.open(ServiceName.SPOTIFY, "client", SPOTIFY)
        assert await book.open(ServiceName.SPOTIFY, "client", SPOTIFY) is first
        other = await book.open(ServiceName.SPOTIFY, "another", SPOTIFY)
        assert other is not first
        assert (await book.open(ServiceName.YOUTUBE, "client", YOUTUBE)).account is not first.account
        assert list(book.numbers()) == [], "nobody uses them"
        first.account.join("a", lambda: None)
        first.counted("a")("search", 3, "ok", 0.1)
        (figures,) = book.numbers()
        assert (figures.service, figures.used, figures.left, figures.waits) == (ServiceName.SPOTIFY, 3, 447, 0.0)
        assert "client" not in figures.name and "client" not in first.name
        assert told.calls == [("spotify", "search", 3, "ok")]

    virtual(body())


def test_what_was_used_is_kept_every_ten_minutes_and_that_it_must_wait_at_once() -> None:
    async def body() -> None:
        import asyncio

        ledger, start = Ledger(), Clock().now

        def clock() -> float:
            return start + now()

        book = AccountBook(ledger, Told(), clock)
        entry = await book.open(ServiceName.SPOTIFY, "client", SPOTIFY)
        entry.account.join("a", lambda: None)
        keeping = asyncio.create_task(book.run())
        for _ in range(120):
            entry.counted("a")("head", 1, "ok", 0.1)
            await asyncio.sleep(60)
        assert 10 <= len(ledger.writes) <= 12, "in two hours"
        await asyncio.sleep(6 * HOUR)
        assert 10 <= len(ledger.writes) <= 13, "and none while nothing is asked"
        count = len(ledger.writes)
        entry.account.park(QuotaError("Enough.", retry_at=clock() + 13 * HOUR))
        await asyncio.sleep(1)
        assert len(ledger.writes) == count + 1
        keeping.cancel()

        another = AccountBook(ledger, Told(), clock)
        again = await another.open(ServiceName.SPOTIFY, "client", SPOTIFY)
        shut = again.account.budget("b").closed(clock())
        assert shut is not None and shut.reason == "QuotaExhausted"
        assert again.account.budget("b").used(clock()) == 120

    virtual(body())


def test_what_could_not_be_kept_is_kept_at_the_end() -> None:
    async def body() -> None:
        ledger = Ledger()
        book = AccountBook(ledger, Told(), Clock())
        entry = await book.open(ServiceName.YOUTUBE, "project", YOUTUBE)
        entry.counted(None)("add", 50, "ok", 0.1)
        ledger.trouble = Conflict("somebody else")
        await book.close()
        assert ledger.kept == {}
        ledger.trouble = None
        await book.close()
        assert len(ledger.writes) == 1
        await book.close()
        assert len(ledger.writes) == 1

    virtual(body())
