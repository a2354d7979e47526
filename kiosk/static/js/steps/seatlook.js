// What is said of a seat: its mark, its words, its price.

import { t } from "../i18n.js";
import { figure } from "../format.js";
import { markOf } from "../seatmarks.js";

const SAID = ["window", "aisle", "legroom", "table", "facing_back", "wheelchair", "companion"];

export function seatLook(seat, state, mine, plan) {
  const mark = markOf(seat, state, mine);
  const words = seatWords(seat);
  const extra = extraOf(seat, plan);
  const free = state === "available";
  const label = [words, t(`mark.${mine ? "mine" : free ? "free" : mark}`), free && extra].filter(Boolean).join(", ");
  return { mark, words, label, extra: free ? extra : t(`mark.${mark}`) };
}

export function seatWords(seat) {
  const kinds = seat.type === "standard" || seat.type === "economy" ? [] : [t(`seat.${seat.type}`)];
  const said = SAID.filter((feature) => seat.features.includes(feature)).map((feature) => t(`seat.${feature}`));
  return [t("seat.number", { seat: seat.number }), ...kinds, ...said].join(", ");
}

// What a seat costs more (or less) than the plainest one, such as "+5.00".
export function extraOf(seat, plan) {
  const more = (seat.price ?? plan.cheapest) - plan.cheapest;
  return more ? `+${figure({ amount: more, currency: plan.currency })}` : "";
}
