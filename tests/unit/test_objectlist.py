"""A list of objects is read while it arrives."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navaar.kube.objectlist import ObjectList

TRICKY = [
    {"metadata": {"name": "a"}, "status": {"title": '],"items":[{', "artists": ["سوسن", "宇多田ヒカル", "🎵"]}},
    {"metadata": {"name": "b"}, "items": [{"items": []}], "text": '}],{"x":'},
    {"metadata": {}, "text": '},{"metadata":{', "inside": [{"metadata": {}}, {"kind": "X", "metadata": {}}]},
    {
        "apiVersion": "v1",
        "kind": "Y",
        "metadata": {"name": "c", "managedFields": [{"apiVersion": "v1"}, {"apiVersion": "v1"}]},
    },
    {},
]


def written(items: list[Any] | None, *, metadata_first: bool) -> bytes:
    metadata = {"metadata": {"resourceVersion": "7", "continue": "more"}}
    around = (
        {"kind": "List", **metadata, "items": items} if metadata_first else {"items": items, "kind": "L", **metadata}
    )
    return json.dumps(around, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read(chunks: list[bytes]) -> tuple[list[Any], dict[str, Any]]:
    arriving = ObjectList()
    found = [item for chunk in chunks for item in arriving.feed(chunk)]
    last, metadata = arriving.close()
    return found + last, metadata


@given(st.data(), st.booleans(), st.sampled_from([TRICKY, TRICKY * 3, [], None]))
def test_however_it_is_cut_into_chunks_the_objects_and_the_version_are_the_same(
    data: st.DataObject, metadata_first: bool, items: list[Any] | None
) -> None:
    body = written(items, metadata_first=metadata_first)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=8)))
    chunks = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    assert read(chunks) == (items or [], {"resourceVersion": "7", "continue": "more"})


@pytest.mark.parametrize("head", [{}, {"apiVersion": "v1", "kind": "Track"}, {"kind": "Partial", "apiVersion": "v1"}])
def test_an_object_is_given_out_once_the_next_begins_and_is_held_no_longer(head: dict[str, Any]) -> None:
    made = [{**head, "metadata": {"name": str(n)}, "spec": {"text": "x" * 50}} for n in range(100)]
    body = written(made, metadata_first=False)
    arriving, found = ObjectList(), []
    for byte in range(len(body)):
        found += arriving.feed(body[byte : byte + 1])
        begun = body[: byte + 1].count(b'"metadata":{"name"')
        assert len(found) >= begun - 2
    assert found == made[:-1]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("metadata_first", [True, False])
def test_a_list_that_is_cut_off_never_passes_for_a_whole_one(share: float, metadata_first: bool) -> None:
    body = written(TRICKY, metadata_first=metadata_first).rstrip()
    with pytest.raises(ValueError, match=r"."):
        read([body[: min(int(len(body) * share), len(body) - 1)]])


def test_what_is_no_list_is_told_from_an_empty_one() -> None:
    with pytest.raises(ValueError, match="no list"):
        read([b'{"kind":"Status"}'])
