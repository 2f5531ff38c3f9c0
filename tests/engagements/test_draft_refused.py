"""Bad input gets a sentence beside its field and the way out; nothing is saved."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from contacts.models import List
from conversations.engagements.models import Engagement
from tests.factories_conversations import line
from tests.factories_engagements import ListFactory

from .desk import Desk, edit, tomorrow

pytestmark = pytest.mark.django_db
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 40
MP3 = b"ID3\x04\x00" + b"\x00" * 40


@pytest.fixture
def desk() -> Desk:
    return Desk()


def refused(desk: Desk, sentence: str, way_out: str = "", **data) -> None:
    response = desk.post(**data)
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert way_out in page
    assert not Engagement.objects.exists()


def test_unknown_merge_field_and_text_that_is_too_long(desk: Desk) -> None:
    refused(desk, "There is no field {{shoe-size}}. Use one of these: {{given-name}}", body="{{ shoe-size }}")
    refused(desk, "A text takes at most 1,600 characters. This has 1,601.", body="a" * 1601)
    assert desk.post(body="{{first-name}}" + "a" * 1500).status_code == 303


def test_lists_that_are_empty_archived_hidden_or_on_both_sides(desk: Desk) -> None:
    empty = ListFactory(owner=desk.ann, name="Nobody yet")
    refused(desk, "Nobody is on the list Nobody yet", f'href="/lists/{empty.pk}/"', lists=[empty.pk])
    List.objects.filter(pk=empty.pk).update(archived_at=timezone.now())
    refused(desk, "The list Nobody yet is archived", f'href="/lists/{empty.pk}/"', lists=[empty.pk])
    hidden = desk.post(lists=[desk.kits_list.pk]).content.decode()
    missing = desk.post(lists=[987654321]).content.decode()
    for page in (hidden, missing):
        assert "There is no such list among those that you can use" in page
    assert "Kit only" not in hidden
    refused(desk, "on both sides", lists=[desk.bakers.pk], exclude=[desk.bakers.pk])
    assert desk.post(lists=[desk.bakers.pk]).status_code == 303


def test_lines_that_are_hidden_read_only_unverified_archived_or_of_another_kind(desk: Desk) -> None:
    refused(desk, "none of the lines that you may send from", 'href="/channels/"', channel=desk.kits_line.pk)
    refused(desk, "none of the lines that you may send from", channel="x" * 20)
    only_read = desk.post(who="rea", channel=desk.line.pk)
    assert only_read.status_code == 422
    assert "may not send from it" in only_read.content.decode()
    mail = desk.email(verified_at=None)
    refused(desk, "not verified yet", f'href="/channels/{mail.pk}/"', kind="email", channel=mail.pk)
    refused(desk, "Texts go from a phone number", kind="text", channel=desk.email(address="b@b.example").pk)
    gone = line(desk.account, admin=desk.ann)
    gone.archived_at = timezone.now()
    gone.save()
    refused(desk, "This line is archived", f'href="/channels/{gone.pk}/"', channel=gone.pk)
    assert desk.post(kind="voice", channel=desk.caller().pk).status_code == 303


def test_a_colleague_keeps_the_line_but_chooses_none_that_the_author_may_not_use(desk: Desk) -> None:
    draft = desk.draft()
    assert desk.post(edit(draft), "wim", channel=desk.line.pk, lists=[desk.bakers.pk]).status_code == 303
    own = line(desk.account, admin=desk.wim)
    response = desk.post(edit(draft), "wim", channel=own.pk, lists=[desk.bakers.pk])
    assert response.status_code == 422
    assert "Ann Lee sends this engagement and may not send from this line" in response.content.decode()


def test_times_hours_and_throttle(desk: Desk) -> None:
    refused(desk, "This time is over. Choose a later one, or choose Now.", when="at", at=tomorrow(-1))
    refused(desk, "Choose the day and time.", when="at")
    refused(desk, "Choose a time within the next year.", when="at", at=tomorrow(24 * 500))
    refused(desk, "This is not a time.", when="at", at="soon")
    refused(desk, "The last hour must be after the first one.", from_hour="20", to_hour="9")
    refused(desk, "Choose both hours, or neither.", from_hour="20", to_hour="")
    refused(desk, "Choose a full hour.", from_hour="25", to_hour="30")
    refused(desk, "At least 1 a minute", per_minute="0")
    refused(desk, "Choose one of the three.", when="never")
    assert desk.post(from_hour="", to_hour="", per_minute="60").status_code == 303
    made = Engagement.objects.get()
    assert (made.from_hour, made.to_hour, made.per_minute) == (None, None, 60)


def test_nonsense_is_no_error_of_ours(desk: Desk) -> None:
    for data in (
        {"name": "a\x00b"}, {"body": "\x00"}, {"lists": ["9" * 40, "x", ""]}, {"version": "9" * 30},
        {"channel": "²"}, {"at": "9999-99-99T99:99", "when": "at"}, {"name": "x" * 121}, {"kind": ""},
    ):  # fmt: skip
        assert desk.post(**data).status_code == 422, data
    assert desk.client().get("/engagements/new/?lists=x&lists=99999999999999999999&kind=y").status_code == 200


def test_a_list_begins_a_new_one_for_those_who_use_it(desk: Desk) -> None:
    def page(who: str) -> str:
        url = f"/engagements/new/?lists={desk.bakers.pk}&kind=email"
        return desk.client(who).get(url).content.decode()

    ticked = f'name="lists" value="{desk.bakers.pk}" checked'
    assert ticked in page("rea")
    assert ticked not in page("kit")
    assert "Bakers" not in page("kit")
    assert 'value="email" checked' in page("kit")


def test_a_recording_is_judged_by_its_bytes(desk: Desk, tmp_path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path
    for content, words in (
        (b"<html>", "This is no WAV or MP3 file"), (b"", "This file is empty"),
        (WAV + b"\x00" * (5 * 1024 * 1024), "at most 5 MB"),
    ):  # fmt: skip
        refused(desk, words, kind="voice", recording=SimpleUploadedFile("a.wav", content, "audio/wav"))
    assert not list(tmp_path.rglob("*.*"))
    desk.post(kind="voice", recording=SimpleUploadedFile("../../evil.html", MP3, "text/html"))
    made = Engagement.objects.get()
    assert str(made.recording).endswith(".mp3")
    assert "evil" not in str(made.recording)
    sound = desk.client().get(f"/engagements/{made.pk}/recording/", headers={"Range": "bytes=0-2"})
    assert (sound.status_code, sound.content, sound["Content-Type"]) == (206, b"ID3", "audio/mpeg")
    assert "sandbox" in sound["Content-Security-Policy"]
    assert desk.client("kit").get(f"/engagements/{made.pk}/recording/").status_code == 404
    desk.client().post(f"/engagements/{made.pk}/copy/")
    copy = Engagement.objects.latest("pk")
    assert copy.recording.read() == MP3
    assert str(copy.recording) != str(made.recording)
    desk.post(edit(made), kind="voice", drop_recording="1")
    made.refresh_from_db()
    assert not made.recording
