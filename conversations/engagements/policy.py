"""Who may do what with an engagement: the only place where access to engagements is decided (product.md §2c).

`RIGHTS` is the table; everything else derives from it. Roles come from collaborator grants (Read, Write, Admin) and,
where the account reviews before sending, from the flag of a compliance administrator, who reads what waits for review
or has been reviewed. Names of recipients are shown to those who see the contact (contacts.policy) and to readers of a
list that they stand on; of the others there are counts only.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from contacts import policy as contact_policy
from contacts_project.accounts import grants
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused
from conversations.policy import channels_with

from .models import Engagement, EngagementUserObjectPermission, Review

READ, WRITE, ADMIN = Level.READ.value, Level.WRITE.value, Level.ADMIN.value
REVIEWER = "compliance administrator"  # of engagements that were handed in for review

RIGHTS: dict[str, frozenset[str]] = {
    "view": frozenset({READ, WRITE, ADMIN, REVIEWER}),  # what it says, its report
    "edit": frozenset({WRITE, ADMIN}),  # a draft
    "send": frozenset({WRITE, ADMIN}),  # send, schedule, pause, resume, cancel, retry; needs the channel, too
    "share": frozenset({ADMIN}),
    "review": frozenset({REVIEWER}),
}
RULES: dict[str, str] = {
    "edit": "Editing an engagement needs Write on it",
    "send": "Sending an engagement needs Write on it",
    "share": "Only Admins of this engagement share it",
    "review": "Only compliance administrators review engagements",
}


def engagements_with(user: User, action: str) -> QuerySet[Engagement]:
    """The engagements on which `user` may do `action` of RIGHTS, unordered; whether their status lets it, services say.

    None for visitors, the deactivated and platform staff. A subquery, or one query when read.
    """
    if not contact_policy.holds_anything(user):
        return Engagement.objects.none()
    return Engagement.objects.filter(_scope(user, action), account=user.account_id)


def visible_to(user: User) -> QuerySet[Engagement]:
    """Those of which `user` may know: start every page and count of engagements here."""
    return engagements_with(user, "view")


def sent_where_reads(user: User) -> QuerySet[Engagement]:
    """Engagements on channels that `user` reads: a contact's History shows its own status in these, together with
    access to the contact (seed S1; product.md §10). A subquery; opens none of them."""
    if not contact_policy.holds_anything(user):
        return Engagement.objects.none()
    return Engagement.objects.filter(
        account=user.account_id, channel__in=channels_with(user, "read").order_by().values("pk")
    )


def get_visible(user: User, pk: int) -> Engagement:
    """The engagement, or Http404 for a hidden one exactly as for none. One query."""
    rows = visible_to(user).select_related("account", "author", "channel__department", "channel__account")
    return get_object_or_404(rows, pk=pk)


def get_for(user: User, action: str, pk: int) -> Engagement:
    """The engagement for `action`: Http404 when hidden, Refused with the rule when visible only. Two or three
    queries."""
    found = get_visible(user, pk)
    require(user, action, found)
    return found


def can(user: User, action: str, engagement: Engagement) -> bool:
    """The row check is the scope, asked about one row. One query."""
    return engagements_with(user, action).filter(pk=engagement.pk).exists()


def require(user: User, action: str, engagement: Engagement) -> None:
    """Raise Http404 for a hidden engagement, Refused with the rule and whom to ask unless allowed."""
    if can(user, action, engagement):
        return
    if not can(user, "view", engagement):
        raise Http404
    asked = reviewers_of(engagement) if action == "review" else admins_of(engagement)
    raise Refused(RULES[action], who=[person.get_full_name() for person in asked[:3]])


def allowed_actions(user: User, engagement: Engagement) -> frozenset[str]:
    """The actions of RIGHTS that `user` may do with this engagement. Two queries."""
    held = roles_on(user, engagement)
    return frozenset(action for action, roles in RIGHTS.items() if roles & held)


def roles_on(user: User, engagement: Engagement) -> frozenset[str]:
    """The roles of the user on this engagement. One or two queries."""
    if not contact_policy.holds_anything(user) or user.account_id != engagement.account_id:
        return frozenset()
    held = set()
    if _reviews(user) and engagement.reviews.exists():
        held.add(REVIEWER)
    if line := grants.line_on(EngagementUserObjectPermission, engagement, user.pk):
        held.add(line.level.value)
    return frozenset(held)


def admins_of(engagement: Engagement) -> QuerySet[User]:
    """Whom to ask about the engagement: its active Admins, by name."""
    return holders(engagement, Level.ADMIN)


def holders(engagement: Engagement, level: Level) -> QuerySet[User]:
    """The active people who have at least this level on it, by name."""
    return grants.holders(EngagementUserObjectPermission, engagement, level)


def reviewers_of(engagement: Engagement) -> QuerySet[User]:
    """The account's active compliance administrators, by name."""
    rows = User.objects.filter(account=engagement.account_id, is_active=True, is_compliance_admin=True)
    return rows.order_by("name", "pk")


def _reviews(user: User) -> bool:
    assert user.account
    return bool(user.is_compliance_admin and user.account.compliance_required)


def _scope(user: User, action: str) -> Q:
    roles = RIGHTS[action]
    allowed = Q(pk__in=[])
    level = next((level for level in Level if level.value in roles), None)
    if level:
        allowed |= Q(pk__in=grants.granted(EngagementUserObjectPermission, user, level, contact_policy.today(user)))
    if REVIEWER in roles and _reviews(user):
        allowed |= Q(Exists(Review.objects.filter(engagement=OuterRef("pk"))))
    return allowed
