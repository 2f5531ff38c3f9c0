"""Database triggers that keep copies and the search table right, and refuse rows across accounts.

They work for every writer: ORM, bulk, COPY and plain SQL (design/datalayer.md §1 to §4; races proven there).
"""

import pgtrigger as pt

# A department contact takes Read and Write grants, a shared one Read only: more comes by role (product.md §2b).
TOO_HIGH = """
    SELECT FROM auth_permission p
     WHERE p.id = {permission}
       AND (p.codename = 'admin_contact' OR ({kind} = 'shared' AND p.codename <> 'view_contact'))
"""


def _follow_contact(peer_table: str, peer: str, contact: str, more: str) -> pt.Trigger:
    """On rows that list a contact for a peer (a user, a department): copy its place, refuse what crosses accounts.

    `more` is SQL that may use `owner` and `kind` of the contact.
    """
    return pt.Trigger(
        name="follow_contact",
        level=pt.Row,
        when=pt.Before,
        operation=pt.Insert,
        declare=[("owner", "bigint"), ("kind", "text")],
        func=f"""
            SELECT c.sort_key, c.archived, c.unnamed, c.owner_id, c.kind
              INTO NEW.sort_key, NEW.archived, NEW.unnamed, owner, kind
              FROM contacts_contact c JOIN {peer_table} peer ON peer.id = NEW.{peer} AND peer.account_id = c.account_id
             WHERE c.id = NEW.{contact} FOR SHARE OF c;  -- a rename in flight is waited for, and then waits for us
            IF NOT FOUND THEN
                RAISE EXCEPTION 'contact % and its {peer} % are not in one account', NEW.{contact}, NEW.{peer}
                      USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            {more}
            RETURN NEW;
        """,
    )


def follow_contact_by_grant() -> pt.Trigger:
    """A grant also knows whether its user is the contact's owner, and is of a level that the kind takes."""
    return _follow_contact(
        "accounts_user",
        "user_id",
        "content_object_id",
        f"""
            NEW.is_owner := COALESCE(owner = NEW.user_id, false);
            IF kind <> 'personal' AND EXISTS ({TOO_HIGH.format(permission="NEW.permission_id", kind="kind")}) THEN
                RAISE EXCEPTION 'contact % takes no grant of this level', NEW.content_object_id
                      USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        """,
    )


def follow_contact_by_link() -> pt.Trigger:
    """Personal contacts have no links: their tags are derived (product.md §1)."""
    return _follow_contact(
        "departments_department",
        "department_id",
        "contact_id",
        """
            IF kind = 'personal' THEN
                RAISE EXCEPTION 'contact % is personal: it has no department links', NEW.contact_id
                      USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        """,
    )


def follow_contact_by_list_item() -> pt.Trigger:
    """On rows that put a contact on a list: copy the contact's place; nothing crosses accounts."""
    return pt.Trigger(
        name="follow_contact",
        level=pt.Row,
        when=pt.Before,
        operation=pt.Insert | pt.UpdateOf("contact_id", "list_id"),
        func="""
            SELECT c.sort_key, c.archived INTO NEW.sort_key, NEW.archived
              FROM contacts_contact c JOIN contacts_list l ON l.id = NEW.list_id AND l.account_id = c.account_id
             WHERE c.id = NEW.contact_id FOR SHARE OF c;  -- a rename in flight is waited for, and then waits for us
            IF NOT FOUND THEN
                RAISE EXCEPTION 'contact % and list % are not in one account', NEW.contact_id, NEW.list_id
                      USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        """,
    )


LIST_OF_ACCOUNT = pt.Trigger(
    name="list_of_account",
    level=pt.Row,
    when=pt.Before,
    operation=pt.Insert | pt.UpdateOf("owner_id", "account_id"),
    func="""
        IF NOT EXISTS (SELECT FROM accounts_user u WHERE u.id = NEW.owner_id AND u.account_id = NEW.account_id) THEN
            RAISE EXCEPTION 'a list and its owner are not in one account'
                  USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """,
)

