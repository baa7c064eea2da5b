"""Measure the chat on a website, side by side with deep-chat, in one run.

Run ``make bench-widget``. It prints a table and writes ``benchmarks/widget.md``;
nothing is asserted. How it is measured: see `EXPLAINED`.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import json
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page, Request, sync_playwright

from tests.browser.conftest import ARGUMENTS, chromium
from tests.browser.helpers import TAGS
from tests.chat.doubles import StandInRasa
from tests.chat.running import CLINIC, front_door

EXPLAINED = """\
Made by `make bench-widget`. Both are put on the same small page of a website and asked
the same question by the same browser. Behind each is a stand-in that answers at once,
so that what is measured is the chat and not the assistant. The connection and the
processor are those of a modest phone: 1.6 Mbit/s with 150 ms there and back, a quarter
of the machine's speed."""
PEER = "deep-chat@2.4.2"
PEER_SHA512 = (
    "wQNd6Z6HDoH7OMeoQKpmxDm9XdWrRjMkBJ2yl5tsYND9Dz2UCv/BdGVM8vK2V0mhO1u+OniHYPWDGvjlNxj"
    "CeQ=="
)
PEER_SCRIPT = "package/dist/deepChat.bundle.js"
QUESTION = "What is scar tissue?"
ANSWER = "Scar tissue is the skin's own repair."
# Lighthouse's "slow 4G" and its slowing of the processor.
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 0.75e6 / 8,
}
SLOWER = 4
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A clinic</title><link rel="icon" href="data:,">
<main><h1>A clinic</h1><p>Words about the clinic.</p>{}</main>{}</html>"""
LIVE = """() => {
  const found = (root) => [...root.querySelectorAll("*")].some((e) =>
    e.matches("[role=log], [aria-live=polite], [aria-live=assertive]")
    || e.shadowRoot && found(e.shadowRoot));
  return found(document); }"""


@dataclass
class Measured:
    """What one visit took: bytes as sent, seconds until it was there and usable."""

    bytes_at_once: int
    bytes_sent: int
    requests: int
    shown_s: float
    ready_s: float
    violations: int
    elements: int
    announced: bool
    what: list[str]


class Website:
    """A website of files held in memory, which answers deep-chat's questions, too."""

    def __init__(self) -> None:
        packed: dict[str, tuple[str, bytes]] = {}
        self.packed = packed
        answer = json.dumps({"text": ANSWER}).encode()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def reply(self, kind: str, body: bytes, encoding: str | None) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if encoding:
                    self.send_header("Content-Encoding", encoding)
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                if self.path not in packed:
                    return self.send_error(404)
                return self.reply(*packed[self.path], "gzip")

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.reply("application/json", answer, None)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def put(self, path: str, kind: str, content: bytes) -> None:
        """Add a file."""
        self.packed[path] = (kind, gzip.compress(content, 9))

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"


def peer_script(folder: Path) -> bytes:
    """Return deep-chat's script, fetched once from the npm registry.

    Raises:
        SystemExit: There is no npm, or what came is not the release we know.
    """
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"{PEER.replace('@', '-')}.tgz"
    if not archive.exists():
        try:
            fetch = ["npm", "pack", "--silent", PEER]
            subprocess.run(fetch, cwd=folder, check=True, capture_output=True)  # noqa: S603
        except (OSError, subprocess.CalledProcessError) as error:
            raise SystemExit(f"npm could not fetch {PEER}: {error}") from None
    found = hashlib.sha512(archive.read_bytes()).digest()
    if found != base64.b64decode(PEER_SHA512):
        raise SystemExit(f"{archive} is not {PEER} as it was published; delete it.")
    with tarfile.open(archive) as package:
        member = package.extractfile(PEER_SCRIPT)
        assert member is not None  # noqa: S101
        return member.read()


# Of a way to talk: when its button or box was there, when one could type, and what
# sends the question and waits for the answer.
Talk = Callable[[Page], tuple[float, float, Callable[[], None]]]


def talk_to_mend(page: Page) -> tuple[float, float, Callable[[], None]]:
    """Open the chat as soon as that is possible."""
    launcher = page.get_by_role("button", name="Open chat")
    launcher.wait_for()
    shown = time.time()
    launcher.click()
    box = page.frame_locator("iframe").get_by_label("Your message")
    box.fill(QUESTION)
    ready = time.time()

    def ask() -> None:
        box.press("Enter")
        page.frame_locator("iframe").get_by_text(ANSWER).wait_for()

    return shown, ready, ask


def talk_to_peer(page: Page) -> tuple[float, float, Callable[[], None]]:
    """Type into deep-chat, which is open from the start."""
    box = page.locator("deep-chat #text-input")
    box.wait_for()
    shown = time.time()
    box.fill(QUESTION)
    ready = time.time()

    def ask() -> None:
        box.press("Enter")
        page.locator("deep-chat").get_by_text(ANSWER).wait_for()

    return shown, ready, ask


