// The machine's own card reader is at work. An answer that was lost is looked up: nobody is asked to pay again meanwhile.

import { post } from "../api.js";
import { h, replace, svg } from "../dom.js";
import { money } from "../format.js";
import { t } from "../i18n.js";
import { content, frame } from "../screen.js";
import { sayNow } from "../announce.js";
import { pauseIdle } from "../idle.js";
import { heldBar, runOut } from "../steps/held.js";
import { journeyLines } from "../steps/trip.js";
import { sale } from "../sale.js";
import { lookAtPayment } from "./look.js";

const LOOK_EVERY = 600;
const GIVE_UP_LOST = 14; // looks without any payment known: the request never arrived

export function askingForCard(begun, { done, failed }) {
  const { hold } = sale;
  const amount = money(begun.amount ?? { amount: hold.quote.total, currency: hold.quote.currency });
  let over = false;
  let looking = false;
  let shown = "";
  let looks = 0;
  pauseIdle(true);

  const [bar, stopBar] = heldBar("pay", { every: 1000, onstate: (state) => state.booking && end(done)(state), onend: holdEnds });
  const timer = setInterval(look, LOOK_EVERY);
  const panel = h("div", { class: "waiting" });
  const other = h("button", { class: "tool", type: "button", id: "other-method", onclick: cancel }, t("pay.other"));
  frame({ step: "waiting", title: t("pay.waiting"), lede: t("pay.waiting_lede") });
  document.getElementById("back").replaceChildren(other);
  content(bar, journeyLines(), panel);
  draw("card");

  function end(work) {
    return (...given) => {
      if (over) return;
      over = true;
      clearInterval(timer);
      stopBar();
      pauseIdle(false);
      work(...given);
    };
  }

  async function look() {
    if (looking || over) return;
    looking = true;
    const state = await lookAtPayment();
    looking = false;
    if (over || !state) return;
    looks += 1;
    const card = state.card;
    if (!card) {
      if (begun.lost && looks > GIVE_UP_LOST) end(failed)(t("pay.not_begun"));
    } else if (card.status === "failed") end(failed)(card.failure === "cancelled" ? "" : t("pay.failed"));
    else draw(card.unsure ? "unsure" : "card");
  }

  function draw(what) {
    if (what === shown) return;
    shown = what;
    other.hidden = what === "unsure";
    replace(panel, what === "unsure" ? h("div", { class: "spin", "aria-hidden": "true" }) : reader(),
      h("h2", {}, t(`terminal.${what}`)), h("div", { class: "amount" }, amount), h("p", { class: "lede" }, t(`terminal.${what}.text`)));
    if (what === "unsure") sayNow(`${t("terminal.unsure")}. ${t("terminal.unsure.text")}`);
  }

  // The reader is told; until it has answered nothing else is begun, so that nobody pays twice.
  async function cancel() {
    other.disabled = true;
    try {
      await post(`/holds/${hold.reservation_id}/card/cancel`);
    } catch { /* the next touch asks again */ }
    other.disabled = false;
  }

  function holdEnds(state) {
    cancel();
    end(runOut)(state);
  }
}

// A card on its way to the reader.
function reader() {
  const line = { fill: "none", stroke: "currentColor", "stroke-width": 3, "stroke-linecap": "round", "stroke-linejoin": "round" };
  return svg("svg", { viewBox: "0 0 120 96", class: "reader", "aria-hidden": "true" },
    svg("rect", { x: 34, y: 56, width: 52, height: 36, rx: 6, ...line }), svg("path", { d: "M46 68h28M46 80h12", ...line }),
    svg("g", { class: "card-moves" }, svg("rect", { x: 30, y: 8, width: 60, height: 34, rx: 5, ...line }), svg("path", { d: "M30 20h60", ...line })));
}
