"""The README and the pages of docs/: links lead somewhere, code is code, no page is lost."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
# Folders that a build fills.
_BUILT = {"_build", "gallery"}
PAGES = [
    page for page in sorted(DOCS.rglob("*.md")) if not _BUILT & set(page.relative_to(DOCS).parts)
]
TEXTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *PAGES]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(text: str) -> str:
    """``text`` without code, in which brackets are no links."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M))


def links(text: str) -> list[str]:
    """Targets of links and pictures, without anchors."""
    found = re.findall(r"\]\(\s*<?([^)>\s]+)>?[^)]*\)", prose(text))
    return [target.partition("#")[0] for target in found]


def local(targets: list[str]) -> list[str]:
    return [target for target in targets if target and not re.match(r"[a-z]+:", target)]


def python_blocks(text: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", text, flags=re.S | re.M)


def toctree_entries(page: Path) -> set[Path]:
    """Pages that the toctrees of ``page`` name, patterns resolved."""
    found: set[Path] = set()
    for block in re.findall(r"^```\{toctree\}\n(.*?)^```", page.read_text("utf-8"), re.S | re.M):
        for line in block.splitlines():
            entry = line.strip()
            if entry and not entry.startswith(":"):
                found.update(page.parent.glob(f"{entry.removesuffix('.md')}.md"))
    return found


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_local_links_and_pictures_exist(path):
    missing = [
        target
        for target in local(links(path.read_text("utf-8")))
        if not (path.parent / target).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_python_blocks_compile(path):
    for block in python_blocks(path.read_text("utf-8")):
        ast.parse(block)


def test_the_readme_shows_pictures_and_python():
    text = (ROOT / "README.md").read_text("utf-8")
    assert [target for target in links(text) if target.endswith(".png")]
    assert python_blocks(text)


def test_every_page_is_reached_from_the_index():
    reached: set[Path] = set()
    waiting = {DOCS / "index.md"}
    while waiting:
        page = waiting.pop()
        reached.add(page)
        waiting |= toctree_entries(page) - reached
    assert [name_of(page) for page in PAGES if page not in reached] == []


def test_pictures_are_small_and_used():
    texts = [path.read_text("utf-8") for path in TEXTS]
    used = {Path(target).name for text in texts for target in links(text)}
    for picture in sorted((DOCS / "pictures").glob("*.png")):
        assert picture.stat().st_size < 600_000, f"{picture.name} is too large"
        assert picture.name in used, f"no page shows {picture.name}"
