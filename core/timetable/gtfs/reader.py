"""Opens a feed, a zip or a folder, and yields the rows of its files. Nothing is unpacked to disk.

Fit for strangers' files: sizes are counted while reading, names inside a zip are only compared, never used as paths,
and whatever is wrong becomes a finding and `BrokenFeed`.
"""

import csv
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple, Self

from core.timetable.gtfs.columns import COLUMNS
from core.timetable.gtfs.findings import BrokenFeed, Findings

MAX_MEMBER_BYTES = 1024**3
MAX_MEMBERS = 10_000
#: A table of text packs to a tenth or a twentieth; what unpacks to more than this many times its size is no timetable.
MAX_RATIO = 200
_SMALL_BYTES = 50 * 1024**2
#: Characters of one line.
MAX_LINE = 1_000_000
#: What is kept in memory has to fit there: a country's whole network has about as many lines of stop times.
MAX_ROWS = 5_000_000
_FEED_MARKS = ("agency.txt", "stops.txt", "routes.txt", "trips.txt", "stop_times.txt")
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
# What zipfile lets through where bytes of its own tables were changed: names that are not UTF-8, numbers that fit nowhere.
_DAMAGED = (UnicodeDecodeError, struct.error, OverflowError)


class Row(NamedTuple):
    """A line of a file: its number and its cells by column, stripped of blanks around them."""

    line: int
    cells: dict[str, str]

    def get(self, column: str) -> str:
        """The cell, or an empty text when the column or the cell is missing."""
        return self.cells.get(column, "")


class Source:
    """A feed's files by name. `progress` hears how many bytes were read since it was last told."""

    def __init__(
        self,
        sizes: dict[str, int],
        open_member: Callable[[str], IO[bytes]],
        findings: Findings,
        closing: AbstractContextManager[Any],
    ) -> None:
        self.sizes = sizes
        self.findings = findings
        self.progress: Callable[[int], None] = lambda _: None
        self._open = open_member
        self._closing = closing

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.__exit__(None, None, None)

    def has(self, name: str) -> bool:
        """Whether the feed has that file."""
        return name in self.sizes

    def rows(self, name: str, required: tuple[str, ...] = (), order: tuple[str, ...] = ()) -> Iterator[Row]:
        """The rows of a file. Raises BrokenFeed when it cannot be read or a required column is missing.

        `order` is how the reference lists the columns: where a header names only the first of them and lines have more
        cells, these are the columns that follow.
        """
        reader = _Table(self, name, order)
        try:
            with self._open(name) as raw:
                yield from reader.rows(raw, required)
        except UnicodeDecodeError:
            raise self._not_utf8(name) from None
        except csv.Error as error:
            raise self.findings.refuse(
                "not_csv", f"The line cannot be read as comma-separated values: {error}.", name, reader.line
            ) from None
        except _UNREADABLE as error:
            raise self.findings.refuse("unreadable", f"The file cannot be read: {error}.", name) from None

    def _not_utf8(self, name: str) -> BrokenFeed:
        with self._open(name) as raw:
            for line, content in enumerate(iter(lambda: raw.readline(MAX_LINE), b""), start=1):
                try:
                    content.decode("utf-8")
                except UnicodeDecodeError as error:
                    word = content[max(0, error.start - 12) : error.end + 12].decode("utf-8", "replace")
                    return self.findings.refuse(
                        "not_utf8", f"The text is not UTF-8: {word.strip()!r}.", name, line
                    )
        return self.findings.refuse("not_utf8", "The text is not UTF-8.", name)


class _Counted(io.RawIOBase):
    """Counts what is really read: a zip's own figures are only a claim."""

    def __init__(self, raw: IO[bytes], source: Source, name: str) -> None:
        self._raw, self._source, self._name, self._total = raw, source, name, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._raw.read(len(buffer))
        self._total += len(data)
        if self._total > MAX_MEMBER_BYTES:
            raise self._source.findings.refuse(
                "too_big", "The file is larger than 1 GiB unpacked.", self._name
            )
        self._source.progress(len(data))
        buffer[: len(data)] = data
        return len(data)


