// Every ten seconds the office hears that this kiosk lives, and says whether it may go on.

import { post, useToken } from "./api.js";

const EVERY = 10_000;

export function startHeartbeat() {
  setInterval(beat, EVERY);
  beat();
}

async function beat() {
  try {
    const answer = await post("/heartbeat", { screen: `${innerWidth}x${innerHeight}` });
    useToken(answer.token);
    if (answer.paired === false) location.replace("/kiosk/");
  } catch { /* the banner says it; the next beat tries again */ }
}
