#!/usr/bin/env python3
"""Posts events of a phone system to Kithline, signed (docs/webhooks.md). Needs Python 3.9 or newer, and nothing else.

    KITHLINE_KEY='the key' python3 docs/webhook_client.py https://crm.example.com +12025550100 +12025550142

lets a call from +12025550142 ring on your line +12025550100, answers it, and ends it. Use `post` in your own program.
"""

import datetime
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid

TRIES = 6


def sign(key, body, at):
    """Return the header's value for this body (bytes), signed with the key at this Unix time."""
    digest = hmac.new(key.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def post(site, key, event):
    """Post one event (a dict) until it is safe; return whether it was new.

    Tries again, later and later, when nothing or a 5xx comes back: the event's id keeps it from counting twice. Raises
    ValueError with the server's words for an event that it will never take.
    """
    body = json.dumps(event).encode()
    for attempt in range(TRIES):
        headers = {"Content-Type": "application/json", "X-Kithline-Signature": sign(key, body, int(time.time()))}
        request = urllib.request.Request(f"{site.rstrip('/')}/webhooks/interactions/", body, headers)  # noqa: S310  yours
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  as above
                return json.load(answer)["stored"]
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise ValueError(f"{error.code}: {error.read().decode()}") from error
        except OSError:
            pass  # nobody there: it may be back in a moment
        time.sleep(2**attempt)
    raise ConnectionError(f"{site} does not answer")


def main():
    site, line, caller = sys.argv[1:4]
    key, call = os.environ["KITHLINE_KEY"], uuid.uuid4().hex
    began = datetime.datetime.now(datetime.UTC).isoformat()
    known = {"call": call, "at": began, "channel": line, "from": caller, "type": "call", "direction": "in"}
    for number, (status, wait) in enumerate((("ringing", 3), ("answered", 3), ("completed", 0))):
        more = {"duration": 3} if status == "completed" else {}
        is_new = post(site, key, {"id": f"{call}-{number}", "status": status, **known, **more})
        print(f"{status}: {'stored' if is_new else 'known'}")
        time.sleep(wait)


if __name__ == "__main__":
    main()
