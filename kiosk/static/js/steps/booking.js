// One's own booking: its tickets once more, and what can still be done with it.

import { h } from "../dom.js";
import { reference } from "../format.js";
import { t } from "../i18n.js";
import { content, frame, nextButton } from "../screen.js";
import { sale } from "../sale.js";
import { go, leave } from "../flow.js";
import { say } from "../announce.js";
import { reprint } from "../devices/reprint.js";
import { tripLine } from "./trip.js";

export function booking(notice = "") {
  const { found } = sale;
  const { passengers, trip } = found;
  const open = passengers.filter(({ qr }) => qr);
  const [paper, stopLooking] = open.length ? reprint(found) : [null, () => {}];
  frame({ step: "booking", title: t("booking.title"), lede: t("booking.lede"), next: nextButton(t("ticket.done"), () => leave()) });
  content(tripLine(trip, state(found)), notice && h("p", { class: "notice calm" }, notice),
    h("div", { class: "found" },
      h("ul", { class: "tickets", "data-many": String(passengers.length > 1) }, passengers.map(card)),
      h("div", { class: "found-side" },
        h("div", {}, h("div", { class: "lede" }, t("ticket.booking")), h("div", { class: "ref", id: "reference", "data-reference": found.reference }, reference(found.reference))),
        open.length > 0 && h("p", { class: "lede" }, t("ticket.photo")), paper,
        h("div", { class: "found-ways" }, ways(passengers)))));
  if (notice) say(notice);
  return stopLooking;
}

function ways(passengers) {
  const way = (id, words, allowed, step) => allowed && h("button", { class: "tool", type: "button", id, onclick: () => go(step) }, words);
  const found = [
    way("change-seat", t("booking.change"), passengers.some((person) => person.may_change), "reseat"),
    way("cancel-booking", t("booking.cancel"), passengers.some((person) => person.may_cancel), "refund"),
  ].filter(Boolean);
  return found.length ? found : h("p", { class: "lede" }, t("booking.nothing"));
}

const state = ({ status, trip }) => (trip.state === "cancelled" ? t("board.state.cancelled") : status === "cancelled" ? t("booking.cancelled") : "");

function card({ qr, seat, ticket, status }) {
  const words = seat && h("b", {}, t("seat.number", { seat }));
  if (qr) return h("li", { class: "ticket" }, h("img", { src: qr, alt: t("ticket.code", { seat }), "data-ticket": ticket }), words);
  return h("li", { class: "ticket void" }, words, h("span", {}, t(`booking.ticket.${status ?? "cancelled"}`)));
}
