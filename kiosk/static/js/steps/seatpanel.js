// Beside the plan: how many travel, and what the marks mean (only those that this plan has).

import { h } from "../dom.js";
import { figure } from "../format.js";
import { t, tn } from "../i18n.js";
import { passengerCount } from "../sale.js";
import { markOf, swatch } from "../seatmarks.js";

// With a way back as many travel back as there.
export function passengersCard(sale, count) {
  if (sale.out) return h("section", { class: "card", "aria-label": t("seats.passengers") }, h("h2", {}, t("seats.passengers")), h("p", {}, tn("seats.people", passengerCount())));
  const types = sale.plan.policy.passenger_types;
  return h("section", { class: "card", "aria-label": t("seats.passengers") },
    types.length === 1 && h("h2", {}, t("seats.passengers")),
    types.map((type) => stepper(type, sale, count, types.length > 1)));
}

function stepper(type, sale, count, named) {
  const n = sale.counts[type] ?? 0;
  const button = (sign, change, off) => h("button", {
    class: `round ${change < 0 ? "less" : "more"}`, type: "button", disabled: off, id: `${type}${change < 0 ? "-less" : "-more"}`,
    "aria-label": t(change < 0 ? "seats.less" : "seats.more", { type: t(`type.${type}`) }),
    onclick: async () => { await count(type, change); refocus(type, change); },
  }, sign);
  return h("div", { class: "qty", role: "group", "aria-label": t(`type.${type}`) },
    named && h("span", { class: "kind" }, t(`type.${type}`)),
    button("−", -1, n === 0 || passengerCount() === 1), h("output", {}, n),
    button("+", 1, passengerCount() >= sale.plan.policy.max_seats));
}

function refocus(type, change) {
  const [same, other] = change < 0 ? ["less", "more"] : ["more", "less"];
  const button = document.getElementById(`${type}-${same}`);
  (button?.disabled ? document.getElementById(`${type}-${other}`) : button)?.focus();
}

// What the marks of this plan mean, and what a seat of each kind costs: the least, with "from" where some cost more.
export function legend(plan) {
  const kinds = new Map([["free", null]]);
  for (const seat of plan.seats) {
    const mark = markOf(seat, "available", false);
    const { least = Infinity, most = 0 } = kinds.get(mark) ?? {};
    kinds.set(mark, { least: Math.min(least, seat.price), most: Math.max(most, seat.price) });
  }
  const states = ["mine", "taken", "held"].map((mark) => [mark, null]);
  return h("ul", { class: "legend", "aria-label": t("seats.legend") }, [...kinds, ...states].map(([mark, prices]) =>
    h("li", {}, swatch(mark), h("span", {}, t(`mark.${mark}`), " ", prices && h("small", {}, priced(prices, plan.currency))))));
}

function priced({ least, most }, currency) {
  const price = figure({ amount: least, currency });
  return least < most ? t("seats.from", { price }) : price;
}
