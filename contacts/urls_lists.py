"""Addresses of lists (contract.md)."""

from django.urls import path

from .views import list_items, list_sharing, lists

urlpatterns = [
    path("lists/", lists.list_list, name="list-list"),
    path("lists/new/", lists.list_new, name="list-new"),
    path("lists/<int:pk>/", lists.list_detail, name="list-detail"),
    path("lists/<int:pk>/edit/", lists.list_edit, name="list-edit"),
    path("lists/<int:pk>/archive/", lists.list_archive, name="list-archive"),
    path("lists/<int:pk>/unarchive/", lists.list_unarchive, name="list-unarchive"),
    path("lists/<int:pk>/items/", list_items.list_items, name="list-items"),
    path("lists/<int:pk>/people/", list_items.list_people, name="list-people"),
    path("lists/<int:pk>/items/<int:item_pk>/", list_items.list_item, name="list-item"),
    path("lists/<int:pk>/items/<int:item_pk>/remove/", list_items.list_item_remove, name="list-item-remove"),
    path("lists/<int:pk>/collaborators/", list_sharing.list_collaborators, name="list-collaborators"),
    path("lists/<int:pk>/collaborators/<int:user_id>/", list_sharing.list_collaborator, name="list-collaborator"),
    path(
        "lists/<int:pk>/collaborators/<int:user_id>/remove/",
        list_sharing.list_collaborator_remove,
        name="list-collaborator-remove",
    ),
]
