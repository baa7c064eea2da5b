// Keep the queue up to date while it is looked at: ask for the same page now and then
// and swap its lists in. Without this script the page reloads itself.
"use strict";
(() => {
  const EVERY_MS = 25000;
  const PARTS = ["now-banner", "now-tabs", "now-list"];
  const news = document.getElementById("news");
  const address = new URL(location.href);
  address.searchParams.set("auto", "1"); // nobody at the keyboard: no sign of life
  let newest = document.getElementById("now-banner").dataset.newest;
  let timer;

  // Where the keyboard is, so that it stays there when its list is swapped.
  const place = (part) => {
    const focused = document.activeElement;
    if (!part.contains(focused)) return null;
    return (fresh) => {
      const same = [...fresh.querySelectorAll("a")].find(
        (link) => link.getAttribute("href") === focused.getAttribute("href"),
      );
      if (same) same.focus();
    };
  };

  const swap = (page) => {
    document.title = page.title;
    if (!getSelection().isCollapsed) return; // somebody is copying from the list
    for (const id of PARTS) {
      const old = document.getElementById(id);
      const fresh = document.adoptNode(page.getElementById(id));
      if (old.outerHTML === fresh.outerHTML) continue;
      const focus = place(old);
      old.replaceWith(fresh);
      if (focus) focus(fresh);
    }
  };

  const announce = (banner) => {
    const { newest: now, words, href } = banner.dataset;
    if (now && now !== newest) {
      const link = document.createElement("a");
      link.href = href;
      link.textContent = words;
      news.replaceChildren(link);
    }
    newest = now;
  };

  const say = (words) => {
    if (news.textContent !== words) news.textContent = words;
  };

  const askLater = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, EVERY_MS);
  };

  const ask = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      if (answer.redirected) {
        say("You are signed out. Reload the page to sign in again.");
        return;
      }
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (news.dataset.lost) {
        delete news.dataset.lost;
        news.textContent = "";
      }
      announce(page.getElementById("now-banner"));
      swap(page);
    } catch {
      news.dataset.lost = "1";
      say("The desk does not answer. This list may be old.");
    }
    askLater();
  };

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) ask();
  });
  askLater();
})();
