"""What a page is made of, read as a browser reads it."""

from html.parser import HTMLParser


class Tags(HTMLParser):
    """Collects the names of the elements of a page, and the attributes that would run code."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.running: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.running += [name for name, _ in attrs if name.startswith("on")]
