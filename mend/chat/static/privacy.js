/* The privacy view: what is stored and for how long, save it, delete it. */
import { call, chat, forget } from "./server.js";
import { $, el, say } from "./turns.js";

/* Sets the view up; `deleted` is called when the chat is gone. Returns what to do
   whenever the view is opened. */
export async function privacyView(deleted) {
  const tell = (words) => say("privacy-status", words);
  const answer = await fetch("/chat/privacy", { credentials: "omit" }).catch(() => ({}));
  if (!answer.ok) {
    tell("This could not be loaded. Please try again.");
    throw new Error("not loaded");
  }
  // Our own page, and only what it says: nothing in it runs.
  $("privacy-text").append(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
  $("download").addEventListener("click", async () => {
    if (!chat.token) return tell("Nothing is stored yet.");
    const { status, data } = await call("GET", "conversation");
    if (status !== 200) return tell("That did not work. Please try again.");
    const url = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }));
    el("a", { href: url, download: "my-chat.json" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    tell("Your chat was saved as my-chat.json.");
  });
  const ask = (open) => {
    $("sure").hidden = !open;
    $(open ? "delete-yes" : "delete").focus();
  };
  $("delete").addEventListener("click", () => { tell(""); ask(true); });
  $("delete-no").addEventListener("click", () => ask(false));
  $("delete-yes").addEventListener("click", async () => {
    const { status } = chat.token ? await call("DELETE", "conversation") : { status: 204 };
    if (status !== 204 && status !== 401) return tell("That did not work. Please try again.");
    forget();
    deleted();
    ask(false);
    tell("Your chat was deleted.");
  });
  const list = (id, lines) => $(id).replaceChildren(...lines.map((textContent) => el("li", { textContent })));
  return async () => {
    tell("");
    $("sure").hidden = true;
    const { status, data } = chat.token ? await call("GET", "conversation") : {};
    if (status !== 200) return;
    list("also", data.also_stored || []);
    if (data.kept_after_deletion) list("kept", data.kept_after_deletion);
  };
}
