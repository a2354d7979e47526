// A scanner types like a keyboard, only faster: many characters within milliseconds of each other, then Enter.
// `listenForScans(handler)` gives a function that stops listening; `handler` gets the code.

import { post } from "../api.js";
import { office } from "../office.js";

const FASTEST_FINGERS = 45; // milliseconds between two keys: nobody types so fast for so long
const SHORTEST = 6;
const ASK_EVERY = 1500; // a simulated scanner, which is moved from the admin

export function listenForScans(handler) {
  let typed = "";
  let last = 0;

  function key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const quick = event.timeStamp - last < FASTEST_FINGERS;
    last = event.timeStamp;
    if (event.key === "Enter") {
      const code = quick ? typed : "";
      typed = "";
      if (code.length < SHORTEST) return;
      event.preventDefault();
      event.stopPropagation();
      handler(code);
    } else if (event.key.length === 1) typed = quick ? typed + event.key : event.key;
  }

  async function ask() {
    try {
      const { code } = await post("/scans");
      if (code) handler(code);
    } catch { /* asked again */ }
  }

  addEventListener("keydown", key, { capture: true });
  const timer = office.scans ? setInterval(ask, ASK_EVERY) : 0;
  return () => {
    removeEventListener("keydown", key, { capture: true });
    clearInterval(timer);
  };
}
