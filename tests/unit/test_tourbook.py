"""The tour is compared in what it says, not in what is another each time, and is written anew only where that differs."""

from tests.e2e.tourbook import commands, recorded

BOOK = """\
# A tour

```console
$ navaar status
NAME    AGE
tapes   8s

$ navaar explain x
since 2026-11-22 00:31:17 at https://127.0.0.1:34471, 4:18
```

Prose with $ navaar in it.
"""


def _shows(**answers: str) -> str:
    return recorded(BOOK, lambda command: answers[command.split()[1]])


def test_the_commands_are_those_behind_a_dollar_in_a_console() -> None:
    assert commands(BOOK) == ["navaar status", "navaar explain x"]


def test_times_addresses_and_the_width_of_columns_make_no_other_tour() -> None:
    explained = "since 2027-01-01 23:59:59 at https://127.0.0.1:1, 4:18\n"
    assert _shows(status="NAME     AGE\ntapes    12m\n", explain=explained) == BOOK


def test_what_is_said_otherwise_is_recorded_whole() -> None:
    explained = "since 2026-11-22 00:31:17 at https://127.0.0.1:34471, 4:18"
    seen = _shows(status="NAME     AGE\nmixes    12m\n", explain=explained)
    assert seen == BOOK.replace("NAME    AGE\ntapes   8s", "NAME     AGE\nmixes    12m")
    assert "4:19" in _shows(status="NAME    AGE\ntapes   8s", explain=explained.replace("4:18", "4:19"))
    assert "one more" in _shows(status="NAME    AGE\ntapes   8s\none more", explain=explained)
