// The pairing screen: get a code, show it, ask every three seconds whether somebody approved it.

const ASK_EVERY = 3000;
const token = document.querySelector('meta[name="csrf-token"]').content;
const shown = document.getElementById("code");

async function ask(path) {
  const answer = await fetch(path, { method: "POST", headers: { "X-CSRFToken": token, Accept: "application/json" } });
  if (answer.status === 400) setTimeout(() => location.reload(), ASK_EVERY); // the page is older than its token
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function begin() {
  try {
    shown.textContent = (await ask("/kiosk/pairing")).code;
    setTimeout(wait, ASK_EVERY);
  } catch {
    setTimeout(begin, ASK_EVERY);
  }
}

async function wait() {
  try {
    const answer = await ask("/kiosk/pairing/claim");
    if (answer.paired) return location.replace("/kiosk/");
    if (answer.gone) return begin();
  } catch { /* no answer: ask again */ }
  setTimeout(wait, ASK_EVERY);
}

begin();
