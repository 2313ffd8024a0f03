"""The CRDs in the repository are the models, and explain themselves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from navaar.api.crds import RESOURCES, main, stale
from navaar.api.duration import seconds
from navaar.api.instant import read, written
from navaar.api.schema import structural_schema
from navaar.api.trackstatus import PlacementStatus

CRDS = Path(__file__).parents[2] / "crds"
Schema = dict[str, Any]


def schema_of(kind: str) -> Schema:
    resource = next(one for one in RESOURCES if one.kind == kind)
    schema: Schema = resource.manifest()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return schema


def parts(schema: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """Every field below, by its path."""
    for name, part in schema.get("properties", {}).items():
        yield f"{path}.{name}", part
        yield from parts(part, f"{path}.{name}")
    if "items" in schema:
        yield f"{path}[]", schema["items"]
        yield from parts(schema["items"], f"{path}[]")


FIELDS = [found for resource in RESOURCES for found in parts(schema_of(resource.kind), resource.kind)]


def test_the_files_are_what_the_models_say() -> None:
    assert stale(CRDS) == [], "run make crds"


def test_check_names_the_files_that_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert main(["--check", str(tmp_path)]) == 0
    (tmp_path / "navaar.dev_tracks.yaml").write_text("")
    assert main(["--check", str(tmp_path)]) == 1
    assert "navaar.dev_tracks.yaml differs" in capsys.readouterr().err


def test_every_field_is_explained_in_sentences() -> None:
    silent = [
        path
        for path, part in FIELDS
        if not path.endswith(("[]", ".metadata")) and not part.get("description", "").endswith((".", "…"))
    ]
    assert silent == []


def test_every_text_and_list_in_a_spec_is_bounded() -> None:
    endless = [
        path
        for path, part in FIELDS
        if ".spec." in path
        and (
            (part["type"] == "string" and "enum" not in part and "maxLength" not in part)
            or (part["type"] == "array" and "maxItems" not in part)
        )
    ]
    assert endless == []


def test_every_list_says_how_it_merges() -> None:
    assert [p for p, part in FIELDS if part["type"] == "array" and "x-kubernetes-list-type" not in part] == []


def test_the_api_server_adds_nothing_to_a_status_but_that_nobody_has_looked_yet() -> None:
    defaults = {path: part["default"] for path, part in FIELDS if ".status" in path and "default" in part}
    assert defaults == {"MusicSync.status": {"observedGeneration": -1}}


def test_every_refusal_is_a_sentence() -> None:
    rules = [rule for _, part in FIELDS for rule in part.get("x-kubernetes-validations", ())]
    rules += [rule for one in RESOURCES for rule in schema_of(one.kind).get("x-kubernetes-validations", ())]
    assert len(rules) > 20
    assert [rule["rule"] for rule in rules if len(rule["message"].split()) < 5] == []


def test_a_place_that_a_schema_does_not_know_is_not_forgotten() -> None:
    """A fourth service is one field in each of these."""
    from reconcilers.services.protocol import ServiceName

    places = {service.value for service in ServiceName}
    music_sync, track = (schema_of(kind)["properties"] for kind in ("MusicSync", "Track"))
    assert places <= set(music_sync["spec"]["properties"])
    assert places <= set(music_sync["status"]["properties"])
    assert places == set(track["spec"]["properties"]["pins"]["properties"])
    assert places == set(track["spec"]["properties"]["rejects"]["properties"])
    assert places == set(track["status"]["properties"]["placements"]["properties"])


def test_a_schema_that_a_crd_cannot_say_is_refused() -> None:
    class Either(BaseModel):
        value: int | str

    class Above(BaseModel):
        value: Annotated[int, Field(gt=3)]

    with pytest.raises(ValueError, match=r"Either\.value: a CRD can't have 2 types"):
        structural_schema(Either)
    with pytest.raises(ValueError, match=r"Above\.value: a CRD can't say exclusiveMinimum"):
        structural_schema(Above)


def test_optional_parts_are_put_in_their_place_without_null() -> None:
    schema = structural_schema(PlacementStatus)
    assert schema["properties"]["intent"]["required"] == ["op", "token", "deadline"]
    assert schema["properties"]["intent"]["description"] == "An addition that may have been sent."
    assert "default" not in schema["properties"]["id"]


@pytest.mark.parametrize(("text", "wanted"), [("15m", 900), ("1h30m", 5400), ("90s", 90), ("1.5h", 5400)])
def test_durations(text: str, wanted: float) -> None:
    assert seconds(text) == wanted


@pytest.mark.parametrize("text", ["", "15", "m", "1d", "-5m", "15 m", "1h1h1h1h", "1e3s", "15m\n"])
def test_what_is_not_a_duration_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="write it like 15m"):
        seconds(text)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (1_772_820_000.0, "2026-03-06T18:00:00Z"),
        (1_772_820_000.25, "2026-03-06T18:00:00.25Z"),
        (0.0, "1970-01-01T00:00:00Z"),
    ],
)
def test_moments(moment: float, text: str) -> None:
    assert written(moment) == text
    assert read(text) == moment


def test_moments_with_another_offset_are_read_too() -> None:
    assert read("2026-03-06T21:30:00+03:30") == 1_772_820_000.0
