// From one way to both and back again: the way there is set aside while the seats of the way back are chosen.

import { get } from "../api.js";
import { ask } from "../dialog.js";
import { giveBack, go, leave } from "../flow.js";
import { t } from "../i18n.js";
import { passengerTypes, sale } from "../sale.js";
import { stopButton } from "./held.js";

const LEG = ["trip", "plan", "chosen", "byHand"];

// `price`: what the way there comes to, in minor units, as it was shown.
export function startReturn(price) {
  sale.out = { ...Object.fromEntries(LEG.map((name) => [name, sale[name]])), price };
  go("wayback");
}

export async function startWayBack(departure) {
  await giveBack();
  Object.assign(sale, { trip: departure, plan: null, chosen: [], byHand: false });
  go("seats");
}

// Back to the seats of the way there, which are as they were chosen; what is held of both ways is given back.
export async function oneWay(notice = "") {
  await giveBack();
  const { price, ...there } = sale.out;
  Object.assign(sale, there, { out: null });
  go("seats", typeof notice === "string" ? notice : "");
}

// Both ways as they are asked for, in the order of travel.
export const bothLegs = () => [sale.out, sale].map(({ trip, chosen }) => ({
  schedule_id: trip.schedule_id, from_position: trip.from_position, to_position: trip.to_position,
  passengers: passengerTypes().map((type, n) => ({ seat_id: chosen[n].id, type })),
}));

// Somebody else has got a seat of the way there: that is where one goes on then. Gives whether it is so.
export async function lostThere(error, isAlive) {
  if (!sale.out || error.code !== "seat_taken") return false;
  const gone = await goneThere().catch(() => []);
  if (!isAlive() || !gone.length) return false;
  oneWay(t("wayback.there_gone", { seats: gone.join(", ") }));
  return true;
}

async function goneThere() {
  const { trip, chosen } = sale.out;
  const { seats } = await get(`/schedules/${trip.schedule_id}/seats?from=${trip.from_position}&to=${trip.to_position}`);
  const free = new Set(seats.filter(({ state }) => state === "available").map(({ id }) => id));
  return chosen.filter(({ id }) => !free.has(id)).map(({ number }) => number);
}

// From the seats one goes back to what was chosen before them; with both ways held one can also stop altogether.
export function wayOut() {
  if (!sale.out) return { text: t("seats.back"), onclick: () => leave() };
  return { text: t("wayback.title"), onclick: () => go("wayback"), also: sale.hold && stopButton() };
}

// The departure back cannot be had (any more): another one, or only the way there.
export async function noWayBack({ title, text, stay = false }) {
  const choices = [
    stay && { text: t("instead.stay"), value: "stay" }, { text: t("wayback.one_way"), value: "one_way" },
    { text: t("wayback.another"), value: "another", kind: "go" },
  ].filter(Boolean);
  const answer = await ask({ title, text, choices });
  if (answer === "another") go("wayback");
  else if (answer === "one_way") oneWay();
}
