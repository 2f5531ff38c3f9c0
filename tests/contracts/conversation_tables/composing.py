"""Writing: messages, drafts, files, templates (product.md §2c and §7): Write on the line, and the thread in sight."""

from ..department_world import Row

#               anon inact strng other conly lonly read  write admin oper  aoper acadm staff
ANYBODY = "     302  302   200   200   200   200   200   200   200   200   200   200   302"
MAKES = "       302  302   303   303   303   303   303   303   303   303   303   303   302"
TEMPLATE = "    302  302   200   404   200   200   200   200   200   200   200   200   302"
REMOVES = "     302  302   303   404   303   303   303   303   303   303   303   303   302"
IN_THREAD = "   302  302   404   404   404   404   403   303   303   404   404   404   302"
UNKNOWN = "     302  302   404   404   404   403   403   303   303   404   404   404   302"
OPERATORS = "   302  302   404   404   404   404   404   404   404   303   303   404   302"
FROM_LINE = "   302  302   404   404   404   403   403   303   303   404   404   403   302"
WRITES = "      302  302   404   404   404   404   403   200   200   404   404   404   302"
CONTACT = "     302  302   404   404   303   404   303   303   303   404   404   404   302"
READS = "       302  302   404   404   404   404   200   200   200   404   404   404   302"
AUTHORS = "     302  302   404   404   404   404   404   303   404   404   404   404   302"

TEXT = {"type": "sms", "body": "On our way"}
NEW = {"channel": "{line}", "to": "+12025550155", **TEXT}

ROWS: list[Row] = [
    Row("conversations:conversation-message", "POST", IN_THREAD, args=("thread",), data=TEXT),
    Row("conversations:conversation-message", "POST", UNKNOWN, args=("unknown",), data=TEXT),
    Row("conversations:conversation-message", "POST", OPERATORS, args=("office_thread",), data=TEXT),
    Row("conversations:conversation-message", "GET", WRITES, args=("thread",)),
    Row("conversations:conversation-start", "GET", ANYBODY),
    Row("conversations:conversation-start", "POST", FROM_LINE, data=NEW),
    Row("conversations:conversation-start", "POST", OPERATORS.replace("404   302", "403   302"),
        data={**NEW, "channel": "{office}"}),
    Row("conversations:conversation-draft", "POST", IN_THREAD, args=("thread",), data=TEXT),
    Row("conversations:contact-draft", "POST", CONTACT, args=("contact",), data=TEXT),
    Row("conversations:interaction-retry", "GET", WRITES, args=("failed_message",)),
    Row("conversations:interaction-retry", "POST", IN_THREAD, args=("failed_message",), data={"sure": "1"}),
    Row("conversations:interaction-cancel", "POST", IN_THREAD, args=("planned_message",)),
    Row("conversations:attachment", "GET", READS, args=("attached",)),
    Row("conversations:attachment-remove", "POST", AUTHORS, args=("draft_file",)),
    Row("conversations:template-list", "GET", ANYBODY),
    Row("conversations:template-new", "GET", ANYBODY),
    Row("conversations:template-new", "POST", MAKES, data={"name": "Directions", "body": "Gate 2"}),
    Row("conversations:template-edit", "GET", TEMPLATE, args=("template",)),
    Row("conversations:template-edit", "POST", REMOVES, args=("template",), data={"name": "Late", "body": "Sorry"}),
    Row("conversations:template-remove", "POST", REMOVES, args=("template",)),
]  # fmt: skip
