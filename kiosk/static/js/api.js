// Every request to the office: JSON, the traveller's session, the CSRF token, errors as `Problem` with a stable code.

import { sale } from "./sale.js";
import { networkBack, networkLost } from "./network.js";
import { learnTime } from "./servertime.js";

const LONGEST = 12_000;
let token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

export class Problem extends Error {
  constructor(status, body) {
    super(body.title || "");
    this.status = status;
    this.code = body.code || "error";
    this.details = body;
  }
}

export class NoAnswer extends Error {}

export const useToken = (fresh) => { if (fresh) token = fresh; };

// A key of one's own makes a repeated request the same request: the office does it once.
export const newKey = () => hex(16);

export function hex(bytes) {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}, key = undefined) => call("POST", path, body, key);
export const put = (path, body = {}) => call("PUT", path, body);
export const remove = (path) => call("DELETE", path);

async function call(method, path, body, key, again = true) {
  const answer = await send(method, path, body, key);
  const content = answer.status === 204 ? {} : await contentOf(answer);
  if (answer.ok) {
    learnTime(content.now);
    return content;
  }
  if (content.code === "csrf" && again) {
    await renewToken();
    return call(method, path, body, key, false);
  }
  if (content.code === "not_paired") location.replace("/kiosk/");
  throw new Problem(answer.status, content);
}

// An answer that broke off on its way is none: what it said is not known.
async function contentOf(answer) {
  try {
    return await answer.json();
  } catch {
    if (!answer.ok) return {};
    networkLost();
    throw new NoAnswer();
  }
}

async function send(method, path, body, key) {
  const headers = { Accept: "application/json", "X-Kiosk-Session": sale.session };
  if (method !== "GET") Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": token });
  if (key) headers["Idempotency-Key"] = key;
  const options = { method, headers, cache: "no-store", signal: AbortSignal.timeout(LONGEST) };
  if (body !== undefined) options.body = JSON.stringify(body);
  try {
    const answer = await fetch(`/kiosk/api${path}`, options);
    networkBack();
    return answer;
  } catch {
    networkLost();
    throw new NoAnswer();
  }
}

async function renewToken() {
  const answer = await fetch("/kiosk/api/token", { cache: "no-store" });
  if (answer.ok) useToken((await answer.json()).token);
}

// A traveller who leaves must not keep seats: this request outlives the page.
export function removeQuietly(path, session) {
  return fetch(`/kiosk/api${path}`, {
    method: "DELETE", keepalive: true,
    headers: { "X-CSRFToken": token, "X-Kiosk-Session": session, Accept: "application/json" },
  }).then((answer) => answer.ok || answer.status < 500, () => false);
}
