// Every ten seconds, and whenever staff ordered something, the office hears that this kiosk lives, and says what it is to do.

import { io } from "/vendor/socket.io-client/dist/socket.io.esm.min.js";
import { post, useToken } from "./api.js";
import { checkNow } from "./network.js";
import { office } from "./office.js";
import { heed } from "./orders.js";

const EVERY = 10_000;
let asking = false;

export function startHeartbeat() {
  setInterval(beat, EVERY);
  beat();
  const socket = io("/kiosk", { transports: ["websocket", "polling"], tryAllTransports: true, reconnectionDelayMax: 4000 });
  socket.on("look", beat);
  socket.on("disconnect", checkNow);
}

async function beat() {
  if (asking) return;
  asking = true;
  try {
    const answer = await post("/heartbeat", { screen: `${innerWidth}x${innerHeight}`, version: office.version, clock: Date.now() });
    useToken(answer.token);
    if (answer.paired) heed(answer);
    else location.replace("/kiosk/");
  } catch { /* the banner says it; the next beat tries again */ }
  asking = false;
}
