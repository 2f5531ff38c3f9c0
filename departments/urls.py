"""Addresses of departments and their operators (contract.md). What shows contacts stands in the higher apps."""

from django.urls import path

from .views import departments, operators

app_name = "departments"
urlpatterns = [
    path("departments/", departments.department_list, name="department-list"),
    path("departments/new/", departments.department_new, name="department-new"),
    path("departments/<int:pk>/", departments.department_detail, name="department-detail"),
    path("departments/<int:pk>/edit/", departments.department_edit, name="department-edit"),
    path("departments/<int:pk>/delete/", departments.department_delete, name="department-delete"),
    path("departments/<int:pk>/operators/", operators.department_operators, name="department-operators"),
    path("departments/<int:pk>/operators/<int:user_pk>/", operators.operator_edit, name="operator-edit"),
    path("departments/<int:pk>/operators/<int:user_pk>/remove/", operators.operator_remove, name="operator-remove"),
]
