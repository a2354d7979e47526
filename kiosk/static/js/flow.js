// From step to step, and out: leaving forgets everything and gives the seats back.

import { removeQuietly } from "./api.js";
import { closeDialog } from "./dialog.js";
import { pauseIdle } from "./idle.js";
import { stopWatching } from "./live.js";
import { prefsAreUsual, resetPrefs } from "./prefs.js";
import { forget, sale } from "./sale.js";
import { back, networkLost, whenBack } from "./network.js";

const steps = new Map(); // name -> function that shows the step and gives back what undoes it
const later = new Map(); // name -> function that loads that function
let turns = 0; // counts the steps asked for: a step whose code comes late must not push another one away
let current = "board";
let home = "board"; // where one begins: the departures, or what says that nothing is sold here
let undo = null;
let prefsTouched = false;

export const step = (name, enter) => steps.set(name, enter);

// A step whose code is not needed for the first screen: `load` gives a promise of the function that shows it.
export const stepLater = (name, load) => later.set(name, load);

export function go(name, ...given) {
  turns += 1;
  if (!steps.has(name)) return goWhenLoaded(name, given, turns);
  undo?.();
  current = name;
  undo = steps.get(name)(...given) ?? null;
}

// The screen stays as it is until the code is there; without a network that is when it is back.
async function goWhenLoaded(name, given, turn) {
  try {
    await load(name);
  } catch {
    networkLost();
    await back();
    await load(name).catch(() => location.reload()); // the office was renewed meanwhile: this page is of yesterday
  }
  if (turn === turns) go(name, ...given);
}

const load = async (name) => steps.set(name, await later.get(name)());

// All of it while nobody waits, so that no step of a sale depends on the network for its code.
export const loadAhead = () => Promise.allSettled([...later.keys()].map(load));

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