LIST_GRANT = pt.Trigger(
    name="grant_of_list",
    level=pt.Row,
    when=pt.Before,
    operation=pt.Insert | pt.UpdateOf("user_id", "content_object_id"),
    func="""
        IF NOT EXISTS (SELECT FROM contacts_list l JOIN accounts_user u ON u.account_id = l.account_id
                        WHERE l.id = NEW.content_object_id AND u.id = NEW.user_id) THEN
            RAISE EXCEPTION 'a list takes grants of people of its account only'
                  USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """,
)


LEAD_FOLLOWERS = pt.Trigger(
    name="lead_followers",
    level=pt.Row,
    when=pt.After,
    operation=pt.UpdateOf(
        "family_name", "given_name", "company", "middle_name", "nickname", "archived_at", "awaits_name", "owner_id"
    ),
    condition=pt.Condition(
        "((OLD.sort_key, OLD.archived, OLD.unnamed, OLD.owner_id)"
        " IS DISTINCT FROM (NEW.sort_key, NEW.archived, NEW.unnamed, NEW.owner_id))"
    ),
    func="""
        UPDATE contacts_contactuserobjectpermission
           SET sort_key = NEW.sort_key, archived = NEW.archived, unnamed = NEW.unnamed,
               is_owner = COALESCE(user_id = NEW.owner_id, false)
         WHERE content_object_id = NEW.id;
        UPDATE contacts_listitem SET sort_key = NEW.sort_key, archived = NEW.archived
         WHERE contact_id = NEW.id AND (sort_key, archived) IS DISTINCT FROM (NEW.sort_key, NEW.archived);
        IF NEW.kind <> 'personal' THEN
            UPDATE contacts_departmentlink
               SET sort_key = NEW.sort_key, archived = NEW.archived, unnamed = NEW.unnamed WHERE contact_id = NEW.id;
        END IF;
        RETURN NULL;
    """,
)

# product.md §2b: shared contacts exist by migration of old data. A session that does that (or undoes a conversion)
# says so by this setting; nothing else can make one, whatever its path.
LEGACY_SETTING = "kithline.legacy_shared"

SHARED_BY_MIGRATION = pt.Trigger(
    name="shared_by_migration",
    level=pt.Row,
    when=pt.Before,
    operation=pt.Insert | pt.UpdateOf("kind"),
    condition=pt.Condition("NEW.kind = 'shared'"),
    func=f"""
        IF TG_OP = 'UPDATE' THEN
            IF OLD.kind = 'shared' THEN RETURN NEW; END IF;
        END IF;
        IF COALESCE(current_setting('{LEGACY_SETTING}', true), '') <> 'on' THEN
            RAISE EXCEPTION 'a Shared Department Contact is never created'
                  USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """,
)

# What a contact has must fit its new kind: services take it away first, in the same transaction.
KIND_FITS = pt.Trigger(
    name="kind_fits",
    level=pt.Row,
    when=pt.Before,
    operation=pt.UpdateOf("kind"),
    condition=pt.Condition("NEW.kind <> OLD.kind"),
    func=f"""
        IF NEW.kind = 'personal' AND EXISTS (SELECT FROM contacts_departmentlink WHERE contact_id = NEW.id) THEN
            RAISE EXCEPTION 'contact % has department links', NEW.id USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.kind <> 'personal' AND EXISTS (
            SELECT FROM contacts_contactuserobjectpermission g WHERE g.content_object_id = NEW.id
               AND EXISTS ({TOO_HIGH.format(permission="g.permission_id", kind="NEW.kind")})
        ) THEN
            RAISE EXCEPTION 'contact % has grants that its kind does not take', NEW.id
                  USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """,
)

