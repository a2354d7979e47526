// Out of order: nothing is sold here. The code tells staff, here and in the admin, what it is.

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { content, frame } from "../screen.js";
import { office } from "../office.js";

export function closed() {
  frame({ step: "closed", title: t("closed.title"), lede: t("closed.lede") });
  content(h("div", { class: "waiting" },
    h("p", { class: "lede" }, t("closed.code")), h("output", { class: "closed-code", id: "closed-code", dir: "ltr" }, office.out_of_order),
    office.help && h("p", { class: "lede" }, office.help)));
}
