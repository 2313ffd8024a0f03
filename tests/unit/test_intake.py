"""A bot's stream of updates, by the clock of the loop."""

import asyncio
from typing import Any, cast

from telegram.error import InvalidToken

from navaar.intake import REFUSED, Intake
from reconcilers.errors import AuthError
from tests.beats import Beats
from tests.virtual_time import now, virtual


class Bot:
    """Its token is refused until `good`."""

    def __init__(self, good: float) -> None:
        self.good = good
        self.asked: list[float] = []

    async def get_updates(self, *, timeout: float, **_: Any) -> tuple[()]:
        self.asked.append(now())
        if now() < self.good:
            raise InvalidToken("refused")
        await asyncio.sleep(timeout)
        return ()


def test_a_token_that_was_refused_wrongly_is_heard_with_again_within_the_hour_and_not_asked_for_often() -> None:
    async def scenario() -> None:
        began = now()
        bot = Bot(good=began + 5 * REFUSED + 1)
        intake = Intake(
            cast("Any", bot),
            Beats(began),
            ready=lambda: asyncio.sleep(0),
            notify=lambda: None,
            clock=now,
            elapsed=now,
        )
        intake.start()
        await asyncio.sleep(REFUSED / 2)
        assert isinstance(intake.stream.trouble, AuthError)
        await asyncio.sleep(5 * REFUSED)
        assert len(bot.asked) == 6
        await asyncio.sleep(REFUSED)
        assert intake.stream.trouble is None and intake.stream.drained
        await intake.close()

    virtual(scenario())
