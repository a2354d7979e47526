// Parts of a page that change by themselves: asked for every five seconds. While something in one has the focus it stays as it is.

const EVERY = 5000;
const sign = document.querySelector("[data-live-sign]");

function live(works) {
  if (!sign) return;
  sign.classList.toggle("off", !works);
  const words = works ? sign.dataset.on : sign.dataset.off;
  if (sign.textContent !== words) sign.textContent = words;
}

async function refresh(part) {
  if (document.hidden) return;
  try {
    const answer = await fetch(part.dataset.refresh, { cache: "no-store", signal: AbortSignal.timeout(EVERY) });
    if (answer.redirected) return location.reload(); // signed out meanwhile
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    live(true);
    if (part.innerHTML !== fresh.innerHTML && !part.contains(document.activeElement)) part.replaceChildren(...fresh.childNodes);
  } catch {
    live(false);
  }
}

for (const part of document.querySelectorAll("[data-refresh]")) {
  const next = () => setTimeout(() => refresh(part).finally(next), EVERY);
  next();
  document.addEventListener("visibilitychange", () => refresh(part));
}
