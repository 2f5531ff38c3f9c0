"""The simulator: everybody of an account plays its outside world; calls are those that one may see (contract.md)."""

from ..department_world import Row

#               anon inact strng other conly lonly read  write admin oper  aoper acadm staff
#               Somebody of another account has no line there that uses the simulator.
ANYBODY = "     302  302   200   404   200   200   200   200   200   200   200   200   302"
DONE = "        302  302   303   404   303   303   303   303   303   303   303   303   302"
NONSENSE = "    302  302   422   404   422   422   422   422   422   422   422   422   302"
# By its number a colleague's line is reached as from outside; by id only where it is offered.
KNOWN_LINE = "  302  302   404   404   404   303   303   303   303   404   404   303   302"
OPERATORS = "   302  302   404   404   404   404   404   404   404   303   303   404   302"
NOBODY = "      302  302   404   404   404   404   404   404   404   404   404   404   302"

TEXT = {"from": "+12025550166", "type": "sms", "body": "Is anybody there?"}

ROWS: list[Row] = [
    Row("conversations:simulator", "GET", ANYBODY),
    Row("conversations:simulator-events", "POST", DONE, data={"channel": "{office}", **TEXT}),
    Row("conversations:simulator-events", "POST", DONE, data={"channel": "{line_address}", **TEXT}),
    Row("conversations:simulator-events", "POST", KNOWN_LINE, data={"channel": "{line}", **TEXT}),
    Row("conversations:simulator-events", "POST", NOBODY, data={"channel": "+12025559999", **TEXT}),
    Row("conversations:simulator-events", "POST", NONSENSE, data={"channel": "{office}", "type": "smoke signal"}),
    Row("conversations:simulator-call", "POST", OPERATORS, args=("office_call",), data={"result": "hang up"}),
    Row("conversations:simulator-call", "POST", NOBODY, args=("message",), data={"result": "hang up"}),
    Row("conversations:simulator-phone", "POST", DONE, data={"address": "+12025550166", "behaviour": "away"}),
    Row("conversations:simulator-phone", "POST", NONSENSE, data={"address": "sideways", "behaviour": "away"}),
]
