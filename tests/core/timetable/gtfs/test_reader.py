"""Opening feeds, the strangest included: a clear finding each time, never a stack trace."""

import struct
import zipfile
from pathlib import Path

import pytest

from core.timetable.gtfs import reader
from core.timetable.gtfs.findings import BrokenFeed, Findings
from core.timetable.gtfs.load import load
from core.timetable.gtfs.reader import open_feed
from tests.support.feeds import zipped

STOPS = "stop_id,stop_name\na,Ashford\n"


def refusal(path: Path, name: str = "stops.txt") -> tuple[str, str]:
    """The code and sentence with which reading a file of the feed is refused."""
    findings = Findings()
    with pytest.raises(BrokenFeed) as caught, open_feed(path, findings) as source:
        list(source.rows(name, ("stop_id", "stop_name")))
    fatal = findings.kept[-1]
    assert fatal.message in caught.value.message
    return fatal.code, fatal.message


def rows(path: Path) -> list[dict[str, str]]:
    with open_feed(path, Findings()) as source:
        return [row.cells for row in source.rows("stops.txt", ("stop_id",))]


def test_a_zip_and_a_folder_read_alike(tmp_path: Path) -> None:
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed" / "stops.txt").write_text(STOPS)
    expected = [{"stop_id": "a", "stop_name": "Ashford"}]
    assert rows(tmp_path / "feed") == rows(zipped(tmp_path / "f.zip", {"stops.txt": STOPS})) == expected


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffstop_id,stop_name\r\na,Ashford\r\n",
        'stop_id , "stop_name"\r\n a ,"Ashford"\r\n\r\n',
        "stop_id,stop_name\na,Ashford",
        "stop_id,stop_name\ra,Ashford\r",
        'stop_id,stop_name,note\na,Ashford,"two\nlines"\n',
    ],
)
def test_byte_order_marks_line_ends_quotes_and_blanks_do_not_matter(tmp_path: Path, content: str) -> None:
    found = rows(zipped(tmp_path / "f.zip", {"stops.txt": content}))
    assert [(row["stop_id"], row["stop_name"]) for row in found] == [("a", "Ashford")]


def test_a_feed_inside_a_folder_of_the_zip_is_found_and_rubbish_beside_it_is_not_taken(
    tmp_path: Path,
) -> None:
    path = zipped(
        tmp_path / "f.zip",
        {
            "__MACOSX/feed/stops.txt": "rubbish",
            "feed/old/stops.txt": "stop_id,stop_name\nold,Old\n",
            "feed/stops.txt": STOPS,
            "feed/agency.txt": "agency_name\n",
        },
    )
    assert rows(path)[0]["stop_id"] == "a"


@pytest.mark.parametrize(
    "name", ["../stops.txt", "/etc/stops.txt", "..\\stops.txt", "C:\\stops.txt", "a/../../stops.txt"]
)
def test_paths_in_a_zip_are_never_followed(tmp_path: Path, name: str) -> None:
    outside = tmp_path / "stops.txt"
    outside.write_text("stop_id,stop_name\nsecret,Secret\n")
    path = zipped(tmp_path / "f.zip", {name: STOPS})
    try:
        found = rows(path)
    except BrokenFeed:
        found = []
    assert all(row["stop_id"] == "a" for row in found)
    assert outside.read_text().endswith("Secret\n")


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f.zip").write_bytes(b"\x89PNG\r\n\x1a\n" * 100)
    assert refusal(tmp_path / "f.zip") == ("not_a_zip", "The file is not a zip.")


def test_an_empty_file_a_missing_one_and_a_zip_of_pictures_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.zip").touch()
    assert refusal(tmp_path / "empty.zip")[0] == "empty_file"
    assert refusal(tmp_path / "none.zip")[0] == "not_there"
    assert refusal(zipped(tmp_path / "p.zip", {"cat.jpg": "x"}))[0] == "not_a_feed"
    (tmp_path / "folder").mkdir()
    assert refusal(tmp_path / "folder")[0] == "not_a_feed"


def test_a_cut_off_zip_is_refused(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "f.zip", {"stops.txt": STOPS * 1000}).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    assert refusal(tmp_path / "cut.zip")[0] == "not_a_zip"


