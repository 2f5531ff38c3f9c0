"""Files: judged by their bytes, made anew where they are shown, and seen by those who see their message."""

from __future__ import annotations

import io
import os
from typing import Any

import pypdfium2
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image

from conversations.files import clean_name, prepare, type_of
from conversations.models import Attachment, Channel, Draft
from conversations.providers.base import File
from conversations.services import attaching
from conversations.services.attaching import FileRefused, attach, attach_to_draft, check_files, sweep_files
from conversations.services.drafting import Text, save_draft
from tests.factories_conversations import arrive, line

from .team import NUMBER, Team

pytestmark = pytest.mark.django_db
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(24)


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def own(team: Team) -> Channel:
    return line(team.account, admin=team.owner)


def picture(format: str = "JPEG", size: tuple[int, int] = (3000, 1500), **more: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "red").save(target, format, **more)
    return target.getvalue()


def document(pages: int) -> bytes:
    target, made = io.BytesIO(), pypdfium2.PdfDocument.new()
    for _ in range(pages):
        made.new_page(595, 842)
    made.save(target)
    return target.getvalue()


def client(person: Any) -> Client:
    found = Client()
    found.force_login(person)
    return found


def test_a_picture_is_made_anew_without_what_the_camera_noted() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ann"
    (found,) = prepare(File("a.jpg", "text/html", picture(exif=exif)))
    assert (found.kind, found.content_type, found.width, found.height) == ("image", "image/jpeg", 2048, 1024)
    assert b"Camera of Ann" not in found.content


