// What staff want of this kiosk from afar, as the heartbeat's answer says it.

import { byId } from "./dom.js";
import { beginAt, isFresh } from "./flow.js";
import { learnMessage } from "./message.js";
import { office } from "./office.js";

export function heed(answer) {
  office.methods = answer.methods;
  learnMessage(answer.message);
  heedService(answer.out_of_order);
  const asked = answer.reload && Date.parse(answer.reload) > Date.parse(office.now);
  if ((asked || answer.version !== office.version) && isFresh()) location.reload();
}

export function heedService(code) {
  office.out_of_order = code;
  beginAt(code ? "closed" : "board");
  const shown = byId("closed-code");
  if (shown && code) shown.textContent = code;
}
