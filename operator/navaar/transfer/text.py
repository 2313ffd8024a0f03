"""The text of a file whose encoding nobody states."""

import codecs

from navaar.transfer.song import Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 4096


def decoded(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text, and a sentence where its encoding was a guess (else empty).

    `encoding` is what a person says it is. Without that: what a byte-order mark says, UTF-8, UTF-16 by its zeros, and at
    last Windows-1252, in which every name can at least be told from the others. Raises `Unreadable`.
    """
    if encoding is not None:
        try:
            return data.decode(encoding).removeprefix("\ufeff"), ""
        except LookupError:
            raise Unreadable(f"{encoding} is no encoding that is known; say utf-8, utf-16, cp1251, cp1256 …") from None
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise Unreadable(
                f"line {line} is not {encoding}: say another encoding, or none to have it guessed"
            ) from None
    said = next((name for mark, name in _MARKS if data.startswith(mark)), None) or _by_zeros(data)
    if said is not None:
        # A file that was cut off may end in half a character.
        return data.decode(said, errors="replace"), ""
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        return text, (
            f"line {line} is not UTF-8, so the file was read as Windows-1252; if names look wrong, say its encoding, "
            "such as cp1251 for Cyrillic or cp1256 for Persian and Arabic"
        )


def _by_zeros(data: bytes) -> str | None:
    sample = data[:_SAMPLE]
    if len(sample) < 4 or sample.count(0) < len(sample) // 4:
        return None
    return "utf-16-le" if sample[1::2].count(0) > sample[0::2].count(0) else "utf-16-be"
