"""How a report is written: as a page, and as Markdown."""
