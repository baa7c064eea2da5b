"""Our processes log JSON lines and nothing below INFO."""

import json
import subprocess
import sys


def test_events_are_json_lines():
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import structlog, logging\n"
            "from mend import logs; logs.configure()\n"
            "log = structlog.get_logger('x')\n"
            "log.info('turn.answered', message='abc'); log.debug('detail')\n"
            "logging.getLogger('lib').info('chatter')\n",
        ],
        capture_output=True,
        text=True,
    )
    (line,) = done.stdout.splitlines()
    event = json.loads(line)
    assert event["event"] == "turn.answered"
    assert event["level"] == "info"
    assert event["timestamp"].endswith("Z")
    assert done.stderr == ""
