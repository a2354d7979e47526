// While the payment is under way: ask how it stands, and go on when that is known.
const here = location.pathname.replace(/\/$/, "");

async function look() {
  try {
    const answer = await fetch(`${here}/status`, { cache: "no-store" });
    const { status, next } = await answer.json();
    if (status !== "pending") {
      if (next) location.replace(next);
      else location.reload();
      return;
    }
  } catch {
    // The line is down for a moment: the next look tells.
  }
  setTimeout(look, 1000);
}

setTimeout(look, 1000);
