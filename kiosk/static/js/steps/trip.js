// The line that says which departure this is, on every step after the first; and where one stands in the four steps.

import { h } from "../dom.js";
import { day, dayKey, time } from "../format.js";
import { t } from "../i18n.js";
import { serverNow } from "../servertime.js";
import { office } from "../office.js";
import { trips } from "../sale.js";

// All departures of the journey, each with its seats once they are held.
export const journeyLines = (asides = []) => h("div", { class: "journey" }, trips().map((trip, leg) => tripLine(trip, asides[leg])));

export function tripLine(trip, aside = "", action = null) {
  const leaves = time(trip.expected_at ?? trip.departure_at, trip.timezone);
  const facts = [
    trip.platform && `${t(`platform.${trip.platform_word.toLowerCase()}`)} ${trip.platform}`,
    aside || t("trip.arrives", { time: time(trip.arrival_at, trip.destination_timezone) }),
  ].filter(Boolean).join(" · ");
  const later = dayKey(trip.departure_at, trip.timezone) !== dayKey(serverNow(), office.timezone);
  return h("div", { class: "trip" }, h("b", {}, leaves), h("span", {}, `${trip.origin} → `, h("b", {}, trip.destination)),
    later && h("span", {}, day(trip.departure_at, trip.timezone, serverNow())),
    h("span", { class: "trip-aside" }, facts), action);
}

export function stepsLine(current) {
  return h("ol", { class: "steps", "aria-label": t("steps.label") }, ["board", "seats", "pay", "ticket"].map((name, index) =>
    h("li", { "aria-current": name === current ? "step" : undefined }, `${index + 1} ${t(`steps.${name}`)}`)));
}
