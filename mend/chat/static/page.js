/* Marks the page as able to chat. Without this mark it is a contact form (chat.css). */
"use strict";
if ("noModule" in HTMLScriptElement.prototype) {
  const page = document.documentElement.classList;
  page.add("js");
  // A script that did not arrive: better a form that works than a chat that does not.
  window.addEventListener("error", (event) => { if (event.target.tagName === "SCRIPT") page.remove("js"); }, true);
}
