// Step 5: the ticket on the screen. "Done" wipes everything; so does a minute without a touch.

import { get } from "../api.js";
import { h, svg, replace } from "../dom.js";
import { reference, time } from "../format.js";
import { t } from "../i18n.js";
import { content, frame, nextButton } from "../screen.js";
import { sale } from "../sale.js";
import { leave } from "../flow.js";
import { pauseIdle } from "../idle.js";
import { afterSale } from "../devices/after.js";

const TRY_AGAIN = 1000;

export function ticket() {
  const { booking, trip } = sale;
  pauseIdle(false);
  const [after, stopLooking] = afterSale();
  const tickets = h("ul", { class: "tickets", "data-many": String(booking.seats.length > 1) }, booking.seats.map(place));
  frame({ step: "ticket", title: t("ticket.title"), lede: t("ticket.lede"), next: nextButton(t("ticket.done"), () => leave()) });
  content(h("div", { class: "done" },
    h("div", { class: "seal" }, svg("svg", { viewBox: "0 0 24 24", width: "60%", "aria-hidden": "true" }, svg("path", { d: "M4 12.5l5.5 5.5L20 7" }))),
    h("h2", {}, headline(booking, trip)), h("p", { class: "lede way" }, `${trip.origin} → ${trip.destination}`), tickets, after,
    h("div", {}, h("div", { class: "lede" }, t("ticket.booking")), h("div", { class: "ref", id: "reference", "data-reference": booking.reference }, reference(booking.reference))),
    h("p", { class: "lede" }, sale.email ? t("ticket.mailed", { email: sale.email }) : t("ticket.photo"))));
  let alive = true;
  load();

  async function load() {
    try {
      const answer = await get(`/holds/${sale.hold.reservation_id}/tickets`);
      if (alive && answer.tickets.length) return replace(tickets, answer.tickets.map(card));
    } catch { /* asked again below */ }
    if (alive) setTimeout(load, TRY_AGAIN);
  }

  return () => { alive = false; stopLooking(); };
}

function headline(booking, trip) {
  const platform = trip.platform && `${t(`platform.${trip.platform_word.toLowerCase()}`)} ${trip.platform}`;
  const seats = t(booking.seats.length > 1 ? "pay.seats" : "pay.seat", { seats: booking.seats.join(", ") });
  return [platform, time(trip.expected_at ?? trip.departure_at, trip.timezone), seats].filter(Boolean).join(" · ");
}

// Where a ticket will be: what stands around it stays where it is when it comes.
const place = (seat) => h("li", { class: "ticket", "aria-hidden": "true" }, h("div", { class: "code-comes" }), seat && h("b", {}, t("seat.number", { seat })));

function card({ qr, seat, number }) {
  return h("li", { class: "ticket" }, h("img", { src: qr, alt: t("ticket.code", { seat }), "data-ticket": number }), seat && h("b", {}, t("seat.number", { seat })));
}
