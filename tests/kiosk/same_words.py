"""Words of the screen that are written as in English, per language, each because it is so: anything else is untranslated."""

#: Nothing to translate: a number, a mark, a unit that every language here writes alike.
SIGNS = {
    "duration.minutes": "ro fr es pt pl",
    "duration.hours": "ro fr es pt",
    "duration.both": "ro fr es pt",
    "hold.extend": "ro fr es pt pl",
    "seats.which": "ro de fr es pt pl tr ar",
}
#: The same word by descent, or taken over from English with its spelling.
WORDS = {
    "board.direct": "ro fr",
    "board.via": "fr",
    "details.email": "ro fr pt pl",
    "fare.adult": "ro",
    "fare.senior": "ro fr pl",
    "fixture.table": "fr",
    "mark.premium": "ro de fr es pt pl tr",
    "method.card": "ro",
    "method.voucher": "ro pl",
    "person.adult": "ro",
    "person.senior": "ro de fr pl",
    "platform.gate": "de",
    "seat.business": "ro es tr",
    "seat.limousine": "fr",
    "seat.premium": "ro fr es pt pl tr",
    "steps.ticket": "de",
    "tools.contrast": "ro",
    "type.senior": "fr",
    "wall.to": "fr",
}


def same_as_english(key: str, language: str) -> bool:
    """Whether this word of this language may be the English one."""
    return language in (SIGNS.get(key) or WORDS.get(key) or "").split()
