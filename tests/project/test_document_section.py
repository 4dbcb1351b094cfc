"""What stands between two markers of a document is replaced, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from document_section import write_section

BEGIN, END = "<!-- table -->", "<!-- /table -->"


def test_only_what_is_between_the_markers_is_replaced(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(f"above\n{BEGIN}\nold\n{END}\nbelow\n", encoding="utf-8")
    for text in ("新\n", "new\n\n"):
        write_section(document, BEGIN, END, text)
        assert document.read_text("utf-8") == f"above\n{BEGIN}\n\n{text.strip()}\n\n{END}\nbelow\n"


@pytest.mark.parametrize("content", ["no place\n", f"above\n{BEGIN}\nbelow\n", f"above\n{END}\nbelow\n"])
def test_a_document_without_both_markers_stays_as_it_is(tmp_path: Path, content: str) -> None:
    document = tmp_path / "document.md"
    document.write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit, match=r"document\.md has no place for figures: a line <!-- table -->"):
        write_section(document, BEGIN, END, "new")
    assert document.read_text("utf-8") == content
