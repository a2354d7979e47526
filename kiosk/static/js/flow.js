// From step to step, and out: leaving forgets everything and gives the seats back.

import { removeQuietly } from "./api.js";
import { closeDialog } from "./dialog.js";
import { pauseIdle } from "./idle.js";
import { stopWatching } from "./live.js";
import { prefsAreUsual, resetPrefs } from "./prefs.js";
import { forget, sale } from "./sale.js";
import { whenBack } from "./network.js";

const steps = new Map(); // name -> function that shows the step and gives back what undoes it
let current = "board";
let home = "board"; // where one begins: the departures, or what says that nothing is sold here
let undo = null;
let prefsTouched = false;

export const step = (name, enter) => steps.set(name, enter);

export function go(name, ...given) {
  undo?.();
  current = name;
  undo = steps.get(name)(...given) ?? null;
}

// The same step once more, in another language.
export function again() {
  prefsTouched = true;
  go(current);
}

// Out of order, the kiosk has another first screen; whoever holds or has bought something is let finish.
export function beginAt(name) {
  if (name === home) return;
  home = name;
  if (!isBusy()) leave();
}

export const isBusy = () => Boolean(sale.hold || sale.booking);

export function isFresh() {
  if (current === "closed") return true;
  return current === "board" && !sale.trip && !prefsTouched && prefsAreUsual();
}

// Done, stopped or gone: no name, no seat, no field, no history is left, and the hold is released.
export async function leave({ quietly = false } = {}) {
  const { hold, booking, session } = sale;
  forget();
  prefsTouched = false;
  pauseIdle(false);
  closeDialog();
  stopWatching();
  if (hold && !booking) release(hold.reservation_id, session);
  if (quietly) return;
  sessionStorage.clear();
  history.replaceState(null, "", "/kiosk/");
  await resetPrefs();
  go(home);
}

// When the office cannot be reached the hold is given back as soon as it can; until then its own clock runs.
export async function release(reservationId, session) {
  if (await removeQuietly(`/holds/${reservationId}`, session)) return;
  const stop = whenBack(() => { stop(); removeQuietly(`/holds/${reservationId}`, session); });
}

// Back to the seats: the hold is given back, the traveller's choice is kept.
export async function giveBack() {
  const { hold, session } = sale;
  sale.hold = null;
  if (hold) await release(hold.reservation_id, session);
}
