"""What people type and press, apart from the wire: what is a command, and which button works for whom, and how long."""

import pytest

from navaar.bot.answer import Answer, Key
from navaar.bot.buttons import LIFE, MOST, Buttons
from navaar.bot.command import Command, command_of
from navaar.bot.visit import Visit
from tests.botadmin import MINA, SYNC


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/status", Command("status")),
        ("  /STATUS  ", Command("status")),
        ("/status@Some_Bot now", Command("status", "now", "some_bot")),
        ("/add  Adele\n -  Hello ", Command("add", "Adele - Hello")),
        ("/delete \u202e\u2067\u2069", Command("delete")),
        ("/track می\u200cخواهم", Command("track", "می\u200cخواهم")),
        ("/track " + "x" * 5000, Command("track", "x" * 300)),
        ("/", Command("")),
        ("/<b>", Command("")),
        ("hello /status", None),
        ("", None),
    ],
)
def test_a_command_is_what_begins_with_a_slash(text: str, command: Command | None) -> None:
    assert command_of(text) == command


# -------------------------------------------------------------------------------------------------------------- buttons


async def nothing(visit: Visit) -> Answer:
    return Answer("")


KEYS = ((Key("yes", nothing), Key("no", nothing)),)


def test_a_button_works_under_its_message_once_and_takes_those_beside_it_along() -> None:
    buttons = Buttons(lambda: 0.0)
    rows = buttons.made(KEYS, MINA, 1, (SYNC,), "delete")
    (_, yes), (_, no) = rows[0]
    assert buttons.find(yes, 1, 5) is None, "it was not sent yet"
    buttons.sent(rows, 5)
    assert buttons.find(yes, 1, 6) is None and buttons.find(yes, 2, 5) is None
    found = buttons.find(yes, 1, 5)
    assert found is not None and found.user == MINA
    buttons.used(found)
    assert buttons.find(yes, 1, 5) is None and buttons.find(no, 1, 5) is None


def test_a_button_ends_with_time_and_the_oldest_go_when_there_are_many() -> None:
    now = 0.0
    buttons = Buttons(lambda: now)
    rows = buttons.made(KEYS, MINA, 1, (SYNC,), "delete")
    buttons.sent(rows, 5)
    now = LIFE - 1
    assert buttons.find(rows[0][0][1], 1, 5) is not None
    now = LIFE
    assert buttons.find(rows[0][0][1], 1, 5) is None
    now = 0.0
    for _ in range(MOST // 2):
        buttons.made(KEYS, MINA, 1, (SYNC,), "delete")
    assert buttons.find(rows[0][0][1], 1, 5) is None


def test_what_a_button_carries_is_short_and_cannot_be_guessed() -> None:
    buttons = Buttons(lambda: 0.0)
    made = {data for _ in range(50) for row in buttons.made(KEYS, MINA, 1, (SYNC,), "delete") for _, data in row}
    assert len(made) == 100 and all(16 <= len(data) <= 64 for data in made)