@pytest.mark.parametrize(
    ("content", "kind", "content_type"),
    [
        (picture("PNG", (2, 2)), "image", "image/png"),
        (picture("GIF", (2, 2)), "image", "image/png"),
        (picture("WEBP", (2, 2)), "image", "image/webp"),
        (WAV, "audio", "audio/wav"),
        (b"OggS" + bytes(40), "audio", "audio/ogg"),
        (b"ID3" + bytes(40), "audio", "audio/mpeg"),
        (b"\x00\x00\x00\x20ftypM4A " + bytes(40), "audio", "audio/mp4"),
        (b"%PDF-1.7 nonsense", "pdf", "application/pdf"),
        (b"<svg onload='alert(1)'/>", "file", "application/octet-stream"),
        (b"<html><script>alert(1)</script>", "file", "application/octet-stream"),
        (b"\xff\xd8\xff torn", "file", "application/octet-stream"),
        (b"", "file", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_say(content: bytes, kind: str, content_type: str) -> None:
    found = prepare(File("cat.jpg", "image/jpeg", content))[-1]
    assert (found.kind, found.content_type) == (kind, content_type)


def test_a_picture_that_is_a_bomb_is_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conversations.files.MOST_PIXELS", 100)
    assert prepare(File("a.png", "", picture("PNG", (20, 20))))[0].kind == "file"


def test_names_are_safe_on_a_disk_and_in_a_header() -> None:
    names = {"../../etc/passwd": "passwd", "a\\b\r\nX: y.pdf": "bX: y.pdf", "\u202egpj.exe": "gpj.exe", "  ": "file"}
    assert {name: clean_name(name) for name in names} == names
    assert len(clean_name("a" * 400 + ".pdf")) == 200
    assert type_of(b"%PDF-1.4") == "application/pdf"


def test_a_fax_keeps_its_document_and_shows_its_pages(own: Channel) -> None:
    fax = arrive(own, NUMBER, "fax", files=(File("order.pdf", "application/pdf", document(2)),))
    rows = fax.attachments.order_by("position")
    assert [(row.kind, row.position) for row in rows] == [("page", 0), ("page", 1), ("pdf", 2)]
    assert rows[0].width > 1000


def test_a_bad_file_never_loses_what_arrived(own: Channel) -> None:
    files = (File("bad.pdf", "", b"%PDF-torn"), File("none", "", b""), File("ok.txt", "", b"Bay 2"))
    fax = arrive(own, NUMBER, "fax", files=files)
    assert [row.name for row in fax.attachments.order_by("position")] == ["bad.pdf", "ok.txt"]


@pytest.mark.parametrize(
    ("sizes", "type", "words"),
    [
        ([("a", 1)] * 11, "email", attaching.TOO_MANY),
        ([("big.mov", 10 * 1024 * 1024 + 1)], "email", "big.mov is larger"),
        ([("a", 9_000_000)] * 3, "email", attaching.TOO_MUCH),
        ([("a", 3_000_000)] * 2, "mms", attaching.TOO_MUCH_FOR_MMS),
        ([("a", 0)], "email", "a is empty"),
    ],
)
def test_too_much_is_refused_with_a_sentence(sizes: list, type: str, words: str) -> None:
    with pytest.raises(FileRefused, match=words.replace(".", r"\.")):
        check_files(sizes, type=type)
    check_files([("a", 5_000_000)], type="mms")


def test_a_full_disk_leaves_no_row_and_no_file(own: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    message, save = arrive(own, NUMBER), default_storage.save
    stored: list[str] = []

    def full(name: str, content: Any, **more: Any) -> str:
        if stored:
            raise OSError(28, "No space left on device")
        stored.append(save(name, content, **more))
        return stored[0]

    monkeypatch.setattr(default_storage, "save", full)
    with pytest.raises(FileRefused):
        attach(message, [File("a.txt", "", b"1"), File("b.txt", "", b"2")])
    assert not Attachment.objects.exists()
    assert not default_storage.exists(stored[0])


def test_files_without_a_row_are_deleted_after_a_day(own: Channel) -> None:
    kept, gone = attach(arrive(own, NUMBER), [File("a.txt", "", b"1"), File("b.txt", "", b"2")])
    Attachment.objects.filter(pk=gone.pk).delete()
    assert sweep_files() == 0  # too young: its row may be on its way
    for one in (kept, gone):
        os.utime(default_storage.path(one.file.name), (1, 1))
    assert sweep_files() == 1
    assert default_storage.exists(kept.file.name)


def test_a_file_is_served_to_those_who_see_its_message_and_never_opened_in_place(team: Team, own: Channel) -> None:
    page, voice = attach(arrive(own, NUMBER), [File("x.html", "text/html", b"<script>"), File("v.wav", "", WAV)])
    response = client(team.owner).get(f"/attachments/{page.pk}/")
    assert response["Content-Disposition"] == 'attachment; filename="x.html"'
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert (response["X-Content-Type-Options"], response["Content-Type"]) == ("nosniff", "application/octet-stream")
    assert client(team.owner).get(f"/attachments/{voice.pk}/")["Content-Disposition"].startswith("inline")
    for stranger in (team.stranger, Team().owner):
        assert client(stranger).get(f"/attachments/{page.pk}/").status_code == 404


def test_players_may_ask_for_a_part(team: Team, own: Channel) -> None:
    (voice,) = attach(arrive(own, NUMBER), [File("v.wav", "", WAV)])

    def part(asked: str) -> tuple[int, bytes, str]:
        response = client(team.owner).get(f"/attachments/{voice.pk}/", headers={"Range": asked})
        return response.status_code, response.content, response.get("Content-Range", "")

    size = len(WAV)
    assert part("bytes=0-3") == (206, b"RIFF", f"bytes 0-3/{size}")
    assert part(f"bytes={size - 2}-") == (206, WAV[-2:], f"bytes {size - 2}-{size - 1}/{size}")
    assert part("bytes=-2")[1] == WAV[-2:]
    assert part("bytes=999-")[0] == 416
    for nonsense in ("bytes=-", "bytes=a-b", "pages=1-2", "bytes=0-1,4-5"):
        assert part(nonsense) == (200, WAV, "")


def test_a_drafts_file_is_its_authors_and_can_be_removed(team: Team, own: Channel) -> None:
    draft = Draft.objects.create(user=team.owner, conversation=arrive(own, NUMBER).conversation)
    (file,) = attach_to_draft(draft, [File("a.txt", "", b"1")])
    assert client(team.owner).get(f"/attachments/{file.pk}/").content == b"1"
    assert client(team.stranger).get(f"/attachments/{file.pk}/").status_code == 404
    assert client(team.stranger).post(f"/attachments/{file.pk}/remove/").status_code == 404
    assert client(team.owner).post(f"/attachments/{file.pk}/remove/").status_code == 303
    assert not Attachment.objects.exists()
    assert not Draft.objects.exists()  # nothing else stood in it


def test_a_draft_takes_ten_files(team: Team, own: Channel) -> None:
    thread = arrive(own, NUMBER).conversation
    files = [File(f"{n}.txt", "", b"1") for n in range(10)]
    save_draft(team.owner, Text(), conversation=thread, files=files)
    with pytest.raises(FileRefused):
        save_draft(team.owner, Text(), conversation=thread, files=files[:1])
