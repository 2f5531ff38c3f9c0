"""Photos: only pictures, re-encoded and small; served to those who see the contact, harmless in a browser."""

import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from contacts.models import ContactPhoto
from contacts.services import photos

from .crew import Crew, make_crew
from .test_contact_edit import fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew() -> Crew:
    return make_crew()


def picture(form: str = "PNG", size=(900, 600), mode: str = "RGB", **options) -> bytes:
    target = io.BytesIO()
    Image.new(mode, size, "teal" if mode in ("RGB", "RGBA") else 7).save(target, form, **options)
    return target.getvalue()


def upload(crew: Crew, content: bytes, name: str = "face.png", who: str = "writer"):
    file = SimpleUploadedFile(name, content, content_type="image/png")
    return crew.client(who).post(crew.url("edit/"), {"field": "photo", "photo": file})


def bomb(width: int, height: int) -> bytes:
    """A PNG head that promises that many pixels, with next to no data behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("form", "mode"),
    [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "CMYK"), ("JPEG", "L"), ("WEBP", "RGB"), ("GIF", "P")],
)
def test_a_picture_becomes_a_small_webp(crew: Crew, form: str, mode: str):
    assert upload(crew, picture(form, mode=mode)).status_code == 303
    stored = Image.open(io.BytesIO(ContactPhoto.objects.get().image))
    assert (stored.format, stored.size) == ("WEBP", (512, 341))
    contact = fresh(crew)
    assert (len(contact.photo_digest), contact.version) == (16, 2)


def test_what_the_camera_wrote_is_left_behind(crew: Crew):
    exif = Image.Exif()
    exif[0x010E] = "SECRET PLACE"
    exif[0x0112] = 6  # lying on its side
    upload(crew, picture("JPEG", size=(300, 200), exif=exif, comment=b"SECRET COMMENT"))
    image = bytes(ContactPhoto.objects.get().image)
    assert b"SECRET" not in image
    stored = Image.open(io.BytesIO(image))
    assert stored.size == (200, 300)
    assert not stored.getexif()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not a picture"),
        (b"hello", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not a picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 500, "not a picture"),
        (b"GIF89a<script>alert(1)</script>", "not a picture"),
        (b"%PDF-1.7 ...", "not a picture"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "not a picture"),
        (bomb(60_000, 60_000), "40 million pixels"),
        (bomb(9_000, 9_000), "40 million pixels"),
        (picture()[:200], "not a picture"),
        (picture("TIFF"), "not a picture"),
    ],
)
def test_anything_else_is_refused_in_words(crew: Crew, content: bytes, sentence: str):
    answer = upload(crew, content)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not ContactPhoto.objects.exists()
    assert fresh(crew).version == 1


def test_a_file_over_the_limit_is_refused_unread():
    with pytest.raises(photos.PhotoRefused, match="larger than 10 MB"):
        photos.encode(io.BytesIO(picture()), photos.LARGEST_FILE + 1)


def test_a_bad_picture_saves_nothing_else_of_the_form(crew: Crew):
    file = SimpleUploadedFile("x.png", b"hello")
    assert crew.client("writer").post(crew.url("edit/"), {"nickname": "Ren", "photo": file}).status_code == 422
    assert fresh(crew).nickname == ""


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 303), ("writer", 303), ("reader", 403), ("outsider", 404), ("stranger", 404)]
)
def test_write_and_admin_put_a_photo(crew: Crew, who: str, status: int):
    assert upload(crew, picture(), who=who).status_code == status
    assert ContactPhoto.objects.exists() == (status == 303)


@pytest.mark.parametrize(("who", "status"), [("owner", 200), ("reader", 200), ("outsider", 404), ("stranger", 404)])
def test_those_who_see_the_contact_get_its_photo(crew: Crew, who: str, status: int):
    upload(crew, picture())
    answer = crew.client(who).get(crew.url("photo/"))
    assert answer.status_code == status
    assert (answer["Content-Type"] == "image/webp") == (status == 200)


def test_the_photo_is_harmless_private_and_kept_by_the_browser(crew: Crew, client):
    upload(crew, picture())
    answer = crew.client("reader").get(crew.url("photo/"))
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, max-age=86400"
    again = crew.client("reader").get(crew.url("photo/"), headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(crew.url("photo/")).status_code == 302
    assert crew.client("reader").post(crew.url("photo/")).status_code == 405


def test_a_contact_without_a_photo_has_none(crew: Crew):
    assert crew.client("reader").get(crew.url("photo/")).status_code == 404


def test_the_photo_stands_on_the_record_and_can_be_removed(crew: Crew):
    upload(crew, picture())
    digest = fresh(crew).photo_digest
    assert f"/photo/?v={digest}" in crew.client("reader").get(crew.url()).content.decode()
    assert crew.client("writer").post(crew.url("edit/"), {"field": "photo", "photo-clear": "on"}).status_code == 303
    assert not ContactPhoto.objects.exists()
    assert (fresh(crew).photo_digest, fresh(crew).version) == ("", 3)


def test_a_new_contact_may_have_one_at_once(client, crew: Crew):
    file = SimpleUploadedFile("face.png", picture())
    client = crew.client("outsider")
    assert client.post("/contacts/new/", {"given_name": "Renata", "photo": file}).status_code == 303
    assert ContactPhoto.objects.count() == 1
    bad = SimpleUploadedFile("face.png", b"hello")
    assert client.post("/contacts/new/", {"given_name": "Other", "photo": bad}).status_code == 422


def test_a_photo_that_somebody_changed_meanwhile_is_not_replaced_unseen(crew: Crew):
    upload(crew, picture(), who="owner")
    theirs = fresh(crew).photo_digest
    for seen in ({"photo-seen": ""}, {"version": 1}):
        for act in ({"photo": SimpleUploadedFile("x.png", picture(size=(40, 40)))}, {"photo-clear": "on"}):
            answer = crew.client("writer").post(crew.url("edit/"), {"field": "photo"} | seen | act)
            assert answer.status_code == 409
            assert "Somebody else changed the photo meanwhile" in answer.content.decode()
            assert f'name="photo-seen" value="{theirs}"' in answer.content.decode()
    assert fresh(crew).photo_digest == theirs
    mine = SimpleUploadedFile("x.png", picture(size=(40, 40)))
    data = {"field": "photo", "photo-seen": theirs, "version": 1, "photo": mine}
    assert crew.client("writer").post(crew.url("edit/"), data).status_code == 303
    assert fresh(crew).photo_digest != theirs
