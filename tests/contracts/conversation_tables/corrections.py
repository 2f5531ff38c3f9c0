"""Correcting entries, and who somebody is (product.md §2b, §2c and §7).

Correcting needs the interaction and Write on a contact of it; on a department's the role; where nobody is known, Write
on the line. Whoever reads a conversation with somebody unknown may make a contact of that person.
"""

from ..department_world import Row

#               anon inact strng other conly lonly read  write admin oper  aoper acadm staff
WRITERS = "     302  302   404   404   404   404   403   200   200   404   404   404   302"
WRITES = "      302  302   404   404   404   404   403   303   303   404   404   404   302"
SENDERS = "     302  302   404   404   404   403   403   200   200   404   404   404   302"
SENDS = "       302  302   404   404   404   403   403   303   303   404   404   404   302"
OPERATORS = "   302  302   404   404   404   404   404   404   404   200   200   404   302"
OPERATES = "    302  302   404   404   404   404   404   404   404   303   303   404   302"
REFUSED = "     302  302   404   404   404   404   403   403   403   404   404   404   302"
HIDDEN = "      302  302   404   404   404   404   403   404   404   404   404   404   302"
THE_LINE = "    302  302   404   404   404   200   200   200   200   404   404   404   302"
ADDS = "        302  302   404   404   404   303   303   303   303   404   404   404   302"
BOTH_ENDS = "   302  302   404   404   404   404   200   200   200   404   404   404   302"
NO_MAIL = "     302  302   404   404   404   404   403   403   403   404   404   404   302"
NO_MAIL_HERE = "302  302   404   404   404   404   404   404   404   403   403   404   302"

MESSAGE, UNKNOWN, OFFICE = ("message",), ("unknown_message",), ("office_message",)
NOTED = {"outcome": "no answer", "note": "Nobody there"}
TO_CONTACT = {"contact": "{contact}"}

ROWS: list[Row] = [
    Row("conversations:interaction-edit", "GET", WRITERS, args=MESSAGE),
    Row("conversations:interaction-edit", "POST", REFUSED, args=MESSAGE, data=NOTED),  # a text stays as it was sent
    Row("conversations:interaction-edit", "GET", SENDERS, args=UNKNOWN),
    Row("conversations:interaction-edit", "POST", OPERATES, args=("office_missed",), data=NOTED),
    Row("conversations:interaction-edit", "GET", OPERATORS, args=OFFICE),
    Row("conversations:interaction-move", "GET", WRITERS, args=MESSAGE),
    Row("conversations:interaction-remove", "GET", OPERATORS, args=OFFICE),
    Row("conversations:interaction-move", "POST", WRITES, args=MESSAGE, data=TO_CONTACT),
    Row("conversations:interaction-move", "POST", HIDDEN, args=MESSAGE, data={"contact": "{office_contact}"}),
    Row("conversations:interaction-move", "POST", OPERATES, args=OFFICE, data={"contact": "{office_contact}"}),
    Row("conversations:interaction-remove", "POST", WRITES, args=MESSAGE),
    Row("conversations:interaction-remove", "POST", SENDS, args=UNKNOWN),
    Row("conversations:interaction-remove", "POST", OPERATES, args=OFFICE),
    Row("conversations:conversation-who", "GET", BOTH_ENDS, args=("thread",)),
    Row("conversations:conversation-who", "GET", SENDERS, args=("unknown",)),
    Row("conversations:conversation-who", "GET", OPERATORS, args=("office_thread",)),
    Row(
        "conversations:conversation-who",
        "POST",
        "302  302   404   404   404   403   403   303   303   404   404   404   302",
        args=("unknown",),
        data=TO_CONTACT,
    ),
    Row("conversations:conversation-contact", "GET", THE_LINE, args=("unknown",)),
    Row("conversations:conversation-contact", "POST", ADDS, args=("unknown",), data={"given_name": "Ann"}),
    Row("conversations:conversation-contact", "GET", OPERATORS, args=("office_thread",)),
    Row("conversations:conversation-contact", "POST", OPERATES, args=("office_thread",), data={"given_name": "Ann"}),
    Row("conversations:conversation-save", "POST", NO_MAIL, args=("thread",)),
    Row("conversations:conversation-save", "POST", NO_MAIL_HERE, args=("office_thread",)),
    Row("conversations:conversation-save", "POST", OPERATES, args=("mail_thread",)),
]
