/* The chat page: what is written, what comes back, and what happens when it does not. */
import { call, chat, forget, inConversation, newId, tab, watchOtherTabs } from "./server.js";
import { $, button, el, linked, mine, say, suggestions, turn } from "./turns.js";

const log = $("log"), messages = $("messages"), text = $("text");
const limit = Number(document.body.dataset.limit);
const framed = window.parent !== window;
const SLOW_MS = 3000;
const WARN_MS = 2 * 60 * 1000;
const on = {
  choose: send,
  contact: () => show("contact"),
  tell: async (message, helpful, comment) =>
    (await inConversation("POST", "feedback", () => ({ message, helpful, comment }))).status === 204,
};

/* -- the transcript -- */
let follow = true; // the end of the transcript stays in sight, unless somebody scrolled away
let restoring = false;
const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 60;
const toEnd = () => { log.scrollTop = log.scrollHeight; };
log.addEventListener("scroll", () => {
  follow = atEnd();
  if (follow) $("newer").hidden = true;
});
new ResizeObserver(() => { if (follow) toEnd(); }).observe(log);
$("newer").addEventListener("click", () => { toEnd(); log.focus(); });
function add(item, always) {
  const wasAtEnd = always || follow;
  messages.append(item);
  if (restoring) return;
  if (!wasAtEnd) $("newer").hidden = false;
  // Of a long answer the beginning has to be in sight, not the end.
  else if (item.offsetHeight > log.clientHeight * 0.9) item.scrollIntoView({ block: "start" });
  else toEnd();
}

/* What stands in the transcript already, so that nothing is shown twice. */
const sent = new Map(); // own messages by id; the assistant's are in chat.shown
function addTurn(told) {
  for (const { seq } of told.messages) chat.shown.add(seq);
  add(turn(told, on));
}
function addRows(rows) {
  let group = [];
  const flush = () => {
    if (group.length) addTurn({ outcome: group[0].outcome, urgency: group[0].urgency, messages: group });
    group = [];
  };
  for (const row of rows) {
    chat.synced = row.seq;
    if (row.sender === "visitor") {
      flush();
      const item = sent.get(row.id);
      if (item) settle(item);
      else { sent.set(row.id, {}); add(mine(row.text)); }
    } else if (!chat.shown.has(row.seq)) {
      if (group.length && group[0].outcome !== row.outcome) flush();
      group.push(row);
    }
  }
  flush();
}
/* Fetches what came since; an answer may still be on its way. */
async function fetchNew(tries) {
  if (!chat.token) return 0;
  const { status, data } = await call("GET", "messages?after=" + chat.synced);
  if (status === 401) forget();
  if (status !== 200) return status;
  addRows(data.messages);
  const last = data.messages[data.messages.length - 1];
  const waiting = tries && last && last.sender === "visitor";
  if (waiting) chat.synced = last.seq - 1;
  say("status", waiting ? "Waiting for the answer …" : "");
  if (waiting) setTimeout(() => catchUp(tries - 1), SLOW_MS);
  return status;
}
function catchUp(tries = 20) { line = line.then(() => fetchNew(tries)); }

/* -- sending: one after the other, in the order of typing -- */
let line = Promise.resolve();
function keepUnsent() {
  tab.set("unsent", [...sent.values()].filter((item) => item.failed).map(({ id, words }) => ({ id, words })));
}
function send(words, choice) {
  const item = { id: newId(), words, choice, from: chat.token, node: mine(words) };
  add(item.node, true);
  queue(item);
}
function queue(item) {
  sent.set(item.id, item);
  say("alert", "");
  line = line.then(() => deliver(item));
}
async function deliver(item) {
  say("status", "The assistant is writing …");
  const slow = setTimeout(() => say("status", "Still working on it, up to 20 seconds."), SLOW_MS);
  const { status, data } = await inConversation("POST", "messages", () => {
    // A button of a chat that has ended counts as its words.
    const choice = item.choice && (item.from === chat.token && item.choice !== true ? item.choice : chat.choices[item.words]);
    return choice ? { id: item.id, choice } : { id: item.id, text: item.words };
  });
  clearTimeout(slow);
  say("status", "");
  const told = status === 200 ? data : data.turn;
  if (!told) return fail(item, status, data);
  settle(item);
  addTurn(told);
}
function settle(item) {
  if (!item.failed) return;
  item.failed.remove();
  item.failed = null;
  item.node.querySelector(".bubble").classList.remove("unsent");
  keepUnsent();
}
function fail(item, status, data) {
  const again = status === 0 || status >= 429 || status === 401;
  item.node.querySelector(".bubble").classList.add("unsent");
  item.failed = el("div", { className: "failed" }, el("span", { textContent: "Not sent." }), again && button("Try again", () => {
    settle(item);
    text.focus();
    queue(item);
  }, { className: "plain" }));
  item.node.append(item.failed);
  keepUnsent();
  if (restoring) return;
  const wait = data.retry_after > 1 ? ` Please wait ${data.retry_after} seconds.` : "";
  say("alert", status === 0 ? "Your message was not sent. Check your connection, then choose “Try again”."
    : `Your message was not sent. ${data.detail || data.title || ""}${wait}`);
  toEnd();
}

