// What scrolls without holding anything to tab to is reached by the Tab key itself: a keyboard's arrows move it then.

import { byId } from "./dom.js";

const REACHED = 'button:not(:disabled, [tabindex="-1"]), input, a[href], [role="button"][tabindex="0"]';

export function watchScrolling() {
  const main = byId("main");
  let due = 0;
  const soon = () => { due ||= requestAnimationFrame(() => { due = 0; look(main); }); };
  new ResizeObserver(soon).observe(main);
  new MutationObserver(soon).observe(main, { childList: true, subtree: true });
  addEventListener("resize", soon);
}

function look(main) {
  const stuck = main.scrollHeight > main.clientHeight + 1 && !main.querySelector(REACHED);
  if (stuck) main.tabIndex = 0;
  else main.removeAttribute("tabindex");
}
