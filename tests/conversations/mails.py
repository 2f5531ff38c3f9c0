"""Raw mails as they come over the wire, for tests; invented, with the mistakes that real senders make."""

from __future__ import annotations

import base64

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HEAD = {
    "From": "Renee Martinez <renee@buyer.example>",
    "To": "Sales <sales@acme.example>",
    "Subject": "About the offer",
    "Message-ID": "<m1@buyer.example>",
    "Date": "Sat, 21 Nov 2026 10:00:00 +0000",
    "MIME-Version": "1.0",
}


def raw(body: str | bytes = "Hello", **headers: str | None) -> bytes:
    """A message: HEAD with `headers` over it (`content_type` is Content-Type; None takes one away)."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    known = {name.title(): value for name, value in HEAD.items()}
    lines = [f"{name}: {value}" for name, value in {**known, **named}.items() if value is not None]
    content = body.encode() if isinstance(body, str) else body
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + content.replace(b"\n", b"\r\n")


def parts(*given: str, boundary: str = "b") -> str:
    """The body of a multipart message out of parts with their headers."""
    return "".join(f"--{boundary}\n{part}\n" for part in given) + f"--{boundary}--\n"


PICTURE = f"""Content-Type: image/png; name="logo.png"
Content-Transfer-Encoding: base64
Content-ID: <logo@x>
Content-Disposition: inline

{base64.b64encode(PNG).decode()}"""

FULL = raw(
    parts(
        "Content-Type: multipart/related; boundary=r\n\n"
        + parts(
            "Content-Type: multipart/alternative; boundary=a\n\n"
            + parts(
                "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n"
                "Gr=FC=DFe, 5 =80\n\n> quoted words",
                'Content-Type: text/html; charset=utf-8\n\n<p>Grüße <img src="cid:logo@x"></p>',
                boundary="a",
            ),
            PICTURE,
            boundary="r",
        ),
        'Content-Type: application/pdf\nContent-Disposition: attachment; filename="=?utf-8?q?Angebot_M=C3=A4rz.pdf?="\n'
        f"Content-Transfer-Encoding: base64\n\n{base64.b64encode(b'%PDF-1.4 x').decode()}",
        "Content-Type: message/rfc822\n\nSubject: Older\nFrom: x@y.example\n\nInside",
        "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\neJ8+IgE=",
    ),
    subject="=?utf-8?b?QW5nZWJvdCBmw7w=?= =?utf-8?b?ciBNw6Ryeg==?=",
    content_type="multipart/mixed; boundary=b",
    in_reply_to="<ours@acme.example>",
    references="<first@acme.example> <ours@acme.example>",
    cc="boss@buyer.example, Sales <sales@acme.example>",
)


def bounce(message_id: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A report (RFC 3464) about a message of ours."""
    return raw(
        parts(
            "Content-Type: text/plain\n\nYour message could not be delivered.",
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.buyer.example\n\n"
            f"Final-Recipient: rfc822; renee@buyer.example\nAction: {action}\nStatus: {status}\n"
            "Diagnostic-Code: smtp; 550 no such user renee@buyer.example",
            f"Content-Type: text/rfc822-headers\n\nFrom: sales@acme.example\nMessage-ID: {message_id}\n",
        ),
        **{"from": "MAILER-DAEMON@mx.buyer.example", "message_id": "<bounce@mx.buyer.example>"},
        subject="Undelivered Mail",
        content_type="multipart/report; report-type=delivery-status; boundary=b",
        return_path="<>",
    )
