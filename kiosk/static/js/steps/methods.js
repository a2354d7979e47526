// The ways to pay as large keys, one of which is chosen; the arrow keys go from one to the next.

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { sale } from "../sale.js";

export function methodChoice(offered, first, onchoose) {
  const methods = h("div", { class: "methods", role: "radiogroup", "aria-label": t("pay.methods") });
  showMethods(methods, offered, first, onchoose);
  return methods;
}

export function showMethods(methods, offered, first, onchoose) {
  const at = () => offered.findIndex((name) => methods.querySelector(`#method-${name}`).getAttribute("aria-checked") === "true");

  function choose(name) {
    for (const button of methods.children) {
      const chosen = button.id === `method-${name}`;
      button.setAttribute("aria-checked", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
      if (chosen) button.focus();
    }
    onchoose(name);
  }

  function arrows(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    choose(offered[(at() + step + offered.length) % offered.length]);
  }

  methods.replaceChildren(...offered.map((name) => h("button", {
    class: "method", type: "button", role: "radio", id: `method-${name}`, "aria-checked": String(name === first),
    tabindex: name === first ? 0 : -1, onclick: () => choose(name), onkeydown: arrows,
  }, t(`method.${name}`), h("small", {}, t(name === "cash" && sale.devices?.cash?.mode === "exact" ? "method.cash.exact" : `method.${name}.text`)), h("span", { class: "dot" }))));
}
