"""What the README tells a newcomer to type is what docs/tour.md shows, which a test on a real API server plays."""

import re
from pathlib import Path

from tests.e2e import tourbook

ROOT = Path(__file__).parents[2]


def test_the_readme_tells_what_the_tour_shows() -> None:
    used = (ROOT / "README.md").read_text().partition("## Use it")[2].partition("\n## ")[0]
    told = [re.sub(r"\s+# .*", "", command) for command in re.findall(r"^\$ (.*)$", used, re.MULTILINE)]
    shown = iter(tourbook.commands((ROOT / "docs/tour.md").read_text()))
    assert told[0].startswith("helm install") and any("track/" in command for command in told)
    for command in told:
        assert command in shown, f"`{command}` is not in the tour, or in another place"


def test_links_of_the_documents_lead_somewhere() -> None:
    for document in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        text = document.read_text()
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if "://" in target:
                continue
            name, _, anchor = target.partition("#")
            file = document.parent / name if name else document
            assert file.exists(), f"{document.name}: {target}"
            if anchor and file.suffix == ".md":
                assert anchor in _anchors(file.read_text()), f"{document.name}: {target}"


def _anchors(text: str) -> set[str]:
    """Those that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
