"""Addresses of what departments do with contacts (contract.md); part of the namespace of `urls`."""

from django.urls import path

from .views import asking, blocks, cleanup, converting, department, history, privileges, removed

urlpatterns = [
    path("contacts/<int:pk>/block/", blocks.contact_block, name="contact-block"),
    path("contacts/<int:pk>/unblock/", blocks.contact_unblock, name="contact-unblock"),
    path("contacts/<int:pk>/ask-block/", asking.contact_ask_block, name="contact-ask-block"),
    path("contacts/<int:pk>/suggest/", asking.contact_suggest, name="contact-suggest"),
    path("contacts/<int:pk>/convert/", converting.contact_convert, name="contact-convert"),
    path("contacts/<int:pk>/edit-history/", history.contact_edit_history, name="contact-edit-history"),
    path("contacts/<int:pk>/restore/", history.contact_restore, name="contact-restore"),
    path("blocks/", blocks.block_list, name="block-list"),
    path("blocks/<int:pk>/lift/", blocks.block_lift, name="block-lift"),
    path("departments/clean-up/", cleanup.clean_up, name="clean-up"),
    path("departments/<int:pk>/contacts/", department.department_contacts, name="department-contacts"),
    path("departments/<int:pk>/unnamed/", department.department_unnamed, name="department-unnamed"),
    path("departments/<int:pk>/privileges/", privileges.department_privileges, name="department-privileges"),
    path("departments/<int:pk>/blocks/", blocks.department_blocks, name="department-blocks"),
    path(
        "departments/<int:pk>/blocks/<int:block_pk>/remove/",
        blocks.department_block_remove,
        name="department-block-remove",
    ),
    path("departments/<int:pk>/removed/", removed.department_removed, name="department-removed"),
    path("departments/<int:pk>/removed/<int:link_pk>/restore/", removed.removed_restore, name="removed-restore"),
    path("departments/<int:pk>/clean-up/", cleanup.department_clean_up, name="department-clean-up"),
    path("departments/<int:pk>/clean-up/<int:user_pk>/remind/", cleanup.clean_up_remind, name="clean-up-remind"),
]
