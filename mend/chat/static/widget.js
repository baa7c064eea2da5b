/* Adds a chat button to a website: <script src="https://…/widget.js" defer></script>
   Optional: data-label="Chat with us". It opens nothing by itself and sets no cookies. */
(() => {
  "use strict";
  const script = document.currentScript;
  const home = new URL(".", script.src);
  const label = script.dataset.label || "Open chat";
  if (document.getElementById("mend-chat")) return;

  const SMALL = "(max-width: 30rem), (max-height: 34rem)";
  const css = `
    :host { all: initial; }
    * { box-sizing: border-box; font: 1rem/1.4 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
    button { position: fixed; right: 1rem; bottom: 1rem; z-index: 2147483000; min-height: 48px; padding: .6rem 1.3rem;
      border: 2px solid #fff; border-radius: 2rem; background: #1c5c58; color: #fff; font-weight: 600; cursor: pointer;
      box-shadow: 0 2px 10px rgba(0,0,0,.3); }
    :focus-visible { outline: 3px solid #1c5c58; outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
    .panel { position: fixed; right: 1rem; bottom: 5.2rem; z-index: 2147483000; width: min(26rem, calc(100vw - 2rem));
      height: min(44rem, calc(100vh - 6.5rem)); border: 1px solid #7d8785; border-radius: 1rem; overflow: hidden;
      background: #f7f3ec; color: #22302f; box-shadow: 0 6px 30px rgba(0,0,0,.3); }
    .panel[hidden] { display: none; }
    .panel p { padding: 1rem; margin: 0; }
    iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; background: transparent; color-scheme: light dark; }
    @media ${SMALL} {
      .panel { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; }
      .panel.ready:not([hidden]) ~ button { visibility: hidden; } /* the chat has its own close button */
    }
    @media (forced-colors: active) { button { border: 2px solid ButtonText; } }`;

  const host = document.createElement("div");
  host.id = "mend-chat";
  const root = host.attachShadow({ mode: "open" });
  if ("adoptedStyleSheets" in root && window.CSSStyleSheet) { // allowed under a strict style-src, too
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } else {
    const style = document.createElement("style");
    style.textContent = css;
    root.append(style);
  }

  const launcher = document.createElement("button");
  launcher.type = "button";
  launcher.textContent = label;
  launcher.setAttribute("aria-expanded", "false");
  launcher.setAttribute("aria-controls", "panel");
  launcher.setAttribute("aria-haspopup", "dialog");
  const panel = document.createElement("div");
  panel.id = "panel";
  panel.className = "panel";
  panel.hidden = true;
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-modal", "false");
  panel.setAttribute("aria-label", "Chat");
  const loading = document.createElement("p");
  loading.textContent = "Opening the chat …";
  panel.append(loading);
  root.append(panel, launcher);
  document.body.append(host);

  let frame = null, ready = false;
  const isOpen = () => !panel.hidden;
  const small = window.matchMedia(SMALL);
  const tell = (what) => ready && frame.contentWindow.postMessage({ mend: what, full: small.matches }, home.origin);
  function focusChat() { frame.focus(); tell("focus"); }
  small.addEventListener("change", () => tell("layout"));
  function open() {
    panel.hidden = false;
    launcher.textContent = "Close chat";
    launcher.setAttribute("aria-expanded", "true");
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = "Chat";
      frame.src = new URL("chat", home).href;
      panel.append(frame);
    } else if (ready) focusChat();
  }
  function close(keepFocus) {
    panel.hidden = true;
    launcher.textContent = label;
    launcher.setAttribute("aria-expanded", "false");
    if (!keepFocus) launcher.focus();
  }
  launcher.addEventListener("click", () => isOpen() ? close() : open());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen() && root.activeElement) close();
  });
  window.addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== home.origin || !event.data) return;
    if (event.data.mend === "ready") {
      ready = true;
      loading.hidden = true;
      panel.classList.add("ready");
      tell("layout");
      if (isOpen() && root.activeElement) focusChat();
    }
    if (event.data.mend === "close") close();
  });
  /* What has the focus on the page must not be under the chat (WCAG 2.4.11). */
  document.addEventListener("focusin", (event) => {
    const target = event.target;
    if (target === host || !target.getBoundingClientRect) return;
    requestAnimationFrame(() => {
      const under = () => {
        const t = target.getBoundingClientRect();
        const x = t.left + t.width / 2, y = t.top + t.height / 2;
        return [launcher, panel].some((over) => {
          const o = over.getBoundingClientRect();
          return x > o.left && x < o.right && y > o.top && y < o.bottom;
        });
      };
      if (!under()) return;
      window.scrollBy(0, target.getBoundingClientRect().top - 12);
      if (under() && isOpen()) close(true);
    });
  });
})();
