// After the sale: the ticket is being printed, the change comes out. What does not come out is said, with what to do.

import { newKey, post } from "../api.js";
import { h, replace } from "../dom.js";
import { money } from "../format.js";
import { currentLanguage, t } from "../i18n.js";
import { say, sayNow } from "../announce.js";
import { once } from "../screen.js";
import { sale } from "../sale.js";
import { hasPrinter, lookAtPayment } from "./look.js";
import { owedNotice } from "./cash.js";

const LOOK_EVERY = 700;

// Gives [element, stop].
export function afterSale() {
  const box = h("div", { class: "after", role: "status" });
  const prints = hasPrinter() && !sale.withoutPaper;
  let alive = true;
  let shown = "";
  if (prints) {
    show({}); // its line stands there from the first moment: nothing moves when the printer answers
    print();
  }
  if (prints || sale.paidInCash) look();

  async function print() {
    try {
      await post(`/holds/${sale.hold.reservation_id}/print`, { language: currentLanguage() }, newKey());
    } catch { /* how it stands is looked up */ }
  }

  async function look() {
    const state = alive && await lookAtPayment();
    if (!alive) return;
    if (state) show(state);
    setTimeout(look, LOOK_EVERY);
  }

  function show({ print: printed, cash }) {
    const fingerprint = JSON.stringify([printed, cash?.status, cash?.left]);
    if (fingerprint === shown) return;
    shown = fingerprint;
    replace(box, cash && change(cash), prints && printing(printed));
  }

  function change(cash) {
    const words = (key) => t(key, { amount: money({ amount: cash.status === "done" ? cash.paid_out : cash.left, currency: cash.currency }) });
    if (cash.status === "owed") {
      sayNow(t("owed.text", { amount: money({ amount: cash.left, currency: cash.currency }), code: cash.slip }));
      return owedNotice(cash);
    }
    if (cash.status === "done") return cash.paid_out ? h("p", { class: "notice calm", id: "change" }, words("change.given")) : null;
    return cash.left ? h("p", { class: "notice calm", id: "change" }, words("change.take")) : null;
  }

  function printing(printed) {
    const status = printed?.status ?? "waiting";
    if (status === "done") {
      say(t("print.done"));
      return h("p", { class: "notice calm", id: "printed", "data-status": "done" }, t("print.done"));
    }
    if (status !== "failed") return h("p", { class: "notice calm", id: "printed", "data-status": "going" }, t("print.going"));
    sayNow(t("print.failed"));
    const again = printed.again && h("button", { class: "tool", type: "button", id: "print-again", onclick: once(print) }, t("print.again"));
    return h("p", { class: "notice", id: "printed", "data-status": "failed" }, h("span", {}, t("print.failed")), again);
  }

  return [box, () => { alive = false; }];
}
