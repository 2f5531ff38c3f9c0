"""Lists: all, new, one with its people, name, state, items, collaborators (product.md §2c and §10; contract.md).

Account administrators hold nothing by their flag. Items need Write on the list, and for adding access to the contact.
"""

from ..department_world import Row

#            anon inact strng other lread lnrd  read  write admin compl acadm staff
ANYBODY = "  302  302   200   200   200   200   200   200   200   200   200   302"
MADE = "     302  302   303   303   303   303   303   303   303   303   303   302"
BAD = "      302  302   422   422   422   422   422   422   422   422   422   302"
SEES = "     302  302   404   404   200   404   200   200   200   404   404   302"
WRITES = "   302  302   404   404   403   404   403   303   303   404   404   302"
OPENS = "    302  302   404   404   403   404   403   200   200   404   404   302"
WRONG = "    302  302   404   404   403   404   403   422   422   404   404   302"
FROZEN = "   302  302   404   404   403   404   403   403   403   404   404   302"
SHARES = "   302  302   404   404   403   404   403   403   303   404   404   302"
MANAGES = "  302  302   404   404   403   404   403   403   200   404   404   302"
MISTAKES = " 302  302   404   404   403   404   403   403   422   404   404   302"
THE_LAST = " 302  302   404   404   403   404   403   403   422   404   404   302"

LIST = ("list",)
ITEM = ("list", "item")

ROWS: list[Row] = [
    Row("contacts:list-list", "GET", ANYBODY),
    Row("contacts:list-list", "GET", ANYBODY, query="archived=1"),
    Row("contacts:list-list", "POST", MADE, {"name": "Trade show leads"}),
    Row("contacts:list-list", "POST", BAD, {"name": " "}),
    Row("contacts:list-new", "GET", ANYBODY),
    Row("contacts:list-new", "POST", MADE, {"name": "Trade show leads"}),
    Row("contacts:list-new", "POST", BAD, {"name": ""}),
    Row("contacts:list-detail", "GET", SEES, args=LIST),
    Row("contacts:list-detail", "GET", SEES, args=LIST, archived=True),
    Row("contacts:list-edit", "GET", OPENS, args=LIST),
    Row("contacts:list-edit", "POST", WRITES, {"name": "Bakers"}, args=LIST),
    Row("contacts:list-edit", "POST", WRONG, {"name": ""}, args=LIST),
    Row("contacts:list-edit", "POST", FROZEN, {"name": "Bakers"}, args=LIST, archived=True),
    Row("contacts:list-archive", "POST", WRITES, args=LIST),
    Row("contacts:list-unarchive", "POST", WRITES, args=LIST, archived=True),
    Row("contacts:list-items", "POST", WRONG, {"contact": "nobody of this name"}, args=LIST),
    Row("contacts:list-items", "POST", FROZEN, {"contact": "{contact}"}, args=LIST, archived=True),
    Row("contacts:list-people", "GET", OPENS, query="q=renee", args=LIST),
    Row("contacts:list-item", "POST", WRITES, {"is_subscribed": ""}, args=ITEM),
    Row("contacts:list-item", "POST", FROZEN, {"is_subscribed": ""}, args=ITEM, archived=True),
    Row("contacts:list-item-remove", "POST", WRITES, args=ITEM),
    Row("contacts:list-collaborators", "GET", MANAGES, args=LIST),
    Row("contacts:list-collaborators", "POST", SHARES, {"user": "{colleague}", "access": "read"}, args=LIST),
    Row("contacts:list-collaborators", "POST", MISTAKES, {"user": "nobody@x.example", "access": "read"}, args=LIST),
    Row("contacts:list-collaborator", "POST", SHARES, {"access": "read"}, args=("list", "colleague")),
    Row("contacts:list-collaborator-remove", "POST", SHARES, args=("list", "colleague")),
]
