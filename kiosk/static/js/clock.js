// The station's clock in the header, and the hold's clock that is visible from the hold to the ticket.

import { byId, drawing, h, write } from "./dom.js";
import { t, tn } from "./i18n.js";
import { countdown, time } from "./format.js";
import { say } from "./announce.js";
import { sale } from "./sale.js";
import { serverNow } from "./servertime.js";
import { office } from "./office.js";

const SPOKEN = [300, 120, 60, 30];

export function startStationClock() {
  const show = () => { write(byId("clock"), time(serverNow(), office.timezone)); };
  show();
  setInterval(show, 1000);
}

export const holdLeft = () => (sale.hold ? Date.parse(sale.hold.expires_at) - serverNow() : 0);

// Gives [element, stop]. `onextend` is called by the button, `onend` once, when the time has run out.
export function holdClock({ onextend, onend }) {
  const left = h("span", {});
  const button = h("button", { type: "button", id: "extend", onclick: onextend });
  const box = h("div", { class: "hold", role: "timer", "aria-label": t("hold.label") }, drawing("clock"), left, button);
  let spoken = holdLeft() / 1000;
  const show = () => {
    const rest = holdLeft();
    write(left, t("hold.left", { time: countdown(rest) }));
    box.dataset.short = String(rest < 60_000);
    button.hidden = !sale.hold?.extension?.left;
    write(button, t("hold.extend", { n: sale.hold?.extension?.minutes ?? 5 }));
    for (const mark of SPOKEN) if (spoken > mark && rest / 1000 <= mark) say(leftInWords(mark));
    spoken = rest / 1000;
    if (rest <= 0) { stop(); onend(); }
  };
  const timer = setInterval(show, 250);
  const stop = () => clearInterval(timer);
  show();
  return [box, stop];
}

function leftInWords(seconds) {
  return seconds < 60 ? tn("hold.seconds", seconds) : tn("hold.minutes", Math.round(seconds / 60));
}
