// What is said of a seat: its mark, its words, its price.

import { t } from "../i18n.js";
import { figure } from "../format.js";
import { markOf } from "../seatmarks.js";

const PLAIN = ["standard", "economy"];
const SAID = ["window", "aisle", "legroom", "exit_row", "table", "facing_back", "wheelchair", "companion"];

export function seatLook(seat, state, mine, plan) {
  const mark = markOf(seat, state, mine);
  const free = state === "available";
  // Words are made when they are asked for: most looks at a thousand seats only want the mark.
  return {
    mark,
    get words() { return seatWords(seat); },
    get extra() { return free ? extraOf(seat, plan) : t(`mark.${mark}`); },
    get label() { return [seatWords(seat), t(`mark.${mine ? "mine" : free ? "free" : mark}`), free && extraOf(seat, plan)].filter(Boolean).join(", "); },
  };
}

export function seatWords(seat) {
  const kinds = PLAIN.includes(seat.type) ? [] : [t(`seat.${seat.type}`)];
  const said = SAID.filter((feature) => feature !== seat.type && seat.features.includes(feature)).map((feature) => t(`seat.${feature}`));
  return [t("seat.number", { seat: seat.number }), ...kinds, ...said].join(", ");
}

// What a seat costs more (or less) than the plainest one, such as "+5.00".
export function extraOf(seat, plan) {
  const more = (seat.price ?? plan.cheapest) - plan.cheapest;
  return more ? `+${figure({ amount: more, currency: plan.currency })}` : "";
}
