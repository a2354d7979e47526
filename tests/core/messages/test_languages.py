"""Letters and tickets in the language of the sale."""

import pytest

from core.kernel.languages import languages
from core.messages.compose import compose
from core.tickets.pdf import ticket_pdf
from core.tickets.queries import tickets_of
from tests.core.messages.test_service import owed_back
from tests.support.codes import codes_in_pdf, text_of_pdf
from tests.support.sales import sell

pytestmark = pytest.mark.usefixtures("db_session")

SUBJECTS = {
    "ar": "تذكرتك: Lisboa – Porto",
    "de": "Ihr Ticket: Lisboa – Porto",
    "en": "Your ticket: Lisboa – Porto",
    "es": "Su billete: Lisboa – Porto",
    "fr": "Votre billet : Lisboa – Porto",
    "pl": "Twój bilet: Lisboa – Porto",
    "pt": "O seu bilhete: Lisboa – Porto",
    "ro": "Biletul dumneavoastră: Lisboa – Porto",
    "tr": "Biletiniz: Lisboa – Porto",
}


@pytest.mark.parametrize("language", languages())
def test_the_mail_with_the_ticket(language: str) -> None:
    letter = compose("booking.confirmed", sell(0), language)

    assert letter.subject.startswith(SUBJECTS[language])
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in letter.html


def test_money_dates_and_words_are_those_of_the_language() -> None:
    refund_id = owed_back(sell(0))

    letter = compose("refund.processed", refund_id, "de")

    assert letter.subject == "26,00\xa0€ sind auf dem Weg zu Ihnen"
    assert "Das Geld wurde bar zurückgegeben." in letter.plain
    assert " 2026" in letter.plain


def test_what_the_code_says_in_english_is_translated_and_what_people_typed_is_not() -> None:
    letter = compose("booking.confirmed", sell(0), "ro")

    assert "1 adult, Lisboa – Porto" in letter.plain
    assert "Taxă de rezervare" in letter.plain
    assert "din care TVA 6" in letter.plain
    assert "Booking fee" not in letter.plain


@pytest.mark.parametrize("language", ["ro", "ar", "pl"])
def test_the_ticket_on_paper(language: str) -> None:
    booking_id = sell(0)

    page = ticket_pdf(booking_id, language)

    assert codes_in_pdf(page) == [[tickets_of(booking_id)[0].qr]]
    if language != "ar":  # letters of joined scripts come out of a PDF in the shapes that were drawn
        word = {"ro": "Numărul rezervării", "pl": "Numer rezerwacji"}[language]
        assert word.casefold() in text_of_pdf(page)[0].casefold()


def test_regions_write_money_their_own_way() -> None:
    assert "R$" not in compose("booking.confirmed", sell(0), "pt-BR").plain
    assert "€\xa026,00" in compose("booking.confirmed", sell(0), "pt-BR").plain
