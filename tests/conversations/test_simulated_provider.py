"""The simulator as a provider: it takes what it is handed as the outside address behaves."""

import pytest

from conversations.models import SimulatedPhone
from conversations.providers import registry
from conversations.providers.base import DeliveryError, Outgoing, OutgoingCall
from conversations.services.simulating import CannotHappen, set_behaviour
from tests.factories import UserFactory

simulator = registry.get_provider("simulator")


def message(behaviour: str = "", type: str = "sms") -> Outgoing:
    options = {"behaviour": behaviour} if behaviour else {}
    return Outgoing("key-1", type, "+12025550100", "+12025550142", "Hello", options=options)


def test_it_is_always_on_and_carries_every_kind():
    assert simulator.is_on()
    assert simulator.kinds == {"phone", "caller_id", "email", "chat"}


@pytest.mark.parametrize(("behaviour", "status"), [("", "delivered"), ("delivers", "delivered"), ("silent", "sent")])
def test_what_is_taken_has_an_id_of_its_key(behaviour, status):
    receipt = simulator.send(message(behaviour))
    assert (receipt.status, receipt.external_id) == (status, "simulated-key-1")
    assert simulator.look_up(message(behaviour), receipt.external_id) == receipt


@pytest.mark.parametrize(("behaviour", "is_final"), [("fails", True), ("away", False)])
def test_what_is_not_taken_says_whether_to_try_again(behaviour, is_final):
    with pytest.raises(DeliveryError) as refused:
        simulator.send(message(behaviour))
    assert refused.value.permanent is is_final
    assert simulator.look_up(message(behaviour), "") is None
    with pytest.raises(DeliveryError):
        simulator.call(OutgoingCall("c", "+12025550100", "+12025550142", options={"behaviour": behaviour}))


def test_mail_to_nobody_names_the_address_not_a_number():
    with pytest.raises(DeliveryError, match="mail address does not exist"):
        simulator.send(message("fails", "email"))


def test_calls_ring():
    assert simulator.call(OutgoingCall("c-9", "+12025550100", "+12025550142")).status == "ringing"


@pytest.mark.django_db
def test_behaviour_is_the_accounts_own():
    mine, other = UserFactory(), UserFactory()
    assert set_behaviour(mine, "(202) 555-0142", "away") == "+12025550142"
    assert set_behaviour(mine, "+1 202 555 0142", "silent") == "+12025550142"
    assert SimulatedPhone.objects.count() == 1
    assert registry.options_for("simulator", mine.account_id, "+12025550142") == {"behaviour": "silent"}
    assert registry.options_for("simulator", other.account_id, "+12025550142") == {"behaviour": "delivers"}
    assert registry.options_for("email", mine.account_id, "a@b.example") == {}
    with pytest.raises(CannotHappen):
        set_behaviour(mine, "nobody@nowhere@", "away")
