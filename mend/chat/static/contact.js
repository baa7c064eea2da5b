/* The form for being contacted: check, review, send, cancel. What was typed is kept
   until it is stored. */
import { call, chat, inConversation, newId } from "./server.js";
import { $, button, el, phone, turn } from "./turns.js";

const FIELDS = ["name", "phone", "email", "preferred_time", "note"];

/* Sets the form up; `stored` is called when something was written into the chat, `on`
   is what `turn` needs. Returns what to do whenever the form is opened. */
export function contactForm(stored, on) {
  const form = $("details");
  const title = document.title;
  let request = null;
  const field = (name) => form.elements[name];
  const part = (id) => {
    for (const one of ["edit", "review", "sent"]) $(one).hidden = one !== id;
    const heading = $(id).querySelector("h3");
    if (id !== "edit") heading.focus();
    return heading;
  };
  $("next").textContent = "Check and send";

  function showErrors(errors) {
    document.title = (errors.length ? "Error: " : "") + title;
    for (const name of [...FIELDS, "consent"]) {
      const found = errors.find((error) => error.field === name);
      const place = $("e-" + name);
      place.textContent = found ? found.text : "";
      place.hidden = !found;
      if (found) field(name).setAttribute("aria-invalid", "true");
      else field(name).removeAttribute("aria-invalid");
    }
    const summary = $("summary");
    summary.hidden = !errors.length;
    summary.querySelector("ul").replaceChildren(...errors.map((error) => el("li", null, el("a", {
      href: "#f-" + error.field,
      textContent: error.text,
      onclick: (event) => { event.preventDefault(); field(error.field).focus(); },
    }))));
    if (!errors.length) return;
    part("edit");
    summary.focus();
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
    // The same content keeps its id, so that it is stored once however often it is sent.
    const same = request && FIELDS.every((name) => request[name] === values[name]);
    request = { ...values, consent: true, id: same ? request.id : newId() };
    $("review").querySelector("dl").replaceChildren(...FIELDS.filter((name) => values[name]).flatMap((name) => [
      el("dt", { textContent: form.querySelector(`label[for="f-${name}"]`).textContent }), el("dd", { textContent: values[name] })]));
    part("review");
  });
  $("change").addEventListener("click", () => { part("edit"); field("name").focus(); });

  $("send-details").addEventListener("click", async () => {
    const problem = $("review").querySelector(".problem");
    const trigger = $("send-details");
    if (trigger.getAttribute("aria-disabled")) return;
    trigger.setAttribute("aria-disabled", "true");
    problem.textContent = "";
    const { status, data } = await inConversation("POST", "consultations", () => request);
    trigger.removeAttribute("aria-disabled");
    if (status === 422 && data.errors) return showErrors(data.errors);
    if (status !== 201) {
      problem.textContent = (status ? (data.detail || data.title || "That did not work.") : "Not sent. Check your connection.")
        + ` Your details are still here. Please try again, or call ${phone}.`;
      return;
    }
    form.reset();
    request = null;
    $("sent").querySelector("div").replaceChildren(...turn(data, on).querySelectorAll(".bubble"), cancelling(data.reference, false));
    part("sent").textContent = "Thank you. Your reference is " + data.reference;
    stored();
  });

  /* Returns a request with a way to take it back. */
  function cancelling(reference, named) {
    const place = el("div", { className: "request" });
    const problem = el("p", { className: "problem", role: "alert" });
    const ask = () => {
      const yes = button("Yes, cancel it", cancel, { className: "main" });
      place.replaceChildren(
        el("p", { textContent: `Cancel request ${reference}? The contact details you gave with it will be deleted.` }), problem,
        yes, button("Keep it", () => start().focus(), { className: "plain" }));
      yes.focus();
    };
    const start = () => {
      const made = button("Cancel this request", ask, { className: "plain" });
      place.replaceChildren(named && el("p", { textContent: `You asked us to contact you. Your reference is ${reference}.` }) || "", made);
      return made;
    };
    const cancel = async () => {
      const { status, data } = await call("DELETE", "consultations/" + reference);
      if (status !== 200) {
        problem.textContent = (status && data.detail || "That did not work. Please try again.") + ` You can also call ${phone}.`;
        return;
      }
      place.replaceChildren(el("p", { className: "done", tabIndex: -1, textContent: `Request ${reference} is cancelled.` }));
      place.firstChild.focus();
      stored();
    };
    start();
    return place;
  }

  return async () => {
    if (!$("sent").hidden) part("edit");
    $("requests").replaceChildren();
    const { status, data } = chat.token ? await call("GET", "conversation") : {};
    if (status !== 200) return;
    const open = data.cases.filter((one) => one.kind === "consultation" && one.status !== "closed");
    $("requests").replaceChildren(...open.map((one) => cancelling(one.reference, true)));
  };
}
