import pytest
from sqlalchemy import select

from core.accounts import kiosks
from core.accounts.kiosk_heartbeat import heartbeat
from core.accounts.models import Kiosk
from core.kernel.activity import SYSTEM
from core.kernel.db import db
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.ids import new_id


def test_a_device_asks_is_approved_and_claims_its_token_once(station):
    kiosk_id, code = kiosks.start_pairing("Hall, left")
    assert kiosks.claim(code) is None
    kiosks.approve(kiosk_id, station.id, "Kiosk 1", SYSTEM)
    token = kiosks.claim(f" {code[:4].lower()}-{code[4:]} ")
    assert kiosks.claim(code) is None
    device = kiosks.kiosk_of_token(token)
    assert (device.id, device.name, device.place_id) == (kiosk_id, "Kiosk 1", station.id)


def test_a_prepared_kiosk_needs_only_its_link(station):
    kiosk_id, code = kiosks.prepare(station.id, "Kiosk 1", SYSTEM)
    assert len(code) == 12
    assert kiosks.kiosk_of_token(kiosks.claim(code)).id == kiosk_id


def test_a_token_is_kept_as_a_hash(station):
    _, code = kiosks.prepare(station.id, "Kiosk 1", SYSTEM)
    token = kiosks.claim(code)
    kept = db.session.execute(select(Kiosk.token_hash, Kiosk.pairing_code)).one()
    assert token not in kept
    assert kept.pairing_code is None


def test_a_revoked_kiosk_is_out_at_once_and_its_heartbeat_says_so(station):
    kiosk_id, code = kiosks.prepare(station.id, "Kiosk 1", SYSTEM)
    token = kiosks.claim(code)
    assert heartbeat(kiosk_id, {"paper": "ok"})
    assert kiosks.kiosk_of_token(token)
    kiosks.revoke(kiosk_id, SYSTEM)
    assert kiosks.kiosk_of_token(token) is None
    assert heartbeat(kiosk_id, {"paper": "ok"}) is None


def test_a_revoked_code_cannot_be_claimed(station):
    kiosk_id, code = kiosks.prepare(station.id, "Kiosk 1", SYSTEM)
    kiosks.revoke(kiosk_id, SYSTEM)
    assert kiosks.claim(code) is None


def test_a_code_that_nobody_approves_runs_out(station, clock):
    kiosk_id, _ = kiosks.start_pairing()
    clock.move(minutes=31)
    with pytest.raises(NotFound):
        kiosks.approve(kiosk_id, station.id, "Kiosk 1", SYSTEM)


def test_only_so_many_devices_may_wait(database, clock):
    for _ in range(kiosks.MAX_WAITING):
        kiosks.start_pairing()
    with pytest.raises(RuleBroken) as refused:
        kiosks.start_pairing()
    assert refused.value.code == "too_many_pairings"
    clock.move(minutes=31)
    kiosks.start_pairing()


def test_a_kiosk_belongs_to_a_station_that_exists(database):
    kiosk_id, _ = kiosks.start_pairing()
    with pytest.raises(RuleBroken, match="station"):
        kiosks.approve(kiosk_id, new_id(), "Kiosk 1", SYSTEM)


@pytest.mark.parametrize("token", [None, "", "bhk_", "bhk_" + "x" * 200, "\x00", "é"])
def test_what_is_no_token_names_no_kiosk(database, token):
    assert kiosks.kiosk_of_token(token) is None


@pytest.mark.parametrize("code", ["", "O0O0O0O0", "'; --", "\x00", "A" * 5000])
def test_what_is_no_code_gives_no_token(database, code):
    assert kiosks.claim(code) is None
