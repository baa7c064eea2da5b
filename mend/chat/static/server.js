/* Talks to the server, and keeps the token that makes a chat this visitor's.

   The tab keeps it for as long as the tab is open. Other tabs may take it up while the
   chat is fresh, so that nobody finds it on a shared computer the next morning. Storage
   can be blocked inside a frame: then the chat lasts as long as the page. */
const keep = (where) => ({
  get(key) { try { return JSON.parse(window[where].getItem("mend." + key)); } catch { return null; } },
  set(key, value) {
    try {
      if (value) window[where].setItem("mend." + key, JSON.stringify(value));
      else window[where].removeItem("mend." + key);
    } catch { /* see above */ }
  },
});
export const tab = keep("sessionStorage");
const browser = keep("localStorage");
const FRESH_MS = 30 * 60 * 1000;
const LONGEST_WAIT_MS = 45000;

const now = Date.now();
const shared = browser.get("chat");
export const chat = {
  token: tab.get("token") || (shared && shared.until > now ? shared.token : null),
  endsAt: null, // when the assistant starts afresh, by this computer's clock
  choices: {}, // the greeting's buttons, as the server made them for this conversation
  shown: new Set(), // numbers of the assistant's messages that are on the page
  synced: 0, // up to which number all messages were fetched
};

export function newId() {
  return crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g,
    (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
}

/* Says which chat is ours, to this tab's next page and to other tabs. */
function remember(token) {
  chat.token = token;
  if (!token) chat.endsAt = null;
  tab.set("token", token);
  browser.set("chat", token && { token, at: Date.now(), until: chat.endsAt || Date.now() + FRESH_MS });
}
export const forget = () => remember(null);

/* Returns the status, 0 if nothing came back, and the answer's content. */
export async function call(method, path, body) {
  const headers = {};
  if (chat.token) headers.Authorization = "Bearer " + chat.token;
  if (body) headers["Content-Type"] = "application/json";
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), LONGEST_WAIT_MS);
  try {
    const answer = await fetch("/api/chat/" + path, {
      method, headers, body: body && JSON.stringify(body), signal: stop.signal, cache: "no-store", credentials: "omit",
    });
    const data = answer.status === 204 ? {} : await answer.json();
    if (data.session_ends_at) {
      const ahead = Date.parse(answer.headers.get("Date")) - Date.now(); // of the server's clock
      chat.endsAt = Date.parse(data.session_ends_at) - (ahead || 0);
    }
    return { status: answer.status, data };
  } catch {
    return { status: 0, data: {} };
  } finally { clearTimeout(timer); }
}

let opening = null;
async function open() {
  const opened = await call("POST", "conversations", {});
  if (opened.status === 201) {
    remember(opened.data.token);
    chat.shown.clear(); // the greeting is on the page already
    for (const { seq, choices } of opened.data.messages) {
      chat.synced = seq;
      for (const { title, choice } of choices) chat.choices[title] = choice;
    }
  }
  opening = null;
  return opened;
}

/* Calls in a conversation; opens one when the first thing is sent, not before.
   `body` is a function, because what is sent may depend on the conversation. */
export async function inConversation(method, path, body) {
  for (let again = false; ; again = true) {
    if (!chat.token) {
      const opened = await (opening ||= open());
      if (opened.status !== 201) return opened;
    }
    const answer = await call(method, path, body());
    if (answer.status !== 401 || again) {
      if (answer.status < 300 && answer.status) remember(chat.token);
      return answer;
    }
    forget(); // it was deleted elsewhere: go on in a new one
  }
}

/* Tells what other tabs did: wrote in our chat, deleted it, or began the first one. */
export function watchOtherTabs({ wrote, deleted, began }) {
  window.addEventListener("storage", (event) => {
    if (event.key !== "mend.chat") return;
    const [before, after] = [event.oldValue, event.newValue].map((value) => value && JSON.parse(value).token);
    if (after && after === chat.token) wrote();
    else if (after && !chat.token) { chat.token = after; tab.set("token", after); began(); }
    else if (!after && before === chat.token) { chat.token = null; tab.set("token", null); deleted(); }
  });
}
