"""The simulated bank's page, where one pays by phone or at home: before, and after each answer."""

from scripts.screens_parts.studio import Studio


def draw(studio: Studio) -> None:
    """Open in every size; decided once, so the answer is shown in the sizes that come later."""
    day = studio.lived()
    with studio.page() as page:
        page.goto(day.pay_url)
        studio.shoot(page, "open" if page.locator("form").count() else "paid")
