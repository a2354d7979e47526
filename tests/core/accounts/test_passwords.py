from argon2 import PasswordHasher

from core.accounts.passwords import hash_password, needs_rehash, verify_password


def test_the_right_password_is_right_and_another_is_not():
    kept = hash_password("correct horse battery")
    assert verify_password("correct horse battery", kept)
    assert not verify_password("correct horse battery ", kept)


def test_nobody_has_no_password():
    assert not verify_password("the password of somebody who is not there", None)


def test_a_damaged_hash_lets_nobody_in():
    assert not verify_password("anything", "")
    assert not verify_password("anything", "$argon2id$v=19$broken")


def test_a_password_that_is_not_text_is_wrong_and_no_crash():
    assert not verify_password("\ud800\x00", hash_password("correct horse battery"))


def test_a_hash_of_weaker_parameters_is_made_anew():
    assert needs_rehash(PasswordHasher(time_cost=1, memory_cost=64).hash("correct horse battery"))
    assert not needs_rehash(hash_password("correct horse battery"))
