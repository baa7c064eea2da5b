/* Adds a chat button to a website: <script src="https://…/widget.js" async></script>
   It opens nothing by itself, sets no cookies and moves nothing on the page. Optional:

   data-position="left"      the other corner
   data-color="#7a2e52"      of the button; white text must be readable on it (4.5 : 1)
   data-open, data-close, data-title, data-wait   words of your own
   data-lang="pl"            their language */
(() => {
  "use strict";
  const script = document.currentScript;
  const home = new URL(".", script.src);
  const given = script.dataset;
  const words = {
    open: given.open || "Open chat",
    close: given.close || "Close chat",
    title: given.title || "Chat",
    wait: given.wait || "Opening the chat …",
  };
  const side = given.position === "left" ? "left" : "right";
  const complain = (text) => console.warn("Mend chat: " + text);

  /* Contrast with white as WCAG 2.2 counts it; 0 for what is not #rgb or #rrggbb. */
  function contrast(colour) {
    const digits = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(colour);
    if (!digits) return 0;
    const step = digits[1].length / 3;
    const [red, green, blue] = [0, 1, 2].map((position) => {
      const part = digits[1].substr(position * step, step);
      const value = parseInt(step === 1 ? part + part : part, 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
  }
  let colour = "#1c5c58";
  if (given.color && contrast(given.color) >= 4.5) colour = given.color;
  else if (given.color) {
    const found = Math.floor(contrast(given.color) * 10) / 10;
    complain(`data-color="${given.color}" is not used: ` + (found
      ? `white text on it has a contrast of ${found}, and 4.5 is needed. Take a darker one.`
      : "write it as #rrggbb."));
  }

  /* The page's styles do not reach in here, and `!important` keeps them off the host.
     Sizes follow the reader's own text size, but never a page's smaller one. */
  const SMALL = "(max-width: 480px), (max-height: 540px)";
  const css = `
    :host { all: initial !important; position: fixed !important; ${side}: 0 !important; bottom: 0 !important; z-index: 2147483000 !important;
      font: max(16px, 1rem)/1.4 system-ui, sans-serif !important; }
    @media print { :host { display: none !important; } }
    * { box-sizing: border-box; }
    button { position: fixed; ${side}: 1em; bottom: 1em; min-height: 48px; padding: .6em 1.4em; font: inherit;
      border: 2px solid #fff; border-radius: 2em; background: ${colour}; color: #fff; font-weight: 600; cursor: pointer;
      box-shadow: 0 2px 12px rgba(0,0,0,.3); }
    button:hover { box-shadow: 0 2px 12px rgba(0,0,0,.3), inset 0 0 0 2px #fff; }
    :focus-visible { outline: 3px solid ${colour}; outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
    .panel { position: fixed; ${side}: 1em; bottom: 5.2em; width: min(27em, 100vw - 2em); height: min(46em, 100vh - 6.5em);
      border: 1px solid #7d8785; border-radius: 1.1em; overflow: hidden; background: #f7f3ec; color: #22302f; box-shadow: 0 8px 40px rgba(0,0,0,.28); }
    .panel[hidden], [hidden] { display: none; }
    p { margin: 0; padding: 1.2em; }
    a { color: #1c5c58; }
    iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; background: transparent; color-scheme: light dark; }
    @media ${SMALL} {
      .panel { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; }
      .panel.ready:not([hidden]) ~ button { visibility: hidden; } /* the chat has its own close button */
    }
    @media (forced-colors: active) { button { border-color: ButtonText; } }`;

  function start() {
    if (document.getElementById("mend-chat")) return complain("the script is on this page twice.");
    const host = document.createElement("div");
    host.id = "mend-chat";
    if (given.lang) host.lang = given.lang;
    const root = host.attachShadow({ mode: "open" });
    if ("adoptedStyleSheets" in root) { // allowed under a strict style-src, too
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
    launcher.textContent = words.open;
    for (const [name, value] of [["expanded", "false"], ["controls", "panel"], ["haspopup", "dialog"]]) launcher.setAttribute("aria-" + name, value);
    const panel = document.createElement("div");
    panel.id = "panel";
    panel.className = "panel";
    panel.hidden = true;
    for (const [name, value] of [["role", "dialog"], ["aria-modal", "false"], ["aria-label", words.title]]) panel.setAttribute(name, value);
    const loading = document.createElement("p");
    loading.textContent = words.wait + " ";
    panel.append(loading);
    root.append(panel, launcher);
    document.body.append(host);

    const address = new URL("chat", home).href;
    const small = window.matchMedia(SMALL);
    let frame = null, ready = false;
    const isOpen = () => !panel.hidden;
    const tell = (what) => ready && frame.contentWindow.postMessage({ mend: what, full: small.matches }, home.origin);
    function focusChat() { frame.focus(); tell("focus"); }
    small.addEventListener("change", () => tell("layout"));
    /* A frame that may not be shown says nothing: give a way in after a while. */
    function stuck() {
      if (ready) return;
      complain(`the chat did not open. Is ${location.origin} among the allowed_sites of the clinic?`);
      const link = document.createElement("a");
      link.href = address;
      link.target = "_blank";
      link.textContent = words.title;
      loading.append(link);
      frame.hidden = true;
    }
    /* Loads the chat when somebody is about to open it: that is sooner than the click. */
    function load() {
      if (frame) return;
      frame = document.createElement("iframe");
      frame.title = words.title;
      frame.src = address;
      panel.append(frame);
      setTimeout(stuck, 8000);
    }
    function open() {
      panel.hidden = false;
      launcher.textContent = words.close;
      launcher.setAttribute("aria-expanded", "true");
      load();
      if (ready) focusChat();
    }
    function close(keepFocus) {
      panel.hidden = true;
      launcher.textContent = words.open;
      launcher.setAttribute("aria-expanded", "false");
      if (!keepFocus) launcher.focus();
    }
    launcher.addEventListener("pointerenter", load);
    launcher.addEventListener("click", () => isOpen() ? close() : open());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && isOpen() && root.activeElement) close();
    });
    window.addEventListener("message", (event) => {
      if (!frame || event.source !== frame.contentWindow || event.origin !== home.origin || !event.data) return;
      if (event.data.mend === "ready") {
        ready = true;
        loading.hidden = true;
        frame.hidden = false;
        panel.classList.add("ready");
        tell("layout");
        if (isOpen() && root.activeElement) focusChat();
      }
      if (event.data.mend === "close") close();
    });
    /* What has the focus on the page must not be under the chat (WCAG 2.4.11). */
    document.addEventListener("focusin", ({ target }) => {
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
  }
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
