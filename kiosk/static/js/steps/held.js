// What every step with held seats shares: the clock, the extension, and what happens when the hold is gone.

import { get, newKey, post } from "../api.js";
import { holdClock } from "../clock.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { ask } from "../dialog.js";
import { go, leave } from "../flow.js";
import { sale } from "../sale.js";
import { say, sayNow } from "../announce.js";
import { inWords } from "../problems.js";
import { NoAnswer } from "../api.js";
import { once } from "../screen.js";
import { watchSeats } from "../live.js";
import { learnDevices } from "../devices/look.js";
import { stepsLine } from "./trip.js";

const LOOK_EVERY = 5000;

// Gives [bar, stop, heard]. `onstate` hears every look at the reservation; `every` is how often one looks, in milliseconds.
// One looks at once when the held seats change, as when staff release them. A step that watches the seats itself says
// so (`watches`), and passes on to `heard` what it is told.
export function heldBar(current, { onstate = () => {}, onend = runOut, every = LOOK_EVERY, watches = false } = {}) {
  const [clock, stopClock] = holdClock({ onextend: once(extend), onend });
  let alive = true;
  if (!sale.devices) learnDevices();
  const look = async () => {
    const id = sale.hold?.reservation_id;
    const state = await lookUp();
    if (!alive || !state || sale.hold?.reservation_id !== id) return;
    if (["cancelled", "expired"].includes(state.status)) onend(state);
    else onstate(state);
  };
  const timer = setInterval(look, every);
  const heard = { // as `watchSeats` wants it
    onwhole: (changes) => { if (ourSeats().some((id) => changes.every(({ seat }) => seat !== id))) look(); },
    onchanges: (changes) => { if (ourSeats().some((id) => changes.some(({ seat }) => seat === id))) look(); },
  };
  const stopListening = watches || !sale.trip ? () => {} : watchSeats(sale.trip.schedule_id, heard);
  const stop = () => { alive = false; clearInterval(timer); stopClock(); stopListening(); };
  return [h("div", { class: "bar" }, stepsLine(current), clock), stop, heard];
}

function ourSeats() {
  const numbers = sale.hold?.passengers?.map(({ seat }) => seat) ?? [];
  return (sale.plan?.seats ?? []).filter(({ number }) => numbers.includes(number)).map(({ id }) => id);
}

export async function lookUp() {
  if (!sale.hold) return null;
  try {
    const state = await get(`/holds/${sale.hold.reservation_id}`);
    if (sale.hold && state.expires_at) Object.assign(sale.hold, { expires_at: state.expires_at, extension: state.extension });
    return state;
  } catch (error) {
    return error instanceof NoAnswer ? null : { status: error.status === 404 ? "cancelled" : "unknown" };
  }
}

async function extend() {
  try {
    const more = await post(`/holds/${sale.hold.reservation_id}/extend`, {}, newKey());
    Object.assign(sale.hold, more);
    say(t("hold.extended", { n: more.extension.minutes }));
  } catch (error) {
    sayNow(inWords(error));
  }
}

let asked = false;

// The seats are free again, by the clock or by a member of staff: nothing was paid, choose again.
export async function runOut(state = null) {
  if (asked) return;
  asked = true;
  const released = state?.status === "cancelled";
  sale.hold = null;
  const answer = await ask({
    title: t(released ? "gone.released" : "gone.title"), text: t("gone.text"),
    choices: [{ text: t("gone.stop"), value: "stop" }, { text: t("gone.again"), value: "again", kind: "go" }],
  });
  asked = false;
  if (answer === "again" && sale.trip) {
    sale.byHand = false;
    sale.chosen = [];
    go(sale.change ? "reseat" : "seats");
  } else leave();
}

// The seats stay held until others are taken in their place.
export function backToSeats() {
  sale.byHand = true;
  go(sale.change ? "reseat" : "seats");
}

export const stopButton = () => h("button", { class: "tool", type: "button", id: "stop", onclick: () => leave() }, t("tools.stop"));
