"""`MusicSync.spec.notifications`: who is told when something needs a person; and what they were told, in the status."""

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from navaar.api.common import Count, Model, SecretRef, Text, Time, rule, rules

TOLD = 16
"""Matters that can be told of: the places, the MusicSync, its songs, a plan, a consent."""


class Language(StrEnum):
    """The languages of messages, by ISO 639-1."""

    ENGLISH = "en"
    PERSIAN = "fa"


class NotificationsSpec(Model):
    """Who is told when something needs a person, and when it is well again."""

    model_config = ConfigDict(
        json_schema_extra=rules(
            rule(
                "has(self.chat) != has(self.webhookSecretRef)",
                "notifications go to one place: name either chat or webhookSecretRef",
            )
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
    """The language of the messages: en or fa."""


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

    told: Annotated[
        list[ToldStatus],
        Field(
            max_length=TOLD,
            json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["about"]},
        ),
    ] = Field(default_factory=list)
    """What was told of which matter."""
