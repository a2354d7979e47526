// Beside the plan: how many travel, and what the marks mean (only those that this plan has).

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { passengerCount } from "../sale.js";
import { markOf, swatch } from "../seatmarks.js";
import { extraOf } from "./seatlook.js";

export function passengersCard(sale, count) {
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

export function legend(plan) {
  const special = ["legroom", "premium", "wheelchair"].map((mark) => [mark, plan.seats.find((seat) => markOf(seat, "available", false) === mark)]);
  const lines = [["free"], ["mine"], ["taken"], ["held"], ...special.filter(([, seat]) => seat)];
  return h("ul", { class: "legend", "aria-label": t("seats.legend") }, lines.map(([mark, seat]) =>
    h("li", {}, swatch(mark), h("span", {}, t(`mark.${mark}`), " ", seat && h("small", {}, extraOf(seat, plan))))));
}
