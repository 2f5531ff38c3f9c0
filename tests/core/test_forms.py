"""The one pair of form templates, and the classes that every field carries by itself."""

from __future__ import annotations

from django import forms


class Every(forms.Form):
    name = forms.CharField(help_text="As on the <door>")
    email = forms.EmailField(required=False)
    agreed = forms.BooleanField()
    colour = forms.ChoiceField(choices=[("r", "Red")])
    size = forms.ChoiceField(choices=[("s", "Small"), ("l", "Large")], widget=forms.RadioSelect)
    story = forms.CharField(widget=forms.Textarea)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date", "class": "narrow"}))
    file = forms.FileField()
    once = forms.UUIDField(widget=forms.HiddenInput)

    def clean(self):
        self.add_error(None, "Fill in <one> of them")


def test_every_field_is_dressed_without_asking():
    html = str(Every())
    assert 'name="name" required aria-describedby="id_name_helptext" class="form-control" dir="auto"' in html
    assert 'type="checkbox"' in html
    assert 'class="form-check-input"' in html
    assert '<select name="colour" class="form-select"' in html
    assert 'class="form-control narrow"' in html
    assert "As on the &lt;door&gt;" in html
    assert html.count('dir="auto"') == 2  # name and story; an address or a date keeps its side
    assert '<input type="hidden" name="once" id="id_once">' in html


def test_a_bare_field_is_dressed_too():
    assert 'class="form-control"' in str(Every()["email"])


def test_errors_stand_at_their_field_and_are_announced():
    html = str(Every({"email": "x"}))
    assert 'aria-describedby="id_email_error"' in html
    assert 'class="form-control is-invalid"' in html
    assert '<div class="invalid-feedback d-block" id="id_email_error">' in html
    assert "Fill in &lt;one&gt; of them" in html
    assert '<div class="k-notice is-bad" role="alert">' in html


def test_radio_buttons_are_one_group_with_a_legend():
    html = str(Every()["size"].as_field_group())
    assert '<legend class="form-label">Size</legend>' in html
    assert '<label class="row-f fs-13" for="id_size_1">' in html
