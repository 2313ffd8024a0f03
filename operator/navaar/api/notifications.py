"""`MusicSync.spec.notifications`: who is told when something needs a person; and what they were told, in the status."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from navaar.api.common import Count, Model, Schema, SecretRef, Text, Time, rule, rules

TOLD = 16
"""Matters that can be told of: the places, the MusicSync, its songs, a plan, a consent."""


class Language(StrEnum):
    """The languages of messages, by ISO 639-1."""

    ENGLISH = "en"
    PERSIAN = "fa"
    RUSSIAN = "ru"


class NewsEvent(StrEnum):
    """Sorts of news."""

    SIGN_IN = "SignIn"
    TROUBLE = "Trouble"
    RECOVERED = "Recovered"
    APPROVAL = "Approval"
    FAILED = "Failed"
    CONSENT = "Consent"
    REVIEW = "Review"


class Severity(StrEnum):
    """How grave news is, from the least."""

    INFO = "Info"
    WARNING = "Warning"
    ERROR = "Error"


SEVERITIES: Mapping[NewsEvent, Severity] = {
    NewsEvent.SIGN_IN: Severity.ERROR,
    NewsEvent.TROUBLE: Severity.ERROR,
    # As grave as what it ends.
    NewsEvent.RECOVERED: Severity.ERROR,
    NewsEvent.APPROVAL: Severity.WARNING,
    NewsEvent.FAILED: Severity.WARNING,
    NewsEvent.CONSENT: Severity.WARNING,
    NewsEvent.REVIEW: Severity.INFO,
}


def _named(*severities: Severity) -> str:
    """A CEL expression: some event that is named has one of these severities."""
    listed = ", ".join(f"'{event}'" for event, severity in SEVERITIES.items() if severity in severities)
    return f"self.events.exists(event, event in [{listed}])"


class Digest(StrEnum):
    """How often there is a digest."""

    WEEKLY = "Weekly"


def _time_of_day(name: str) -> Schema:
    return rules(
        rule(
            "self.matches('^([01][0-9]|2[0-3]):[0-5][0-9]$')",
            f'{name} must be a time of day from "00:00" to "23:59", with two digits on each side, such as "07:30"',
        )
    )


class QuietHoursSpec(Model):
    """When people are left alone, every day."""

    model_config = ConfigDict(
        json_schema_extra=rules(
            rule("self.from != self.to", "quietHours begin and end at the same time: name two times of day")
        )
    )

    from_: Annotated[str, Field(alias="from", max_length=32, json_schema_extra=_time_of_day("from"))]
    """The time of day at which they begin, such as "22:00"."""

    to: Annotated[str, Field(max_length=32, json_schema_extra=_time_of_day("to"))]
    """The time of day at which they end, such as "08:00": the next day's where it is earlier than from."""

    time_zone: Annotated[
        str,
        Field(
            max_length=64,
            json_schema_extra=rules(
                rule(
                    "self.matches('^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$')",
                    "timeZone must be a name of the IANA database, such as Europe/Berlin, or UTC",
                )
            ),
        ),
    ] = "UTC"
    """Where it is that time of day, by the IANA database, such as Europe/Berlin or Asia/Tehran. The digest goes by it too."""


class NotificationsSpec(Model):
    """Who is told when something needs a person, and when it is well again."""

    model_config = ConfigDict(
        json_schema_extra=rules(
            rule(
                "has(self.chat) != has(self.webhookSecretRef)",
                "notifications go to one place: name either chat or webhookSecretRef",
            ),
            rule(
                f"!has(self.events) || self.severity == '{Severity.INFO}' || {_named(Severity.ERROR)} || "
                f"(self.severity == '{Severity.WARNING}' && {_named(Severity.WARNING)})",
                "none of events is as grave as severity: lower severity, or name other events",
                field=".severity",
            ),
        )
    )

    chat: (
        Annotated[
            int,
            Field(
                json_schema_extra=rules(
                    rule(
                        "self != 0",
                        "chat is the numeric id of a person, such as 123456789, or of a group with the bot in it, which "
                        "is negative",
                    ),
                    format="int64",
                )
            ),
        ]
        | None
    ) = None
    """The numeric id of the chat that the bot of spec.telegram writes to: a person's own id, once they have pressed
    Start in a chat with the bot, or that of a group with the bot in it."""

    webhook_secret_ref: SecretRef | None = None
    """A Secret with the key url: an https address that each message is posted to as JSON, the whole of it under
    `text`."""

    language: Language = Language.ENGLISH
    """The language of the messages: en, fa or ru."""

    events: (
        Annotated[
            list[NewsEvent],
            Field(min_length=1, max_length=len(NewsEvent), json_schema_extra={"x-kubernetes-list-type": "set"}),
        ]
        | None
    ) = None
    """Which news is told. SignIn: a service refuses the sign-in. Trouble: a place can't be used, or nothing goes on.
    Recovered: that is over. Approval: a plan waits. Failed: songs were given up. Consent: one is about to end. Review:
    songs wait for an answer. Unset: all of it."""

    severity: Severity = Severity.INFO
    """How grave it must be to be told. Error: SignIn, Trouble and Recovered. Warning: Approval, Failed and Consent too.
    Info: everything."""

    quiet_hours: QuietHoursSpec | None = None
    """When only a refused sign-in is told. What else there is comes together when they end, if it still holds. Unset:
    never."""

    digest: Digest | None = None
    """Weekly: every Monday at 09:00, in the time zone of quietHours or in UTC, one message with the week's numbers:
    songs that came, how many were added in each place, and how many wait for an answer, have failed or are still missing
    somewhere. Unset: none."""


class ToldStatus(Model):
    """What was told of one matter."""

    about: Annotated[str, Field(min_length=1, max_length=64)]
    """Which: telegram, youtubeMusic, spotify, sync (the whole of it), failed and review (songs), approval, consent."""

    at: Time
    """When it was told last."""

    reason: Text | None = None
    """What was told: the reason of the condition, or the hash of the plan."""

    times: Count | None = None
    """How often it was told of late: what comes and goes is told later each time."""

    recovered_at: Time | None = None
    """When it was told that it is well again."""

    up_to: Time | None = None
    """Songs that came to this until then have been told of."""


class NotificationsStatus(Model):
    """What was told, so that nothing is told twice."""

    to: Text | None = None
    """Who was told."""

    sent: Annotated[list[Time], Field(max_length=4, json_schema_extra={"x-kubernetes-list-type": "atomic"})] = Field(
        default_factory=list
    )
    """When the last messages went out."""

    digest_up_to: Time | None = None
    """The digests have counted up to then; the next one begins there."""

    told: Annotated[
        list[ToldStatus],
        Field(
            max_length=TOLD,
            json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["about"]},
        ),
    ] = Field(default_factory=list)
    """What was told of which matter."""
