/* The chat page. Everything shown is put in as text, never as HTML. */
"use strict";
document.documentElement.classList.add("js");

document.addEventListener("DOMContentLoaded", () => {
  const $ = (id) => document.getElementById(id);
  const log = $("log"), messages = $("messages"), text = $("text");
  const numbers = JSON.parse(document.body.dataset.numbers);
  const limit = Number(document.body.dataset.limit);
  const framed = window.parent !== window;
  const LABEL = {
    emergency: "Emergency: act now",
    same_day: "Get this checked today",
    soon: "See a doctor in the next few days",
  };

  /* -- small helpers -- */
  function el(tag, props, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props || {})) {
      if (name in node) node[name] = value;
      else node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child != null && child !== false));
    return node;
  }
  const button = (title, onclick, more) => el("button", { type: "button", textContent: title, onclick, ...more });
  const newId = () => crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g,
    (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
  const store = { // storage can be blocked inside a frame: then the chat lasts as long as the page
    get(key) { try { return sessionStorage.getItem("mend." + key); } catch { return null; } },
    set(key, value) {
      try { value ? sessionStorage.setItem("mend." + key, value) : sessionStorage.removeItem("mend." + key); } catch { /* see above */ }
    },
  };

  /* -- server -- */
  let token = store.get("token");
  const signed = {}; // the greeting's buttons, as the server made them for this conversation
  async function call(method, path, body) {
    const headers = {};
    if (token) headers.Authorization = "Bearer " + token;
    if (body) headers["Content-Type"] = "application/json";
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 45000);
    try {
      const answer = await fetch("/api/chat/" + path, {
        method, headers, body: body && JSON.stringify(body), signal: stop.signal, cache: "no-store", credentials: "omit",
      });
      return { status: answer.status, data: answer.status === 204 ? {} : await answer.json() };
    } catch {
      return { status: 0, data: {} };
    } finally { clearTimeout(timer); }
  }
  /* Opens a conversation when the first thing is sent, not before. */
  async function inConversation(method, path, body) {
    for (let attempt = 0; ; attempt++) {
      if (!token) {
        const opened = await call("POST", "conversations", {});
        if (opened.status !== 201) return opened;
        token = opened.data.token;
        store.set("token", token);
        for (const { choices } of opened.data.messages) for (const c of choices) signed[c.title] = c.choice;
      }
      const answer = await call(method, path, typeof body === "function" ? body() : body);
      if (answer.status !== 401 || attempt) return answer;
      token = null; // ended or deleted elsewhere: go on in a new one
      store.set("token", null);
    }
  }

  /* -- showing -- */
  const escaped = numbers.known.map(([words]) => words.replace(/[^\w ]/g, "\\$&"));
  const known = new RegExp("(?<![\\d+])(" + escaped.join("|") + ")(?!\\d)", "g");
  const tel = Object.fromEntries(numbers.known);
  function linked(line) { // numbers we know become links to tap
    return line.split(known).map((part) => tel[part] ? el("a", { href: tel[part], textContent: part }) : part);
  }
  function blocks(words) {
    const found = [];
    for (const part of words.split(/\n{2,}/)) {
      let list = null;
      for (const line of part.split("\n")) {
        if (line.startsWith("- ")) {
          if (!list) found.push(list = el("ul"));
          list.append(el("li", null, ...linked(line.slice(2))));
        } else if (line.trim()) {
          list = null;
          found.push(el("p", null, ...linked(line)));
        }
      }
    }
    return found;
  }
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  function add(item, always) {
    const follow = always || atEnd();
    messages.append(item);
    if (!follow) $("newer").hidden = false;
    else item.scrollIntoView({ block: item.offsetHeight > log.clientHeight * 0.9 ? "start" : "end" });
  }
  function mine(words) {
    return el("li", { className: "turn mine" }, el("span", { className: "away", textContent: "You said:" }),
      el("div", { className: "bubble", textContent: words }));
  }
  function suggestions(choices) {
    const list = el("ul", { className: "choices", "aria-label": "Suggestions" });
    for (const { title, choice } of choices) list.append(el("li", null, button(title, () => choose(list, title, choice))));
    return list;
  }
  function choose(list, title, choice) {
    const buttons = [...list.querySelectorAll("button")];
    if (buttons.some((b) => b.ariaDisabled === "true" || b.getAttribute("aria-disabled"))) return;
    // Kept, not removed: the focus would fall to the top of the page.
    buttons.forEach((b) => b.setAttribute("aria-disabled", "true"));
    send(title, choice);
  }
  function origins(sources) {
    const list = el("ul", { className: "sources" });
    for (const s of sources) {
      const name = s.url ? el("a", { href: s.url, target: "_blank", rel: "noopener noreferrer", textContent: s.title }) : s.title;
      const kind = [s.kind, s.strength].filter(Boolean).join(": ");
      const about = [s.written, kind.charAt(0).toUpperCase() + kind.slice(1)].filter(Boolean).join(". ");
      list.append(el("li", null, name, about && el("div", { textContent: about + "." })));
    }
    return el("details", { className: "more" }, el("summary", { textContent: "Where this comes from" }), list);
  }
  function rating(seq) {
    const group = el("div", { className: "more rate", role: "group", "aria-label": "Was this helpful?" });
    const tell = async (helpful, comment) => (await inConversation("POST", "feedback", { message: seq, helpful, comment })).status === 204;
    const thanks = (words) => { group.replaceChildren(el("span", { textContent: words, tabIndex: -1 })); group.firstChild.focus(); };
    const no = () => {
      tell(false, null);
      const box = el("textarea", { id: "why" + seq, rows: 2, maxLength: 1000 });
      const wrong = el("p", { className: "problem", role: "alert" });
      group.replaceChildren(el("form", { onsubmit: async (event) => {
        event.preventDefault();
        if (!box.value.trim() || await tell(false, box.value)) thanks("Thank you. Our staff will read it.");
        else wrong.textContent = "Not sent. Please try again.";
      } }, el("label", { htmlFor: box.id, textContent: "What was missing or wrong?" }), box, wrong,
      el("button", { className: "plain", textContent: "Send to the staff" })));
      group.scrollIntoView({ block: "nearest" });
      box.focus();
    };
    group.append("Was this helpful?",
      button("Yes", async () => thanks(await tell(true, null) ? "Thank you." : "Not sent, but thank you."), { className: "plain", "aria-label": "Yes, this was helpful" }),
      button("No", no, { className: "plain", "aria-label": "No, this was not helpful" }));
    return group;
  }
  /* All replies of a turn are one list item, so that it is announced once. */
  function turn(outcome, urgency, parts) {
    const item = el("li", { className: "turn" }, el("span", { className: "away", textContent: "Assistant said:" }));
    parts.forEach((part, position) => {
      const urgent = outcome === "red_flag" && !position;
      const level = urgency || "emergency";
      const bubble = el("div", { className: "bubble" + (urgent ? " urgent " + level : "") });
      if (urgent) bubble.append(el("p", { className: "flag", textContent: LABEL[level] }));
      bubble.append(...blocks(part.text));
      if (urgent) for (const [words, href] of numbers[level] || []) {
        bubble.append(el("p", null, el("a", { className: "call", href, textContent: "Call " + words })));
      }
      item.append(bubble);
      if (part.sources.length) item.append(origins(part.sources));
      if (part.form) item.append(button("Ask the clinic to contact me", () => show("contact"), { className: "main" }));
      if (part.choices.length) item.append(suggestions(part.choices));
      if (part.answer && outcome === "answered") item.append(rating(part.seq));
    });
    return item;
  }

  /* -- sending -- */
  let line = Promise.resolve(); // one after the other, in the order of typing
  const say = (id, words) => { if ($(id).textContent !== words) $(id).textContent = words; };
  function send(words, choice) {
    const item = { id: newId(), words, choice, from: token, node: mine(words) };
    add(item.node, true);
    queue(item);
  }
  function queue(item) {
    say("alert", "");
    say("status", "Sending …");
    line = line.then(() => deliver(item));
  }
  async function deliver(item) {
    const slow = setTimeout(() => say("status", "Still working on it. This can take up to 20 seconds."), 3000);
    const answer = await inConversation("POST", "messages", () => {
      // A button of a chat that has ended counts as its words.
      const choice = item.choice && (item.from === token && item.choice !== true ? item.choice : signed[item.words]);
      return choice ? { id: item.id, choice } : { id: item.id, text: item.words };
    });
    clearTimeout(slow);
    say("status", "");
    const { status, data } = answer;
    const told = status === 200 ? data : data.turn;
    if (told) add(turn(told.outcome, told.urgency, told.messages));
    if (!told) failed(item, status, data);
  }
  function failed(item, status, data) {
    const bubble = item.node.querySelector(".bubble");
    const again = status === 0 || status >= 429 || status === 401;
    bubble.classList.add("unsent");
    const row = el("div", { className: "failed" }, el("span", { textContent: "Not sent." }));
    if (again) row.append(button("Try again", () => {
      bubble.classList.remove("unsent");
      row.remove();
      text.focus();
      queue(item);
    }, { className: "plain" }));
    item.node.append(row);
    const wait = data.retry_after > 1 ? ` Please wait ${data.retry_after} seconds.` : "";
    say("alert", status === 0 ? "Your message was not sent. Check your connection, then choose “Try again”."
      : `Your message was not sent. ${data.detail || data.title || ""}${wait}`);
    log.scrollTop = log.scrollHeight;
  }

  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    const words = text.value.trim();
    if (!words) return say("alert", "Write a message first.");
    text.value = "";
    store.set("draft", null);
    $("hint").textContent = hint;
    send(words);
    text.focus();
  });
  const hint = $("hint").textContent;
  text.addEventListener("input", () => {
    store.set("draft", text.value);
    const left = limit - text.value.length;
    $("hint").textContent = left < 100 ? `${left} characters left.` : hint;
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      $("composer").requestSubmit();
    }
  });
  text.value = store.get("draft") || "";
  $("newer").addEventListener("click", () => { log.scrollTop = log.scrollHeight; log.focus(); });
  log.addEventListener("scroll", () => { if (atEnd()) $("newer").hidden = true; });
  for (const line of $("greeting").querySelectorAll(".bubble p")) line.replaceChildren(...linked(line.textContent));
  const greeting = $("greeting").querySelector(".choices");
  if (greeting) greeting.replaceWith(suggestions([...greeting.querySelectorAll("button")].map((b) => ({ title: b.textContent, choice: true }))));

  /* -- history after a reload; the log becomes live only afterwards, so it is not read out -- */
  async function restore() {
    if (token) {
      const { status, data } = await call("GET", "messages?after=0");
      if (status === 401) { token = null; store.set("token", null); }
      if (status === 200) {
        history(data.messages);
        log.scrollTop = log.scrollHeight;
      }
      else if (status !== 401) say("alert", "We could not load your earlier messages. Please reload the page.");
    }
    log.setAttribute("role", "log");
  }
  function history(rows) {
    messages.replaceChildren();
    let open = null;
    for (const row of rows) {
      if (row.sender === "visitor") { messages.append(mine(row.text)); open = null; continue; }
      if (!open || open.outcome !== row.outcome) {
        open = { outcome: row.outcome, parts: [], node: el("li") };
        messages.append(open.node);
      }
      open.parts.push(row);
      const node = turn(row.outcome, row.urgency, open.parts);
      open.node.replaceWith(node);
      open.node = node;
    }
    const last = rows[rows.length - 1];
    if (last && last.sender === "visitor") wait(last.seq, 10);
  }
  async function wait(seq, tries) { // the answer was still on its way when the page was left
    say("status", "Waiting for the answer …");
    const { status, data } = await call("GET", "messages?after=" + seq);
    const rows = status === 200 ? data.messages : [];
    if (!rows.length && tries) return setTimeout(wait, 3000, seq, tries - 1);
    say("status", "");
    if (rows.length) add(turn(rows[0].outcome, rows[0].urgency, rows));
  }

  /* -- views -- */
  let opener = null;
  function show(name) {
    if (name !== "chat") opener = document.activeElement;
    for (const view of document.querySelectorAll(".view")) view.classList.toggle("on", view.id === name);
    if (name === "chat") (opener && opener.offsetParent ? opener : text).focus();
    else $(name + "-title").focus();
  }
  $("person").addEventListener("click", () => show("contact"));
  $("private").addEventListener("click", () => show("privacy"));
  document.querySelectorAll(".back").forEach((b) => b.addEventListener("click", () => show("chat")));
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
  const online = () => { $("offline").hidden = navigator.onLine; };
  window.addEventListener("online", online);
  window.addEventListener("offline", online);
  online();

  /* -- contact form: check, review, send; what was typed is kept until it is stored -- */
  const form = $("details");
  const FIELDS = ["name", "phone", "email", "preferred_time", "note"];
  let request = null;
  const field = (name) => form.elements[name];
  const only = (part) => ["edit", "review", "sent"].forEach((id) => { $(id).hidden = id !== part; });
  $("next").textContent = "Check and send";
  function showErrors(errors) {
    for (const name of [...FIELDS, "consent"]) {
      const found = errors.find((e) => e.field === name);
      const place = $("e-" + name);
      place.textContent = found ? found.text : "";
      place.hidden = !found;
      found ? field(name).setAttribute("aria-invalid", "true") : field(name).removeAttribute("aria-invalid");
    }
    $("summary").hidden = !errors.length;
    $("summary").querySelector("ul").replaceChildren(...errors.map((e) => el("li", null,
      el("a", { href: "#f-" + e.field, textContent: e.text, onclick: (event) => { event.preventDefault(); field(e.field).focus(); } }))));
    if (errors.length) { only("edit"); $("summary").focus(); }
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const values = Object.fromEntries(FIELDS.map((name) => [name, field(name).value.trim()]));
    const errors = [];
    if (!values.name) errors.push({ field: "name", text: "Enter your name." });
    if (!values.phone && !values.email) errors.push({ field: "phone", text: "Enter a phone number or an email address, so that we can reach you." });
    if (!field("consent").checked) errors.push({ field: "consent", text: "Tick the box, so that we may use your details to contact you." });
    showErrors(errors);
    if (errors.length) return;
    const same = request && FIELDS.every((name) => request[name] === values[name]);
    request = { ...values, consent: true, id: same ? request.id : newId() };
    $("review").querySelector("dl").replaceChildren(...FIELDS.filter((name) => values[name]).flatMap((name) => [
      el("dt", { textContent: form.querySelector(`label[for="f-${name}"]`).textContent }), el("dd", { textContent: values[name] })]));
    only("review");
    $("review").querySelector("h3").focus();
  });
  $("change").addEventListener("click", () => { only("edit"); field("name").focus(); });
  $("send-details").addEventListener("click", async () => {
    const problem = $("review").querySelector(".problem");
    const trigger = $("send-details");
    if (trigger.getAttribute("aria-disabled")) return;
    trigger.setAttribute("aria-disabled", "true");
    problem.textContent = "";
    const { status, data } = await inConversation("POST", "consultations", request);
    trigger.removeAttribute("aria-disabled");
    if (status === 422 && data.errors) return showErrors(data.errors);
    if (status !== 201) {
      problem.textContent = (status ? (data.detail || data.title || "That did not work.") : "Not sent. Check your connection.")
        + " Your details are still here. Please try again, or call " + numbers.phone + ".";
      return;
    }
    const told = turn(data.outcome, data.urgency, data.messages);
    messages.append(turn(data.outcome, data.urgency, data.messages));
    $("sent").querySelector("h3").textContent = "Thank you. Your reference is " + data.reference;
    $("sent").querySelector("div").replaceChildren(...told.querySelectorAll(".bubble"));
    form.reset();
    request = null;
    only("sent");
    $("sent").querySelector("h3").focus();
  });
  $("person").addEventListener("click", () => { if (!$("sent").hidden) only("edit"); });

  /* -- privacy -- */
  $("download").addEventListener("click", async () => {
    if (!token) return say("privacy-status", "Nothing is stored yet.");
    const { status, data } = await call("GET", "conversation");
    if (status !== 200) return say("privacy-status", "That did not work. Please try again.");
    const url = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }));
    el("a", { href: url, download: "my-chat.json" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    say("privacy-status", "Your chat was saved as my-chat.json.");
  });
  $("delete").addEventListener("click", () => { $("sure").hidden = false; $("delete-yes").focus(); });
  $("delete-no").addEventListener("click", () => { $("sure").hidden = true; $("delete").focus(); });
  $("delete-yes").addEventListener("click", async () => {
    const { status } = token ? await call("DELETE", "conversation") : { status: 204 };
    if (status !== 204 && status !== 401) return say("privacy-status", "That did not work. Please try again.");
    token = null;
    ["token", "draft"].forEach((key) => store.set(key, null));
    text.value = "";
    messages.replaceChildren();
    $("sure").hidden = true;
    $("delete").focus();
    say("privacy-status", "Your chat was deleted.");
  });

  restore();
});
