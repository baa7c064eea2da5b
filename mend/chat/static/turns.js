/* Makes what stands in the transcript. Everything is put in as text, never as HTML. */
const numbers = JSON.parse(document.body.dataset.numbers);
export const phone = numbers.phone;
const LABEL = {
  emergency: "Emergency: act now",
  same_day: "Get this checked today",
  soon: "See a doctor in the next few days",
};

export const $ = (id) => document.getElementById(id);
export const say = (id, words) => { if ($(id).textContent !== words) $(id).textContent = words; };
export function el(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child));
  return node;
}
export const button = (title, onclick, more) => el("button", { type: "button", textContent: title, onclick, ...more });

const patterns = numbers.known.map(([words]) => words.replace(/[^\w ]/g, "\\$&"));
const known = new RegExp("(?<![\\d+])(" + patterns.join("|") + ")(?!\\d)", "g");
const tel = Object.fromEntries(numbers.known);
/* Returns a line in which the numbers we know are links to tap. */
export const linked = (line) => line.split(known).map((part) => tel[part] ? el("a", { href: tel[part], textContent: part }) : part);

const flag = (words) => el("p", { className: "flag", textContent: words });
/* Puts the blocks of a message into its bubble; those on when to get help in a box. */
function fill(bubble, blocks) {
  let box;
  for (const { kind, items, mark } of blocks) {
    box = mark === "help" && (box || el("div", { className: "stop soon" }, flag("When to get help")));
    if (box) bubble.append(box);
    (box || bubble).append(kind === "text" ? el("p", mark && { className: "point" }, ...linked(items[0]))
      : el(kind === "steps" ? "ol" : "ul", null, ...items.map((words) => el("li", null, ...linked(words)))));
  }
}

/* Returns a list item of one side: who said it is told to screen readers only. */
const item = (who, kind, ...parts) => el("li", { className: "turn " + kind }, el("span", { className: "away", textContent: who + " said:" }), ...parts);
export const mine = (words) => item("You", "mine", el("div", { className: "bubble", textContent: words }));

export function suggestions(choices, choose) {
  const list = el("ul", { className: "choices", "aria-label": "Suggestions" });
  for (const { title, choice } of choices) {
    list.append(el("li", null, button(title, (event) => {
      if (list.dataset.chosen) return;
      list.dataset.chosen = title;
      // Kept, not removed: the focus would fall to the top of the page.
      for (const b of list.querySelectorAll("button")) b.setAttribute("aria-disabled", "true");
      event.target.classList.add("chosen");
      choose(title, choice);
    })));
  }
  return list;
}

function origins(sources) {
  const list = el("ul", { className: "sources" });
  for (const { title, url, written, kind, strength } of sources) {
    const sure = [kind, strength].filter(Boolean).join(": ");
    const about = [written, sure.charAt(0).toUpperCase() + sure.slice(1)].filter(Boolean).join(". ");
    list.append(el("li", null, url ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer", textContent: title }) : title,
      about && el("div", { textContent: about + "." })));
  }
  return el("details", { className: "more" }, el("summary", { textContent: "Where this comes from" }), list);
}

const SVG = "http://www.w3.org/2000/svg";
function thumb() {
  const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 20 20");
  path.setAttribute("d", "M2 9h3v8H2zM7 9l3-7c2 0 2 2 1 5h5c2 0 2 2 1 4l-2 5q-.5 1-2 1H7z");
  svg.append(path);
  return svg;
}
function rating(seq, tell) {
  const group = el("div", { className: "more rate", role: "group", "aria-label": "Was this helpful?" });
  const thanks = (words) => {
    group.replaceChildren(el("span", { textContent: words, tabIndex: -1 }));
    group.firstChild.focus();
  };
  const no = () => {
    tell(seq, false, null);
    const box = el("textarea", { id: "why" + seq, rows: 2, maxLength: 1000 });
    const wrong = el("p", { className: "problem", role: "alert" });
    group.replaceChildren(el("form", { onsubmit: async (event) => {
      event.preventDefault();
      if (!box.value.trim() || await tell(seq, false, box.value)) thanks("Thank you. Our staff will read it.");
      else wrong.textContent = "Not sent. Please try again.";
    } }, el("label", { htmlFor: box.id, textContent: "What was missing or wrong? (You can leave this empty.)" }), box, wrong,
    el("button", { className: "plain", textContent: "Send to the staff" })));
    group.scrollIntoView({ block: "nearest" });
    box.focus();
  };
  const vote = (word, label, onclick) => {
    const made = button("", onclick, { className: "plain " + word.toLowerCase(), "aria-label": label });
    made.append(thumb(), word);
    return made;
  };
  group.append("Was this helpful?",
    vote("Yes", "Yes, this was helpful", async () => thanks(await tell(seq, true, null) ? "Thank you." : "Not sent, but thank you.")),
    vote("No", "No, this was not helpful", no));
  return group;
}

/* Returns all replies of a turn as one list item, so that it is announced once. `on`
   says what happens: choose(title, choice), tell(seq, helpful, comment), contact(). */
export function turn({ outcome, urgency, messages }, on) {
  const level = urgency || "emergency";
  const made = item(messages[0].sender === "staff" ? "Staff" : "Assistant", "");
  messages.forEach((part, position) => {
    const bubble = el("div", { className: "bubble" });
    if (outcome === "red_flag" && !position) {
      bubble.classList.add("urgent", level);
      bubble.append(flag(LABEL[level]));
      for (const [words, href] of numbers[level] || []) {
        bubble.append(el("p", null, el("a", { className: "call", href, textContent: "Call " + words })));
      }
    }
    fill(bubble, part.blocks);
    if (part.picture) bubble.append(el("img", { loading: "lazy", decoding: "async", alt: part.picture.alt, src: part.picture.src }));
    made.append(bubble);
    if (part.sources.length) made.append(origins(part.sources));
    if (part.form) made.append(button("Ask the clinic to contact me", on.contact, { className: "main" }));
    if (part.choices.length) made.append(suggestions(part.choices, on.choose));
    if (part.answer && outcome === "answered") made.append(rating(part.seq, on.tell));
  });
  return made;
}
