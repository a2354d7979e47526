// Says at once when the office cannot be reached, and when it can again.

import { byId } from "./dom.js";
import { t } from "./i18n.js";
import { sayNow } from "./announce.js";

const PROBE_EVERY = 2000;
const listeners = new Set();
let lost = false;

export const isLost = () => lost;
export const whenBack = (listener) => { listeners.add(listener); return () => listeners.delete(listener); };

export function networkLost() {
  if (lost) return;
  lost = true;
  showBanner();
  sayNow(t("network.lost"));
  setTimeout(probe, PROBE_EVERY);
}

export function networkBack() {
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

async function probe() {
  if (!lost) return;
  try {
    const answer = await fetch("/kiosk/api/ping", { cache: "no-store", signal: AbortSignal.timeout(4000) });
    if (answer.ok) return networkBack();
  } catch { /* still away */ }
  setTimeout(probe, PROBE_EVERY);
}

addEventListener("offline", networkLost);
addEventListener("online", () => lost && probe());
