// When the departure is full or no longer sold: says so, and offers the next ones to the same place with room for everybody.

import { get } from "../api.js";
import { h } from "../dom.js";
import { dayKey, day, money, time } from "../format.js";
import { t, tn } from "../i18n.js";
import { ask, closeDialog } from "../dialog.js";
import { giveBack, go, leave } from "../flow.js";
import { passengerCount, sale } from "../sale.js";
import { office } from "../office.js";
import { serverNow } from "../servertime.js";
import { noWayBack } from "./bothways.js";

const OFFERED = 3;

// Goes on with the departure that is touched, or back to the board. `why` is {title, text}; with `stay` one may also stay.
export async function otherDepartures({ title, text, stay = false }) {
  if (sale.out) return noWayBack({ title, text, stay });
  const found = await next();
  let taken = null;
  const body = found.length ? h("ul", { class: "instead" }, found.map((departure) => h("li", {},
    h("button", { class: "pick", type: "button", onclick: () => { taken = departure; closeDialog("taken"); } }, words(departure))))) : h("p", {}, t("instead.none"));
  const choices = [{ text: t("instead.board"), value: "board" }, stay && { text: t("instead.stay"), value: "stay" }].filter(Boolean);
  const answer = await ask({ title, text: [text, found.length ? t("instead.next") : ""].filter(Boolean).join(" "), body, choices });
  if (taken) return take(taken);
  if (answer === "board") leave();
}

async function take(departure) {
  await giveBack();
  Object.assign(sale, { trip: departure, chosen: [], byHand: false });
  go("seats");
}

async function next() {
  const { trip } = sale;
  try {
    const { departures } = await get(`/departures?destination=${trip.destination_id}`);
    return departures.filter(({ schedule_id, state, seats_left }) => schedule_id !== trip.schedule_id && state === "on_sale" && seats_left >= passengerCount()).slice(0, OFFERED);
  } catch {
    return [];
  }
}

function words({ departure_at, timezone, arrival_at, destination_timezone, price, seats_left }) {
  const today = dayKey(serverNow(), office.timezone) === dayKey(departure_at, timezone);
  return [h("b", { class: "at" }, time(departure_at, timezone)),
    h("span", {}, [!today && day(departure_at, timezone, serverNow()), t("trip.arrives", { time: time(arrival_at, destination_timezone) }), tn("board.left", seats_left)].filter(Boolean).join(" · ")),
    h("b", {}, money(price))];
}