# A note that its readers can see says that somebody knows who this is (product.md §8); a private one may not tell.
NOTE_NAMES_CONTACT = pt.Trigger(
    name="note_names_contact",
    level=pt.Row,
    when=pt.After,
    operation=pt.Insert | pt.UpdateOf("visibility"),
    condition=pt.Condition("NEW.visibility = 'public'"),
    func="""
        UPDATE contacts_contact SET awaits_name = false WHERE id = NEW.contact_id AND awaits_name;
        RETURN NULL;
    """,
)

OWNER_OF_ACCOUNT = pt.Trigger(
    name="owner_of_account",
    level=pt.Row,
    when=pt.Before,
    operation=pt.Insert | pt.UpdateOf("owner_id", "account_id"),
    condition=pt.Condition("NEW.owner_id IS NOT NULL"),
    func="""
        IF NOT EXISTS (SELECT FROM accounts_user u WHERE u.id = NEW.owner_id AND u.account_id = NEW.account_id) THEN
            RAISE EXCEPTION 'owner % is not a user of account %', NEW.owner_id, NEW.account_id
                  USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """,
)

TAG_OF_ACCOUNT = pt.Trigger(
    name="tag_of_account",
    level=pt.Row,
    when=pt.Before,
    operation=pt.Insert,
    func="""
        -- silent about contacts not there yet: import writes children first, in their own account's tags
        IF EXISTS (SELECT FROM contacts_contact c JOIN contacts_tag t ON t.id = NEW.tag_id
                    WHERE c.id = NEW.contact_id AND c.account_id <> t.account_id) THEN
            RAISE EXCEPTION 'tag % and contact % are not in one account', NEW.tag_id, NEW.contact_id
                  USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """,
)


def search_of_contact() -> list[pt.Trigger]:
    """On Contact: write its search row with it, renew it when a searched name changes, remove it with it."""
    names = ["given_name", "middle_name", "family_name", "nickname", "company"]
    old, new = (", ".join(f"{side}.{name}" for name in names) for side in ("OLD", "NEW"))
    return [
        pt.Trigger(
            name="search_insert",
            level=pt.Statement,
            when=pt.After,
            operation=pt.Insert,
            referencing=pt.Referencing(new="new_rows"),
            func="PERFORM refresh_contact_search(ARRAY(SELECT id FROM new_rows), false); RETURN NULL;",
        ),
        pt.Trigger(
            name="search_update",
            level=pt.Row,
            when=pt.After,
            operation=pt.UpdateOf(*names),
            condition=pt.Condition(f"(({old}) IS DISTINCT FROM ({new}))"),
            func="PERFORM refresh_contact_search(ARRAY[NEW.id], false); RETURN NULL;",
        ),
        pt.Trigger(
            name="search_delete",
            level=pt.Statement,
            when=pt.After,
            operation=pt.Delete,
            referencing=pt.Referencing(old="old_rows"),
            func="DELETE FROM contacts_contactsearch WHERE contact_id IN (SELECT id FROM old_rows); RETURN NULL;",
        ),
    ]


def search_of_child(value: str) -> list[pt.Trigger]:
    """On a child whose column `value` is searched: renew the contact's search row."""
    return [
        *(
            pt.Trigger(
                name=f"search_{name}",
                level=pt.Statement,
                when=pt.After,
                operation=operation,
                referencing=referencing,
                func="PERFORM refresh_contact_search(ARRAY(SELECT DISTINCT contact_id FROM rows), true); RETURN NULL;",
            )
            for name, operation, referencing in (
                ("insert", pt.Insert, pt.Referencing(new="rows")),
                ("delete", pt.Delete, pt.Referencing(old="rows")),
            )
        ),
        pt.Trigger(
            name="search_update",
            level=pt.Row,
            when=pt.After,
            operation=pt.UpdateOf("contact_id", value),
            condition=pt.Condition(f"((OLD.contact_id, OLD.{value}) IS DISTINCT FROM (NEW.contact_id, NEW.{value}))"),
            func="PERFORM refresh_contact_search(ARRAY[OLD.contact_id, NEW.contact_id], true); RETURN NULL;",
        ),
    ]
