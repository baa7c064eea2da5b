import pytest

from mend.desk.device import device_words

_MOZILLA = "Mozilla/5.0"
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            f"{_MOZILLA} (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox on Linux",
        ),
        (
            f"{_MOZILLA} (Windows NT 10.0; Win64) {_WEBKIT} Chrome/126.0 Safari/537.36",
            "Chrome on Windows",
        ),
        (
            f"{_MOZILLA} (Windows NT 10.0) {_WEBKIT} Chrome/126.0 Safari/537 Edg/126.0",
            "Edge on Windows",
        ),
        (
            f"{_MOZILLA} (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 "
            "Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            f"{_MOZILLA} (Linux; Android 14) {_WEBKIT} Chrome/126.0 Mobile Safari/537",
            "Chrome on Android",
        ),
        (
            f"{_MOZILLA} (Macintosh; Intel Mac OS X 10_15) Version/17.4 Safari/605.1",
            "Safari on Mac",
        ),
        ("curl/8.0", "Unknown browser"),
        ("", "Unknown browser"),
        ("<script>alert(1)</script>", "Unknown browser"),
    ],
)
def test_words(user_agent: str, words: str) -> None:
    assert device_words(user_agent) == words
