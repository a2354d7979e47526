"""Codes that people read, type and say: 31 characters that nobody mistakes for one another (no 0 O 1 I L).

A check character is a weighted sum modulo 31, a prime, so that every single wrong character and every swap of
neighbours is noticed (the principle of ISO 7064).
"""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

_VALUE = {character: value for value, character in enumerate(ALPHABET)}


def random_code(length: int) -> str:
    """That many random characters, about 4.95 bits each, from the system's source of secrets."""
    number = secrets.randbelow(
        len(ALPHABET) ** length
    )  # drawn at once: asking the system for each takes longer
    characters = []
    for _ in range(length):
        number, value = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[value])
    return "".join(characters)


def check_character(body: str) -> str:
    """The character that makes `body` verifiable; KeyError for one outside the alphabet. At most 29 characters."""
    total = sum(weight * _VALUE[character] for weight, character in enumerate(body, start=2))
    return ALPHABET[total % len(ALPHABET)]


def plain(typed: str) -> str:
    """As it is stored: in capitals, without the spaces and dashes that people type."""
    return "".join(character for character in typed.upper() if character.isalnum())


def is_checked(code: str, length: int) -> bool:
    """Whether a plain code has that length, the alphabet's characters and the right check character at its end."""
    if len(code) != length or any(character not in _VALUE for character in code):
        return False
    return check_character(code[:-1]) == code[-1]