def visit(browser: Browser, url: str, talk: Talk) -> Measured:
    """Visit a page for the first time, ask one question, look at the result."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))
    started = time.time()
    page.goto(url, wait_until="commit")
    shown, ready, ask = talk(page)
    loaded = [
        request
        for request in finished
        if not request.url.startswith(("data:", "blob:"))
    ]
    # The website's own page is the same for both and is not counted.
    of_the_chat = [request for request in loaded if request.url.rstrip("/") != url]
    sizes = [request.sizes()["responseBodySize"] for request in of_the_chat]
    at_once = [request.timing["startTime"] / 1000 < shown for request in of_the_chat]
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    ask()
    options = {"runOnly": {"type": "tag", "values": TAGS}}
    found = Axe().run(page, options=options).response["violations"]
    frames: list[Frame] = page.frames
    measured = Measured(
        bytes_at_once=sum(s for s, now in zip(sizes, at_once, strict=True) if now),
        bytes_sent=sum(sizes),
        requests=len(of_the_chat),
        shown_s=shown - started,
        ready_s=ready - started,
        violations=len(found),
        elements=sum(len(violation["nodes"]) for violation in found),
        announced=any(frame.evaluate(LIVE) for frame in frames),
        what=[violation["id"] for violation in found],
    )
    context.close()
    return measured


@contextmanager
def websites(folder: Path) -> Iterator[dict[str, tuple[str, Talk]]]:
    """Serve both; yield address and way of talking by name."""
    peer = PAGE.format(
        '<deep-chat connect=\'{"url": "/reply"}\' style="width: 22rem; height: 36rem">'
        "</deep-chat>",
        '<script type="module" src="/deepChat.bundle.js"></script>',
    )
    ours, theirs, rasa = Website(), Website(), StandInRasa()
    theirs.put("/", "text/html", peer.encode())
    theirs.put("/deepChat.bundle.js", "text/javascript", peer_script(folder))
    clinic = CLINIC.copy(update={"allowed_sites": (ours.url,)})
    with (
        tempfile.TemporaryDirectory() as var,
        front_door(Path(var), rasa, clinic) as door,
    ):
        script = f'<script src="{door.url}/widget.js" async></script>'
        ours.put("/", "text/html", PAGE.format("", script).encode())
        yield {"Mend": (ours.url, talk_to_mend), PEER: (theirs.url, talk_to_peer)}
    rasa.close()


def table(results: dict[str, list[Measured]]) -> str:
    """Return the figures as a Markdown table, medians over the visits."""
    one = {name: measured[0] for name, measured in results.items()}
    rows: list[tuple[str, Callable[[str], str]]] = [
        (
            "bytes sent to everybody who visits the website (gzip)",
            lambda n: f"{median(m.bytes_at_once for m in results[n]):,.0f}",
        ),
        (
            "bytes sent until one can chat (gzip)",
            lambda n: f"{median(m.bytes_sent for m in results[n]):,.0f}",
        ),
        ("requests", lambda n: f"{median(m.requests for m in results[n]):.0f}"),
        (
            "seconds until it is on the page",
            lambda n: f"{median(m.shown_s for m in results[n]):.2f}",
        ),
        (
            "seconds until one can type (Mend's button pressed at once)",
            lambda n: f"{median(m.ready_s for m in results[n]):.2f}",
        ),
        (
            "axe-core: rules broken (elements)",
            lambda n: f"{one[n].violations} ({one[n].elements})",
        ),
        ("which", lambda n: ", ".join(one[n].what) or "none"),
        ("answers are announced", lambda n: "yes" if one[n].announced else "no"),
    ]
    lines = [f"| | {' | '.join(results)} |", "|---|" + "---|" * len(results)]
    lines += [
        f"| {title} | {' | '.join(cell(name) for name in results)} |"
        for title, cell in rows
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--visits", type=int, default=5, help="first visits to each")
    parser.add_argument("--downloads", type=Path, default=Path("var/bench-widget"))
    parser.add_argument("--report", type=Path, default=Path("benchmarks/widget.md"))
    chosen = parser.parse_args()
    path = chromium()
    if path is None:
        raise SystemExit("no chromium found: apt-get install chromium")
    results: dict[str, list[Measured]] = {}
    with websites(chosen.downloads) as sites, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        for _ in range(chosen.visits):
            for name, (url, talk) in sites.items():
                results.setdefault(name, []).append(visit(browser, url, talk))
        browser.close()
    shown = table(results)
    print(shown)
    version = browser_version(path)
    chosen.report.write_text(
        f"# The chat on a website\n\n{EXPLAINED}\n\n{shown}\n\n"
        f"Medians of {chosen.visits} first visits, chromium {version}. Mend loads the "
        "chat only when somebody goes for its button, which here is in the same "
        "moment as the button appears; a person takes longer to get there.\n",
        encoding="utf-8",
    )


def browser_version(path: str) -> str:
    """Return the version of the browser that was used."""
    found = subprocess.run([path, "--version"], capture_output=True, text=True)  # noqa: S603
    return next((word for word in found.stdout.split() if word[0].isdigit()), "?")


if __name__ == "__main__":
    main()