class _Table:
    def __init__(self, source: Source, name: str, order: tuple[str, ...]) -> None:
        self._findings, self._source, self._name, self._order = source.findings, source, name, order
        self.line = 0

    def rows(self, raw: IO[bytes], required: tuple[str, ...]) -> Iterator[Row]:
        counted = io.BufferedReader(_Counted(raw, self._source, self._name), 256 * 1024)
        content = io.TextIOWrapper(counted, encoding="utf-8-sig", newline="")
        lines = csv.reader(self._lines(content), skipinitialspace=True)
        header = next(lines, None)
        self.line = lines.line_num
        columns = self._columns(header, required)
        for number, cells in enumerate(lines):
            self.line = lines.line_num
            if number >= MAX_ROWS:
                raise self._findings.refuse(
                    "too_many_rows", f"The file has more than {MAX_ROWS:,} lines.", self._name, self.line
                )
            if any(cells):
                yield Row(self.line, self._cells(columns, cells))

    def _lines(self, content: io.TextIOWrapper) -> Iterator[str]:
        while line := content.readline(MAX_LINE):
            if len(line) == MAX_LINE:
                raise self._findings.refuse(
                    "line_too_long",
                    f"The line has more than {MAX_LINE:,} characters.",
                    self._name,
                    self.line + 1,
                )
            yield line

    def _columns(self, header: list[str] | None, required: tuple[str, ...]) -> list[str]:
        if header is None:
            raise self._findings.refuse("empty_file", "The file is empty: it has no header line.", self._name)
        columns = [cell.strip() for cell in header]
        missing = [column for column in required if column not in columns]
        for column in missing:
            self._findings.fatal("missing_column", f"The column {column} is missing.", self._name, 1, column)
        for column in {c for c in columns if c and columns.count(c) > 1}:
            self._findings.fatal(
                "repeated_column", f"The column {column} is there twice.", self._name, 1, column
            )
        if missing:
            raise BrokenFeed(self._findings)
        known = COLUMNS.get(self._name, frozenset())
        if strange := [column for column in columns if column and column not in known]:
            words = ", ".join(strange)
            message = f"The reference has no such columns for this file; they were left unread: {words}."
            self._findings.note("unknown_column", message, self._name, 1)
        return columns

    def _cells(self, columns: list[str], cells: list[str]) -> dict[str, str]:
        if len(cells) > len(columns):
            columns = self._longer(columns, len(cells))
        found = {column: cell.strip() for column, cell in zip(columns, cells, strict=False)}
        for column, cell in found.items():
            if "\x00" in cell:
                raise self._findings.refuse(
                    "nul", "The line contains a NUL character.", self._name, self.line, column
                )
        return found

    def _longer(self, columns: list[str], cells: int) -> list[str]:
        """The columns of a line that has more cells than the header."""
        if columns == list(self._order[: len(columns)]) and cells <= len(self._order):
            missing = ", ".join(self._order[len(columns) : cells])
            self._findings.note(
                "unnamed_columns", f"The header does not name the further cells; by the reference's order they are {missing}.",
                self._name, self.line,
            )  # fmt: skip
            return list(self._order)
        self._findings.note("extra_cells", "The line has more cells than the header.", self._name, self.line)
        return columns


def open_feed(path: Path, findings: Findings) -> Source:
    """Open a feed. Raises BrokenFeed when there is none at that path."""
    if path.is_dir():
        return _open_folder(path, findings)
    if not path.is_file():
        raise findings.refuse("not_there", f"There is no file {path.name}.")
    if path.stat().st_size == 0:
        raise findings.refuse("empty_file", "The file is empty.", path.name)
    try:
        archive = zipfile.ZipFile(path)
    except (*_UNREADABLE, *_DAMAGED):
        raise findings.refuse("not_a_zip", "The file is not a zip.", path.name) from None
    try:
        return _open_zip(archive, findings)
    except BaseException:
        archive.close()
        raise


def _open_folder(path: Path, findings: Findings) -> Source:
    files = {f.name: f for f in path.iterdir() if f.suffix == ".txt" and f.is_file()}
    if not any(name in files for name in _FEED_MARKS):
        raise findings.refuse("not_a_feed", "There are no GTFS files in this folder.", path.name)
    sizes = {name: file.stat().st_size for name, file in files.items()}
    return Source(sizes, lambda name: files[name].open("rb"), findings, nullcontext())


def _open_zip(archive: zipfile.ZipFile, findings: Findings) -> Source:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise findings.refuse("too_many_files", f"The zip has {len(members)} files.")
    folder = _feed_folder([m.filename for m in members])
    if folder is None:
        raise findings.refuse("not_a_feed", "There are no GTFS files in this zip.")
    found: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        place = PurePosixPath(member.filename)
        if place.parent != folder or place.suffix != ".txt" or member.is_dir():
            continue
        if place.name in found:
            raise findings.refuse("repeated_file", "The zip has this file twice.", place.name)
        if member.file_size > MAX_MEMBER_BYTES:
            raise findings.refuse("too_big", "The file is larger than 1 GiB unpacked.", place.name)
        if member.file_size > max(_SMALL_BYTES, MAX_RATIO * member.compress_size):
            raise findings.refuse(
                "zip_bomb",
                f"The file unpacks to more than {MAX_RATIO} times its size: it is no timetable.",
                place.name,
            )
        found[place.name] = member
    if folder != PurePosixPath("."):
        findings.note("sub_folder", f"The files are in the folder {folder} of the zip.")
    sizes = {name: member.file_size for name, member in found.items()}
    return Source(sizes, lambda name: _member(archive, found[name]), findings, archive)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    """Raises BadZipFile whatever is wrong with it: an error about its name must not be taken for one about its text."""
    try:
        return archive.open(member)
    except _DAMAGED:
        raise zipfile.BadZipFile("the zip is damaged") from None


def _feed_folder(names: list[str]) -> PurePosixPath | None:
    """The folder inside a zip that has the most of the files that every feed has; the outermost of equals."""
    marks: dict[PurePosixPath, int] = {}
    for name in names:
        place = PurePosixPath(name)
        if place.name in _FEED_MARKS and "__MACOSX" not in place.parts:
            marks[place.parent] = marks.get(place.parent, 0) + 1
    return min(marks, key=lambda folder: (-marks[folder], len(folder.parts)), default=None)
