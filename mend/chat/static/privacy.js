/* The privacy page: save what is stored, or delete it. */
import { call, chat, forget } from "./server.js";
import { $, el, say } from "./turns.js";

/* Sets the page up; `deleted` is called when the chat is gone. Returns what to do
   whenever the page is opened. */
export function privacyPage(deleted) {
  const tell = (words) => say("privacy-status", words);
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
  return () => { tell(""); $("sure").hidden = true; };
}
