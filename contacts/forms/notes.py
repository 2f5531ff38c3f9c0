"""The form of a note."""

from __future__ import annotations

from django import forms

from contacts.models import Note

LONGEST = 10_000


class NoteForm(forms.Form):
    """Words and who may read them; without `visibility` a new note is public and an old one stays what it is."""

    body = forms.CharField(
        label="Note",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Write something first.",
            "max_length": "A note has at most 10,000 characters. This one has %(show_value)s.",
        },
    )
    visibility = forms.ChoiceField(choices=Note.Visibility.choices, required=False)
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
