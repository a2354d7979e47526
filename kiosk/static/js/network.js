// Says within seconds when the office cannot be reached, and when it can again. Who hears nothing for a while asks.

import { byId } from "./dom.js";
import { t } from "./i18n.js";
import { sayNow } from "./announce.js";

const LOOK_EVERY = 1000;
const QUIET = 2000; // without an answer for so long, one asks whether anybody is there
const PATIENCE = 3000;
const listeners = new Set();
let lost = false;
let heard = performance.now();
let asking = false;

export const isLost = () => lost;
export const whenBack = (listener) => { listeners.add(listener); return () => listeners.delete(listener); };

// Resolves when the office answers again.
export const back = () => new Promise((resolve) => { const stop = whenBack(() => { stop(); resolve(); }); });

export function watchNetwork() {
  setInterval(() => { if (lost || performance.now() - heard > QUIET) checkNow(); }, LOOK_EVERY);
}

export function networkLost() {
  if (lost) return;
  lost = true;
  showBanner();
  sayNow(t("network.lost"));
}

export function networkBack() {
  heard = performance.now();
  if (!lost) return;
  lost = false;
  showBanner();
  for (const listener of [...listeners]) listener();
}

export function showBanner() {
  const banner = byId("banner");
  banner.hidden = !lost;
  banner.textContent = lost ? t("network.lost") : "";
}

export async function checkNow() {
  if (asking) return;
  asking = true;
  try {
    const answer = await fetch("/kiosk/api/ping", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok) networkBack();
    else networkLost();
  } catch {
    networkLost();
  }
  asking = false;
}

addEventListener("offline", networkLost);
addEventListener("online", checkNow);
