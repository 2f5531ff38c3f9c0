"""The two accounts of the demo and everybody who signs in (contract.md, Demo)."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from contacts_project.accounts.models import Account, User
from contacts_project.accounts.services import create_member

from .world import ACME, GLOBEX, PASSWORD, World


@dataclass(frozen=True)
class Member:
    """Somebody of an account: the part of the email before the @, the name, and what to say beside the sign-in."""

    mailbox: str
    name: str
    about: str
    is_account_admin: bool = False
    is_compliance_admin: bool = False


MEMBERS = {
    ACME: (
        Member("admin", "Adaeze Nwosu", "account administrator of Acme", is_account_admin=True),
        Member("compliance", "Conrad Pell", "compliance administrator", is_compliance_admin=True),
        Member("owner", "Dolores Okafor", "owns most contacts"),
        Member("manager", "Tomás Herrera", "Admin on Renee Martinez"),
        Member("writer", "Priya Kulkarni", "Write on Renee Martinez"),
        Member("reader", "Marcus Lindqvist", "Read on Renee Martinez"),
        Member("outsider", "Wilhelmina van der Westhuizen", "sees no contact at all"),
        Member("sales.admin", "Samuel Adeyemi", "leads Sales"),
        Member("sales.operator", "Lena Fischer", "works in Sales"),
        Member("support.admin", "Ravi Menon", "leads Support"),
        Member("support.operator", "Hana Sato", "works in Support"),
        Member("seller", "Elias Brandt", "works in Sales, Write on Renee Martinez"),
        Member("billing.admin", "Noor Haddad", "leads Billing and Dispatch, works in Support"),
        Member("dispatch.admin", "Bram Verhoeven", "leads Dispatch, works in Billing"),
    ),
    GLOBEX: (
        Member(
            "admin",
            "Greta Globex",
            "account and compliance administrator of Globex",
            is_account_admin=True,
            is_compliance_admin=True,
        ),
        Member("owner", "Oskar Globex", "owns the contacts of Globex"),
    ),
}
# Export and review before sending differ, so that both ways can be seen.
ACCOUNTS = {
    ACME: {"name": "Acme", "export_enabled": True, "compliance_required": False},
    GLOBEX: {"name": "Globex", "export_enabled": False, "compliance_required": True},
}


def load(world: World) -> None:
    """Make both accounts and their users, each with a verified primary email."""
    for domain, values in ACCOUNTS.items():
        account = Account.objects.create(default_region="US", time_zone="America/New_York", **values)
        world.accounts[domain] = account
        for member in MEMBERS[domain]:
            user = create_member(
                account,
                email=f"{member.mailbox}@{domain}",
                name=member.name,
                password=None,
                is_account_admin=member.is_account_admin,
                is_compliance_admin=member.is_compliance_admin,
            )
            user.account = account
            world.users[user.email] = user
    # One hash for all: the password is public, and hashing it takes a quarter of a second each time.
    User.objects.filter(account__in=world.accounts.values()).update(password=make_password(PASSWORD))


def sign_ins() -> str:
    """What to tell who tries the demo: every email with its role, and the password."""
    lines = [f"  {member.mailbox + '@' + domain:31}{member.about}" for domain in MEMBERS for member in MEMBERS[domain]]
    return "\n".join([f"Demo sign-ins, each with the password {PASSWORD}:", *lines])
