"""The mails of the day, as a mail program shows them: one of each kind."""

from scripts.screens_parts.admin import signed_in
from scripts.screens_parts.studio import Studio


def draw(studio: Studio) -> None:
    """Each kind of mail once, without the admin around it."""
    studio.lived()
    with signed_in(studio) as page:
        page.goto(f"{studio.office.url}/admin/mailbox/")
        mails = page.locator(".mail-list a").evaluate_all(
            "links => links.map((link) => [link.querySelector('b').textContent, link.href])"
        )
        seen: set[str] = set()
        for subject, address in mails:
            kind = "-".join(subject.lower().split()[:2]).strip(":,-")
            if kind not in seen:
                seen.add(kind)
                page.goto(f"{address}html")
                studio.shoot(page, kind, whole=True)
