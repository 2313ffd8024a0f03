"""Only admins are heard by the bot, only so often, and at the cost of nobody else."""

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest
from telegram import CallbackQuery, Chat, Message, Update, User

from navaar.bot.desk import SEARCHES, WAITING, Desk
from navaar.bot.house import House
from navaar.bot.visit import Refused
from navaar.intake import ALLOWED, Intake
from navaar.lookup import looked_up
from reconcilers.account import Account
from reconcilers.budget import SPOTIFY
from reconcilers.errors import QuotaError, TargetError
from reconcilers.recording import Candidate, Recording
from reconcilers.services.protocol import Query, ServiceName
from tests.beats import Beats
from tests.botadmin import MINA, SYNC

EVE = 8
NOWHERE = cast("Any", None)
HOUSE = House(NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE)

# --------------------------------------------------------------------------------------------------------- who is heard


class Counter:
    def __init__(self) -> None:
        self.offered: list[tuple[Update, Any]] = []

    def offer(self, update: Update, syncs: tuple[tuple[str, str], ...]) -> None:
        self.offered.append((update, syncs))

    def start(self) -> None:
        pass

    async def close(self) -> None:
        pass


class Reader:
    channel = "@tapes"
    gap_recorded = True

    def __init__(self, admins: set[int], key: tuple[str, str] = SYNC) -> None:
        self.admins = frozenset(admins)
        self.key = key

    async def read(self, message: Message) -> None:
        raise AssertionError("what people say to the bot is no post")

    def changed(self) -> None:
        pass


def by(person: int, *, pressed: bool = False) -> Update:
    user = User(person, "somebody", is_bot=False)
    chat = Chat(person, "private")
    if pressed:
        return Update(1, callback_query=CallbackQuery("1", user, "chat", data="x"))
    return Update(1, message=Message(1, cast("Any", None), chat, from_user=user, text="/status"))


def intake(*readers: Reader) -> tuple[Intake, Counter]:
    desk = Counter()
    made = Intake(cast("Any", None), cast("Any", None), ready=cast("Any", None), notify=lambda: None, desk=desk)
    for reader in readers:
        made.readers.join(reader)
    return made, desk


@pytest.mark.parametrize("pressed", [False, True])
async def test_only_what_an_admin_says_reaches_the_desk_with_what_is_theirs(pressed: bool) -> None:
    made, desk = intake(Reader({MINA, 9}, ("music", "monday")), Reader({MINA}), Reader({9}, ("music", "other")))
    for person in (EVE, MINA):
        await made._hand_out(by(person, pressed=pressed))
    ((update, syncs),) = desk.offered
    assert update.effective_user is not None and update.effective_user.id == MINA
    assert syncs == (SYNC, ("music", "monday"))


async def test_while_another_process_uses_the_bot_nobody_is_answered() -> None:
    made, desk = intake(Reader({MINA}))
    made._contested_until = float("inf")
    await made._hand_out(by(MINA))
    assert not desk.offered


def test_messages_are_asked_for_only_where_somebody_is_answered() -> None:
    assert intake(Reader(set()))[0]._wanted == ALLOWED
    assert set(intake(Reader(set()), Reader({MINA}))[0]._wanted) == {*ALLOWED, "message", "callback_query"}


class Patient:
    """A bot to which nobody writes."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    async def get_updates(self, *, allowed_updates: list[str], **_: object) -> tuple[Update, ...]:
        self.asked.append(allowed_updates)
        await asyncio.Event().wait()
        return ()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_who_becomes_an_admin_is_heard_at_once_and_a_poll_is_given_up_for_nothing_else() -> None:
    async def ready() -> None:
        return None

    bot, reader = Patient(), Reader(set())
    made = Intake(cast("Any", bot), Beats(), ready=ready, notify=lambda: None)
    made.readers.join(reader)
    made.start()
    await settled()
    made.heed()
    await settled()
    assert bot.asked == [ALLOWED]
    reader.admins = frozenset({MINA})
    made.heed()
    await settled()
    assert bot.asked == [ALLOWED, [*ALLOWED, "message", "callback_query"]]
    assert not made.stream.contested and made.stream.trouble is None
    await made.close()
    assert len(bot.asked) == 2


# ------------------------------------------------------------------------------------------------------------ how often


async def test_searches_by_people_are_bounded() -> None:
    asked = []

    async def seek(*about: object) -> tuple[()]:
        asked.append(about)
        return ()

    house = replace(HOUSE, search=cast("Any", seek))
    now = 0.0
    desk = Desk(cast("Any", None), house, elapsed=lambda: now)
    one = (SYNC, ServiceName.SPOTIFY, Recording("Hello"))
    for _ in range(SEARCHES):
        await desk._search(*one)
    with pytest.raises(Refused, match="so_often"):
        await desk._search(*one)
    now = 3600.0
    await desk._search(*one)
    assert len(asked) == SEARCHES + 1


async def test_what_people_look_for_leaves_the_rest_of_the_day_to_new_songs() -> None:
    class Shelf:
        async def search(self, query: Query) -> tuple[Candidate, ...]:
            return (Candidate("x", query.recording),)

    account = Account(SPOTIFY, clock=lambda: 1_000_000.0)

    class Works:
        services, accounts = {ServiceName.SPOTIFY: Shelf()}, {ServiceName.SPOTIFY: account}

    engine = cast("Any", Works())
    one = (engine, ServiceName.SPOTIFY, Recording("Hello"), 1_000_000.0)
    account.spend(round(SPOTIFY.units * 0.9))
    assert await looked_up(*one)
    account.spend(1)
    with pytest.raises(QuotaError, match=r"kept for new songs\. It goes on at") as raised:
        await looked_up(*one)
    assert raised.value.retry_at > 1_000_000.0
    with pytest.raises(TargetError, match="condition says why"):
        await looked_up(engine, ServiceName.YOUTUBE, Recording("Hello"), 0.0)


async def test_a_flood_of_requests_is_bounded_and_holds_nobody_up() -> None:
    desk = Desk(cast("Any", None), HOUSE)
    for _ in range(1000):
        desk.offer(by(MINA), (SYNC,))
    assert desk._waiting.qsize() == WAITING
