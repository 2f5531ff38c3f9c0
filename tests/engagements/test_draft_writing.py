"""What one person gets: merge fields, the fallback, empty fields, and how many texts it takes."""

import pytest

from contacts.models import Contact
from conversations.engagements import reasons, writing
from conversations.merging import MergeProblem
from tests.factories_contacts import ContactFactory

from .desk import Desk

pytestmark = pytest.mark.django_db


def test_each_person_reads_their_own_values_and_there_without_a_name() -> None:
    desk = Desk()
    draft = desk.draft(body="Hi {{first-name}} of {{ Company }}, {{my-name}} here. {{first-name}}.")
    assert writing.text_for(draft, desk.renee, desk.ann) == "Hi Renee of Luma, Ann Lee here. Renee."
    nameless = ContactFactory(owner=desk.ann, given_name="", family_name="", company="Oak", phone="+12025550155")
    assert writing.text_for(draft, nameless, desk.ann).startswith("Hi there of Oak,")
    nick = ContactFactory(owner=desk.ann, given_name="", nickname="Bo", company="Oak")
    assert writing.text_for(draft, nick, desk.ann).startswith("Hi Bo of")


def test_an_empty_field_leaves_the_person_out_and_a_value_is_never_read_as_a_template() -> None:
    desk = Desk()
    draft = desk.draft(body="{{company}}: {{job-title}}")
    with pytest.raises(writing.NoValue) as caught:
        writing.text_for(draft, desk.renee, desk.ann)
    assert (caught.value.reason, caught.value.field) == (reasons.NO_VALUE, "job-title")
    sly = ContactFactory(owner=desk.ann, company="{{my-email}} {% debug %}", job_title="Chef")
    assert writing.text_for(draft, sly, desk.ann) == "{{my-email}} {% debug %}: Chef"


def test_a_batch_is_read_in_one_query_and_says_what_the_set_says(django_assert_num_queries) -> None:
    desk = Desk()
    draft = desk.draft(kind="email", subject="For {{full-name}}", body="{{company}}, {{first-name}}")
    nobody = ContactFactory(owner=desk.ann, given_name="", family_name="", company="", email="x@x.example")
    ids = [desk.renee.pk, desk.hanna.pk, nobody.pk]
    writer = writing.Writer(draft)
    assert writer.fields == {"full-name", "company", "given-name"}
    with django_assert_num_queries(1):
        values = writer.read(ids)
    assert writer.write(values[desk.renee.pk]).subject == "For Renee Martinez"
    empty = {pk for pk in ids if writer.empty(values[pk])}
    found = Contact.objects.filter(writing.without_value(draft, desk.ann), pk__in=ids)
    assert empty == set(found.values_list("pk", flat=True)) == {nobody.pk}
    plain = writing.Writer(desk.draft(body="The same for all"))
    with django_assert_num_queries(0):
        assert plain.write(plain.read(ids)[nobody.pk]).body == "The same for all"


def test_an_unknown_field_and_an_author_without_a_name() -> None:
    desk = Desk()
    with pytest.raises(MergeProblem):
        writing.Writer(desk.draft(body="{{shoe-size}}"))
    desk.ann.name = ""
    draft = desk.draft(body="{{my-name}}")
    draft.author = desk.ann
    assert Contact.objects.filter(writing.without_value(draft, desk.ann)).exists()
    with pytest.raises(writing.NoValue):
        writing.text_for(draft, desk.renee, desk.ann)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", "0 of 160"), ("a" * 160, "160 of 160"), ("a" * 161, "161 of 306, 2 texts"), ("€" * 80, "160 of 160"),
        ("ж" * 70, "70 of 70"), ("ж" * 71, "71 of 134, 2 texts"), ("😀", "2 of 70"), ("a`", "2 of 70"),
    ],
)  # fmt: skip
def test_how_many_texts_it_takes(text: str, length: str) -> None:
    assert str(writing.length_of(text)) == length
