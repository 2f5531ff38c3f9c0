"""How every form looks: Django's own renderer, one pair of templates, and the classes that widgets carry.

A form needs nothing: `{{ form }}`, `{{ form.name.as_field_group }}` and a bare `{{ form.name }}` come dressed.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

TICKS = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)
FREE_TEXT = {"text", "search"}  # input types whose text may be in any script; numbers and addresses keep their side


def css_class(widget: forms.Widget) -> str:
    """Tabler's class for a widget; "" for a hidden one."""
    if widget.is_hidden:
        return ""
    if isinstance(widget, TICKS):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


class KithlineField(BoundField):
    """A field of a form with its classes, the mark of an error, and dir="auto" on free text (DESIGN.md section 4)."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        given = [str(found["class"]) for found in (widget.attrs, attrs) if found.get("class")]
        classes = " ".join([css_class(widget), *given, "is-invalid" if self.errors else ""]).split()
        if classes:
            attrs["class"] = " ".join(classes)
        if isinstance(widget, forms.Textarea) or getattr(widget, "input_type", "") in FREE_TEXT:
            attrs.setdefault("dir", widget.attrs.get("dir", "auto"))
        return attrs

    @property
    def is_tick(self) -> bool:
        """A single check box: its label stands behind it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_choice_list(self) -> bool:
        """Radio buttons or several check boxes: one label for each."""
        return isinstance(self.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


class KithlineRenderer(TemplatesSetting):
    """Renders forms from templates/forms/ and widgets from Django's own templates."""

    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"
    bound_field_class = KithlineField
