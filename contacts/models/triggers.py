"""Database triggers that keep copies and the search table right, and refuse rows across accounts.

They work for every writer: ORM, bulk, COPY and plain SQL (design/datalayer.md §1 to §4; races proven there).
"""

import pgtrigger as pt


def follow_contact(peer_table: str, peer: str, contact: str) -> pt.Trigger:
    """On rows that list a contact for a peer (a user, a department): copy its place, refuse what crosses accounts."""
    return pt.Trigger(
        name="follow_contact",
        level=pt.Row,
        when=pt.Before,
        operation=pt.Insert,
        declare=[("owner", "bigint")],
        func=f"""
            SELECT c.sort_key, c.archived, c.owner_id INTO NEW.sort_key, NEW.archived, owner
              FROM contacts_contact c JOIN {peer_table} peer ON peer.id = NEW.{peer} AND peer.account_id = c.account_id
             WHERE c.id = NEW.{contact} FOR SHARE OF c;  -- a rename in flight is waited for, and then waits for us
            IF NOT FOUND THEN
                RAISE EXCEPTION 'contact % and its {peer} % are not in one account', NEW.{contact}, NEW.{peer}
                      USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            NEW.is_owner := COALESCE(owner = NEW.{peer}, false);
            RETURN NEW;
        """,
    )


LEAD_FOLLOWERS = pt.Trigger(
    name="lead_followers",
    level=pt.Row,
    when=pt.After,
    operation=pt.UpdateOf("family_name", "given_name", "company", "archived_at", "owner_id"),
    condition=pt.Condition(
        "((OLD.sort_key, OLD.archived, OLD.owner_id) IS DISTINCT FROM (NEW.sort_key, NEW.archived, NEW.owner_id))"
    ),
    func="""
        UPDATE contacts_contactuserobjectpermission
           SET sort_key = NEW.sort_key, archived = NEW.archived, is_owner = COALESCE(user_id = NEW.owner_id, false)
         WHERE content_object_id = NEW.id;
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
