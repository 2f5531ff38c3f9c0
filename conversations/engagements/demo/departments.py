"""The departments of the demo: who works in them, and since when (contract.md, Demo)."""

from __future__ import annotations

from dataclasses import dataclass

from contacts_project.accounts.models import User
from contacts_project.core.history import rows_unrecorded
from departments.models import Department, Operator
from departments.services import departments, operators

from .world import ACME, GLOBEX, World, acting

SALES, SUPPORT, BILLING, DISPATCH, FRONT_DESK = "Sales", "Support", "Billing", "Dispatch", "Globex Front Desk"
MADE, JOINED = 480, 470  # days ago


@dataclass(frozen=True)
class Team:
    """A department: by whom it was made, who leads it (the first is named by the administrator), who works in it."""

    name: str
    hue: str
    description: str
    leads: tuple[str, ...]
    works: tuple[str, ...]
    domain: str = ACME

    def person(self, world: World, mailbox: str) -> User:
        return world.users[f"{mailbox}@{self.domain}"]


TEAMS = (
    Team(
        SALES,
        "indigo",
        "Offers, orders and renewals",
        ("sales.admin",),
        ("sales.operator", "seller"),
    ),
    Team(
        SUPPORT,
        "teal",
        "Repairs, warranty and questions after the sale",
        ("support.admin",),
        ("support.operator", "billing.admin"),
    ),
    Team(BILLING, "amber", "Invoices, refunds and terms", ("billing.admin",), ("dispatch.admin",)),
    Team(DISPATCH, "sky", "Deliveries and visits", ("dispatch.admin", "billing.admin"), ()),
    Team(FRONT_DESK, "slate", "The main line of Globex", ("owner",), ("admin",), GLOBEX),
)


def load(world: World) -> None:
    for team in TEAMS:
        admin = world.users[f"admin@{team.domain}"]
        leader = team.person(world, team.leads[0])
        with acting(admin, world.moment(MADE, 9)):
            made = departments.create_department(
                admin, name=team.name, hue=team.hue, description=team.description, admin=leader
            )
        with acting(leader, world.moment(JOINED, 11)):
            for mailbox in team.leads[1:] + team.works:
                person = team.person(world, mailbox)
                operators.add_operator(leader, made, person, is_admin=mailbox in team.leads)
        world.departments[team.name] = made
    _date(world)


def _date(world: World) -> None:
    """The rows were made when their history says so."""
    for model, column in ((Department, "created_at"), (Operator, "added_at")):
        with rows_unrecorded(model):
            model._default_manager.filter(**_of(world, model)).update(**{column: world.moment(MADE, 9)})
        events = model.pgh_event_model.objects  # type: ignore[attr-defined]
        events.filter(**_of(world, model)).update(**{column: world.moment(MADE, 9)})


def _of(world: World, model: type) -> dict[str, object]:
    made = [department.pk for department in world.departments.values()]
    return {"pk__in" if model is Department else "department__in": made}
