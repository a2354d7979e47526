// Step 5: the ticket on the screen. "Done" wipes everything; so does a minute without a touch.

import { get } from "../api.js";
import { h, svg, replace } from "../dom.js";
import { day, reference, time } from "../format.js";
import { t } from "../i18n.js";
import { content, frame, nextButton } from "../screen.js";
import { sale, trips } from "../sale.js";
import { leave } from "../flow.js";
import { pauseIdle } from "../idle.js";
import { serverNow } from "../servertime.js";
import { afterSale } from "../devices/after.js";

const TRY_AGAIN = 1000;

export function ticket() {
  const { booking } = sale;
  const ways = trips();
  const both = ways.length > 1;
  pauseIdle(false);
  const [after, stopLooking] = afterSale();
  const tickets = h("ul", { class: "tickets", "data-many": String(both || booking.seats.length > 1) }, booking.legs.flatMap(({ seats }) => seats.map(place)));
  frame({ step: "ticket", title: t("ticket.title"), lede: t("ticket.lede"), next: nextButton(t("ticket.done"), () => leave()) });
  content(h("div", { class: "done" },
    h("div", { class: "seal" }, svg("svg", { viewBox: "0 0 24 24", width: "60%", "aria-hidden": "true" }, svg("path", { d: "M4 12.5l5.5 5.5L20 7" }))),
    booking.legs.map((leg, n) => h("div", { class: "leg" }, h("h2", {}, both && `${t(n ? "way.back" : "way.there")} · `, headline(leg, ways[n])), h("p", { class: "lede way" }, wayWords(ways[n], both)))), tickets, after,
    h("div", {}, h("div", { class: "lede" }, t(both ? "ticket.bookings" : "ticket.booking")), booking.legs.map((leg, n) => shownReference(leg, n, both))),
    h("p", { class: "lede" }, sale.email ? t("ticket.mailed", { email: sale.email }) : t("ticket.photo"))));
  let alive = true;
  load();

  async function load() {
    try {
      const answer = await get(`/holds/${sale.hold.reservation_id}/tickets`);
      if (alive && answer.tickets.length) return replace(tickets, answer.tickets.map((each) => card(each, both)));
    } catch { /* asked again below */ }
    if (alive) setTimeout(load, TRY_AGAIN);
  }

  return () => { alive = false; stopLooking(); };
}

const shownReference = ({ reference: text }, leg, both) => h("div", { class: "ref", id: leg ? `reference-${leg}` : "reference", "data-reference": text }, both && h("small", {}, `${t(leg ? "way.back" : "way.there")} `), reference(text));

// The way back is on another day, mostly: that is said, too.
const wayWords = (trip, both) => [`${trip.origin} → ${trip.destination}`, both && day(trip.departure_at, trip.timezone, serverNow())].filter(Boolean).join(" · ");

function headline(booking, trip) {
  const platform = trip.platform && `${t(`platform.${trip.platform_word.toLowerCase()}`)} ${trip.platform}`;
  const seats = t(booking.seats.length > 1 ? "pay.seats" : "pay.seat", { seats: booking.seats.join(", ") });
  return [platform, time(trip.expected_at ?? trip.departure_at, trip.timezone), seats].filter(Boolean).join(" · ");
}

// Where a ticket will be: what stands around it stays where it is when it comes.
const place = (seat) => h("li", { class: "ticket", "aria-hidden": "true" }, h("div", { class: "code-comes" }), seat && h("b", {}, t("seat.number", { seat })));

function card({ qr, seat, number, leg }, both) {
  return h("li", { class: "ticket" }, h("img", { src: qr, alt: t("ticket.code", { seat }), "data-ticket": number, "data-leg": leg }), h("b", {}, [both && t(leg ? "way.back" : "way.there"), seat && t("seat.number", { seat })].filter(Boolean).join(" · ")));
}
