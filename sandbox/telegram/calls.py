"""One request to the Bot API: its parameters and uploads, however they were encoded."""

import json
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from aiohttp import BodyPartReader, MultipartReader, web

from sandbox.telegram.chats import Bot, Json
from sandbox.telegram.errors import bad_request, plain

if TYPE_CHECKING:
    from sandbox.telegram.state import TelegramState

UPLOAD_LIMIT = 50 << 20
DRAIN_LIMIT = 4 * UPLOAD_LIMIT
FORM_OVERHEAD = 1 << 20
LONGEST_DATA = 64
JOURNALED_IDS = ("chat_id", "from_chat_id", "message_id")
JOURNALED = (*JOURNALED_IDS, "title", "performer", "caption", "text", "disable_notification")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent. `name` is what the vendor keeps of the name given."""

    name: str
    data: bytes


@dataclass(eq=False)
class Call:
    """What was asked. `detail` collects what goes into the journal."""

    state: "TelegramState"
    bot: Bot
    method: str
    params: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The parameter as text; "" when absent."""
        value = self.params.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """The parameter as a whole number; `default` when absent or not one."""
        try:
            return int(self.text(name))
        except ValueError:
            return default

    def flag(self, name: str) -> bool:
        """The parameter as a switch."""
        return self.text(name).lower() in ("true", "yes", "1")

    def object(self, name: str) -> Any:
        """The parameter's JSON; None when absent. Raises 400 for what is not JSON."""
        value = self.params.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def upload(self, name: str, value: str | None = None) -> Upload | None:
        """The file sent as this parameter, or the one that an attach:// reference (`value`) names."""
        reference = self.text(name) if value is None else value
        if reference.startswith("attach://"):
            return self.uploads.get(reference.removeprefix("attach://"))
        return self.uploads.get(name) if value is None else None

    def markup(self) -> Json | None:
        """The inline keyboard; None when there is none or it is of another kind."""
        markup = self.object("reply_markup")
        if markup is None or not isinstance(markup, dict):
            return None
        for button in (button for row in markup.get("inline_keyboard") or () for button in row):
            if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= LONGEST_DATA:
                raise bad_request("BUTTON_DATA_INVALID")
        return {"inline_keyboard": markup["inline_keyboard"]} if markup.get("inline_keyboard") else None


def asked(params: dict[str, Any], uploads: dict[str, Upload]) -> dict[str, Any]:
    """What the journal tells of a request as it came, before anything was made of it."""
    found = {name: params[name] for name in JOURNALED if params.get(name) not in (None, "")}
    for name in JOURNALED_IDS:
        if str(found.get(name, "")).lstrip("-").isdecimal():
            found[name] = int(found[name])
    upload = uploads.get("audio") or uploads.get("document")
    return found | ({"file_name": upload.name, "file_size": len(upload.data)} if upload else {})


def names_of(state: "TelegramState", params: dict[str, Any], uploads: dict[str, Upload]) -> list[object]:
    """What a request is about: its chats by id and @username, its messages, its title, its file's name."""
    found: list[object] = [params.get(name) for name in (*JOURNALED_IDS, "title", "user_id", "file_id")]
    for name in ("chat_id", "from_chat_id"):
        given = str(params.get(name) or "")
        try:
            chat = state.chat(int(given) if given.lstrip("-").isdecimal() else given)
        except KeyError:
            continue
        found += [chat.id, chat.username and f"@{chat.username}"]
    return found + [upload.name for upload in uploads.values()]


async def read_parameters(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Reads the query and the body to the end. Raises 413 (after reading on, so that the client hears it)."""
    params: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_length is not None and request.content_length > UPLOAD_LIMIT + FORM_OVERHEAD:
        await drain(request)
        raise plain(413)
    if request.content_type == "application/json":
        body = await request.text()
        if body.strip():
            params |= parse_object(body)
    elif request.content_type.startswith("multipart/"):
        await read_multipart(await request.multipart(), params, uploads)
    elif request.can_read_body:
        params |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return params, uploads


def parse_object(body: str) -> dict[str, Any]:
    """The JSON object in the body; raises 400 for anything else."""
    try:
        value = json.loads(body)
    except ValueError:
        raise bad_request("can't parse object") from None
    if not isinstance(value, dict):
        raise bad_request("JSON object expected")
    return value


async def drain(request: web.Request) -> None:
    """Reads the body away, so that a client that is still sending gets the answer and not a reset."""
    read = 0
    async for chunk in request.content.iter_any():
        read += len(chunk)
        if read > DRAIN_LIMIT:
            return


async def read_multipart(reader: MultipartReader, params: dict[str, Any], uploads: dict[str, Upload]) -> None:
    """Sorts the parts into parameters and files; a file above the limit raises 413 once all is read."""
    too_big = False
    async for part in reader:
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        if part.filename is None:
            params[part.name] = (await part.read(decode=False)).decode()
            continue
        data = bytearray()
        while chunk := await part.read_chunk(1 << 18):
            if not too_big:
                data += chunk
            too_big = too_big or len(data) > UPLOAD_LIMIT
        uploads[part.name] = Upload(clean_file_name(part.filename), bytes(data))
    if too_big:
        raise plain(413)


def clean_file_name(name: str) -> str:
    """What the vendor keeps of an uploaded file's name.

    60 characters before the extension and 20 of it; letters of any script, digits and most ASCII signs stay,
    combining marks and invisible characters vanish, other signs become spaces. "file" when nothing is left.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    stem, extension = _clean(path.stem, 60), _clean(path.suffix.removeprefix("."), 20)
    if not stem:
        return extension or "file"
    return f"{stem}.{extension}" if extension else stem


def _clean(part: str, longest: int) -> str:
    kept = ""
    for character in part:
        category = unicodedata.category(character)
        if character < "\x7f":
            allowed = character >= " " and not re.match(r"""[<>:"/\\|?*&`']""", character)
        else:
            allowed = category[0] in "LN"
        if not allowed and category[0] in "MC" and character >= "\x7f":
            continue
        shown = character if allowed else " "
        if not kept and shown in " .":
            continue
        kept += shown
        if len(kept) == longest:
            break
    return kept.rstrip(" .")
