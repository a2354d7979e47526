import pytest

from core.api.cursors import BadCursor, as_id, as_instant, read_cursor, write_cursor


@pytest.mark.parametrize("values", [("price", 12, -3), ("",), ("ä\n", 2**62), (0,)])
def test_a_cursor_gives_back_what_was_put_in(values):
    assert read_cursor(write_cursor(*values), *map(type, values)) == list(values)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "\x00",
        "A" * 300,
        write_cursor("a"),
        write_cursor(1, 2),
        write_cursor(2**63),
        write_cursor("a\x00"),
    ],
)
def test_what_is_not_one_of_ours_is_refused(cursor):
    with pytest.raises(BadCursor):
        read_cursor(cursor, int)


def test_parts_that_are_no_id_and_no_moment_are_refused():
    for read in (as_id, as_instant):
        with pytest.raises(BadCursor):
            read("nonsense")