@pytest.mark.parametrize(
    ("table", "code"), [("its own header", "unreadable"), ("the list of files", "not_a_zip")]
)
def test_a_name_in_the_zip_that_is_no_utf8_is_refused(tmp_path: Path, table: str, code: str) -> None:
    path = zipped(tmp_path / "f.zip", {"stops.txt": STOPS})
    content = bytearray(path.read_bytes())
    start, flags, name = (0, 6, 30) if table == "its own header" else (content.index(b"PK\x01\x02"), 8, 46)
    content[start + flags + 1] |= 0x08  # the bit that says: the name is UTF-8
    content[start + name + 8] = 0xCA
    path.write_bytes(bytes(content))
    assert refusal(path)[0] == code


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "f.zip", {"stops.txt": STOPS + "b,Bexley\n" * 5000})
    content = bytearray(path.read_bytes())
    content[60:90] = b"\x00" * 30
    path.write_bytes(bytes(content))
    assert refusal(path)[0] in {"unreadable", "not_csv", "not_utf8", "missing_column"}


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "f.zip", {"stops.txt": STOPS})
    content = bytearray(path.read_bytes())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(signature) + place
        content[at : at + 2] = struct.pack("<H", 1)
    path.write_bytes(bytes(content))
    assert refusal(path)[0] == "unreadable"


def test_a_file_that_grows_without_end_is_refused_while_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "f.zip", {"stops.txt": STOPS + "b,Bexley\n" * 200_000})
    monkeypatch.setattr(reader, "MAX_MEMBER_BYTES", 100_000)
    assert refusal(path)[0] == "too_big"


def test_a_table_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "f.zip", {"stops.txt": STOPS + "b,Bexley\n" * 50})
    monkeypatch.setattr(reader, "MAX_ROWS", 20)
    assert refusal(path)[0] == "too_many_rows"


def test_a_size_that_lies_does_not_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stops.txt").write_text(STOPS + "b,Bexley\n" * 200_000)
    monkeypatch.setattr(
        reader, "MAX_MEMBER_BYTES", 100_000
    )  # folders are not asked for sizes: bytes are counted
    assert refusal(tmp_path)[0] == "too_big"


def test_a_file_that_is_twice_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("stops.txt", STOPS)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("stops.txt", STOPS)
    assert refusal(path)[0] == "repeated_file"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"stop_id\na\n", "missing_column"),
        (b"stop_id,stop_name,stop_id\na,b,c\n", "repeated_column"),
        (b"stop_id,stop_name\na,Bra\xbaov\n", "not_utf8"),
        ("stop_id,stop_name\na,Braşov\n".encode("utf-16"), "not_utf8"),
        (b"stop_id,stop_name\na,b\x00c\n", "nul"),
        (b'stop_id,stop_name\na,"' + b"x" * 200_000 + b'"\n', "not_csv"),
    ],
)
def test_files_that_are_no_table_of_text_are_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = zipped(tmp_path / "f.zip", {"stops.txt": content})
    findings = Findings()
    with pytest.raises(BrokenFeed), open_feed(path, findings) as source:
        list(source.rows("stops.txt", ("stop_id", "stop_name")))
        findings.stop_if_fatal()
    assert code in {finding.code for finding in findings.kept}


def test_a_wrong_encoding_names_the_line(tmp_path: Path) -> None:
    path = zipped(tmp_path / "f.zip", {"stops.txt": b"stop_id,stop_name\na,Ashford\nb,Bra\xbaov\n"})
    findings = Findings()
    with pytest.raises(BrokenFeed), open_feed(path, findings) as source:
        list(source.rows("stops.txt"))
    assert (findings.kept[-1].file, findings.kept[-1].line) == ("stops.txt", 3)


def test_every_missing_file_is_named_at_once(tmp_path: Path) -> None:
    findings = Findings()
    with (
        pytest.raises(BrokenFeed),
        open_feed(zipped(tmp_path / "f.zip", {"stops.txt": STOPS}), findings) as source,
    ):
        load(source, findings)
    missing = {finding.file for finding in findings.kept if finding.code == "missing_file"}
    assert missing == {"agency.txt", "routes.txt", "trips.txt", "stop_times.txt"}


def test_a_line_without_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MAX_LINE", 5_000)
    assert refusal(zipped(tmp_path / "f.zip", {"stops.txt": STOPS + "x" * 9_000}))[0] == "line_too_long"


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "f.zip", {"stops.txt": STOPS + "0" * 60_000_000})
    assert bomb.stat().st_size < 100_000
    assert refusal(bomb)[0] == "zip_bomb"


def test_cells_that_a_header_leaves_unnamed_have_their_column_by_the_references_order(tmp_path: Path) -> None:
    path = zipped(tmp_path / "f.zip", {"stops.txt": "stop_id\na,Ashford\nb\n"})
    findings = Findings()
    with open_feed(path, findings) as source:
        found = [row.cells for row in source.rows("stops.txt", (), ("stop_id", "stop_name", "stop_lat"))]
    assert found == [{"stop_id": "a", "stop_name": "Ashford"}, {"stop_id": "b"}]
    assert [finding.code for finding in findings.kept] == ["unnamed_columns"]
