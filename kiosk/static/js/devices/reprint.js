// A found booking's tickets on paper. The paper is looked at before anything is offered; what cannot be is said, with what to do.

import { get, newKey, post } from "../api.js";
import { h, replace } from "../dom.js";
import { currentLanguage, t } from "../i18n.js";
import { say, sayNow } from "../announce.js";
import { once } from "../screen.js";
import { PRINTS } from "./look.js";

const LOOK_EVERY = 700;
const LOOK_LATER = 4000; // somebody may be putting paper in
const ENDED = ["done", "failed"];

// Gives [element, stop].
export function reprint({ id, key }) {
  const path = `/bookings/${id}/${key}/print`;
  const box = h("div", { class: "after", id: "reprint", role: "status" });
  let alive = true;
  let mine = false; // what was printed at the sale is no news here
  let shown = "";
  look();

  async function look() {
    try {
      show(await get(path));
    } catch { /* the banner says it; what was shown stays */ }
  }

  async function print() {
    mine = true;
    try {
      show(await post(path, { language: currentLanguage() }, newKey()));
    } catch {
      await look(); // why not: no paper, or enough of it
    }
  }

  function show(state) {
    if (!alive) return;
    const going = state.print && !ENDED.includes(state.print.status);
    mine ||= going;
    const short = state.printer && state.left && !PRINTS.includes(state.printer);
    if (going || short) setTimeout(() => alive && look(), going ? LOOK_EVERY : LOOK_LATER);
    const fingerprint = JSON.stringify([state, mine]);
    if (fingerprint === shown) return;
    shown = fingerprint;
    replace(box, mine && state.print && outcome(state.print, going), !going && offer(state));
  }

  function outcome({ status }, going) {
    const words = t(going ? "print.going" : `print.${status}`);
    (status === "failed" ? sayNow : say)(words);
    return h("p", { class: status === "failed" ? "notice" : "notice calm", id: "printed", "data-status": going ? "going" : status }, words);
  }

  function offer({ printer, left }) {
    if (!printer) return null; // no machine to print with, so nothing to say of it
    if (!left) return h("p", { class: "lede", id: "enough-paper" }, t("booking.printed"));
    if (!PRINTS.includes(printer)) return h("p", { class: "lede", id: "no-paper" }, t("booking.no_paper"));
    return h("button", { class: "tool", type: "button", id: "print-booking", onclick: once(print) }, t(mine ? "print.again" : "booking.print"));
  }

  return [box, () => { alive = false; }];
}