/* -- writing -- */
const hint = $("hint").textContent;
$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (!words) return say("alert", "Write a message first.");
  text.value = "";
  tab.set("draft", null);
  $("hint").textContent = hint;
  send(words);
  text.focus();
});
text.addEventListener("input", () => {
  tab.set("draft", text.value);
  const left = limit - text.value.length;
  $("hint").textContent = left < 100 ? `${left} characters left.` : hint;
});
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
});

/* -- history; the log becomes live only afterwards, so that it is not read out -- */
const greeting = $("greeting");
for (const paragraph of greeting.querySelectorAll(".bubble p")) paragraph.replaceChildren(...linked(paragraph.textContent));
const topics = greeting.querySelector(".choices");
if (topics) topics.replaceWith(suggestions([...topics.querySelectorAll("button")].map((b) => ({ title: b.textContent, choice: true })), send));
function empty() {
  messages.replaceChildren(greeting);
  chat.shown.clear();
  sent.clear();
  chat.synced = 0;
}
async function restore() {
  restoring = true;
  log.removeAttribute("role");
  if (chat.token) {
    greeting.remove();
    const status = await fetchNew(20);
    if (!chat.synced) empty();
    if (status !== 200 && status !== 401) say("alert", "We could not load your earlier messages. Please reload the page.");
  }
  for (const { id, words } of tab.get("unsent") || []) {
    if (sent.has(id)) continue;
    const item = { id, words, node: mine(words) };
    sent.set(id, item);
    add(item.node);
    fail(item, 0, {});
  }
  restoring = false;
  toEnd();
  keepUnsent();
  log.setAttribute("role", "log");
}
text.value = tab.get("draft") || "";
line = restore();
watchOtherTabs({
  wrote: () => catchUp(),
  began: () => { line = line.then(restore); },
  deleted: empty,
});

/* -- connection -- */
function online() {
  $("offline").hidden = navigator.onLine;
  if (navigator.onLine && chat.synced) catchUp();
}
window.addEventListener("online", online);
window.addEventListener("offline", online);
online();

/* -- the end of the session: the assistant forgets, the page does not -- */
setInterval(() => {
  const left = chat.endsAt - Date.now();
  $("session").hidden = !chat.endsAt || left > WARN_MS;
  if ($("session").hidden) return;
  say("session-words", left > 0
    ? `At ${new Date(chat.endsAt).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" })} the assistant will start afresh, because you have been away. Your messages stay here. To go on, just write.`
    : "The assistant has started afresh, because you have been away. Your messages are still here. To go on, just write.");
}, 5000);
$("go-on").addEventListener("click", () => text.focus());

/* -- views -- */
let opener = null;
/* Loaded when first opened. If one cannot be loaded, the form still sends itself. */
const parts = {
  contact: async () => (await import("./contact.js")).contactForm(() => catchUp(), on),
  privacy: async () => (await import("./privacy.js")).privacyView(() => {
    text.value = "";
    for (const key of ["draft", "unsent"]) tab.set(key, null);
    empty();
  }),
};
const loaded = {};
function show(name) {
  if (name !== "chat") opener = document.activeElement;
  for (const view of document.querySelectorAll(".view")) view.classList.toggle("on", view.id === name);
  if (name === "chat") return (opener && opener.offsetParent ? opener : text).focus();
  $(name + "-title").focus();
  loaded[name] ||= parts[name]();
  loaded[name].then((opened) => opened(), () => { loaded[name] = null; });
}
$("person").addEventListener("click", () => show("contact"));
$("private").addEventListener("click", () => show("privacy"));
for (const back of document.querySelectorAll(".back")) back.addEventListener("click", () => show("chat"));

/* -- inside the widget's frame -- */
const close = () => window.parent.postMessage({ mend: "close" }, "*");
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  if (!$("chat").classList.contains("on")) show("chat");
  else if (framed) close();
});
if (framed) {
  $("close").addEventListener("click", close);
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || !event.data) return;
    if (event.data.mend === "layout") $("close").hidden = !event.data.full;
    if (event.data.mend === "focus" && $("chat").classList.contains("on")) text.focus();
  });
  window.parent.postMessage({ mend: "ready" }, "*");
}
