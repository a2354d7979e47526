import pytest
from sqlalchemy import select

from core.accounts import api_keys
from core.accounts.models import ApiKey
from core.kernel.activity import SYSTEM
from core.kernel.db import db
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.ids import new_id


def test_a_key_is_shown_once_and_worth_its_scopes(database):
    key_id, secret = api_keys.create("Partner Travel", ["tickets.read"], SYSTEM)
    holder = api_keys.holder_of_key(secret)
    assert (holder.key_id, holder.name, holder.scopes) == (key_id, "Partner Travel", {"tickets.read"})
    kept = db.session.execute(select(ApiKey)).scalar_one()
    assert secret not in (kept.key_hash, kept.prefix)
    assert secret.startswith(kept.prefix)


def test_a_withdrawn_key_is_worth_nothing(database):
    key_id, secret = api_keys.create("Partner Travel", [], SYSTEM)
    assert api_keys.holder_of_key(secret)
    api_keys.deactivate(key_id, SYSTEM)
    assert api_keys.holder_of_key(secret) is None


def test_a_key_cannot_be_given_what_only_people_may(database):
    with pytest.raises(RuleBroken) as refused:
        api_keys.create("Partner Travel", ["users.manage"], SYSTEM)
    assert refused.value.code == "unknown_scope"


def test_an_unknown_key_cannot_be_withdrawn(database):
    with pytest.raises(NotFound):
        api_keys.deactivate(new_id(), SYSTEM)


@pytest.mark.parametrize("secret", ["", "bh_", "bh_" + "x" * 500, "bh_\x00", "bh_é"])
def test_what_is_no_key_belongs_to_nobody(database, secret):
    assert api_keys.holder_of_key(secret) is None
