"""Page or fragment: which template a view answers with, and what a POST answers."""

import pytest
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpResponse
from django.test import override_settings
from django.urls import Resolver404, path
from django_htmx.middleware import HtmxDetails

from contacts_project.core import htmx

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": ["django.contrib.messages.context_processors.messages"],
            "loaders": [
                (
                    "django.template.loaders.locmem.Loader",
                    {
                        "things/thing_list.html": "<html>{% include 'things/_thing_rows.html' %}</html>",
                        "things/_thing_rows.html": "<div id=thing-rows>{{ n }}</div>",
                        "things/_thing_count.html": "<b id=thing-count>{{ n }}</b>",
                        "_toasts_oob.html": "<i>{% for message in messages %}{{ message }}{% endfor %}</i>",
                    },
                )
            ],
        },
    }
]
PAGE, ROWS, COUNT = "things/thing_list.html", "things/_thing_rows.html", "things/_thing_count.html"


def thing_list(request):
    assert request.method == "GET"
    assert not request.POST
    return htmx.answer(request, PAGE, ROWS, COUNT, context={"n": request.GET.get("n", 0)})


def leave(request):
    return HttpResponse(request.get_full_path())


urlpatterns = [path("things/", thing_list), path("elsewhere/", leave)]
with_templates = override_settings(TEMPLATES=TEMPLATES, ROOT_URLCONF=__name__)


@pytest.fixture
def ask(rf):
    def build(method="get", address="/things/?n=3", **headers):
        request = getattr(rf, method)(address, headers={name.replace("_", "-"): v for name, v in headers.items()})
        request.htmx = HtmxDetails(request)
        request.user = AnonymousUser()
        request.session = {}
        request._messages = FallbackStorage(request)
        return request

    return build


@with_templates
@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b"<html><div id=thing-rows>3</div></html>"),
        ({"HX_Request": "true"}, b"<div id=thing-rows>3</div>"),
        ({"HX_Request": "true", "HX_Target": "b#thing-count"}, b"<b id=thing-count>3</b>"),
        ({"HX_Request": "true", "HX_Target": "thing-count"}, b"<b id=thing-count>3</b>"),
        ({"HX_Request": "true", "HX_Target": "div#../../secret"}, b"<div id=thing-rows>3</div>"),
        ({"HX_Request": "true", "HX_Boosted": "true"}, b"<html><div id=thing-rows>3</div></html>"),
        ({"HX_Request": "true", "HX_Request_Type": "full"}, b"<html><div id=thing-rows>3</div></html>"),
        ({"HX_Request": "true", "HX_History_Restore_Request": "true"}, b"<html><div id=thing-rows>3</div></html>"),
    ],
)
def test_the_server_picks_the_fragment_by_header(ask, headers, body):
    response = thing_list(ask(**headers))
    assert response.content == body
    assert response["Vary"] == "HX-Request, HX-Target"


@with_templates
def test_waiting_messages_travel_with_a_fragment(ask):
    request = ask(HX_Request="true")
    messages.success(request, "Saved")
    assert thing_list(request).content == b"<div id=thing-rows>3</div><i>Saved</i>"


@with_templates
def test_a_plain_post_is_answered_by_303(ask):
    response = htmx.done(ask("post"), "/things/?n=7")
    assert (response.status_code, response["Location"]) == (303, "/things/?n=7")


@with_templates
def test_an_htmx_post_is_answered_by_the_fragment_at_once(ask):
    response = htmx.done(ask("post", HX_Request="true", HX_Target="b#thing-count"), "/things/?n=7")
    assert (response.status_code, response.content) == (200, b"<b id=thing-count>7</b>")


@with_templates
def test_an_htmx_post_never_leads_out_of_the_site(ask):
    with pytest.raises(Resolver404):
        htmx.done(ask("post", HX_Request="true"), "https://elsewhere.example/nothing/")


@with_templates
def test_going_away_makes_htmx_leave_the_page(ask):
    plain, partial = htmx.go(ask("post"), "/elsewhere/"), htmx.go(ask("post", HX_Request="true"), "/elsewhere/")
    assert (plain.status_code, plain["Location"]) == (303, "/elsewhere/")
    assert (partial.status_code, partial["HX-Redirect"]) == (200, "/elsewhere/")


def test_a_fragment_is_named_by_its_file():
    assert htmx.fragment_id("contacts/_contact_form.html") == "contact-form"
