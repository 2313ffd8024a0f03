"""Methods that fetch files."""

from pathlib import PurePosixPath

from sandbox.telegram.calls import Call
from sandbox.telegram.chats import Json
from sandbox.telegram.errors import bad_request

DOWNLOAD_LIMIT = 20 << 20


async def get_file(call: Call) -> Json:
    """A File with a link that works for an hour; 400 above 20 MiB or for an id of another bot."""
    file_id = call.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    known = call.state.files.get((call.bot.id, file_id))
    if known is None:
        raise bad_request("invalid file_id")
    media, file = known
    call.detail |= {"file_name": media.file_name, "file_size": file.size}
    if file.size > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    if file is media.thumbnail:
        folder, suffix = "thumbnails", ".jpg"
    else:
        folder = "music" if media.kind == "audio" else "documents"
        suffix = PurePosixPath(media.file_name or "").suffix or (".mp3" if media.kind == "audio" else "")
    return {
        "file_id": file_id,
        "file_unique_id": file.unique_id,
        "file_size": file.size,
        "file_path": call.state.serve(call.bot, file, folder, suffix),
    }
