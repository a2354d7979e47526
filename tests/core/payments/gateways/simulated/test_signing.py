"""Only who has the secret can sign, only for this body, and only for now."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.payments.gateways.base import BadSignature
from core.payments.gateways.simulated.signing import TOLERANCE_SECONDS, check, sign

NOW = 1_800_000_000.0


@given(st.binary(max_size=200), st.floats(-TOLERANCE_SECONDS, TOLERANCE_SECONDS - 1))
def test_what_was_signed_lately_is_believed(body: bytes, off: float) -> None:
    check("secret", body, sign("secret", body, NOW), NOW + off)


@given(st.binary(max_size=200), st.binary(max_size=200), st.text(max_size=20))
def test_another_body_or_secret_is_not(body: bytes, other: bytes, secret: str) -> None:
    signature = sign("secret", body, NOW)
    if other != body:
        with pytest.raises(BadSignature):
            check("secret", other, signature, NOW)
    if secret != "secret":
        with pytest.raises(BadSignature):
            check(secret, body, signature, NOW)


@pytest.mark.parametrize("off", [TOLERANCE_SECONDS + 1, -TOLERANCE_SECONDS - 1])
def test_an_old_signature_and_one_from_the_future_are_not(off: float) -> None:
    with pytest.raises(BadSignature, match="too old"):
        check("secret", b"{}", sign("secret", b"{}", NOW), NOW + off)


def test_the_time_is_part_of_what_is_signed() -> None:
    signature = sign("secret", b"{}", NOW - 9999)
    moved = f"t={int(NOW)}," + signature.partition(",")[2]
    with pytest.raises(BadSignature):
        check("secret", b"{}", moved, NOW)


@given(st.none() | st.text(max_size=100))
def test_anything_else_is_refused(signature: str | None) -> None:
    with pytest.raises(BadSignature):
        check("secret", b"{}", signature, NOW)


def test_strange_digits_are_no_time() -> None:
    with pytest.raises(BadSignature):
        check("secret", b"{}", "t=١٢٣,v1=" + "0" * 64, NOW)
