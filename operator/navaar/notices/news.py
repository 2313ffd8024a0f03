"""The sorts of news, and one piece of it."""

from dataclasses import dataclass
from enum import StrEnum

from navaar.notices.standing import Song
from navaar.notices.tally import NO_TALLY, Tally


class News(StrEnum):
    """What is told, in the order in which it is."""

    HELLO = "Hello"
    SIGN_IN = "SignIn"
    TROUBLE = "Trouble"
    APPROVAL = "Approval"
    REVIEW = "Review"
    FAILED = "Failed"
    CONSENT = "Consent"
    RECOVERED = "Recovered"
    DIGEST = "Digest"


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news. `about` is a place, or the MusicSync; `since` is in Unix seconds.

    Of songs: how many are `new`, how many there are in `all`, and the newest of the new ones. Of a digest: the `tally` of
    what came from `since` `until` then.
    """

    news: News
    about: str = ""
    since: float = 0.0
    reason: str = ""
    message: str = ""
    new: int = 0
    all: int = 0
    songs: tuple[Song, ...] = ()
    until: float = 0.0
    tally: Tally = NO_TALLY
