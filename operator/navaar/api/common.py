"""What both resources share: the group, the names of annotations and labels, and the parts of a schema."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

GROUP = "navaar.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
CATEGORY = "navaar"

RECONCILE_ANNOTATION = f"{GROUP}/reconcile-requested-at"
"""On a MusicSync: a new value forces a pass. On a Track: it has that song tried again. Echoed in
``status.lastHandledReconcileAt``."""

APPROVE_ANNOTATION = f"{GROUP}/approve"
"""On a MusicSync: the hash of the waiting plan (``status.plan.hash``) that a person approves."""

ACCEPT_PAST_ANNOTATION = f"{GROUP}/accept-past"
"""On a MusicSync: what is remembered of the channel is all there is; posting may go on.

Of a value such as "412 posts up to 4711" that is believed once so many are remembered (`reconcilers.past.unproved`)."""

MEMORY_ANNOTATION = f"{GROUP}/telegram"
"""On a Track: which message in which channel is this song. See `navaar.api.memory`."""

SONG_ANNOTATION = f"{GROUP}/song"
"""On a Track: the song as it was first seen, so that a Track that is restored without its status is recognised."""

SYNC_LABEL = f"{GROUP}/sync"
"""On a Track: the name of its MusicSync."""

SOUND_LABEL = f"{GROUP}/sounds-like"
"""On a Track: a hash of its title's sound, by which others that may be the same song are found (`navaar.api.sound`)."""

MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"

NAME_LIMIT = 52
"""The longest name of a MusicSync: it starts the names of Tracks and stands in a label."""

ID_LIMIT = 256
WORD_LIMIT = 128
NAME_FIELD_LIMIT = 1024
MESSAGE_LIMIT = 2048
SECRET_NAME_LIMIT = 253

Schema = dict[str, Any]


class Model(BaseModel):
    """A part of a resource: camelCase outside, explained by its docstrings, lenient about the unknown."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        use_attribute_docstrings=True,
        extra="ignore",
    )


def rule(
    expression: str,
    message: str,
    *,
    says: str | None = None,
    field: str | None = None,
    reason: str | None = None,
) -> Schema:
    """One validation rule of the API server.

    `message` is a sentence for the person whose manifest is refused; `says` is a CEL expression that builds a
    more exact one. `field` is the path below the place of the rule that is to blame.
    """
    found: Schema = {"rule": expression, "message": message}
    if says is not None:
        found["messageExpression"] = says
    if field is not None:
        found["fieldPath"] = field
    if reason is not None:
        found["reason"] = reason
    return found


def rules(*parts: Schema, **more: Any) -> Schema:
    """Rules as the extra part of a field's or a model's schema."""
    return {"x-kubernetes-validations": list(parts), **more}


Id = Annotated[str, Field(min_length=1, max_length=ID_LIMIT)]
"""An id as a service writes it."""

Name = Annotated[str, Field(min_length=1, max_length=NAME_FIELD_LIMIT)]
"""An artist, a title, an album."""

Text = Annotated[str, Field(max_length=NAME_FIELD_LIMIT)]

Word = Annotated[str, Field(max_length=WORD_LIMIT)]

Message = Annotated[str, Field(max_length=MESSAGE_LIMIT)]

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""A moment, as RFC 3339 writes it."""

Count = Annotated[int, Field(ge=0, json_schema_extra={"format": "int32"})]

Score = Annotated[float, Field(ge=0, le=1)]

Seconds = Annotated[float, Field(ge=0)]


class SecretRef(Model):
    """A Secret in the same namespace."""

    model_config = ConfigDict(json_schema_extra={"x-kubernetes-map-type": "atomic"})

    name: Annotated[str, Field(min_length=1, max_length=SECRET_NAME_LIMIT)]
    """Name of the Secret. It is read in the namespace of the MusicSync only."""


class Condition(Model):
    """One aspect of the observed state."""

    type: Annotated[str, Field(min_length=1, max_length=316)]
    """What the condition is about: Ready, Reconciling, Stalled, TelegramReady, YouTubeMusicReady,
    SpotifyReady."""

    status: Annotated[str, Field(json_schema_extra={"enum": ["True", "False", "Unknown"]})]
    """Whether it holds."""

    reason: Annotated[str, Field(min_length=1, max_length=1024)]
    """Why, in one word for programs: Synced, Backfilling, AuthExpired, QuotaExhausted, NotFound …"""

    message: Annotated[str, Field(max_length=32768)]
    """Why, and what to do about it, in a sentence for people."""

    last_transition_time: Time
    """When `status` last changed."""

    observed_generation: Annotated[int, Field(ge=0, json_schema_extra={"format": "int64"})] | None = None
    """The generation of the spec that this was true of."""


CONDITIONS: Schema = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]}

Conditions = Annotated[list[Condition], Field(max_length=16, json_schema_extra=CONDITIONS)]
