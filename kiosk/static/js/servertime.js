// The server's clock decides what has run out; the browser only keeps how far its own differs.

let ahead = 0;

export function learnTime(iso) {
  if (iso) ahead = Date.parse(iso) - Date.now();
}

export const serverNow = () => Date.now() + ahead;
