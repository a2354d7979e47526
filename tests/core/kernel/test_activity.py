"""The activity log keeps no personal value in clear."""

from core.kernel.activity import without_personal


def test_personal_values_leave_only_a_mark() -> None:
    before = {
        "status": "active",
        "name": "Ana",
        "people": [{"full_name": "Ion", "seat": "1A"}],
        "phone": None,
    }
    assert without_personal(before) == {
        "status": "active",
        "name": "•••",
        "people": [{"full_name": "•••", "seat": "1A"}],
        "phone": None,
    }
